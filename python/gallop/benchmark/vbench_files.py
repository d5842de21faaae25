"""Reading result files of the reference package, one or many."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from gallop._gallop import FormatError


def read_scores(files: Iterable[str | Path]) -> dict[str, float]:
    """Dimension -> raw score of result files ({dimension: [score, details]}); files whose root is a list are passed over, as
    the published score script does. FormatError when two files give one dimension different scores."""
    scores: dict[str, float] = {}
    origin: dict[str, str] = {}
    for file in files:
        try:
            root = json.loads(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise FormatError(f'"{file}": cannot be read as JSON: {error}') from error
        if not isinstance(root, dict):
            continue
        for key, value in root.items():
            name = key.strip().replace(" ", "_")
            number = value[0] if isinstance(value, list) and value else value
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                raise FormatError(f'"{file}": "{key}" holds no score; expected [number, details]')
            if name in scores and scores[name] != number:
                raise FormatError(f'"{file}": {name} is {number}, but {scores[name]} in "{origin[name]}"; keep one of them')
            scores[name], origin[name] = float(number), str(file)
    return scores
