"""Live comparison of Tag2Text captions with the vbench 0.1.5 package: frames of real clips, two sets of deterministic weights.

Tags and token ids must be equal for at least 99.5 % of the frames (vbench.md 15, level 4), and there must be at least twenty
distinct token sequences, so that a captioner that says one thing always does not pass. Needs GALLOP_VBENCH_PYTHON, the shared
data and 6 GB in the folder GALLOP_CAPTION_WEIGHTS (filled on demand). The quick form takes eight frames and one set.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import options, reference_python, shared

LEAST_EQUAL, LEAST_DISTINCT = 0.995, 20
SUFFIXES = ("", "-second")
#: Frames of each clip: every STEP-th of its sixteen middle ones.
STEP, QUICK_STEP = 2, 8


def clips(root: Path) -> list[Path]:
    folders = (root / "data/videos" / name for name in ("real", "ai_generated", "animation"))
    return [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix == ".mp4"]


def fill(python: str, root: Path, suffix: str) -> Path:
    base = Path(os.environ.get("GALLOP_CAPTION_WEIGHTS", Path(tempfile.gettempdir()) / "gallop-caption-weights"))
    folder = base / f"set{suffix}"
    if not (folder / "tag2text_swin_14m.pth").exists():
        subprocess.run(
            [python, str(root / "reference/fill_weights.py"), str(folder), "--pth", "--only", "tag2text_swin_b", f"--suffix={suffix}"],
            check=True,
        )
    vocabulary = folder / "vocab.txt"
    if not vocabulary.exists():
        vocabulary.write_bytes((root / "data/text/bert/vocab.txt").read_bytes())
    return folder


def lines(command: list[str], environment: dict | None = None) -> list[dict]:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("vbench")
    program = Path(settings.build) / "tests/parity/vbench_captions"
    if not program.exists():
        print(f"FAILED: {program} is not built; name the build folder with --build")
        return 1
    chosen = clips(root)[:4] if settings.quick else clips(root)[: int(os.environ.get("GALLOP_CAPTION_CLIPS", "1000"))]
    step = str(QUICK_STEP if settings.quick else STEP)
    environment = os.environ | {"PYTHONPATH": str(root / "reference")}
    reference = Path(__file__).with_name("reference_tag2text.py")
    frames = equal = 0
    sequences = set()
    for suffix in SUFFIXES[: 1 if settings.quick else 2]:
        folder = fill(python, root, suffix)
        names = [str(clip) for clip in chosen]
        ours = lines([str(program), str(folder), step, *names])
        theirs = lines(
            [python, str(reference), str(folder / "tag2text_swin_14m.pth"), str(folder / "vocab.txt"), step, *names], environment
        )
        if [(line["clip"], line["frame"]) for line in ours] != [(line["clip"], line["frame"]) for line in theirs]:
            print(f"  FAILED: {len(ours)} frames of ours, {len(theirs)} of the reference")
            return 1
        for mine, other in zip(ours, theirs, strict=True):
            frames += 1
            sequences.add(tuple(other["ids"]))
            if mine["ids"] == other["ids"] and mine["text"] == other["text"]:
                equal += 1
            else:
                print(f"  differs: {Path(mine['clip']).name} frame {mine['frame']}: {mine['text']!r}, reference {other['text']!r}")
    distinct = 2 if settings.quick else LEAST_DISTINCT
    print(f"tag2text: {equal} of {frames} captions equal, {len(sequences)} distinct token sequences")
    return 0 if equal >= LEAST_EQUAL * frames and len(sequences) >= distinct else 1


if __name__ == "__main__":
    sys.exit(main())
