"""Encodes rendered shards into latents, as they are and mirrored, half precision: [2, clips, T, h, w, CODES]."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import state
import torch
from latent import encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--codes", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    codes = state.load(options.codes)
    for file in sorted(options.clips.glob("*.frames.npy")):
        target = file.with_name(file.name.replace(".frames.", ".latents."))
        if target.exists():
            continue
        frames = np.load(file, mmap_mode="r")
        clips, length, size = frames.shape[:3]
        out = np.empty((2, clips, length, size // 8, size // 8, len(codes["std"])), np.float16)
        for start in range(0, clips, 64):
            part = torch.from_numpy(frames[start : start + 64]).float() / 127.5 - 1
            for turn, view in enumerate((part, part.flip(3))):
                out[turn, start : start + 64] = encode(codes, view.contiguous()).movedim(1, -1).half().numpy()
        partial = target.with_name(target.name + ".part")
        with open(partial, "wb") as stream:
            np.save(stream, out)
        os.replace(partial, target)
        print(target.name, flush=True)


if __name__ == "__main__":
    main()
