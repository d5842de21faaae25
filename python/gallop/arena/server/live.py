"""The live board: the same filters and the same fit as ``gallop arena rate`` on the exported votes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Engine

from gallop._gallop import InvalidArgument
from gallop.arena.plan import pair_chances
from gallop.arena.ratings import diagnose, rate
from gallop.arena.server.export import COLUMNS, vote_rows
from gallop.arena.votes import OUTCOMES, Votes, filter_votes

_FRESH = 2.0  #: seconds that a fit is shown before the next
_SHARE = 20  #: fitting takes at most one part in so many of the time


def votes_of(rows: list[tuple]) -> Votes | None:
    """Rows of the database as a vote table; None without votes."""
    if not rows:
        return None
    column = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    numbers = {
        "time": "t_unix",
        "watch_left": "watch_left_s",
        "watch_right": "watch_right_s",
        "duration_left": "duration_left_s",
        "duration_right": "duration_right_s",
        "decision_seconds": "decision_s",
        "propensity": "propensity",
    }
    optional = {name: np.array([np.nan if value is None else value for value in column[key]], np.float64) for name, key in numbers.items()}
    optional |= {
        "voter": column["voter"],
        "prompt": column["prompt_id"],
        "clip_left": column["left_sha256"],
        "clip_right": column["right_sha256"],
    }
    optional["control"] = [255 if value is None else OUTCOMES.index(value) for value in column["control"]]
    flags = [text.split() for text in column["flags"]]
    optional |= {name: [name in words for words in flags] for name in ("leaked", "failed_media")}
    return Votes.from_columns(column["left_model"], column["right_model"], column["outcome"], **optional)


@dataclass
class Standing:
    """What the board shows. ``rows`` are those of ``Ratings.rows()``, best first; empty with ``why`` when there is no fit."""

    votes: int = 0
    voters: int = 0
    rows: list[dict] = field(default_factory=list)
    why: str = ""
    removed: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cluster: str = "none"
    share: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)  #: (a, b) -> (mean score of a against b, votes)

    def rating(self, model: str) -> float | None:
        return next((row["rating"] for row in self.rows if row["model"] == model), None)


def standing_of(votes: Votes | None) -> Standing:
    """Filters, then rates with intervals clustered by voter where there are two or more."""
    if votes is None:
        return Standing(why="no votes yet")
    kept, removed, _ = filter_votes(votes)
    kept = kept.rated()
    standing = Standing(votes=len(kept), voters=len(np.unique(kept.voter)), removed=removed)
    standing.cluster = "voter" if standing.voters > 1 else "none"
    try:
        ratings = rate(kept, cluster=standing.cluster)
        found = diagnose(kept)
    except InvalidArgument as error:
        standing.why = str(error)
        return standing
    standing.rows, standing.notes = ratings.rows(), list(ratings.notes)
    for i, a in enumerate(kept.models):
        for j, b in enumerate(kept.models):
            if found["pair_votes"][i, j] > 0:
                standing.share[a, b] = (float(found["observed"][i, j]), int(found["pair_votes"][i, j]))
    return standing


class Live:
    """Safe to call from any thread."""

    def __init__(self, engine: Engine, board_key: str, models: list[str], rule: str, explore: float):
        self._engine, self._key, self._models = engine, board_key, models
        self._rule, self._explore = rule, explore
        self._lock = threading.Lock()
        self._until = 0.0
        self._standing = Standing(why="no votes yet")
        self.chances: dict[tuple[str, str], float] = {}  #: of pairs of models, names in order; read by the chooser

    def standing(self, fresh: bool = False) -> Standing:
        """The latest fit, renewed when it is a few seconds old, or at once when ``fresh``. Nobody waits for another's fit."""
        if not fresh and time.monotonic() < self._until:
            return self._standing
        if not self._lock.acquire(blocking=fresh or self._until == 0.0):
            return self._standing
        try:
            began = time.monotonic()
            if fresh or began >= self._until:
                with self._engine.connect() as connection:
                    votes = votes_of(list(vote_rows(connection, self._key)))
                self._standing, self.chances = standing_of(votes), self._pair_chances(votes)
                ended = time.monotonic()
                self._until = ended + max(_FRESH, _SHARE * (ended - began))
            return self._standing
        finally:
            self._lock.release()

    def _pair_chances(self, votes: Votes | None) -> dict[tuple[str, str], float]:
        table = Votes(list(self._models), np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
        if votes is not None:
            rated = votes.rated()
            rated = rated.select(rated.outcome != OUTCOMES.index("skip"))
            rated = rated.on(list(dict.fromkeys([*self._models, *rated.models])))
            table = Votes(rated.models, rated.left, rated.right, rated.outcome)
        names = table.models
        return {
            tuple(sorted((names[a], names[b]))): probability
            for a, b, _, probability in pair_chances(table, self._rule, explore=self._explore)
        }
