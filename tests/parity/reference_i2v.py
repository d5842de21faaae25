"""i2v_background's reference on one clip: DreamSim's own code on deterministic weights, with VBench-I2V's formula.

usage: reference_i2v.py FOLDER CLIP IMAGE OUT. Writes the weights into FOLDER when they are not there: three base files and the adapters in
DreamSim's layout, with the names its code asks for.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)
from fill_weights import default
from PIL import Image
from torchvision import transforms

RANK, ALPHA = 16, 8


def filled(state: dict, suffix: str) -> dict:
    return {
        name: torch.from_numpy(default(name, tuple(value.shape), suffix).astype(np.float32)).reshape(value.shape)
        for name, value in state.items()
    }


def write_weights(folder: Path) -> None:
    from dreamsim.feature_extraction.vision_transformer import vit_base

    base = vit_base(patch_size=16).state_dict()
    torch.save(filled(base, ""), folder / "dino_vitbase16_pretrain.pth")
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
    torch.save(filled(lora, ""), adapters / "adapter_model.bin")
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


def reference_model(folder: Path):
    """DreamSim as published, but with the DINO network of its own files in place of a download."""
    import dreamsim.model as module
    from dreamsim.feature_extraction import extractor
    from dreamsim.feature_extraction.vision_transformer import vit_base

    create = extractor.ViTExtractor.create_model

    def create_local(model_type, load_dir="./models"):
        if model_type != "dino_vitb16":
            return create(model_type, load_dir)
        model = vit_base(patch_size=16, num_classes=0)
        model.load_state_dict(torch.load(Path(load_dir) / "dino_vitbase16_pretrain.pth"))
        return model

    extractor.ViTExtractor.create_model = staticmethod(create_local)
    module.download_weights = lambda **_: None
    return module.dreamsim(pretrained=True, device="cpu", cache_dir=str(folder))[0]


def main() -> None:
    folder, clip, image, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    if not (folder / "ensemble_lora/adapter_model.bin").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder)
    from decord import VideoReader

    frames = torch.from_numpy(VideoReader(clip, num_threads=1)[:].asnumpy()).permute(0, 3, 1, 2).float()
    bicubic = transforms.InterpolationMode.BICUBIC
    resize = transforms.Resize((224, 224), interpolation=bicubic)
    picture = transforms.Compose([resize, transforms.ToTensor()])(Image.open(image).convert("RGB"))
    cosine = torch.nn.functional.cosine_similarity
    with torch.no_grad():
        model = reference_model(folder)
        first = model.embed(picture.unsqueeze(0))
        embeds = [model.embed(resize(frame).div(255.0).unsqueeze(0)) for frame in frames]
    to_picture = [max(0.0, cosine(first, embed).item()) for embed in embeds]
    neighbours = [max(0.0, cosine(a, b).item()) for a, b in pairwise(embeds)]
    value = 0.4 * max(to_picture) + 0.3 * float(np.mean(neighbours)) + 0.3 * min(neighbours)
    Path(out).write_text(json.dumps({"value": value, "parts": to_picture}))


if __name__ == "__main__":
    main()
