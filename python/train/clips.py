"""Renders labelled training clips into shards: uint8 frames, subject boxes, label indices. A clip is decided by its number alone.

python clips.py --out DIR --shards 8          # shard k holds the clips k * SHARD ... ; existing shards are kept
python clips.py --out DIR --held-out          # one shard of combinations that training never sees
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import world_only  # noqa: F401
from gallop import world

SIZE, FRAMES, FPS = 64, 9, 8.0
SHARD = 2048
HELD_OUT_SHARD = 512
ATTRIBUTES = {
    "subject": world.SUBJECTS,
    "color": world.COLORS,
    "motion": world.MOTIONS,
    "place": world.PLACES,
    "time": world.TIMES,
    "weather": world.WEATHERS,
}


def scene_of(number: int, held_out: bool = False) -> world.Scene:
    """The scene of a clip: subjects equally often, everything else by chance, combinations of the other split drawn again."""
    rng = np.random.default_rng([17, int(held_out), number])
    while True:
        labels = {name: choices[int(rng.integers(len(choices)))] for name, choices in ATTRIBUTES.items()}
        labels["place"] = "sea" if labels["subject"] == "boat" else ("road", "field")[int(rng.integers(2))]
        scene = world.Scene(**labels, seed=(10_000_000 if held_out else 0) + number)
        if world.held_out(scene) == held_out:
            return scene


def indices(scene: world.Scene) -> list[int]:
    return [choices.index(getattr(scene, name)) for name, choices in ATTRIBUTES.items()]


def scene_from(row, seed: int = 0) -> world.Scene:
    return world.Scene(**{name: choices[int(i)] for (name, choices), i in zip(ATTRIBUTES.items(), row, strict=True)}, seed=seed)


def render_shard(path: Path, numbers: range, held_out: bool) -> None:
    frames = np.empty((len(numbers), FRAMES, SIZE, SIZE, 3), np.uint8)
    boxes = np.empty((len(numbers), FRAMES, 4), np.float32)
    labels = np.empty((len(numbers), len(ATTRIBUTES)), np.uint8)
    for i, number in enumerate(numbers):
        scene = scene_of(number, held_out)
        frames[i] = world.render(scene, SIZE, SIZE, FRAMES, FPS, plain=True)
        boxes[i] = world.subject_boxes(scene, SIZE, SIZE, FRAMES, FPS)
        labels[i] = indices(scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, values in (
        ("boxes", boxes),
        ("labels", labels),
        ("frames", frames),
    ):  # frames last: they say that the shard is whole
        partial = path.with_name(f"{path.name}.{name}.part")
        with open(partial, "wb") as file:
            np.save(file, values)
        os.replace(partial, path.with_name(f"{path.name}.{name}.npy"))


class Clips:
    """Shards opened for reading, frames memory-mapped."""

    def __init__(self, folder: str | Path, shards: int | None = None, held_out: bool = False):
        pattern = "held.frames.npy" if held_out else "train*.frames.npy"
        files = sorted(Path(folder).glob(pattern))
        if shards is not None:
            if len(files) < shards:
                raise SystemExit(f"{folder}: {len(files)} shards, {shards} wanted; run clips.py first")
            files = files[:shards]
        if not files:
            raise SystemExit(f"{folder}: no shard named {pattern}; run clips.py first")
        self.frames = [np.load(file, mmap_mode="r") for file in files]
        self.boxes = np.concatenate([np.load(str(file).replace(".frames.", ".boxes.")) for file in files])
        self.labels = np.concatenate([np.load(str(file).replace(".frames.", ".labels.")) for file in files])
        self.shard = len(self.frames[0])

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows, frames=slice(None)) -> np.ndarray:
        return np.stack([self.frames[row // self.shard][row % self.shard][frames] for row in rows])

    def mirrored(self, rng: np.random.Generator, rows, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Half of the clips turned left to right, labels and boxes with them; never into a held-out combination."""
        labels, boxes, frames = self.labels[rows].copy(), self.boxes[rows].copy(), frames.copy()
        for i in np.nonzero(rng.random(len(rows)) < 0.5)[0]:
            turned = labels[i].copy()
            turned[2] = (1, 0, 2)[turned[2]]
            if world.held_out(scene_from(turned)):
                continue
            labels[i] = turned
            frames[i] = frames[i, :, :, ::-1]
            boxes[i, :, [0, 2]] = SIZE - boxes[i, :, [2, 0]]
        return frames, labels, boxes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    if options.held_out:
        render_shard(options.out / "held", range(HELD_OUT_SHARD), True)
        return
    for k in range(options.shards):
        if not (options.out / f"train{k:03d}.frames.npy").exists():
            render_shard(options.out / f"train{k:03d}", range(k * SHARD, (k + 1) * SHARD), False)
            print(f"shard {k}", flush=True)


if __name__ == "__main__":
    main()
