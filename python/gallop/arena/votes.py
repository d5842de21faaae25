"""Votes in memory and on disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gallop._gallop import FormatError, InvalidArgument
from gallop._gallop import arena as _native
from gallop.atomic import write_text

OUTCOMES = ("left", "right", "tie", "both_bad", "skip")
#: Optional columns of labels: attribute -> (attribute of the labels, name in files).
LABELS = {
    "voter": ("voters", "voter"),
    "prompt": ("prompts", "prompt_id"),
    "board": ("boards", "board"),
    "clip_left": ("clips", "left_sha256"),
    "clip_right": ("clips", "right_sha256"),
}
#: Optional columns of numbers: attribute -> name in files.
NUMBERS = {
    "time": "t_unix",
    "propensity": "propensity",
    "soft": "soft",
    "watch_left": "watch_left_s",
    "watch_right": "watch_right_s",
    "duration_left": "duration_left_s",
    "duration_right": "duration_right_s",
    "decision_seconds": "decision_s",
}
#: Optional columns of marks (uint8).
_MARKS = ("control", "leaked", "failed_media")
_OPTIONAL = (*LABELS, *NUMBERS, *_MARKS)
_NO_CONTROL = 255


@dataclass
class Votes:
    """Columns of equal length; ``left`` and ``right`` index ``models``, ``outcome`` indexes ``OUTCOMES``."""

    models: list[str]
    left: np.ndarray
    right: np.ndarray
    outcome: np.ndarray
    voter: np.ndarray | None = None
    prompt: np.ndarray | None = None
    board: np.ndarray | None = None
    time: np.ndarray | None = None
    propensity: np.ndarray | None = None
    soft: np.ndarray | None = None  #: share of the left side in 0..1, replaces the outcome
    watch_left: np.ndarray | None = None
    watch_right: np.ndarray | None = None
    duration_left: np.ndarray | None = None
    duration_right: np.ndarray | None = None
    decision_seconds: np.ndarray | None = None  #: from both clips playable to the vote
    clip_left: np.ndarray | None = None
    clip_right: np.ndarray | None = None
    control: np.ndarray | None = None  #: the obvious outcome of a planted pair, 255 for a vote to be rated
    leaked: np.ndarray | None = None  #: 1 where an identity was visible
    failed_media: np.ndarray | None = None
    voters: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    boards: list[str] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)
    self_pairs: int = 0  #: votes of a model against itself, dropped while reading

    @classmethod
    def from_columns(cls, left, right, outcome, **optional) -> Votes:
        """From labels: NumPy text or object arrays, pandas or Arrow columns, lists. Fixed-width text, Arrow dictionaries and
        Arrow strings are taken without making Python strings. Unknown outcomes: FormatError with the row (from 0).

        ``optional``: voter, prompt, board, clip_left, clip_right (labels); time, propensity, soft, watch_left, watch_right,
        duration_left, duration_right, decision_seconds (numbers); control, leaked, failed_media (uint8).
        """
        (left, left_names), (right, right_names) = _encode(left), _encode(right)
        if len(left) != len(right):
            raise InvalidArgument(f"right: {len(right)} entries, expected {len(left)} as left has")
        models = _by_appearance((left, list(map(_name, left_names))), (right, list(map(_name, right_names))))
        index = {name: at for at, name in enumerate(models)}
        left = _recode(left, [index[_name(name)] for name in left_names])
        right = _recode(right, [index[_name(name)] for name in right_names])
        outcome = _outcomes(outcome)
        if len(outcome) != len(left):
            raise InvalidArgument(f"outcome: {len(outcome)} entries, expected {len(left)} as left has")
        columns = _optional_columns(optional, len(left))
        votes = cls(models, left, right, outcome, **columns)
        same = left == right
        return replace(votes.select(~same), self_pairs=int(same.sum())) if same.any() else votes

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"Votes({len(self):,} votes, {len(self.models)} models)"

    def select(self, keep) -> Votes:
        """The votes where ``keep`` (a mask or indices) says so; the models stay."""
        chosen = {name: getattr(self, name)[keep] for name in ("left", "right", "outcome", *_OPTIONAL) if getattr(self, name) is not None}
        return replace(self, **chosen)

    def only(self, board: str) -> Votes:
        """The votes of one board, with only the models that appear there."""
        if board not in self.boards or self.board is None:
            raise InvalidArgument(f'board: "{board}" is not among {", ".join(self.boards) or "none"}')
        return self.select(self.board == self.boards.index(board)).compact()

    def compact(self) -> Votes:
        """Without the models that no vote names."""
        used = np.unique(np.concatenate([self.left, self.right]))
        moved = np.zeros(len(self.models), np.uint32)
        moved[used] = np.arange(len(used), dtype=np.uint32)
        return replace(self, models=[self.models[at] for at in used], left=moved[self.left], right=moved[self.right])

    def rated(self) -> Votes:
        """Without planted control pairs and the models that only they name."""
        if self.control is None:
            return self
        return replace(self.select(self.control == _NO_CONTROL), control=None).compact()

    def on(self, models: list[str]) -> Votes:
        """The same votes with indices into ``models``, which holds every name of this table."""
        index = {name: at for at, name in enumerate(models)}
        missing = [name for name in self.models if name not in index]
        if missing:
            raise InvalidArgument(f"models: {', '.join(missing[:5])} is not among the names given")
        moved = np.array([index[name] for name in self.models], np.uint32)
        return replace(self, models=list(models), left=moved[self.left], right=moved[self.right])

    def native(self) -> dict:
        return {
            "models": len(self.models),
            "left": self.left,
            "right": self.right,
            "outcome": self.outcome,
            "voter": self.voter,
            "prompt": self.prompt,
            "propensity": self.propensity,
            "soft": self.soft,
        }

    def to_csv(self, file: str | os.PathLike) -> Path:
        """Writes the native columns of the vote table; reading them back gives the same votes."""
        import csv
        import io

        names = {"left_model": (self.left, self.models), "right_model": (self.right, self.models), "outcome": (self.outcome, OUTCOMES)}
        names |= {
            header: (getattr(self, column), getattr(self, labels))
            for column, (labels, header) in LABELS.items()
            if getattr(self, column) is not None
        }
        names |= {header: (getattr(self, column), None) for column, header in NUMBERS.items() if getattr(self, column) is not None}
        if self.control is not None:
            names["control"] = (self.control, {_NO_CONTROL: "", **dict(enumerate(OUTCOMES))})
        if self.leaked is not None and self.failed_media is not None:
            names["flags"] = (self.leaked + 2 * self.failed_media, ("", "leaked", "failed_media", "leaked failed_media"))
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        shown = [
            [labels[at] for at in codes.tolist()]
            if labels is not None
            else [repr(value) if value == value else "" for value in codes.tolist()]
            for codes, labels in names.values()
        ]
        writer.writerows(zip(*shown, strict=True))
        return write_text(file, out.getvalue())


def read_votes(
    file: str | os.PathLike, format: str = "auto", *, left: str = "", right: str = "", outcome: str = "", voter: str = "", prompt: str = ""
) -> Votes:
    """Reads CSV, a JSON array, one JSON object a line, or Parquet (needs pyarrow).

    Column names are found among the known public ones or given. FormatError names file and line.
    """
    file = Path(file)
    if format == "parquet" or (format == "auto" and file.suffix == ".parquet"):
        from gallop.arena.parquet import read_parquet

        return read_parquet(file, {"left": left, "right": right, "outcome": outcome, "voter": voter, "prompt": prompt})
    table = _native.read_votes(file, format, left, right, outcome, voter, prompt)
    columns = {name: table[name] if len(table.get(name, ())) else None for name in _OPTIONAL}
    labels = {name: table[name] for name in ("voters", "prompts", "boards", "clips")}
    return Votes(table["models"], table["left"], table["right"], table["outcome"], self_pairs=table["self_pairs"], **labels, **columns)


def filter_votes(votes: Votes, columns: dict | None = None, **switches) -> tuple[Votes, dict[str, int], list[str]]:
    """Applies filters F1 to F10: the kept votes, votes removed per rule, rules whose columns are absent."""
    present = (
        "time",
        "watch_left",
        "watch_right",
        "duration_left",
        "duration_right",
        "decision_seconds",
        "clip_left",
        "clip_right",
        *_MARKS,
    )
    columns = {name: getattr(votes, name) for name in present} | (columns or {})
    # The rules do not look at propensities, which planted pairs lack.
    result = _native.filter_votes(votes.native() | {"propensity": None}, columns, switches)
    return votes.select(result["keep"].astype(bool)), dict(result["removed"]), result["not_applied"]


def _optional_columns(optional: dict, votes: int) -> dict:
    """The keyword columns of ``from_columns`` as arrays and label lists; InvalidArgument names what does not fit."""
    columns: dict = {}
    for name, values in optional.items():
        if name in LABELS:
            columns[name], labels = _encode(values)
            labels = [str(label) for label in labels]
            shared = columns.setdefault(LABELS[name][0], [])
            known = {label: at for at, label in enumerate(shared)}
            columns[name] = _recode(columns[name], [known.setdefault(label, len(known)) for label in labels])
            shared[:] = known
        elif name in NUMBERS:
            columns[name] = np.asarray(values, np.float64)
        elif name in _MARKS:
            columns[name] = np.asarray(values, np.uint8)
        else:
            raise InvalidArgument(f'votes: unknown column "{name}", expected one of {", ".join(_OPTIONAL)}')
        if len(columns[name]) != votes:
            raise InvalidArgument(f"{name}: {len(columns[name])} entries, expected {votes} as left has")
    return columns


def _name(label) -> str:
    text = label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else label
    if not isinstance(text, str) or not text:
        raise FormatError(f"models: found {text!r} as a name, expected non-empty text")
    return text


def _by_appearance(*columns: tuple[np.ndarray, list[str]]) -> list[str]:
    """Names in the order in which the rows name them, as every reader of files numbers them: the same votes are then rated bit for
    bit alike, whichever way they came. Names without a row come last."""
    first: dict[str, tuple[int, int]] = {}
    for side, (codes, names) in enumerate(columns):
        for name, row in zip(names, _first_rows(codes, len(names)).tolist(), strict=True):
            first[name] = min((row, side), first.get(name, (row, side)))
    return sorted(first, key=first.__getitem__)


def _first_rows(codes: np.ndarray, count: int) -> np.ndarray:
    """First row of each of ``count`` codes; the number of rows where there is none. Usually the head of the column tells all."""
    first = np.full(count, len(codes))
    start, size = 0, 1 << 12
    while start < len(codes) and (first == len(codes)).any():
        rows = np.arange(start, min(start + size, len(codes)))
        found = np.full(count, len(codes))
        found[codes[rows][::-1]] = rows[::-1]  # of equal indices the last one stays
        first = np.minimum(first, found)
        start, size = start + size, 8 * size
    return first


def _recode(codes: np.ndarray, mapping: Sequence[int]) -> np.ndarray:
    if list(mapping) == list(range(len(mapping))):
        return codes
    return np.asarray(mapping, np.uint32)[codes]


def _outcomes(values) -> np.ndarray:
    if isinstance(values, np.ndarray) and values.dtype == np.uint8:
        return values
    codes, names = _encode(values)
    mapping = []
    for at, name in enumerate(names):
        known = _native.parse_outcome(name.decode() if isinstance(name, bytes) else str(name))
        if known is None:
            row = int(np.flatnonzero(codes == at)[0])
            raise FormatError(
                f"row {row}: unknown outcome {name!r}, expected left, right, tie, both_bad, skip or a public spelling such as model_a"
            )
        mapping.append(known)
    return np.asarray(mapping, np.uint8)[codes] if mapping else np.zeros(0, np.uint8)


def _encode(values) -> tuple[np.ndarray, list]:
    """(codes uint32, distinct labels) of a column of labels."""
    arrow = values
    if hasattr(values, "array") and hasattr(values, "index"):  # pandas Series
        backing = values.array
        if hasattr(backing, "codes") and hasattr(backing, "categories"):
            if (backing.codes < 0).any():
                raise FormatError("column: holds missing values, expected a label in every row")
            return backing.codes.astype(np.uint32), list(backing.categories)
        arrow = backing.__arrow_array__() if hasattr(backing, "__arrow_array__") and "arrow" in type(backing).__name__.lower() else values
        values = values.to_numpy(object) if arrow is values else values
    if hasattr(arrow, "dictionary_encode") or hasattr(arrow, "dictionary"):
        return _encode_arrow(arrow)
    column = np.asarray(values)
    if column.dtype.kind not in "USO":
        column = column.astype(str)
    return _native.encode(column)


def _encode_arrow(column) -> tuple[np.ndarray, list]:
    import pyarrow as pa

    if column.null_count:
        raise FormatError(f"column: {column.null_count} missing values, expected a label in every row")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # an empty column has no chunk
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    labels = [str(label) for label in column.dictionary.to_pylist()]
    return column.indices.to_numpy(zero_copy_only=False).astype(np.uint32, copy=False), labels
