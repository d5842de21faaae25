"""What is written depends on what is given alone: not on what memory held before."""

import os
import subprocess
import sys
from pathlib import Path

import gallop
import pytest

PROGRAM = """
import hashlib, sys
from pathlib import Path
import numpy as np, gallop

folder = Path(sys.argv[1])
values = np.random.default_rng(0)
for height, width in ((48, 64), (54, 71), (144, 176)):
    cells = values.integers(0, 255, (9, -(-height // 6), -(-width // 6), 3), np.uint8)
    frames = np.ascontiguousarray(np.repeat(np.repeat(cells, 6, 1), 6, 2)[:, :height, :width])
    frames = (0.6 * frames + 0.4 * np.roll(frames, 3, 2)).astype(np.uint8)
    for name, options in (("a.mp4", {"preset": "veryfast"}), ("b.mp4", {"preset": "medium", "crf": 18}), ("c.gif", {}), ("d.webp", {})):
        gallop.write_video(folder / name, gallop.Video(frames, fps=8.0), **options)
    gallop.write_image(folder / "e.jpg", gallop.Image(frames[4]))
    print(*(hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("a.mp4", "b.mp4", "c.gif", "d.webp", "e.jpg")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="MALLOC_PERTURB_ belongs to glibc")
def test_equal_frames_give_equal_bytes_whatever_memory_held(tmp_path):
    package = str(Path(gallop.__file__).parents[1])
    outputs = set()
    for filling in ("1", "85", "170"):
        environment = os.environ | {"MALLOC_PERTURB_": filling, "PYTHONPATH": package}
        done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, capture_output=True, text=True, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1
