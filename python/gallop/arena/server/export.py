"""Votes out of the database in the native format: one row a vote, the names of arena.md 1."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select

from gallop._gallop import FormatError, InvalidArgument, Unsupported
from gallop.arena.server.database import connect
from gallop.arena.server.migrations import upgrade
from gallop.arena.server.schema import board, clip, pairing, vote
from gallop.atomic import write_bytes, write_text

_LEFT, _RIGHT = clip.alias("left"), clip.alias("right")

#: Column of the export -> column of the database.
COLUMNS = {
    "vote_id": pairing.c.id,
    "board": board.c.key,
    "prompt_id": _LEFT.c.prompt_id,
    "left_model": _LEFT.c.model,
    "right_model": _RIGHT.c.model,
    "outcome": vote.c.outcome,
    "voter": pairing.c.voter,
    "t_unix": vote.c.time,
    "left_sha256": _LEFT.c.sha256,
    "right_sha256": _RIGHT.c.sha256,
    "watch_left_s": vote.c.watch_left,
    "watch_right_s": vote.c.watch_right,
    "duration_left_s": _LEFT.c.seconds,
    "duration_right_s": _RIGHT.c.seconds,
    "decision_s": (vote.c.time - pairing.c.ready),
    "side_seed": pairing.c.side_seed,
    "propensity": pairing.c.propensity,
    "control": pairing.c.control,
    "flags": vote.c.flags,
}


def vote_rows(connection: Connection, board_key: str | None = None) -> Iterator[tuple]:
    """Votes in the order in which they were stored, in the order of COLUMNS."""
    joined = (
        vote.join(pairing, vote.c.pairing_id == pairing.c.id)
        .join(board, pairing.c.board_id == board.c.id)
        .join(_LEFT, pairing.c.left_clip == _LEFT.c.id)
        .join(_RIGHT, pairing.c.right_clip == _RIGHT.c.id)
    )
    wanted = select(*(column.label(name) for name, column in COLUMNS.items())).select_from(joined).order_by(vote.c.number)
    if board_key:
        wanted = wanted.where(board.c.key == board_key)
    yield from connection.execute(wanted)


def export_votes(engine: Engine, target: str | os.PathLike, board_key: str | None = None) -> int:
    """Writes CSV, JSON lines or Parquet by the target's suffix, whole or not at all; returns the number of votes.

    Skipped pairs and control pairs are in the file and are not rated. Voters are pseudonyms; addresses were never stored.
    """
    target = Path(target)
    writers = {".csv": _csv, ".ndjson": _ndjson, ".jsonl": _ndjson, ".parquet": _parquet}
    if target.suffix not in writers:
        raise InvalidArgument(f'"{target}": expected a name that ends in {", ".join(writers)}')
    with engine.connect() as connection:
        rows = list(vote_rows(connection, board_key))
    writers[target.suffix](target, rows)
    return len(rows)


def export_database(database: str, target: str | os.PathLike, board_key: str | None = None) -> int:
    """As ``export_votes``, from a SQLite file or a URL. FormatError when it is another program's database."""
    engine = connect(database)
    try:
        if not inspect(engine).has_table("vote"):
            raise FormatError("the database holds no votes of this server, expected one that `gallop arena serve` filled")
        upgrade(engine)
        return export_votes(engine, target, board_key)
    finally:
        engine.dispose()


def _csv(target: Path, rows: list[tuple]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(["" if value is None else repr(value) if isinstance(value, float) else value for value in row] for row in rows)
    write_text(target, out.getvalue())


def _ndjson(target: Path, rows: list[tuple]) -> None:
    write_text(target, "".join(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n" for row in rows))


def _parquet(target: Path, rows: list[tuple]) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise Unsupported(f'"{target}": Parquet needs pyarrow; pip install gallop[tables]') from error
    numbers = {"t_unix", "watch_left_s", "watch_right_s", "duration_left_s", "duration_right_s", "decision_s", "propensity"}
    columns = zip(*rows, strict=True) if rows else [[] for _ in COLUMNS]
    kinds = {name: pa.float64() if name in numbers else pa.int64() if name == "side_seed" else pa.string() for name in COLUMNS}
    table = pa.table({name: pa.array(list(values), kinds[name]) for name, values in zip(COLUMNS, columns, strict=True)})
    out = io.BytesIO()
    parquet.write_table(table, out)
    write_bytes(target, out.getvalue())
