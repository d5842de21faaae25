"""What the comparisons share: the reference interpreter, the shared clips, the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77


def options(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="the short form, for every change")
    parser.add_argument("--build", default="build/python", help="build folder with the test programs")
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
    """The interpreter that has the reference packages of ``kind`` (wan, vbench, arena)."""
    named = os.environ.get(f"GALLOP_{kind.upper()}_PYTHON")
    for path in [named] if named else [ROOT / f".venv-{kind}/bin/python"]:
        if Path(path).exists():
            return str(path)
    skip(f"no interpreter with the {kind} reference packages; set GALLOP_{kind.upper()}_PYTHON (tests/parity/README.md)")
