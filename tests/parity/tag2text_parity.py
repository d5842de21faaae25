"""Live comparison of Tag2Text captions with the vbench 0.1.5 package: frames of real clips, two sets of deterministic weights.

Token ids and texts must be equal for at least 99.5 % of the frames (vbench.md 15, level 4), and there must be at least twenty
distinct token sequences, so that a captioner that says one thing always does not pass. Tags that differ are listed: a probability within
rounding of the threshold may fall on either side. Processor seconds of both sides, one thread each, are told. Needs GALLOP_VBENCH_PYTHON,
the shared data and 3 GB in the folder GALLOP_CAPTION_WEIGHTS (filled on demand). The quick form takes eight frames and one set;
GALLOP_CAPTION_STEP sets the distance of frames.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common import options, reference_python, shared

LEAST_EQUAL, LEAST_DISTINCT = 0.995, 20
SUFFIXES = ("", "-second")
#: Frames of each clip: every STEP-th of its sixteen middle ones.
STEP, QUICK_STEP = "2", "8"


def clips(root: Path) -> list[Path]:
    folders = (root / "data/videos" / name for name in ("real", "ai_generated", "animation"))
    return [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix == ".mp4"]


def fill(python: str, root: Path, suffix: str, environment: dict) -> Path:
    base = Path(os.environ.get("GALLOP_CAPTION_WEIGHTS", Path(tempfile.gettempdir()) / "gallop-caption-weights"))
    folder = base / f"lively{suffix}"
    checkpoint = folder / "tag2text_swin_14m.pth"
    if not checkpoint.exists():
        unfinished = folder / "unfinished"
        command = [python, str(Path(__file__).with_name("fill_tag2text.py")), str(unfinished), suffix]
        subprocess.run(command, check=True, env=environment)
        unfinished.rename(checkpoint)
    vocabulary = folder / "vocab.txt"
    if not vocabulary.exists():
        vocabulary.write_bytes((root / "data/text/bert/vocab.txt").read_bytes())
    return folder


def run_both(commands: tuple[list[str], list[str]], environment: dict) -> list[list[dict]]:
    """The JSON lines of both sides, which run at the same time."""
    with contextlib.ExitStack() as files:
        outputs, logs = ([files.enter_context(tempfile.TemporaryFile("w+")) for _ in commands] for _ in range(2))
        running = [
            subprocess.Popen(command, stdout=output, stderr=log, env=environment)
            for command, output, log in zip(commands, outputs, logs, strict=True)
        ]
        for command, process, log in zip(commands, running, logs, strict=True):
            if process.wait():
                log.seek(0)
                raise RuntimeError(f"{' '.join(command[:2])} failed:\n{log.read()[-3000:]}")
        for output in outputs:
            output.seek(0)
        return [[json.loads(line) for line in output if line.startswith("{")] for output in outputs]


def compare(ours: list[dict], theirs: list[dict], refused: set[str], same_names: dict[str, int]) -> tuple[int, int]:
    """Frames compared and captions that are equal; what differs is printed. ``same_names``: tags to the first one of the same name."""
    mine = [line for line in ours if line["clip"] not in refused]
    if [(line["clip"], line["frame"]) for line in mine] != [(line["clip"], line["frame"]) for line in theirs]:
        raise RuntimeError(f"{len(mine)} frames of ours, {len(theirs)} of the reference")
    equal = 0
    for own, other in zip(mine, theirs, strict=True):
        place = f"{Path(own['clip']).name} frame {own['frame']}"
        own["tags"] = [same_names.get(str(tag), tag) for tag in own["tags"]]
        if own["tags"] != other["tags"]:
            print(
                f"  tags differ: {place}: only ours {sorted(set(own['tags']) - set(other['tags']))}, only the reference {sorted(set(other['tags']) - set(own['tags']))}"
            )
        if own["ids"] == other["ids"] and own["text"] == other["text"]:
            equal += 1
        else:
            print(f"  differs: {place}: {own['text']!r}, reference {other['text']!r}")
    return len(mine), equal


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("vbench")
    program = Path(settings.build) / "tests/parity/vbench_captions"
    if not program.exists():
        print(f"FAILED: {program} is not built; name the build folder with --build")
        return 1
    chosen = [str(clip) for clip in (clips(root)[:4] if settings.quick else clips(root))]
    step = os.environ.get("GALLOP_CAPTION_STEP", QUICK_STEP if settings.quick else STEP)
    environment = os.environ | {"PYTHONPATH": str(root / "reference")}
    reference = str(Path(__file__).with_name("reference_tag2text.py"))
    frames = equal = 0
    sequences = set()
    for suffix in SUFFIXES[: 1 if settings.quick else 2]:
        folder = fill(python, root, suffix, environment)
        files = [str(folder / "tag2text_swin_14m.pth"), str(folder / "vocab.txt")]
        ours, theirs = run_both(([str(program), str(folder), step, *chosen], [python, reference, *files, step, *chosen]), environment)
        same_names = theirs.pop(0)["same_names"]
        refused = {line["clip"] for line in theirs if "error" in line}
        for line in theirs:
            if "error" in line:
                print(f"  the reference cannot open {Path(line['clip']).name}: {line['error'][-80:]}")
        theirs = [line for line in theirs if "error" not in line]
        count, same = compare(ours, theirs, refused, same_names)
        frames, equal = frames + count, equal + same
        sequences |= {tuple(line["ids"]) for line in theirs}
        a, b = (statistics.median(line["seconds"] for line in side) for side in (ours, theirs))
        print(
            f"  weights {suffix or 'first'!r}: {same} of {count} captions equal, {len(sequences)} distinct so far; processor seconds a frame {a:.2f}, reference {b:.2f}, ratio {b / a:.2f}",
            flush=True,
        )
    distinct = 2 if settings.quick else LEAST_DISTINCT
    print(f"tag2text: {equal} of {frames} captions equal, {len(sequences)} distinct token sequences")
    return 0 if equal >= LEAST_EQUAL * frames and len(sequences) >= distinct else 1


if __name__ == "__main__":
    sys.exit(main())
