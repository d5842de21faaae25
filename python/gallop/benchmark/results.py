"""Results: printed, as data frames, saved, compared."""

from __future__ import annotations

import html
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gallop import _gallop
from gallop._gallop.benchmark import Comparison


class Results:
    """The outcome of a run; a thin cover over the C++ object, whose attributes it shows.

    Attributes
    ----------
    suite, suite_version, suite_sha256, official, videos, samples : what was judged
    rows : list of ResultRow, sorted by dimension and clip
    dimensions : list of DimensionResult in the order of the suite
    aggregates : list of Aggregate (quality, semantic, total ...); without estimate while dimensions are lacking
    scorers : list of ScorerFacts: evaluator version, weights, reader, number type and device class a dimension was judged with
    complete : every planned clip has a score on every dimension
    """

    def __init__(self, inner: Any):
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __repr__(self) -> str:
        return f"Results('{self.suite}', {len(self.rows)} rows, {len(self.dimensions)} dimensions, {'complete' if self.complete else f'{len(self.missing)} without score'})"

    @property
    def missing(self) -> list[tuple[str, str, str]]:
        """(dimension, clip, reason) of every row without a score."""
        return [(row.dimension, row.clip, row.problem.message if row.problem else row.state) for row in self.rows if row.state != "scored"]

    def value(self, dimension: str) -> float | None:
        """One dimension's score, or None."""
        found = next((d.estimate.value for d in self.dimensions if d.dimension == dimension), math.nan)
        return None if math.isnan(found) else found

    def aggregate(self, name: str) -> float | None:
        """One total, or None while dimensions are lacking."""
        return next((a.estimate.value for a in self.aggregates if a.name == name and a.estimate), None)

    def _lines(self) -> list[list[str]]:
        lines = [["dimension", "score", "95 % interval", "normalised", "clips", "without score"]]
        for d in self.dimensions:
            e = d.estimate
            absent = d.problems + d.missing + d.pending
            value = ["-", "-"] if math.isnan(e.value) else [f"{e.value:.4f}", f"{e.low:.4f} to {e.high:.4f}"]
            lines.append(
                [d.dimension, *value, "-" if d.normalised is None else f"{d.normalised:.4f}", str(d.scored), str(absent) if absent else ""]
            )
        for a in self.aggregates:
            if a.estimate:
                lines.append([a.name, f"{a.estimate.value:.4f}", f"{a.estimate.low:.4f} to {a.estimate.high:.4f}", "", "", ""])
            else:
                lines.append([a.name, "-", "", "", "", f"lacks {', '.join(a.lacking)}"])
        return lines

    def table(self) -> str:
        """A text table: dimensions and totals with their intervals."""
        lines = self._lines()
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        return "\n".join(
            "  ".join(
                cell.ljust(w) if i in (0, 5) else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        def line(cells: list[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        head, *body = self._lines()
        rows = "".join(line(cells, "td") for cells in body)
        return f"<table><thead>{line(head, 'th')}</thead><tbody>{rows}</tbody></table>"

    def records_table(self) -> dict[str, list[Any]]:
        """Columns of all rows: what to_pandas and to_arrow are made of."""
        rows = self.rows
        return {
            "dimension": [row.dimension for row in rows],
            "clip": [row.clip for row in rows],
            "prompt": [row.prompt for row in rows],
            "sample": [row.sample for row in rows],
            "state": [row.state for row in rows],
            "value": [row.value for row in rows],
            "parts": [list(row.score.parts) if row.score else None for row in rows],
            "reason": [row.problem.message if row.problem else None for row in rows],
            "clip_sha256": [row.clip_sha256 for row in rows],
        }

    def to_pandas(self):
        """A pandas DataFrame, one row a clip and dimension (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.records_table())

    def to_arrow(self):
        """A pyarrow Table, one row a clip and dimension (needs pyarrow)."""
        import pyarrow

        columns = self.records_table()
        types = {"sample": pyarrow.int32(), "value": pyarrow.float64(), "parts": pyarrow.list_(pyarrow.float64())}
        return pyarrow.table({name: pyarrow.array(values, types.get(name, pyarrow.string())) for name, values in columns.items()})


def read_results(run: str | os.PathLike, *, replicates: int = 2000, seed: int = 0) -> Results:
    """Reads a run folder, also while another process works on it and where nothing can be written.

    Parameters
    ----------
    run : folder of a run
    replicates, seed : of the bootstrap over prompts
    """
    return Results(_gallop.benchmark.read_results(os.fspath(run), replicates=replicates, seed=seed))


def merge_runs(into: str | os.PathLike, runs: Sequence[str | os.PathLike]) -> Results:
    """Unites shards, or runs of different dimensions, in a new run folder. FormatError when they contradict each other."""
    return Results(_gallop.benchmark.merge_runs(os.fspath(into), [Path(run) for run in runs]))


def compare(a: Results, b: Results, *, replicates: int = 10000, seed: int = 0) -> Comparison:
    """Second run minus first, paired by prompt: differences with intervals, sign-flip test, Holm's correction."""
    return _gallop.benchmark.compare(a._inner, b._inner, replicates=replicates, seed=seed)
