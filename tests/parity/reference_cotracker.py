"""Tracks of CoTracker2's public code on deterministic weights; run by the interpreter that has the vbench package.

usage: reference_cotracker.py CHECKOUT WEIGHTS FRAMES CLIP OUT. CHECKOUT: a copy of facebookresearch/co-tracker. WEIGHTS is written when it is
not there. The head that moves the points is filled smaller, so that they move by a few pixels, as they do with trained weights; the
iterations would carry them out of the picture otherwise.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)
from fill_weights import default

HEAD_SCALE = 0.002


def fill(state: dict) -> dict:
    filled = {}
    for name, value in state.items():
        if name in ("time_emb", "pos_emb"):  # tables, not weights
            filled[name] = value
            continue
        numbers = default(name, tuple(value.shape), "") * (HEAD_SCALE if "flow_head" in name else 1.0)
        filled[name] = torch.from_numpy(numbers.astype(np.float32)).reshape(value.shape)
    return filled


def main() -> None:
    checkout, weights, frames, clip, out = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
    sys.path.insert(0, checkout)
    from cotracker.predictor import CoTrackerPredictor
    from decord import VideoReader

    torch.set_num_threads(1)
    predictor = CoTrackerPredictor(checkpoint=None, window_len=8, v2=True)
    if not weights.exists():
        weights.parent.mkdir(parents=True, exist_ok=True)
        torch.save(fill(predictor.model.state_dict()), weights)
    predictor.model.load_state_dict(torch.load(weights))
    video = torch.from_numpy(VideoReader(clip, num_threads=1)[:].asnumpy()[:frames]).permute(0, 3, 1, 2)[None].float()
    kept = {}
    predictor.model.fnet.register_forward_hook(lambda _module, _given, found: kept.update(features=found[:1]))
    with torch.no_grad():
        shaken, _ = predictor(video * (1 + 1e-6), grid_size=10)  # how far rounding alone may carry a point
        tracks, _ = predictor(video, grid_size=10)
    height, width = video.shape[-2:]
    scale = tracks.new_tensor([(width - 1) / (predictor.interp_shape[1] - 1), (height - 1) / (predictor.interp_shape[0] - 1)])
    first, last, other = ((each / scale).numpy() for each in (tracks[0, 0], tracks[0, -1], shaken[0, -1]))
    np.savez(out, features=kept["features"].numpy(), points=first, tracks=last, shaken=other)


if __name__ == "__main__":
    main()
