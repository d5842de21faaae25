"""Ratings as a table."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gallop._gallop import InvalidArgument
from gallop._gallop import arena as _native
from gallop.arena.votes import Votes
from gallop.atomic import write_text

#: Columns of a row, beside the model's name.
_COLUMNS = ("rating", "se", "lower", "upper", "rank_ub", "rank_lb", "rank_diff", "tier", "order", "votes", "mean_score", "both_bad_rate")


@dataclass(repr=False)
class Ratings:
    """One entry per model in every array, in the order of ``models``; ``values`` holds what ``gallop/arena.h`` documents."""

    models: list[str]
    values: dict
    options: dict

    def __getattr__(self, name):
        if name.startswith("_") or name not in self.__dict__.get("values", {}):
            raise AttributeError(name)
        return self.values[name]

    def __len__(self) -> int:
        return len(self.models)

    def rows(self) -> list[dict]:
        """Plain rows, best first."""
        best = np.argsort(-self.rating, kind="stable")
        p_best = self.p_best if len(self.p_best) else None
        rows = []
        for at in best:
            row = {"model": self.models[at]} | {name: self.values[name][at].item() for name in _COLUMNS}
            if p_best is not None:
                row["p_best"] = p_best[at].item()
            rows.append(row)
        return rows

    def dataframe(self):
        """The rows as a pandas DataFrame (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.rows())

    def table(self) -> str:
        """Text for a terminal: rank range, rating, interval, votes."""
        lines = [
            f"{'rank':>7} {'rating':>8} {'95 % interval' if self.options.get('confidence', 0.95) == 0.95 else 'interval':>20} {'votes':>9}  model"
        ]
        for row in self.rows():
            ranks = str(row["rank_ub"]) if row["rank_ub"] == row["rank_lb"] else f"{row['rank_ub']}-{row['rank_lb']}"
            lines.append(
                f"{ranks:>7} {row['rating']:>8.1f} {row['lower']:>9.1f} ..{row['upper']:>8.1f} {row['votes']:>9.0f}  {row['model']}"
            )
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    __repr__ = table

    def to_dict(self) -> dict:
        """Everything as plain lists and numbers; NaN becomes None."""
        plain = {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in self.values.items()
            if name not in _COLUMNS and name != "p_best"
        }
        return _no_nan({"rows": self.rows(), "models": self.models, "options": self.options} | plain)

    def to_json(self, file: str | os.PathLike, **more) -> Path:
        """Writes ``to_dict()`` and further entries, such as what the votes were."""
        return write_text(file, json.dumps(self.to_dict() | _no_nan(more), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _no_nan(value):
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _no_nan(item) for key, item in value.items()}
    return [_no_nan(item) for item in value] if isinstance(value, list | tuple) else value


def _resolved(votes: Votes, options: dict) -> dict:
    if isinstance(options.get("anchor"), str):
        if options["anchor"] not in votes.models:
            raise InvalidArgument(f'anchor: no model "{options["anchor"]}", expected one of {", ".join(votes.models[:20])}')
        return options | {"anchor": votes.models.index(options["anchor"])}
    return options


def _with_names(message: str, models: list[str]) -> str:
    """The library knows indices; its lists of groups, ``{0, 2}``, are shown with names."""

    def named(group: re.Match) -> str:
        return "{" + re.sub(r"\d+", lambda index: models[int(index[0])], group[1]) + group[2] + "}"

    return re.sub(r"\{(\d+(?:, \d+)*)((?:, \.\.\. \d+ models)?)\}", named, message)


def rate(votes: Votes, **options) -> Ratings:
    """Bradley-Terry ratings, or a tie model's, with intervals and ranks.

    Options are those of ``RatingOptions`` in gallop/arena.h: ties, both_bad, interval, cluster, reweight, ridge, phantom,
    anchor (name or index), anchor_value, confidence, simultaneous, replicates, seed ... InvalidArgument lists the groups of
    models when finite ratings do not exist.
    """
    votes = votes.rated()
    try:
        values = _native.fit_ratings(votes.native(), _resolved(votes, options))
    except InvalidArgument as error:
        raise InvalidArgument(_with_names(str(error), votes.models)) from None
    return Ratings(votes.models, values, options)


def rate_adjusted(votes: Votes, x, feature_ridge: float = 0.0, **options) -> Ratings:
    """As ``rate``, beside covariates ``x`` [votes, features]; ``effect`` and ``effect_se`` in natural units."""
    return Ratings(
        votes.models,
        _native.fit_adjusted(votes.native(), np.asarray(x, np.float64).reshape(len(votes), -1), feature_ridge, _resolved(votes, options)),
        options,
    )


def rate_composite(sources, **options) -> Ratings:
    """One rating from several sources of outcomes: ``[(votes, share), ...]``. Each source counts by its share, whatever its
    number of votes; the shares are in ``options["shares"]`` of the result and belong beside every such rating.
    """
    tables = [votes.rated() for votes, _ in sources]
    models = list(dict.fromkeys(name for table in tables for name in table.models))
    shares = [float(share) for _, share in sources]
    pairs = [(table.on(models).native(), share) for table, share in zip(tables, shares, strict=True)]
    return Ratings(models, _native.fit_composite(pairs, options), options | {"shares": shares})


def relative_difference(left, right) -> np.ndarray:
    """(left - right) / (left + right), 0 when both are 0, divided by its standard deviation: a covariate of ``rate_adjusted``
    for durations, pixels, frame rates, loudness or file sizes."""
    return _native.relative_difference(np.asarray(left, np.float64), np.asarray(right, np.float64))


def drift(votes: Votes, **options) -> list[dict]:
    """Fits the earlier and the later half of the votes apart: per model both ratings, their difference and its z.

    InvalidArgument without times, or when a half has no finite ratings.
    """
    votes = votes.rated()
    if votes.time is None:
        raise InvalidArgument("votes.time: absent, expected a time for each vote")
    order = np.argsort(votes.time, kind="stable")
    early, late = (rate(votes.select(half), **options) for half in (order[: len(order) // 2], order[len(order) // 2 :]))
    rows = []
    for at, model in enumerate(votes.models):
        change = float(late.rating[at] - early.rating[at])
        se = float(np.hypot(late.se[at], early.se[at]))
        rows.append(
            {
                "model": model,
                "early": float(early.rating[at]),
                "late": float(late.rating[at]),
                "change": change,
                "z": change / se if se > 0 else 0.0,
            }
        )
    return rows


def diagnose(votes: Votes, **options) -> dict:
    """Connectivity, fit, fragility, side bias, voters: the fields of ``Diagnostics`` in gallop/arena.h."""
    return _native.diagnose(votes.rated().native(), options)


def online_elo(votes: Votes, k: float = 4.0, start: float = 1000.0) -> dict[str, float]:
    """Sequential Elo in file order: for display only, it depends on the order."""
    return dict(zip(votes.models, _native.online_elo(votes.native(), k, start).tolist(), strict=True))
