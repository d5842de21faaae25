"""Clips that show known text over real footage, for judging text_accuracy."""

from __future__ import annotations

from pathlib import Path

import numpy as np

FONTS = {
    "english": ("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    "chinese": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
}


def font_file(language: str) -> str | None:
    return next((path for path in FONTS[language] if Path(path).exists()), None)


def with_text(frames: np.ndarray, text: str, language: str, size: int, contrast: float = 1.0, motion: float = 0.0) -> np.ndarray:
    """``frames`` uint8 [T, H, W, 3] with ``text`` in letters of ``size`` pixels.

    ``contrast``: how far the letters' grey lies from the mean of what they cover, as a share of the distance to white or black, whichever is
    farther. ``motion``: pixels a frame to the right.
    """
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(font_file(language), size)
    out = []
    for number, frame in enumerate(frames):
        picture = Image.fromarray(frame)
        height, width = frame.shape[:2]
        left, top, right, bottom = font.getbbox(text)
        x = int((width - (right - left)) / 2 + motion * (number - len(frames) / 2))
        y = int((height - (bottom - top)) / 2)
        covered = frame[max(y, 0) : y + bottom - top, max(x, 0) : x + right - left]
        mean = float(covered.mean()) if covered.size else 128.0
        end = 255.0 if mean < 128 else 0.0
        grey = round(mean + contrast * (end - mean))
        ImageDraw.Draw(picture).text((x - left, y - top), text, font=font, fill=(grey, grey, grey))
        out.append(np.asarray(picture))
    return np.stack(out)
