"""Measures the shipped model: does a clip show what was asked? Nothing here was trained on the model's own clips.

    python evaluate.py --model FOLDER --clips DIR --reader FILE --out measured.json

Every attribute is read by the classifier of reader.py from (a) held-out renders, (b) the same through the VAE, (c) clips
generated for held-out combinations, in English and in Chinese. (a) and (b) are the ceiling of (c).
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import reader as reading
import torch
import world_only  # noqa: F401
from clips import ATTRIBUTES, FRAMES, Clips, scene_of
from gallop import world
from sample import Model, noise_of

PROMPTS, CONTINUED, DIVERSE, SEEDS = 300, 100, 12, 4
BATCH = 10


def interval(hits: int, trials: int) -> list[float]:
    """Wilson's 95 % interval of a share."""
    z, p = 1.96, hits / trials
    middle, width = p + z * z / (2 * trials), z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    return [round((middle - width) / (1 + z * z / trials), 3), round((middle + width) / (1 + z * z / trials), 3)]


def share(right: np.ndarray) -> dict:
    return {
        "share": round(float(right.mean()), 3),
        "interval": interval(int(right.sum()), len(right)),
        "clips": len(right),
    }


def by_attribute(found: np.ndarray, labels: np.ndarray) -> dict:
    right = found == labels
    return {name: share(right[:, i]) for i, name in enumerate(ATTRIBUTES)} | {"all": share(right.all(1))}


def generate(drawn: Model, prompts: list[str], seeds: list[int], first: torch.Tensor | None = None) -> np.ndarray:
    clips = []
    for start in range(0, len(prompts), BATCH):
        part = slice(start, start + BATCH)
        noise = torch.stack([noise_of(seed, FRAMES) for seed in seeds[part]])
        clips.append(drawn.frames(drawn.latents(prompts[part], FRAMES, noise, first=None if first is None else first[part])))
        print(f"\r{start + len(clips[-1])} of {len(prompts)}", end="", flush=True)
    print()
    return np.concatenate(clips)


def encode(drawn: Model, frames: np.ndarray) -> torch.Tensor:
    """uint8 [B, T, H, W, 3] to the transformer's latents, by the shipped encoder."""
    video = torch.from_numpy(np.ascontiguousarray(frames)).float().permute(0, 4, 1, 2, 3) / 127.5 - 1
    with torch.no_grad():
        z = drawn.vae.encode(video).latent_dist.mode()
    return z / torch.tensor(drawn.vae.config.latents_std).view(1, -1, 1, 1, 1)


def round_trip(drawn: Model, frames: np.ndarray) -> np.ndarray:
    return np.concatenate([drawn.frames(encode(drawn, frames[i : i + 16])) for i in range(0, len(frames), 16)])


def psnr(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of each clip, dB."""
    error = ((a.astype(np.float32) - b.astype(np.float32)) / 255) ** 2
    return -10 * np.log10(error.reshape(len(a), -1).mean(1) + 1e-10)


def continuation(drawn: Model, reader, held: Clips, scenes: list[world.Scene]) -> dict:
    """Image to video: the given frame kept, its subject still there at the end, the asked motion seen."""
    count = len(scenes)
    rendered = held.take(range(count))
    given = rendered[:, :1]
    clips = generate(
        drawn,
        [world.caption(scene, "en", i) for i, scene in enumerate(scenes)],
        list(range(count)),
        encode(drawn, given),
    )
    found, labels = reading.read(reader, clips), held.labels[:count]
    last = reading.read(reader, np.repeat(clips[:, -1:], FRAMES, 1))
    kept, own = psnr(clips[:, :1], given), psnr(round_trip(drawn, given), given)
    return {
        "first_frame_psnr": round(float(kept.mean()), 2),
        "first_frame_psnr_of_vae": round(float(own.mean()), 2),
        "subject_in_last_frame": share(last[:, 0] == labels[:, 0]),
        "color_in_last_frame": share(last[:, 1] == labels[:, 1]),
        "motion": share(found[:, 2] == labels[:, 2]),
    }


def diversity(drawn: Model, scenes: list[world.Scene]) -> dict:
    """Root mean square difference between clips of one prompt and different seeds, of 255; renders of one scene beside it."""

    def spread(clips):
        clips = clips.reshape(DIVERSE, SEEDS, -1).astype(np.float32)
        pairs = [(a, b) for a in range(SEEDS) for b in range(a)]
        return round(float(np.mean([np.sqrt(((clips[:, a] - clips[:, b]) ** 2).mean(1)).mean() for a, b in pairs])), 2)

    prompts = [world.caption(scene) for scene in scenes[:DIVERSE] for _ in range(SEEDS)]
    ours = generate(drawn, prompts, list(range(1000, 1000 + len(prompts))))
    renders = [
        world.render(world.Scene(**scene.labels(), seed=20_000_000 + SEEDS * i + k), 64, 64, FRAMES, 8.0, plain=True)
        for i, scene in enumerate(scenes[:DIVERSE])
        for k in range(SEEDS)
    ]
    return {"generated": spread(ours), "renders": spread(np.stack(renders))}


def flicker(clips: np.ndarray, labels: np.ndarray) -> float:
    """Mean absolute difference of neighbouring frames, of 255, in clips where nothing should move: still and clear."""
    quiet = clips[(labels[:, 2] == 2) & (labels[:, 5] == 0)].astype(np.float32)
    return round(float(np.abs(np.diff(quiet, axis=1)).mean()), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--prompts", type=int, default=PROMPTS)
    parser.add_argument("--continued", type=int, default=CONTINUED)
    parser.add_argument("--half", action="store_true", help="products in bfloat16: several times faster where the processor has AMX")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    drawn = Model.exported(options.model, torch.bfloat16 if options.half else torch.float32)
    reader, held, count = reading.load(options.reader), Clips(options.clips, held_out=True), options.prompts
    scenes = [scene_of(number, held_out=True) for number in range(count)]
    rendered, labels = held.take(range(count)), held.labels[:count]
    through = round_trip(drawn, rendered)
    result = {
        "products": "bfloat16" if options.half else "float32",
        "vae_psnr": round(float(psnr(through, rendered).mean()), 2),
        "renders": by_attribute(reading.read(reader, rendered), labels),
        "through_vae": by_attribute(reading.read(reader, through), labels),
    }
    print(json.dumps(result, indent=1), flush=True)
    for language in ("en", "zh"):
        clips = generate(drawn, [world.caption(scene, language, i) for i, scene in enumerate(scenes)], list(range(count)))
        result[f"generated_{language}"] = by_attribute(reading.read(reader, clips), labels)
        result[f"flicker_{language}"] = flicker(clips, labels)
        print(json.dumps(result[f"generated_{language}"], indent=1), flush=True)
    result["flicker_renders"] = flicker(rendered, labels)
    result["continued"] = continuation(drawn, reader, held, scenes[: options.continued])
    result["diversity"] = diversity(drawn, scenes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
