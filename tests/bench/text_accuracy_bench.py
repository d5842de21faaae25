"""The curve of text_accuracy: known text over real footage at several sizes, contrasts and motions, in two languages.

Prints one table a language: mean value over the footages, for every size and contrast (still) and every size and motion (full contrast).
Needs a build with Tesseract, Pillow, the fonts of .ci/setup and the shared footage.
"""

import argparse
import os
import sys
from pathlib import Path

import gallop
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from text_clips import font_file, with_text  # noqa: E402

FOOTAGE = ("skyline_pan_60fps.mp4", "arm_wrestling.mp4", "flipping_pancake_opus.mkv")
TEXTS = {"english": "OPEN LATE", "chinese": "欢迎光临"}
SIZES, CONTRASTS, MOTIONS = (12, 18, 24, 36, 52), (0.25, 0.5, 0.75, 1.0), (0, 4, 16)
SKIPPED = 77


def footage(folder: Path) -> list[np.ndarray]:
    """Two frames of each clip, about half a second apart, so that motion shows."""
    clips = []
    for name in FOOTAGE:
        frames = np.asarray(gallop.read_video(folder / name, contract="decord"))
        clips.append(frames[[0, min(len(frames) - 1, 12)]])
    return clips


def value(clips, text) -> float:
    """Mean over ``clips``, arrays of frames."""
    scores = []
    for frames in clips:
        table = gallop.score(frames, fps=2, dimensions="text_accuracy", prompt=f'a sign "{text}"', device="cpu")
        if table.problems:
            print(f"SKIPPED: {table.problems[0][1].message}")
            sys.exit(SKIPPED)
        scores.append(table.results[0].scores[0].value)
    return float(np.mean(scores))


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    folder = Path(os.environ.get("GALLOP_SHARED", ROOT.parent / "shared")) / "data/videos/real"
    if not folder.is_dir():
        print(f"SKIPPED: no footage in {folder}; set GALLOP_SHARED")
        return SKIPPED
    clips = footage(folder)
    print(f"footage: {', '.join(f'{name} {clip.shape[2]}x{clip.shape[1]}' for name, clip in zip(FOOTAGE, clips, strict=True))}")
    for language, text in TEXTS.items():
        if font_file(language) is None:
            print(f"SKIPPED: no font for {language}")
            continue
        print(f"\n{language}, {text!r}; without the text: {value(clips, text):.2f}")
        print(
            "| letters | "
            + " | ".join(f"contrast {contrast:g}" for contrast in CONTRASTS)
            + " | "
            + " | ".join(f"{motion} px a frame" for motion in MOTIONS[1:])
            + " |"
        )
        print("|---" * (len(CONTRASTS) + len(MOTIONS)) + "|")
        for size in SIZES:
            shown = [(contrast, 0) for contrast in CONTRASTS] + [(1.0, motion) for motion in MOTIONS[1:]]
            values = [value([with_text(frames, text, language, size, *how) for frames in clips], text) for how in shown]
            print(f"| {size} px | " + " | ".join(f"{v:.2f}" for v in values) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
