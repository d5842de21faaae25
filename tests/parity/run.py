"""Runs the live comparisons with the reference packages: every ``*_parity.py`` of this folder.

Each comparison needs an interpreter that has the reference packages: `make reference` makes them, GALLOP_WAN_PYTHON,
GALLOP_VBENCH_PYTHON and GALLOP_ARENA_PYTHON name others (tests/parity/README.md). A comparison without its interpreter fails; one
without the shared data is reported as skipped, loudly. ``--quick`` asks each for its short form.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

SKIPPED = 77  # exit status of a comparison that could not run here
#: Minutes and gigabytes each: only in the full form.
FULL_ONLY = ("cotracker_parity", "i2v_parity", "tag2text_parity")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--build", default="build/python")
    parser.add_argument("--only", default="", help="substring of the file names to run")
    options = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for script in sorted(Path(__file__).parent.glob("*_parity.py")):
        if options.only not in script.name:
            continue
        if options.quick and script.stem in FULL_ONLY:
            print(f"parity: {script.stem}: only in the full form", flush=True)
            continue
        start = time.monotonic()
        command = [sys.executable, str(script), "--build", options.build] + (["--quick"] if options.quick else [])
        status = subprocess.run(command, check=False).returncode
        outcome = {0: "passed", SKIPPED: "skipped"}.get(status, "failed")
        counts[outcome] += 1
        print(f"parity: {script.stem}: {outcome} in {time.monotonic() - start:.0f} s", flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
