"""Boards of a part of the prompts: by style, subject, camera motion, language."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gallop._gallop import FormatError, InvalidArgument
from gallop.arena.ratings import Ratings, rate
from gallop.arena.votes import Votes


@dataclass
class SubBoard:
    """``ratings`` of the votes on the prompts of one category, or ``why`` there are none."""

    name: str  #: "subject: car"
    votes: int
    ratings: Ratings | None = None
    why: str = ""

    def to_dict(self) -> dict:
        return {"board": self.name, "votes": self.votes} | (
            {"rows": self.ratings.rows(), "notes": list(self.ratings.notes)} if self.ratings else {"why": self.why}
        )


@dataclass
class SubBoards:
    """Never averaged into one rating: each board stands for its own prompts."""

    boards: list[SubBoard] = field(default_factory=list)
    uncategorised: int = 0  #: votes on prompts that the categories do not name


def read_categories(file: str | os.PathLike) -> dict[str, dict[str, str]]:
    """A CSV table: column ``prompt`` (as the votes name it) and a column a category; an empty cell: none. FormatError."""
    with open(file, encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text, strict=True, restkey="", restval=None)
        names = rows.fieldnames or []
        if "prompt" not in names or len(names) < 2 or len(set(names)) < len(names):
            raise FormatError(f'{Path(file)}: columns {", ".join(names) or "none"}; expected "prompt" and a column for each category')
        found: dict[str, dict[str, str]] = {}
        try:
            for row in rows:
                if None in row.values() or "" in row:
                    raise FormatError(f"{Path(file)}: line {rows.line_num}: not as many cells as columns")
                prompt = row.pop("prompt")
                if found.setdefault(prompt, row) != row:
                    raise FormatError(f"{Path(file)}: line {rows.line_num}: {prompt!r} has other categories than before")
        except csv.Error as error:
            raise FormatError(f"{Path(file)}: line {rows.line_num}: {error}") from error
    return found


def sub_boards(votes: Votes, categories: Mapping[str, Mapping[str, str]], **options) -> SubBoards:
    """Rates the votes of each category by itself, with the options of ``rate``; sorted by name.

    A board whose models were never compared is returned with the reason. InvalidArgument when the votes name no prompts.
    """
    votes = votes.rated()
    if votes.prompt is None:
        raise InvalidArgument("votes: no prompt is named; categories belong to prompts")
    found = SubBoards()
    members: dict[str, list[int]] = {}
    for at, prompt in enumerate(votes.prompts):
        for category, value in categories.get(prompt, {}).items():
            if value:
                members.setdefault(f"{category}: {value}", []).append(at)
    known = np.array([prompt in categories for prompt in votes.prompts], bool)
    found.uncategorised = int((~known[votes.prompt]).sum())
    for name in sorted(members):
        part = votes.select(np.isin(votes.prompt, members[name])).compact()
        board = SubBoard(name, len(part))
        try:
            board.ratings = rate(part, **options)
        except InvalidArgument as error:
            board.why = str(error)
        found.boards.append(board)
    return found
