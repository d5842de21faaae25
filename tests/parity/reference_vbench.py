"""Runs one dimension of the vbench package on some clips; executed by the interpreter that has the reference packages.

usage: reference_vbench.py DIMENSION WEIGHTS WORKLIST OUT [THREADS]; WORKLIST is the JSON list that compute_<dimension> reads.
"""

import importlib
import json
import sys
import time
from pathlib import Path


def submodules(dimension: str, weights: Path, package: Path) -> object:
    """The paths each dimension function expects."""
    clip = str(weights / "ViT-B-32.pt")
    return {
        "background_consistency": [clip, False],
        "motion_smoothness": {"config": str(package / "third_party/amt/cfgs/AMT-S.yaml"), "ckpt": str(weights / "amt-s.pth")},
        "dynamic_degree": {"model": str(weights / "raft-things.pth")},
        "aesthetic_quality": [str(weights / "ViT-L-14.pt"), str(weights)],
        "imaging_quality": {"model_path": str(weights / "musiq_spaq_ckpt-358bb6af.pth")},
        "human_action": [str(weights / "l16_ptk710_ftk710_ftk400_f16_res224.pth")],
        "temporal_style": {"pretrain": str(weights / "ViClip-InternVid-10M-FLT.pth")},
        "overall_consistency": {"pretrain": str(weights / "ViClip-InternVid-10M-FLT.pth")},
        "appearance_style": {"name": clip},
        "temporal_flickering": [],
    }[dimension]


def main() -> None:
    dimension, weights, worklist, out = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)
    import torch

    if len(sys.argv) > 5:
        torch.set_num_threads(int(sys.argv[5]))

    def not_torchscript(file, *_args, **_kwargs):
        file.seek(0)
        raise RuntimeError("a plain state dict")

    torch.jit.load = not_torchscript
    module = importlib.import_module(f"vbench.{dimension}")
    import vbench

    arguments = submodules(dimension, weights, Path(vbench.__file__).parent)
    start = time.perf_counter()
    with torch.no_grad():
        total, videos = getattr(module, f"compute_{dimension}")(worklist, torch.device("cpu"), arguments)
    result = {"total": float(total), "videos": videos, "seconds": time.perf_counter() - start}
    Path(out).write_text(json.dumps(result, default=float))


if __name__ == "__main__":
    main()
