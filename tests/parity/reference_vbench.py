"""Runs one dimension of the vbench package on some clips; executed by the interpreter that has the reference packages.

usage: reference_vbench.py DIMENSION WEIGHTS WORKLIST OUT [THREADS]; WORKLIST is the JSON list that compute_<dimension> reads.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path


def submodules(dimension: str, weights: Path, package: Path) -> object:
    """The paths each dimension function expects."""
    clip = str(weights / "ViT-B-32.pt")
    hub = {
        "repo_or_dir": str(Path(__file__).resolve().parent / "dino_hub"),
        "path": "",
        "model": "dino_vitb16",
        "source": "local",
        "read_frame": False,
    }
    return {
        "subject_consistency": hub,
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
        "scene": {"pretrained": str(weights / "tag2text_swin_14m.pth"), "image_size": 384, "vit": "swin_b"},
    }[dimension]


def not_torchscript(file, *_args, **_kwargs):
    file.seek(0)
    raise RuntimeError("a plain state dict")


def keep_half_precision() -> None:
    """CLIP as on a GPU: float16 matrices, float32 norms. On a CPU its loader widens everything afterwards."""
    import clip.model

    build = clip.model.build_model

    def build_half(state):
        model = build(state)
        model.float = lambda: model
        return model

    clip.model.build_model = build_half
    clip.clip.build_model = build_half


def main() -> None:
    dimension, weights, worklist, out = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    import torch
    import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)

    os.environ["DINO_CHECKPOINT"] = str(weights / "dino_vitbase16_pretrain.pth")
    if len(sys.argv) > 5:
        torch.set_num_threads(int(sys.argv[5]))

    torch.jit.load = not_torchscript
    if os.environ.get("CLIP_HALF") == "1":
        keep_half_precision()
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
