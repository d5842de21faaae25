"""Deterministic Tag2Text weights for the comparison of captions; run by the interpreter that has the vbench package.

usage: fill_tag2text.py FILE [SUFFIX]. The weights of fill_weights.py, but with attention to the picture and to the place in the sentence made
stronger: as filled there, all pictures get nearly the same caption, and equal captions would show little.
"""

import json
import sys
from pathlib import Path

import fill_weights
import torch

PICTURE, TAGS, PLACE, END_BIAS = 4.0, 3.0, 4.0, 6.5


def stronger(name: str, value: torch.Tensor) -> torch.Tensor:
    if name.endswith("crossattention.output.dense.weight"):
        return value * (PICTURE if name.startswith("text_decoder") else TAGS)
    if name == "text_decoder.bert.embeddings.position_embeddings.weight":
        return value * PLACE
    if name in ("text_decoder.cls.predictions.bias", "text_decoder.cls.predictions.decoder.bias"):
        value[102] = END_BIAS
    return value


def main() -> None:
    file, suffix = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    manifest = json.loads((fill_weights.DATA / "manifests/tag2text_swin_b.json").read_text())
    filled = fill_weights.tensors("tag2text_swin_b", manifest, suffix)
    state = {name: stronger(name, torch.from_numpy(value)) for name, value in filled}
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": state}, file)


if __name__ == "__main__":
    main()
