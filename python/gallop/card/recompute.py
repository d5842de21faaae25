"""Scoring again what a card claims: a random share of its rows, or all."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

from gallop import _gallop
from gallop._gallop import ClipRequest, InvalidArgument


def _share(text: str) -> float:
    try:
        share = 1.0 if text == "all" else float(text.removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise InvalidArgument(f'recompute: "{text}"; expected all, or a share such as 1%')
    return share


def recompute_rows(media, per_clip, amount: str, *, weights=None, tolerance: float = 1e-6, seed: int = 0) -> dict:
    """One check as `verify` lists them. Rows whose dimension needs labels that the file does not carry are counted as skipped."""
    if not media or not per_clip:
        raise InvalidArgument("recompute: name the clips (--media) and the rows (--per-clip)")
    rows = [json.loads(line) for line in Path(per_clip).read_text(encoding="utf-8").splitlines() if line]
    count = max(1, math.ceil(_share(amount) * len(rows)))
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    infos = {info.name: info for info in _gallop.evaluators()}
    wrong, skipped, worst = [], 0, 0.0
    for row in sorted(chosen, key=lambda row: (row["dimension"], row["path"])):
        info = infos.get(row["dimension"])
        if info is None or any(need.startswith(("label:", "image", "reference")) for need in info.needs):
            skipped += 1
            continue
        value = (
            _gallop.make_evaluator(info.name, weights or "").score(ClipRequest(str(Path(media) / row["path"]), prompt=row["prompt"])).value
        )
        if row["value"] is None or isinstance(row["value"], str):
            same = math.isnan(value) if row["value"] is None else math.isinf(value)
            gap = 0.0 if same else math.inf
        else:
            gap = abs(value - row["value"]) / max(1.0, abs(row["value"]))
        worst = max(worst, gap)
        if not gap <= tolerance:
            wrong.append(f"{row['dimension']} on {row['path']}: {value!r}, the file says {row['value']!r}")
    done = len(chosen) - skipped
    detail = f"{done} rows scored again (seed {seed}), largest relative difference {worst:.3g}" + (
        f", {skipped} skipped for want of labels" if skipped else ""
    )
    if wrong:
        return {"id": "recompute", "state": "failed", "detail": f"{len(wrong)} of {done} rows differ, first {wrong[0]}"}
    return {"id": "recompute", "state": "passed" if done else "skipped", "detail": detail}
