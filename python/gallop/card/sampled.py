"""What a folder of sampled clips says about itself, as facts of a card."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from gallop.studio.manifest import read_clips, read_sampling

_SETTINGS = ("width", "height", "frames", "fps", "steps", "guidance")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sampling_facts(folder: str | os.PathLike) -> dict[str, Any]:
    """``model`` and ``sampling`` of a card from the record beside the clips; empty when the folder has none.

    ``prompts_sha256`` is over the suite's prompts, ``prompt_rewrite.text_sha256`` over what was said instead, one a line in the
    order of clip names; ``seeds.list_sha256`` over lines ``<seed>  <clip>``. FormatError when the record is damaged.
    """
    if not (Path(folder) / "sampling.json").exists():
        return {}
    body, rows = read_sampling(folder), read_clips(folder)
    maker, made = body.get("maker", {}), body.get("made_with", {})
    model = {"name": maker.get("model")}
    if maker.get("endpoint"):
        model["endpoint"] = maker["endpoint"]
    if made.get("weights"):
        model["weights_sha256"] = sorted({digest.removeprefix("sha256:") for digest in made["weights"].values()})
    sampling: dict[str, Any] = {"party": body.get("party") or None}
    if rows and all("seed" in row for row in rows):
        sampling |= _told(body, rows)
    if made:
        sampling |= _made(made)
    return {"model": model, "sampling": sampling}


def _told(body: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    rewritten = any(row.get("said", row["prompt"]) != row["prompt"] for row in rows)
    return {
        "prompts_sha256": _sha256("".join(row["prompt"] + "\n" for row in rows)),
        "prompt_rewrite": {
            "used": rewritten,
            "text_sha256": _sha256("".join(row.get("said", row["prompt"]) + "\n" for row in rows)) if rewritten else None,
        },
        "seeds": {
            "rule": f"{body['seed_rule']}; base {body['seed_base']}" if body.get("seed_rule") else None,
            "list_sha256": _sha256("".join(f"{row['seed']}  {row['clip']}\n" for row in rows)),
        },
        "selection": "none",
    }


def _made(made: dict[str, Any]) -> dict[str, Any]:
    options = made["options"]
    extra = {name: value for name, value in options.items() if name not in (*_SETTINGS, "scheduler")}
    settings = {name: options[name] for name in _SETTINGS if name in options}
    settings |= {"sampler": options.get("scheduler"), "precision": made.get("dtype"), "extra": extra or None}
    return {
        "settings": settings,
        "software": f"gallop {made.get('gallop')}, libtorch {made.get('libtorch')}",
        "hardware": made.get("device"),
    }


def with_facts(found: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """``given`` over ``found``, key by key: what people say stands before what was found."""
    merged = dict(found)
    for key, value in given.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = with_facts(merged[key], value) if both else value
    return merged
