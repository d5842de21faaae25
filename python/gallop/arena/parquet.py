"""Votes in Parquet files, through Arrow."""

from __future__ import annotations

from pathlib import Path

from gallop._gallop import FileNotFound, FormatError, Unsupported
from gallop.arena.votes import LABELS, NUMBERS, OUTCOMES, Votes

#: Known names in public files, best first.
_KNOWN = {
    "left": ("left_model", "model_a", "left", "system_a"),
    "right": ("right_model", "model_b", "right", "system_b"),
    "outcome": ("outcome", "winner", "vote_type", "preference"),
    "voter": ("voter", "judge", "judge_hash", "user_pseudonym"),
    "prompt": ("prompt_id", "question_id", "prompt"),
    "time": ("t_unix", "tstamp", "timestamp"),
    "watch_left": ("watch_left_s", "total_listening_time_a"),
    "watch_right": ("watch_right_s", "total_listening_time_b"),
}
_KNOWN |= {column: (name,) for column, (_, name) in LABELS.items() if column not in _KNOWN}
_KNOWN |= {column: (name,) for column, name in NUMBERS.items() if column not in _KNOWN}
_KNOWN |= {"control": ("control",), "flags": ("flags",), "order": ("evaluation_order",)}


def read_parquet(file: Path, named: dict[str, str]) -> Votes:
    """As ``read_votes``; where a conversation was judged several times (``evaluation_order``), its first vote counts."""
    try:
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise Unsupported(f'"{file}": Parquet needs pyarrow; pip install gallop[tables]') from error
    if not file.is_file():
        raise FileNotFound(f'"{file}": no such file')
    try:
        present = parquet.read_schema(file).names
        chosen = {
            key: next((name for name in ([named[key]] if named.get(key) else known) if name in present), None)
            for key, known in _KNOWN.items()
        }
        for key in ("left", "right", "outcome"):
            if chosen[key] is None:
                raise FormatError(f'"{file}": no column for {key}, found {", ".join(present)}; name the column yourself')
        table = parquet.read_table(file, columns=[name for name in chosen.values() if name])
        if chosen["order"]:
            table = table.filter(pc.equal(table[chosen["order"]], 1))
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f'"{file}": not a readable Parquet file: {error}') from error
    optional = {}
    for key in ("voter", "prompt", "board", "clip_left", "clip_right", *NUMBERS):
        if not chosen[key]:
            continue
        column = table[chosen[key]]
        if key in LABELS:
            optional[key] = column
        elif pa.types.is_timestamp(column.type):
            optional[key] = pc.divide(pc.cast(pc.cast(column, pa.timestamp("us")), pa.int64()), 1e6)
        elif column.null_count < len(column):
            optional[key] = pc.fill_null(pc.cast(column, pa.float64()), float("nan"))
    try:
        if chosen["control"]:
            optional["control"] = _controls(table[chosen["control"]].to_pylist())
        if chosen["flags"]:
            words = [(text or "").split() for text in table[chosen["flags"]].to_pylist()]
            optional |= {mark: [mark in found for found in words] for mark in ("leaked", "failed_media")}
        return Votes.from_columns(table[chosen["left"]], table[chosen["right"]], table[chosen["outcome"]], **optional)
    except FormatError as error:
        raise FormatError(f'"{file}": {error}') from error


def _controls(values: list) -> list[int]:
    known = {None: 255, "": 255, **{name: at for at, name in enumerate(OUTCOMES)}}
    for row, value in enumerate(values):
        if value not in known:
            raise FormatError(f"row {row}: control is {value!r}, expected the obvious outcome or nothing")
    return [known[value] for value in values]
