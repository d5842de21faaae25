"""VBench-I2V's own i2v_subject or i2v_background, as the vbench package carries them, on one clip with deterministic weights.

usage: reference_i2v.py DIMENSION FOLDER CLIP IMAGE OUT. Writes the weights into FOLDER when they are not there: DINO's and two more base files
and the adapters in DreamSim's layout, with the names its code asks for.
"""

import importlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)
from fill_weights import default

DINO = "dino_vitbase16_pretrain.pth"
RANK, ALPHA = 16, 8


def filled(state: dict, suffix: str) -> dict:
    return {
        name: torch.from_numpy(default(name, tuple(value.shape), suffix).astype(np.float32)).reshape(value.shape)
        for name, value in state.items()
    }


def write_weights(folder: Path) -> None:
    """Nothing where they are already. DINO's file is linked from the folder above, where gallop looks for it."""
    if (folder / "ensemble_lora/adapter_model.bin").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    from dreamsim.feature_extraction.vision_transformer import vit_base

    base = vit_base(patch_size=16).state_dict()
    torch.save(filled(base, ""), folder / DINO)
    for name in ("clip", "open_clip"):
        extra = {"pos_drop.weight": torch.empty(768), "pos_drop.bias": torch.empty(768), "proj": torch.empty(768, 512)}
        torch.save({"state_dict": filled(base | extra, f".{name}")}, folder / f"{name}_vitb16_pretrain.pth.tar")
    adapters = folder / "ensemble_lora"
    adapters.mkdir(exist_ok=True)
    lora = {}
    for branch in range(3):
        for block in range(12):
            stem = f"base_model.model.extractor_list.{branch}.model.blocks.{block}.attn.qkv"
            lora[f"{stem}.lora_A.weight"], lora[f"{stem}.lora_B.weight"] = torch.empty(RANK, 768), torch.empty(3 * 768, RANK)
    settings = {
        "r": RANK,
        "lora_alpha": ALPHA,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": ["qkv"],
        "peft_type": "LORA",
        "inference_mode": True,
    }
    (adapters / "adapter_config.json").write_text(json.dumps(settings))
    linked = folder.parent / DINO
    if not linked.exists():
        linked.symlink_to(folder / DINO)
    torch.save(filled(lora, ""), adapters / "adapter_model.bin")


def dreamsim_model(folder: Path):
    """DreamSim as published, but with the DINO network of its own files in place of a download."""
    import dreamsim.model as module
    from dreamsim.feature_extraction import extractor
    from dreamsim.feature_extraction.vision_transformer import vit_base

    create = extractor.ViTExtractor.create_model

    def create_local(model_type, load_dir="./models"):
        if model_type != "dino_vitb16":
            return create(model_type, load_dir)
        model = vit_base(patch_size=16, num_classes=0)
        model.load_state_dict(torch.load(Path(load_dir) / DINO))
        return model

    extractor.ViTExtractor.create_model = staticmethod(create_local)
    module.download_weights = lambda **_: None
    return module.dreamsim(pretrained=True, device="cpu", cache_dir=str(folder))[0]


def subject_model(folder: Path):
    os.environ["DINO_CHECKPOINT"] = str(folder / DINO)
    return torch.hub.load(str(Path(__file__).resolve().parent / "dino_hub"), "dino_vitb16", source="local")


class Recorder:
    """Passes pictures on to a network and keeps its features: the dimensions return one number a clip."""

    def __init__(self, network):
        self.network, self.features = network, []

    def __call__(self, pictures):
        self.features.append(self.network(pictures))
        return self.features[-1]

    embed = __call__


def dimension_of(name: str, folder: Path):
    """A function from clip and picture to the value, and the recorder that holds the features of the picture and of every frame."""
    score = getattr(importlib.import_module(f"vbench2_beta_i2v.{name}"), name)
    recorder = Recorder(subject_model(folder) if name == "i2v_subject" else dreamsim_model(folder).embed)

    def value(clip, image):
        recorder.features.clear()
        with torch.no_grad():
            return float(score(recorder, [(str(image), str(clip))], torch.device("cpu"))[0])

    return value, recorder


def main() -> None:
    dimension, folder, clip, image, out = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:6]
    write_weights(folder)
    score, recorder = dimension_of(dimension, folder)
    value = score(clip, image)
    first, *frames = recorder.features
    to_picture = [max(0.0, torch.nn.functional.cosine_similarity(first, frame).item()) for frame in frames]
    Path(out).write_text(json.dumps({"value": value, "parts": to_picture}))


if __name__ == "__main__":
    main()
