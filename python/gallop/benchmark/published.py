"""Published scores of other models, to stand beside a run."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from gallop._gallop import FormatError


@dataclass(frozen=True)
class Published:
    """``scores``: dimension or total -> value in 0..1."""

    name: str
    scores: dict[str, float]


def read_published(file: str | os.PathLike) -> list[Published]:
    """Rows of a CSV: ``model``, then one column a dimension in percent; ``total_score`` and the like are totals. Columns that
    are not numbers are passed over."""
    with Path(file).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    if not rows or "model" not in rows[0]:
        raise FormatError(f'"{file}": expected a CSV with a column "model" and at least one row')
    models = []
    for row in rows:
        scores = {}
        for key, text in row.items():
            try:
                scores[(key or "").removesuffix("_score")] = float((text or "").removesuffix("%")) / 100
            except (TypeError, ValueError):
                continue
        models.append(Published(row["model"], scores))
    return models
