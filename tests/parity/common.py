"""What the comparisons share: the reference interpreter, the shared clips, the command line, DreamSim."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77


def options(description: str, parts: tuple[str, ...] = ()) -> argparse.Namespace:
    """The command line. ``parts``: what --only can choose from."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="the short form, for every change")
    parser.add_argument("--build", default="build/python", help="build folder with the test programs")
    if parts:
        parser.add_argument(
            "--only", nargs="+", choices=parts, default=list(parts), metavar="NAME", help="these alone: " + ", ".join(parts)
        )
    return parser.parse_args()


def skip(reason: str):
    """Ends the comparison loudly: not run, not passed."""
    print(f"SKIPPED: {Path(sys.argv[0]).stem}: {reason}", flush=True)
    sys.exit(SKIPPED)


def shared() -> Path:
    """The shared test data."""
    root = Path(os.environ.get("GALLOP_SHARED", ROOT.parent / "shared"))
    if not (root / "data").is_dir():
        skip(f"the shared test data is not in {root}; set GALLOP_SHARED")
    return root


def reference_python(kind: str) -> str:
    """The interpreter that has the reference packages of ``kind`` (wan, vbench, arena). Its absence is a failure: `make reference` makes it."""
    variable = f"GALLOP_{kind.upper()}_PYTHON"
    named = os.environ.get(variable)
    path = Path(named) if named else ROOT / f".venv-{kind}/bin/python"
    if not path.exists():
        sys.exit(
            f"FAILED: {path} is no interpreter; run `make reference`, or name one that has the {kind} packages with {variable} (tests/parity/README.md)"
        )
    return str(path)


def dreamsim_folders() -> tuple[Path, Path]:
    """DreamSim's packages, and the folder where its deterministic weights are kept."""
    packages = Path(os.environ.get("GALLOP_DREAMSIM", ROOT / ".dreamsim"))
    if not (packages / "dreamsim").is_dir():
        sys.exit(
            f"FAILED: no dreamsim in {packages}; run `make reference`, or name a folder that has it with GALLOP_DREAMSIM (tests/parity/README.md)"
        )
    return packages, Path(os.environ.get("GALLOP_DREAMSIM_WEIGHTS", Path(tempfile.gettempdir()) / "gallop-dreamsim-weights"))
