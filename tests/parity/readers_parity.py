"""Live comparison of the reader contracts with decord 0.6.0 and opencv-python-headless 4.10.0.84.

Frame counts and sizes must be equal for every clip; pixels exactly for the class of clips the contract promises (8-bit
4:2:0 or 4:4:4 with even sides, untagged or BT.601, and 8-bit RGB); for all others the largest difference is listed.
Tolerance 0 because both sides run the same conversion on the same decoded values.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import gallop
import numpy as np
from common import options, reference_python, shared

QUICK = (
    "ladder/base.mp4",
    "real/keyboard_rot90.mov",
    "real/carphone_pristine.mp4",
    "derived/h264_vfr.mp4",
    "codec_conformance/h264_10bits.mp4",
)
EXACT_FORMATS = {"yuv420p", "yuvj420p", "yuv444p", "yuvj444p", "rgb24", "gbrp", "bgr24", "bgr0", "bgra"}


def promised(info) -> bool:
    """Whether the contract promises equal pixels for this clip."""
    stream = info["streams"][info["best_video"]]
    even = stream["width"] % 2 == 0 and stream["height"] % 2 == 0
    return (
        stream["pixel_format"] in EXACT_FORMATS
        and even
        and stream["color_space"] in ("", "unknown", "smpte170m", "bt470bg", "gbr", "unspecified")
    )


def main() -> int:
    settings = options(__doc__)
    folder = shared() / "data/videos"
    python = reference_python("vbench")
    files = (
        [folder / name for name in QUICK]
        if settings.quick
        else [
            f
            for group in ("real", "animation", "ai_generated", "codec_conformance", "derived", "ladder")
            for f in sorted((folder / group).iterdir())
            if f.suffix not in (".json", ".pt")
        ]
    )
    worker = subprocess.Popen(
        [python, str(Path(__file__).with_name("reference_frames.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    failures, listed, exact = [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for file in files:
            for contract in ("opencv", "decord"):
                out = Path(scratch) / "frames.npy"
                worker.stdin.write(f"{contract}\t{file}\t{out}\n")
                worker.stdin.flush()
                answer = worker.stdout.readline().strip()
                name = f"{file.relative_to(folder)} by {contract}"
                try:
                    ours = gallop.read_video(file, contract=contract).numpy()
                except gallop.Error as error:
                    (listed if answer.startswith("error") else failures).append(f"{name}: ours {type(error).__name__}, theirs {answer}")
                    continue
                if answer != "ok":
                    listed.append(f"{name}: ours {ours.shape}, theirs {answer}")
                    continue
                theirs = np.load(out)
                if ours.shape != theirs.shape:
                    failures.append(f"{name}: shape {ours.shape}, reference {theirs.shape}")
                    continue
                worst = max(int(np.abs(a.astype(np.int16) - b).max()) for a, b in zip(ours, theirs, strict=True))
                if worst == 0:
                    exact += 1
                elif promised(gallop.probe(file)):
                    failures.append(f"{name}: differs by up to {worst} although equality is promised")
                else:
                    listed.append(f"{name}: largest difference {worst}")
    worker.stdin.close()
    for line in listed:
        print("  listed:", line)
    for line in failures:
        print("  FAILED:", line)
    print(f"readers: {exact} exact, {len(listed)} listed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
