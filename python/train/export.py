"""Writes a training run as a checkpoint folder in the official diffusers layout, half precision.

python export.py --run DIR --out FOLDER
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import state
import torch
from diffusers import UniPCMultistepScheduler
from sample import SCHEDULER, Model
from transformers import PreTrainedTokenizerFast

DEFAULTS = {
    "width": 64,
    "height": 64,
    "frames": 9,
    "fps": 8.0,
    "steps": 20,
    "guidance": 3.0,
    "shift": SCHEDULER["flow_shift"],
    "scheduler": "unipc",
    "negative_prompt": "",
}
INDEX = {
    "_class_name": "WanPipeline",
    "_diffusers_version": "0.35.0",
    "boundary_ratio": None,
    "expand_timesteps": True,
    "scheduler": ["diffusers", "UniPCMultistepScheduler"],
    "text_encoder": ["transformers", "UMT5EncoderModel"],
    "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
    "transformer": ["diffusers", "WanTransformer3DModel"],
    "transformer_2": [None, None],
    "vae": ["diffusers", "AutoencoderKLWan"],
}


def write_json(path: Path, content) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def comment_of(step: int, run: Path) -> str:
    """What was trained, for the model card."""
    decoder = (state.load(run / "vae" / "vae.pt") or {"step": 0})["step"]
    return (
        f"Decoder: {decoder} steps of 4 clips. Text encoder and transformer together: {step} steps (single frames, then three frames, "
        "then nine frames of a clip), two processes of one thread."
    )


def half(module: torch.nn.Module) -> torch.nn.Module:
    largest = max(value.abs().max().item() for value in module.parameters())
    if not largest < 60000:
        raise SystemExit(f"a parameter of {largest} does not fit half precision")
    return module.to(torch.float16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    trained, out = Model(options.run), options.out
    out.mkdir(parents=True, exist_ok=True)
    for name, module in (("transformer", trained.transformer), ("vae", trained.vae), ("text_encoder", trained.text)):
        half(module).save_pretrained(out / name, safe_serialization=True)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained.tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )
    tokenizer.save_pretrained(out / "tokenizer")
    kept = out / "tokenizer" / "tokenizer_config.json"
    write_json(kept, json.loads(kept.read_text()) | {"tokenizer_class": "PreTrainedTokenizerFast"})
    UniPCMultistepScheduler(**SCHEDULER).save_pretrained(out / "scheduler")
    write_json(out / "model_index.json", INDEX)
    write_json(out / "gallop.json", {"name": "pony", "comment": comment_of(trained.step, options.run), "defaults": DEFAULTS})
    total = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"step {trained.step}: {total / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
