"""Runs every benchmark of this folder (``*_bench.py``) and prints their ratio tables. Never part of the tests."""

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/python")
    parser.add_argument("--only", default="", help="substring of the file names to run")
    options = parser.parse_args()
    failed = 0
    for script in sorted(Path(__file__).parent.glob("*_bench.py")):
        if options.only in script.name:
            print(f"== {script.stem}", flush=True)
            failed += subprocess.run([sys.executable, str(script), "--build", options.build], check=False).returncode not in (0, 77)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
