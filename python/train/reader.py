"""The classifier that measures the model: it reads every attribute from a clip, and is trained on rendered clips only.

python reader.py --clips DIR --out FILE --steps N
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import world_only  # noqa: F401
from clips import ATTRIBUTES, Clips
from torch import nn


class AttributeReader(nn.Module):
    """uint8-like frames [B, T, 64, 64, 3] in 0..1 to one row of scores per attribute.

    Nine frames at half size; two-dimensional layers see each frame, one layer compares neighbouring frames; features are
    averaged over coarse regions, so that place, sky and subject keep their positions, and over time twice: as they are and as
    they change, so that direction can be read.
    """

    def __init__(self, width: int = 24):
        super().__init__()
        self.first = nn.Conv2d(3, width, 5, stride=2, padding=2)
        self.second = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.third = nn.Conv2d(2 * width, 3 * width, 3, stride=2, padding=1)
        self.moving = nn.Conv3d(3 * width, 3 * width, (3, 3, 3), padding=(0, 1, 1))
        self.heads = nn.ModuleDict({name: nn.Linear(3 * width * 16 * 4, len(choices)) for name, choices in ATTRIBUTES.items()})

    def forward(self, clips: torch.Tensor) -> dict[str, torch.Tensor]:
        b, t = clips.shape[:2]
        x = clips.flatten(0, 1).permute(0, 3, 1, 2) * 2 - 1
        x = F.gelu(self.first(x))
        x = F.gelu(self.second(x))
        x = F.gelu(self.third(x)).unflatten(0, (b, t)).transpose(1, 2)  # [B, C, T, 8, 8]
        moving = F.gelu(self.moving(x))
        maps = torch.cat([x.mean(2), moving.mean(2), x[:, :, : t // 3].mean(2), x[:, :, -(t // 3) :].mean(2)], 1)
        pooled = F.adaptive_avg_pool2d(maps, 4).flatten(1)
        return {name: head(pooled) for name, head in self.heads.items()}


def roughened(frames: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Slight blur, noise, contrast and brightness, so that a codec's or a model's texture is not taken for content."""
    if rng.random() < 0.4:
        flat = frames.flatten(0, 1).permute(0, 3, 1, 2)
        kernel = torch.tensor([1.0, 2.0, 1.0]) / 4
        kernel = (kernel[:, None] * kernel)[None, None].expand(3, 1, 3, 3)
        blurred = F.conv2d(F.pad(flat, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
        frames = flat.lerp(blurred, float(rng.random())).permute(0, 2, 3, 1).view(frames.shape)
    if rng.random() < 0.5:
        frames = frames + 0.06 * float(rng.random()) * torch.randn(
            frames.shape, generator=torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        )
    gain, lift = 1 + 0.12 * (rng.random() - 0.5), 0.06 * (rng.random() - 0.5)
    return (frames * gain + lift).clamp(0, 1)


def read(reader: AttributeReader, clips: np.ndarray) -> np.ndarray:
    """uint8 [N, T, 64, 64, 3] to label indices [N, attributes]."""
    out = []
    with torch.no_grad():
        for start in range(0, len(clips), 32):
            scores = reader(torch.from_numpy(np.ascontiguousarray(clips[start : start + 32])).float() / 255)
            out.append(torch.stack([scores[name].argmax(1) for name in ATTRIBUTES], 1).numpy())
    return np.concatenate(out)


def load(path: Path) -> AttributeReader:
    reader = AttributeReader()
    reader.load_state_dict(torch.load(path, weights_only=True))
    return reader.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--shards", type=int)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    clips, held = Clips(options.clips, options.shards), Clips(options.clips, held_out=True)
    reader = AttributeReader()
    optimizer = torch.optim.AdamW(reader.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=0.02)
    noted, mean = time.monotonic(), 0.0
    for step in range(options.steps):
        rng = np.random.default_rng([3, step])
        rows = rng.integers(len(clips), size=options.batch)
        frames, labels, _ = clips.mirrored(rng, rows, clips.take(rows))
        target = torch.from_numpy(labels.astype(np.int64))
        seen = roughened(torch.from_numpy(frames).float() / 255, rng)
        with torch.autocast("cpu", torch.bfloat16):
            scores = reader(seen)
        loss = sum(F.cross_entropy(scores[name].float(), target[:, i]) for i, name in enumerate(ATTRIBUTES))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 50, (options.steps - step) / (0.4 * options.steps))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        mean += 0.05 * (loss.item() - mean)
        if time.monotonic() - noted > 60 or step + 1 == options.steps:
            noted = time.monotonic()
            right = read(reader, np.concatenate([held.take(range(0, 512, 2))])) == held.labels[::2]
            print(
                f"step {step + 1} loss {mean:.3f} held out",
                dict(zip(ATTRIBUTES, right.mean(0).round(3), strict=True)),
                "all",
                right.all(1).mean().round(3),
                flush=True,
            )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(reader.state_dict(), options.out)


if __name__ == "__main__":
    main()
