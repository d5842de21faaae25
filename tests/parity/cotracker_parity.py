"""Live comparison of camera_motion's tracker with CoTracker2's public code on the same deterministic weights.

That code is under a non-commercial licence and on no package index: name a copy of facebookresearch/co-tracker with GALLOP_COTRACKER; without
one the comparison is skipped. Tolerance 1e-4 relative: of the features to their largest, of the places in the last frame to the distance the
points have moved, at least a pixel. Where the sines of displacement amplify rounding, places may differ by twice what the code differs from
itself when its input changes by a part in a million.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import options, reference_python, shared, skip
from tensor_file import read

#: One window, whole windows, a last one filled up; portrait.
CASES = (
    ("real/nasa_rotated.mp4", 6),
    ("real/nasa_rotated.mp4", 17),
    ("derived/static_photo_24frames.mp4", 16),
    ("animation/bbb_mpeg4sp.mp4", 13),
)
TOLERANCE = 1e-4


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("vbench")
    checkout = os.environ.get("GALLOP_COTRACKER")
    if not checkout:
        skip("GALLOP_COTRACKER names no copy of facebookresearch/co-tracker")
    program = Path(settings.build) / "tests/parity/vbench_tracks"
    if not program.exists():
        print(f"FAILED: {program} is not built; name the build folder with --build")
        return 1
    environment = os.environ | {"PYTHONPATH": str(root / "reference")}
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        weights, theirs_file, ours_file = (Path(folder) / name for name in ("cotracker2.pth", "theirs.npz", "ours.safetensors"))
        for clip, frames in CASES[: 1 if settings.quick else None]:
            path = str(root / "data/videos" / clip)
            reference = Path(__file__).with_name("reference_cotracker.py")
            subprocess.run(
                [python, str(reference), checkout, str(weights), str(frames), path, str(theirs_file)], check=True, env=environment
            )
            subprocess.run([str(program), folder, str(frames), path, str(ours_file)], check=True)
            theirs, ours = np.load(theirs_file), read(ours_file)
            features = np.abs(ours["features"] - theirs["features"]).max() / np.abs(theirs["features"]).max()
            moved = max(1.0, float(np.abs(theirs["tracks"] - theirs["points"]).max()))
            places = np.abs(ours["tracks"] - theirs["tracks"]).max() / moved
            itself = np.abs(theirs["shaken"] - theirs["tracks"]).max() / moved
            wrong = not (features <= TOLERANCE and places <= max(TOLERANCE, 2 * itself))
            failures += wrong
            print(
                f"  {'FAILED: ' if wrong else ''}{frames} frames of {clip}: features {features:.1e}, places {places:.1e} (the code from itself {itself:.1e}) of up to "
                f"{moved:.2f} px moved",
                flush=True,
            )
    print(f"cotracker: {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
