"""Trains the decoder of the embedded VAE from fixed linear codes to pixels. Can be stopped at any moment and continued.

python vae.py --clips DIR --out DIR --steps N
"""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path

import numpy as np
import state
import torch
from clips import SIZE, Clips
from latent import box_weight, build_vae, decode, encode, fit_codes, patches


def as_float(frames: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(frames)).float() / 127.5 - 1


def get_codes(clips: Clips, out: Path) -> dict[str, torch.Tensor]:
    path = out / "codes.pt"
    if not path.exists():
        rows = range(0, 1024)
        frames = clips.take(rows, slice(0, None, 4)).reshape(-1, SIZE, SIZE, 3)
        state.save(path, **fit_codes(frames, clips.boxes[rows, ::4].reshape(-1, 4)))
    return state.load(path)


def psnr(vae, codes, held: Clips, rows) -> tuple[float, float]:
    """Mean over clips of the PSNR in the whole picture and inside the subject's box, dB."""
    whole, inside = [], []
    with torch.no_grad():
        for row in rows:
            frames = as_float(held.take([row]))
            error = ((decode(vae, encode(codes, frames)).clamp(-1, 1) - patches(frames)) / 2).square()
            weight = patches(box_weight(held.boxes[[row]], SIZE)[..., None].expand(*frames.shape).contiguous())
            whole.append(-10 * error.mean().log10().item())
            inside.append(-10 * ((error * weight).sum() / weight.sum()).log10().item())
    return float(np.mean(whole)), float(np.mean(inside))


def loss_of(vae, codes, frames: torch.Tensor, boxes: np.ndarray, generator: torch.Generator) -> torch.Tensor:
    latents = encode(codes, frames)
    # The transformer's latents are never exact: the decoder learns to forgive a little.
    level = 0.08 * torch.rand(len(latents), 1, 1, 1, 1, generator=generator)
    latents = latents + level * torch.randn(latents.shape, generator=generator)
    with torch.autocast("cpu", torch.bfloat16):
        guess = decode(vae, latents)
    b, t, h, w, _ = guess.shape

    def picture(x):  # [B, T, h, w, 192] -> [B, T, 3, H, W]
        return x.view(b, t, h, w, 3, 8, 8).permute(0, 1, 4, 2, 6, 3, 5).reshape(b, t, 3, h * 8, w * 8)

    error = picture(guess.float()) - frames.permute(0, 1, 4, 2, 3)
    weight = (1 + 3 * box_weight(boxes, SIZE))[:, :, None]
    absolute = (error.square() + 1e-4).sqrt()
    edges = (error.diff(dim=-1).abs() * weight[..., 1:]).mean() + (error.diff(dim=-2).abs() * weight[..., 1:, :]).mean()
    return (absolute * weight).mean() + 0.3 * edges + 2.0 * (error.square() * weight).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    clips, held = Clips(options.clips, options.shards), Clips(options.clips, held_out=True)
    codes = get_codes(clips, options.out)
    vae = build_vae(codes)
    vae.requires_grad_(False)
    vae.decoder.requires_grad_(True)
    parameters = dict(vae.decoder.named_parameters())
    average = state.Average(parameters, 0.998)
    optimizer = torch.optim.AdamW(parameters.values(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0)
    first, path = 0, options.out / "vae.pt"
    if saved := state.load(path):
        vae.decoder.load_state_dict(saved["weights"])
        optimizer.load_state_dict(saved["optimizer"])
        average.values, first = saved["average"], saved["step"]
    else:
        print("linear: {:.2f} dB, {:.2f} dB in the box".format(*psnr(vae, codes, held, range(0, 512, 24))), flush=True)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))

    def write(step):
        state.save(path, weights=vae.decoder.state_dict(), optimizer=optimizer.state_dict(), average=average.values, step=step)

    noted, mean = time.monotonic(), 0.0
    for step in range(first, options.steps):
        rng, generator = np.random.default_rng([1, step]), torch.Generator().manual_seed(step)
        rows = rng.integers(len(clips), size=options.batch)
        frames, _, boxes = clips.mirrored(rng, rows, clips.take(rows))
        part = slice(0, 5) if rng.random() < 0.5 else slice(0, 9)  # short clips are cheap and teach the start
        left = 1 - step / options.steps
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1.0, (step + 1) / 100, left / 0.3)
        loss = loss_of(vae, codes, as_float(frames[:, part]), boxes[:, part], generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 0.5)
        optimizer.step()
        average.update(parameters, step)
        mean += 0.02 * (loss.item() - mean) if step > first else loss.item()
        if time.monotonic() - noted > 60 or step + 1 == options.steps or stop:
            noted = time.monotonic()
            print(f"step {step + 1} loss {mean:.4f} gradient {norm:.3f}", flush=True)
            if (step // 100) % 3 == 0 or step + 1 == options.steps:
                kept = {name: value.detach().clone() for name, value in parameters.items()}
                vae.decoder.load_state_dict(average.values)
                print(
                    "  average: {:.2f} dB, {:.2f} dB in the box".format(*psnr(vae, codes, held, range(0, 512, 32))),
                    flush=True,
                )
                vae.decoder.load_state_dict(kept)
            write(step + 1)
        if stop:
            return


if __name__ == "__main__":
    main()
