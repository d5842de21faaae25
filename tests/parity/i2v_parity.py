"""Live comparison of i2v_subject and i2v_background with VBench-I2V as vbench 0.1.5 carries it (DreamSim 0.2.1), on deterministic weights.

Needs GALLOP_VBENCH_PYTHON and the folder of packages that .ci/reference makes for it (.dreamsim, or GALLOP_DREAMSIM). Tolerance 1e-4 on values and
on the likeness of each frame to the picture: both sides are float32, and random networks make everything alike, so the distance from 1 must
agree to one part in a hundred as well.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import gallop
from common import dreamsim_folders, options, reference_python, shared

DIMENSIONS = ("i2v_subject", "i2v_background")
CASES = (("derived/vertical_9x16_tiny.mp4", "chelsea_cat.png"), ("real/park_nonzero_start.mp4", "kodim03.png"))
TOLERANCE = 1e-4


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("vbench")
    packages, folder = dreamsim_folders()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root / "reference"), str(packages)])}
    failures = 0
    for dimension, (clip, image) in product(DIMENSIONS, CASES[: 1 if settings.quick else None]):
        clip, image = root / "data/videos" / clip, root / "data/images" / image
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "out.json"
            subprocess.run(
                [
                    python,
                    str(Path(__file__).with_name("reference_i2v.py")),
                    dimension,
                    str(folder / "dreamsim_model"),
                    str(clip),
                    str(image),
                    str(out),
                ],
                check=True,
                env=environment,
                capture_output=True,
            )
            theirs = json.loads(out.read_text())
        table = gallop.score(clip, dimensions=dimension, weights=folder, image=image, device="cpu")
        if table.problems:
            print(f"  FAILED: {clip.name}: {table.problems[0][1].message}")
            return 1
        ours = table.results[0].scores[0]
        worst = max(abs(a - b) for a, b in zip(ours.parts, theirs["parts"], strict=True))
        distance = abs(ours.value - theirs["value"]) / max(1 - theirs["value"], 1e-6)
        wrong = worst > TOLERANCE or abs(ours.value - theirs["value"]) > TOLERANCE or distance > 1e-2
        failures += wrong
        print(
            f"  {'FAILED: ' if wrong else ''}{dimension} of {clip.name}: {ours.value:.7f}, reference {theirs['value']:.7f}; frames differ by at most {worst:.1e}",
            flush=True,
        )
    print(f"i2v: {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
