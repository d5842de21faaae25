"""Public vote data that is not a flat table: music battles, reward benches, human annotations of a benchmark."""

from __future__ import annotations

import csv
import itertools
import json
import os
from pathlib import Path

import numpy as np

from gallop._gallop import FileNotFound, FormatError
from gallop.arena.human_preference import read_human_preferences
from gallop.arena.votes import Votes

_LARGEST = 1 << 30  # bytes of one annotation file


def read_battles(source: str | os.PathLike | list) -> Votes:
    """Music battles: a JSON file per vote in a folder, a JSON array, or one object a line.

    Flat records (``system_a``, ``preference``) and the logs they come from (``a_metadata.system_key.system_tag``,
    ``vote.preference``) are read alike. Battles without a preference were not voted on and are left out; unknown preferences are
    an error. Times listened become ``watch_left`` and ``watch_right``.
    """
    source = Path(source)
    records = [(str(file), _parsed(file)) for file in sorted(source.glob("*.json"))] if source.is_dir() else _records(source)
    rows = []
    for where, record in records:
        if not isinstance(record, dict):
            raise FormatError(f"{where}: found {type(record).__name__}, expected an object for each battle")
        vote = record if "preference" in record else _at(record, where, "vote", default={})
        if vote.get("preference") is None:
            continue
        systems = [record.get(f"system_{side}") or _at(record, where, f"{side}_metadata", "system_key", "system_tag") for side in "ab"]
        if not all(isinstance(name, str) and name for name in systems):
            raise FormatError(f"{where}: the systems are {systems!r}, expected two names")
        voter = record.get("user_pseudonym") or _at(record, where, "prompt_user", "salted_ip", default=None)
        listened = [_listened(record, vote, side, where) for side in "ab"]
        rows.append(
            (*systems, vote["preference"], voter or "", record.get("timestamp") or vote.get("preference_time") or np.nan, *listened, where)
        )
    return _battles(rows, str(source))


def _battles(rows: list[tuple], source: str) -> Votes:
    if not rows:
        raise FormatError(f"{source}: no battle with a preference")
    left, right, outcome, voter, time, watch_left, watch_right, where = zip(*rows, strict=True)
    for place, preference in zip(where, outcome, strict=True):
        if preference not in ("A", "B", "TIE", "BOTH_BAD"):
            raise FormatError(f"{place}: unknown preference {preference!r}, expected A, B, TIE or BOTH_BAD")
    optional = {"voter": voter} if all(voter) else {}
    return Votes.from_columns(left, right, outcome, time=time, watch_left=watch_left, watch_right=watch_right, **optional)


def _listened(record: dict, vote: dict, side: str, where: str) -> float:
    """Seconds between a play and the next pause, stop or tick."""
    if f"total_listening_time_{side}" in record:
        value = record[f"total_listening_time_{side}"]
        return np.nan if value is None else float(value)
    total, since = 0.0, None
    for event in vote.get(f"{side}_listen_data") or []:
        action, time = event if isinstance(event, list) and len(event) == 2 else (None, None)
        if not isinstance(action, str) or not isinstance(time, int | float):
            raise FormatError(f"{where}: {side}_listen_data holds {event!r}, expected [action, seconds]")
        if since is not None and action != "PLAY":
            total += max(0.0, time - since)
        since = time if action == "TICK" or (action == "PLAY" and since is None) else since if action == "PLAY" else None
    return total


def read_reward_bench(file: str | os.PathLike, columns: tuple[str, ...] = ("VQ", "MQ", "TA", "Overall")) -> Votes:
    """Pairs of clips judged on several aspects (``path_A, path_B, prompt, VQ, MQ, TA, Overall``): one board per column.

    A model is the folder of its clip, or the clip itself when both lie in one folder. FormatError with file and line for anything but A, B, same.
    """
    file = _existing(file)
    names = {"VQ": "visual_quality", "MQ": "motion_quality", "TA": "text_alignment"}
    with open(file, newline="", encoding="utf-8-sig") as source:
        rows = csv.DictReader(source, strict=True)
        present = rows.fieldnames or []
        paths = next(((a, b) for a, b in (("path_A", "path_B"), ("video_A", "video_B")) if a in present and b in present), None)
        judged = [
            (column, found)
            for column in columns
            if (found := next((name for name in (column, names.get(column)) if name in present), None))
        ]
        if paths is None or not judged:
            raise FormatError(f'"{file}": found columns {", ".join(present)}, expected path_A, path_B and one of {", ".join(columns)}')
        votes = []
        try:
            for row in rows:
                for board, column in judged:
                    if row[column] not in ("A", "B", "same"):
                        raise FormatError(f'"{file}":{rows.line_num}: {column} is {row[column]!r}, expected A, B or same')
                    votes.append((*_clip_models(*(row[path] for path in paths)), row[column], row.get("prompt") or "", board))
        except csv.Error as error:
            raise FormatError(f'"{file}":{rows.line_num}: {error}') from error
    if not votes:
        raise FormatError(f'"{file}": no rows')
    left, right, outcome, prompt, board = zip(*votes, strict=True)
    return Votes.from_columns(left, right, outcome, prompt=prompt, board=board)


def read_annotations(file: str | os.PathLike, board: str | None = None) -> Votes:
    """Human annotation of a benchmark dimension (``read_human_preferences``) as votes: each judged pair of clips is one vote.

    ``board`` is the dimension's name by default. FormatError without a judgement.
    """
    preferences = read_human_preferences(file)
    pairs = list(itertools.combinations(preferences.models, 2))
    outcomes = {1.0: "left", 0.0: "right", 0.5: "tie"}
    votes = [
        (*pairs[pair], outcomes[float(preferences.human[prompt, sample, pair])], preferences.prompts[prompt])
        for prompt, sample, pair in np.argwhere(np.isfinite(preferences.human))
    ]
    if not votes:
        raise FormatError(f'"{file}": no judgement')
    left, right, outcome, prompt = zip(*votes, strict=True)
    return Votes.from_columns(left, right, outcome, prompt=prompt, board=[board or preferences.dimension] * len(votes))


def _clip_models(first: str, second: str) -> tuple[str, str]:
    """The folders that hold the clips, or the clips' names when it is the same folder."""
    paths = [Path(path.replace("\\", "/")) for path in (first, second)]
    folders = [path.parent.name for path in paths]
    if all(folders) and folders[0] != folders[1]:
        return folders[0], folders[1]
    return paths[0].name, paths[1].name


def _existing(file: str | os.PathLike) -> Path:
    file = Path(file)
    if not file.is_file():
        raise FileNotFound(f'"{file}": no such file')
    if file.stat().st_size > _LARGEST:
        raise FormatError(f'"{file}": {file.stat().st_size} bytes, expected at most {_LARGEST}')
    return file


def _parsed(file: Path):
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise FormatError(f'"{file}": not JSON: {error}') from error


def _records(file: Path) -> list[tuple[str, object]]:
    file = _existing(file)
    if file.read_bytes()[:64].lstrip()[:1] == b"[":
        return [(f'"{file}": element {at}', record) for at, record in enumerate(_parsed(file))]
    found = []
    with open(file, "rb") as source:
        for number, line in enumerate(source, 1):
            if line.strip():
                try:
                    found.append((f'"{file}":{number}', json.loads(line)))
                except (ValueError, RecursionError) as error:
                    raise FormatError(f'"{file}":{number}: not JSON: {error}') from error
    return found


_MISSING = object()


def _at(record: dict, where: str, *path: str, default=_MISSING):
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            if default is _MISSING:
                raise FormatError(f"{where}: no {'.'.join(path)}")
            return default
    return value
