"""Validation of automatic scores against people: annotation files, and the agreement of a run with them.

VBench publishes, for each dimension, which of two models' clips people preferred. ``read_human_preferences`` reads these
files and tables of judged pairs; ``validate`` compares them with clip scores as the paper does.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gallop._gallop import FormatError, InvalidArgument, NotFound
from gallop.arena.agreement import Agreement, agreement

#: Columns of a pair table that are not judgements.
_PAIR_COLUMNS = {"video_A", "video_B", "prompt", "fps_A", "fps_B", "frames_A", "frames_B"}
_VERDICTS = {"A": 1.0, "B": 0.0, "same": 0.5, "tie": 0.5}
_FILE_LIMIT = 1 << 28  # bytes


@dataclass(frozen=True)
class HumanPreferences:
    """What people preferred, for one dimension.

    Attributes
    ----------
    dimension : name of the dimension or aspect, as the file has it
    models : names, in the order of the pairs
    prompts : texts, one a group of clips
    clips : [prompt][sample][model], file or address of each clip
    human : float64 [prompts, samples, pairs]; 1 the first model of the pair won, 0 the second, 0.5 a tie, NaN not judged;
        pairs run (0, 1), (0, 2) .. (1, 2) ..
    """

    dimension: str
    models: list[str]
    prompts: list[str]
    clips: list[list[list[str]]]
    human: np.ndarray

    def __repr__(self) -> str:
        judged = int(np.isfinite(self.human).sum())
        return f"HumanPreferences({self.dimension!r}, {len(self.models)} models, {len(self.prompts)} prompts, {judged} judgements)"

    @property
    def files(self) -> list[str]:
        """Every clip once, in the order of the file."""
        return list(dict.fromkeys(clip for prompt in self.clips for sample in prompt for clip in sample if clip))


def read_human_preferences(file: str | os.PathLike, dimension: str | None = None) -> HumanPreferences:
    """Reads one dimension's judgements.

    ``.json``: VBench's annotation file, a list of records with ``prompt_en``, ``videos`` (model to list of clips) and
    ``human_anno`` (model to model to list of 1, 0 or 0.5). ``.csv``: a table of pairs with ``video_A``, ``video_B``, ``prompt``
    and a column for each aspect that holds A, B or same; ``dimension`` names the column (needed when there are several).

    Raises NotFound, FormatError (says where and what was expected) and InvalidArgument (unknown column).
    """
    path = Path(file)
    if not path.is_file():
        raise NotFound(f'annotations: "{path}" is not a file')
    if path.stat().st_size > _FILE_LIMIT:
        raise FormatError(f'"{path}": {path.stat().st_size} bytes, annotation files have at most {_FILE_LIMIT}')
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f'"{path}": byte {error.start} is not UTF-8') from error
    return _from_pairs(text, path, dimension) if path.suffix.lower() == ".csv" else _from_vbench(text, path, dimension)


def _from_pairs(text: str, path: Path, dimension: str | None) -> HumanPreferences:
    rows = list(csv.DictReader(text.splitlines()))
    columns = list(rows[0]) if rows else []
    if not {"video_A", "video_B"} <= set(columns):
        raise FormatError(f'"{path}": columns {columns}, expected video_A, video_B, prompt and one column an aspect')
    aspects = [name for name in columns if name not in _PAIR_COLUMNS]
    if dimension is None and len(aspects) == 1:
        dimension = aspects[0]
    if dimension not in aspects:
        raise InvalidArgument(f'"{path}": dimension {dimension!r}; choose one of the columns {", ".join(aspects)}')
    human = np.full((len(rows), 1, 1), math.nan)
    for number, row in enumerate(rows):
        verdict = (row[dimension] or "").strip()
        if verdict and verdict not in _VERDICTS:
            raise FormatError(f'"{path}": row {number + 2}, {dimension} is {verdict!r}, expected A, B or same')
        human[number, 0, 0] = _VERDICTS.get(verdict, math.nan)
    return HumanPreferences(
        dimension, ["A", "B"], [row.get("prompt") or "" for row in rows], [[[row["video_A"], row["video_B"]]] for row in rows], human
    )


def _from_vbench(text: str, path: Path, dimension: str | None) -> HumanPreferences:
    try:
        records = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise FormatError(f'"{path}": not JSON: {error}') from error
    if not isinstance(records, list) or not records:
        raise FormatError(f'"{path}": expected a list of annotation records')
    for number, record in enumerate(records):
        for key, kind in (("prompt_en", str), ("videos", dict), ("human_anno", dict)):
            if not isinstance(record, dict) or not isinstance(record.get(key), kind):
                raise FormatError(f'"{path}": record {number} has no {kind.__name__} "{key}"')
    models = sorted({model for record in records for model in record["videos"]})
    samples = max((len(clips) for record in records for clips in record["videos"].values()), default=0)
    if len(models) < 2 or samples == 0:
        raise FormatError(f'"{path}": {len(models)} models with clips, expected at least two')
    clips = [[[_clip(record["videos"], model, sample) for model in models] for sample in range(samples)] for record in records]
    human = np.full((len(records), samples, len(models) * (len(models) - 1) // 2), math.nan)
    pair = 0
    for i, left in enumerate(models):
        for right in models[i + 1 :]:
            for number, record in enumerate(records):
                _fill(human[number, :, pair], record["human_anno"], left, right, f'"{path}": record {number}')
            pair += 1
    return HumanPreferences(dimension or path.stem, models, [record["prompt_en"] for record in records], clips, human)


def _clip(videos: dict, model: str, sample: int) -> str:
    clips = videos.get(model)
    return str(clips[sample]) if isinstance(clips, list) and sample < len(clips) else ""


def _fill(column: np.ndarray, annotations: dict, left: str, right: str, where: str) -> None:
    """Judgements of one pair; what only the other direction has is turned round, what both have must agree."""
    for first, second, turned in ((left, right, False), (right, left, True)):
        inner = annotations.get(first)
        values = inner.get(second) if isinstance(inner, dict) else None
        if values is None:
            continue
        values = values if isinstance(values, list) else [values]
        if len(values) > len(column):
            raise FormatError(f"{where}: {len(values)} judgements of {first} and {second}, but {len(column)} clips")
        for sample, value in enumerate(values):
            if value is None:
                continue
            if isinstance(value, bool) or value not in (0, 0.5, 1):
                raise FormatError(f"{where}: judgement {value!r} of {first} and {second}, expected 1, 0.5 or 0")
            share = 1 - float(value) if turned else float(value)
            if math.isfinite(column[sample]) and column[sample] != share:
                raise FormatError(f"{where}: {left} against {right}, sample {sample}: the two directions contradict each other")
            column[sample] = share


class _Scores:
    """Clip scores by name: a clip is found by its whole name, else by the longest common ending of path parts that only one has."""

    def __init__(self, scores: Mapping[str, float]):
        self._values = dict(scores)
        self._endings: dict[str, set[str]] = {}
        for name in self._values:
            parts = name.replace("\\", "/").split("/")
            for start in range(max(0, len(parts) - 3), len(parts)):
                self._endings.setdefault("/".join(parts[start:]), set()).add(name)

    def find(self, clip: str, model: str) -> float | None:
        parts = clip.replace("\\", "/").split("/")
        for key in (clip, "/".join(parts[-3:]), "/".join(parts[-2:]), f"{model}/{parts[-1]}", parts[-1]):
            names = {key} if key in self._values else self._endings.get(key, set())
            if len(names) == 1:
                value = self._values[next(iter(names))]
                return value if value is not None and math.isfinite(value) else None
        return None


def clip_scores(table: Any, dimension: str) -> dict[str, float]:
    """Clip to value of one dimension: from a ScoreTable or the JSON it saves (a dict, or a file's path)."""
    if isinstance(table, str | os.PathLike):
        table = json.loads(Path(table).read_text(encoding="utf-8"))
    if isinstance(table, dict):
        rows = {clip["clip"]: {score["dimension"]: score["value"] for score in clip["scores"]} for clip in table["clips"]}
    else:
        rows = {result.clip: {score.dimension: score.value for score in result.scores} for result in table.results}
    values = {clip: row[dimension] for clip, row in rows.items() if row.get(dimension) is not None}
    if not values:
        raise InvalidArgument(f"scores: no clip has a value of {dimension!r}")
    return values


def validate(
    preferences: HumanPreferences,
    scores: Mapping[str, float],
    *,
    higher_is_better: bool = True,
    allow_missing: bool = False,
    replicates: int = 2000,
    seed: int = 0,
) -> Agreement:
    """How far clip scores decide as people did: win ratios, correlations over models, accuracy over pairs.

    ``scores`` maps clips to values; a clip of the annotations is found by its whole name, by its last path parts, or as
    ``model/file``. Judged clips without a score raise NotFound that names some; with ``allow_missing`` their judgements are left
    out and counted in the field ``left_out``. Fields: see ``gallop.arena.agreement``.
    """
    lookup = _Scores(scores)
    shape = (len(preferences.prompts), preferences.human.shape[1], len(preferences.models))
    values = np.full(shape, math.nan)
    for p, prompt in enumerate(preferences.clips):
        for s, sample in enumerate(prompt):
            for m, clip in enumerate(sample):
                found = lookup.find(clip, preferences.models[m]) if clip else None
                if found is not None:
                    values[p, s, m] = found if higher_is_better else -found
    human, missing, left_out, pair = preferences.human.copy(), {}, 0, 0
    for i in range(shape[2]):
        for j in range(i + 1, shape[2]):
            judged = np.isfinite(human[:, :, pair])
            for m in (i, j):
                for p, s in np.argwhere(judged & ~np.isfinite(values[:, :, m])):
                    missing.setdefault(preferences.clips[p][s][m] or f"{preferences.models[m]}, prompt {p}, sample {s}")
            absent = judged & ~(np.isfinite(values[:, :, i]) & np.isfinite(values[:, :, j]))
            left_out += int(absent.sum())
            human[absent, pair] = math.nan
            pair += 1
    if missing and not allow_missing:
        first = ", ".join(list(missing)[:3])
        raise NotFound(f"scores: {len(missing)} judged clips have no value, for example {first}; score them, or allow missing ones")
    if not np.isfinite(human).any():
        raise InvalidArgument("scores: no judged pair has both values")
    result = agreement(np.nan_to_num(values), human, replicates, seed)
    result["left_out"] = left_out
    return result
