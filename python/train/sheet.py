"""The contact sheet of the docs: a fixed grid of prompts, seed 0 for each, nothing chosen. First, middle and last frame of a clip."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import world_only  # noqa: F401
from clips import FRAMES, SIZE
from gallop import world
from PIL import Image, ImageDraw, ImageFont
from sample import Model, noise_of

#: Every subject in every colour; motion, place, time and weather run through their values.
GRID = [
    (
        subject,
        color,
        world.MOTIONS[(i + j) % 3],
        "sea" if subject == "boat" else ("road", "field")[(i + j // 2) % 2],
        world.TIMES[(i + j // 3) % 2],
        world.WEATHERS[(j + i // 2) % 2],
    )
    for i, subject in enumerate(world.SUBJECTS)
    for j, color in enumerate(world.COLORS)
]
SCALE, SHOWN = 2, (0, FRAMES // 2, FRAMES - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    drawn = Model.exported(options.model, torch.bfloat16 if options.half else torch.float32)
    scenes = [world.Scene(*labels) for labels in GRID]
    prompts = ["a red car drifting through rain at night", "一辆红色的汽车在夜雨中漂移"] + [world.caption(scene) for scene in scenes]
    marks = ["", ""] + ["[held out] " if world.held_out(scene) else "" for scene in scenes]
    clips = [drawn.frames(drawn.latents([prompt], FRAMES, noise_of(0, FRAMES)[None]))[0] for prompt in prompts]
    columns, wide, tall = 2, len(SHOWN) * SIZE * SCALE + 8, SIZE * SCALE + 22
    rows = -(-len(prompts) // columns)
    sheet = Image.new("RGB", (columns * wide, rows * tall), "white")
    pen, font = ImageDraw.Draw(sheet), font_for_captions()
    for i, (prompt, mark, clip) in enumerate(zip(prompts, marks, clips, strict=True)):
        x, y = (i % columns) * wide, (i // columns) * tall
        strip = Image.fromarray(np.concatenate([clip[k] for k in SHOWN], 1))
        sheet.paste(strip.resize((strip.width * SCALE, strip.height * SCALE), Image.Resampling.NEAREST), (x + 4, y + 18))
        pen.text((x + 4, y + 2), mark + prompt, fill="black", font=font)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256).save(options.out, optimize=True)


def font_for_captions():
    """A font with Chinese characters where one is installed; without it their caption shows boxes."""
    for file in Path("/usr/share/fonts").rglob("*CJK*Regular*"):
        return ImageFont.truetype(str(file), 11)
    for file in sorted(Path("/usr/share/fonts").rglob("*")):
        if file.name in ("wqy-microhei.ttc", "wqy-zenhei.ttc", "uming.ttc", "DroidSansFallbackFull.ttf"):
            return ImageFont.truetype(str(file), 11)
    return ImageFont.load_default(11)


if __name__ == "__main__":
    main()
