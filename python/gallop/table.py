"""The table of scores: printed, shown in a notebook, saved as JSON (schema ``score-v1``), CSV or JSON lines."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gallop import _gallop
from gallop._gallop import ClipResult, Score
from gallop.atomic import write_text

#: Identifies the JSON layout; docs/json.md and schema/score-v1.json describe it. Grows only by new optional fields.
SCHEMA = "gallop/score-v1"


def _number(value: float) -> float | None:
    """JSON has no NaN and no infinity; a score that is not finite has no number."""
    return value if math.isfinite(value) else None


def _text(name: str) -> str:
    """A file name as valid Unicode: bytes that are not UTF-8 are shown as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _flags(result: ClipResult) -> list[str]:
    """What the scores of a clip say beside their values, each once; in brackets whose it is, unless all say it."""
    by_flag: dict[str, list[str]] = {}
    for score in result.scores:
        for flag in score.flags:
            by_flag.setdefault(flag, []).append(score.dimension)
    return sorted(
        flag if len(names) == len(result.scores) else f"{flag} ({', '.join(name.replace('_', ' ') for name in names)})"
        for flag, names in by_flag.items()
    )


def _score_dict(score: Score) -> dict[str, Any]:
    row: dict[str, Any] = {"dimension": score.dimension, "value": _number(score.value), "flags": list(score.flags)}
    row["parts"] = [_number(part) for part in score.parts]
    if score.details:
        row["details"] = {key: _number(value) for key, value in score.details.items()}
    return row


class ScoreTable:
    """Scores of clips by dimension.

    Attributes
    ----------
    results : list of ClipResult, in the order of the clips
    dimensions : names in the order of the columns
    problems : list of (clip, Problem): what has no score, and why
    """

    def __init__(self, results: list[ClipResult], profile: str | None = None, options: dict[str, Any] | None = None):
        self.results = results
        self.profile = profile
        self.options = {key: value for key, value in (options or {}).items() if value is not None}
        names = dict.fromkeys(score.dimension for result in results for score in result.scores)
        names.update(dict.fromkeys(problem.dimension for result in results for problem in result.problems if problem.dimension))
        self.dimensions = sorted(names)

    @property
    def problems(self) -> list[tuple[str, Any]]:
        return [(result.clip, problem) for result in self.results for problem in result.problems]

    @property
    def complete(self) -> bool:
        """True when every clip has a score on every dimension and none is damaged."""
        return not self.problems and not self.damaged

    @property
    def damaged(self) -> list[str]:
        """Clips that were scored although the decoder met damage in them."""
        return [
            result.clip for result in self.results if any(flag.startswith("damaged") for score in result.scores for flag in score.flags)
        ]

    def value(self, clip: int | str, dimension: str) -> float | None:
        """One number, or None when there is none."""
        result = self.results[clip] if isinstance(clip, int) else next(result for result in self.results if result.clip == clip)
        return next((score.value for score in result.scores if score.dimension == dimension), None)

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[ClipResult]:
        return iter(self.results)

    def __getitem__(self, index: int) -> ClipResult:
        return self.results[index]

    def __repr__(self) -> str:
        return f"ScoreTable({len(self.results)} clips, {len(self.dimensions)} dimensions, {len(self.problems)} problems)"

    def rows(self) -> list[dict[str, Any]]:
        """One dict a clip: ``clip`` and one number (or None) a dimension."""
        return [
            {
                "clip": _text(result.clip),
                **{name: None for name in self.dimensions},
                **{score.dimension: _number(score.value) for score in result.scores},
            }
            for result in self.results
        ]

    def to_dict(self) -> dict[str, Any]:
        """The JSON layout ``gallop/score-v1``."""
        infos = {info.name: info for info in _gallop.evaluators()}
        return {
            "schema": SCHEMA,
            "gallop": _gallop.__version__,
            "profile": self.profile,
            "options": self.options,
            "components": {name: version for name, version, _ in _gallop._components()},
            "dimensions": [
                {"name": name, "profile": infos[name].profile, "higher_is_better": infos[name].higher_is_better}
                if name in infos
                else {"name": name}
                for name in self.dimensions
            ],
            "clips": [
                {
                    "clip": _text(result.clip),
                    "scores": [_score_dict(score) for score in result.scores],
                    "problems": [{"dimension": p.dimension or None, "kind": p.kind, "message": _text(p.message)} for p in result.problems],
                }
                for result in self.results
            ],
        }

    def to_json(self, file: str | os.PathLike | None = None, indent: int | None = 1) -> str:
        """JSON text, also written to ``file`` when given (whole or not at all)."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=indent, allow_nan=False) + "\n"
        if file is not None:
            write_text(file, text)
        return text

    def to_jsonl(self, file: str | os.PathLike | None = None) -> str:
        """One JSON object a clip and line."""
        text = "".join(
            json.dumps({"schema": SCHEMA, **clip}, ensure_ascii=False, allow_nan=False) + "\n" for clip in self.to_dict()["clips"]
        )
        if file is not None:
            write_text(file, text)
        return text

    def to_csv(self, file: str | os.PathLike | None = None) -> str:
        """One line a clip. Names that a spreadsheet would run as a formula get a leading apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["clip", *self.dimensions, "problems"])
        for result, row in zip(self.results, self.rows(), strict=True):
            problems = "; ".join(f"{p.dimension}: {p.kind}" for p in result.problems)
            writer.writerow(
                [_plain_cell(row["clip"]), *("" if row[name] is None else repr(row[name]) for name in self.dimensions), problems]
            )
        if file is not None:
            write_text(file, out.getvalue())
        return out.getvalue()

    def to_pandas(self):
        """A pandas DataFrame indexed by clip (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.rows()).set_index("clip")

    def table(self) -> str:
        """A text table: clips down, dimensions across."""
        rows = [["clip", *self.dimensions]]
        for row in self.rows():
            rows.append(
                [Path(row["clip"]).name or row["clip"], *("-" if row[name] is None else f"{row[name]:.4g}" for name in self.dimensions)]
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
            for row in rows
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.dimensions)
        body = ""
        for row in self.rows():
            cells = "".join(
                f"<td style='text-align:right'>{'&ndash;' if row[name] is None else format(row[name], '.4g')}</td>"
                for name in self.dimensions
            )
            body += f"<tr><td>{html.escape(Path(row['clip']).name or row['clip'])}</td>{cells}</tr>"
        note = f"<p>{len(self.problems)} values missing: see <code>.problems</code></p>" if self.problems else ""
        return f"<table><thead><tr><th>clip</th>{head}</tr></thead><tbody>{body}</tbody></table>{note}"

    def save_report(
        self, file: str | os.PathLike, title: str = "gallop report", prompts: dict[str, str] | None = None, pairs=None, contests=None
    ) -> Path:
        """Writes the self-contained HTML report (see gallop.report)."""
        from gallop.report import write_report

        return write_report(self, file, title=title, prompts=prompts, pairs=pairs, contests=contests)


def _plain_cell(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
