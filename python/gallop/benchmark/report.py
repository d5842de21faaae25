"""One HTML page over one or more runs: table, radar, comparison, worst clips, prompts. Opens from disk, without network."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from gallop import _gallop
from gallop.atomic import write_text
from gallop.benchmark.published import Published, read_published
from gallop.benchmark.results import Results, compare
from gallop.report import plots
from gallop.report.previews import Preview, make_previews
from gallop.visible import visible

WORST_PER_DIMENSION = 4
MOST_ABSENT = 200


def write_run_report(
    results: Sequence[Results],
    file: str | os.PathLike,
    *,
    names: Sequence[str] | None = None,
    title: str = "",
    published: str | os.PathLike | None = None,
    clips: bool = True,
) -> Path:
    """Writes the page.

    Parameters
    ----------
    results : one run, or several of one suite; with two the page compares them
    names : how to call the runs
    published : CSV of published scores (model, dimensions in percent) to stand beside
    clips : put small copies of the worst clips into the page
    """
    file, results = Path(file), list(results)
    names = list(names or [f"run {number + 1}" for number in range(len(results))])
    beside = read_published(published) if published else []
    order = list(dict.fromkeys(d.dimension for run in results for d in run.dimensions))
    radar, note = _radar(results, names, order, beside)
    absent = [
        {"clip": clip, "run": name, "dimension": dimension, "reason": reason}
        for run, name in zip(results, names, strict=True)
        for dimension, clip, reason in run.missing
    ]
    environment = Environment(loader=PackageLoader("gallop.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_shown)
    text = environment.get_template("run.html").render(
        title=title or f"{results[0].suite}: {', '.join(names)}",
        runs=[
            {"name": name, "scored": sum(d.scored for d in run.dimensions), "absent": len(run.missing)}
            for run, name in zip(results, names, strict=True)
        ],
        official=results[0].official,
        columns=[*names, *(model.name for model in beside)],
        lines=_lines(results, order, beside),
        radar=Markup(radar),
        radar_note=note,
        comparison={"a": names[0], "b": names[1], "rows": compare(results[0], results[1]).dimensions} if len(results) == 2 else None,
        worst=_worst(results[0], order, file, clips),
        absent=absent[:MOST_ABSENT],
        absent_more=max(0, len(absent) - MOST_ABSENT),
        prompts=_prompts(results, names, order),
        provenance=_provenance(results, names),
    )
    return write_text(file, text)


def _shown(value):
    """Texts from suites and folders may hold anything; markup of our own is left alone. Escaping for HTML comes after this."""
    return visible(value, keep="\n\t") if type(value) is str else value


def _cell(estimate) -> dict:
    if estimate is None or math.isnan(estimate.value):
        return {"text": "–", "interval": ""}
    return {"text": f"{estimate.value:.4f}", "interval": f"{estimate.low:.4f} to {estimate.high:.4f}"}


def _lines(results, order, beside: list[Published]) -> list[dict]:
    def line(name, estimates, key):
        others = [{"text": "–" if model.scores.get(key) is None else f"{model.scores[key]:.4f}", "interval": ""} for model in beside]
        return {"name": name, "cells": [*(_cell(estimate) for estimate in estimates), *others]}

    totals = list(dict.fromkeys(a.name for run in results for a in run.aggregates))
    rows = [
        line(name, [next((a.estimate for a in run.aggregates if a.name == name), None) for run in results], name)
        for name in reversed(totals)
    ]
    return rows + [
        line(name, [next((d.estimate for d in run.dimensions if d.dimension == name), None) for run in results], name) for name in order
    ]


def _radar(results, names, order, beside) -> tuple[str, str]:
    """Normalised scores where the suite has a table, else shares of the way from the worse to the better end of each measure."""
    table = {row[0]: (row[1], row[2]) for row in _gallop.benchmark.normalisation_table(results[0].suite)}
    if not table:
        table = {
            info.name: (info.low, info.high) if info.higher_is_better else (info.high, info.low)
            for info in _gallop.evaluators()
            if info.higher_is_better is not None and math.isfinite(info.low) and math.isfinite(info.high)
        }
    axes = [name for name in order if name in table]

    def share(name, value):
        worst, best = table[name]
        return 0.0 if value is None or math.isnan(value) else min(1.0, max(0.0, (value - worst) / (best - worst)))

    series = [(name, [share(axis, run.value(axis)) for axis in axes]) for run, name in zip(results, names, strict=True)]
    best = [
        model for model in sorted(beside, key=lambda model: -model.scores.get("total", -1.0)) if all(axis in model.scores for axis in axes)
    ]
    series += [(model.name, [share(axis, model.scores[axis]) for axis in axes]) for model in best[: max(0, 3 - len(series))]]
    return plots.radar(axes, series[:4]), "0 and 1 are the ends of the published normalisation, or the worst and the best a measure can say"


def _worst(run, order, file: Path, clips: bool) -> list[dict]:
    higher = {info.name: info.higher_is_better for info in _gallop.evaluators()}
    chosen = {}
    for name in order:
        if higher.get(name, True) is None:
            continue
        rows = [row for row in run.rows if row.dimension == name and row.state == "scored" and math.isfinite(row.value)]
        rows.sort(key=lambda row: (row.value if higher.get(name, True) else -row.value, row.clip))
        chosen[name] = rows[:WORST_PER_DIMENSION]
    paths = [str(Path(run.videos) / row.clip) for rows in chosen.values() for row in rows]
    previews = make_previews(paths, file.with_name(file.stem + "_files")) if clips else {}

    def shown(row):
        preview = previews.get(str(Path(run.videos) / row.clip), Preview())
        return {
            "name": row.clip,
            "value": f"{row.value:.4g}",
            "prompt": row.prompt,
            "flags": sorted(set(row.score.flags)),
            "preview": preview,
        }

    return [{"dimension": name, "clips": [shown(row) for row in rows]} for name, rows in chosen.items() if rows]


def _prompts(results, names, order) -> list[dict]:
    """Every prompt with every clip's scores, in the order of the suite."""
    cells: dict[int, dict[tuple[int, str], dict[str, str]]] = {}
    for number, run in enumerate(results):
        for row in run.rows:
            text = f"{row.value:.4g}" if row.state == "scored" else row.state
            cells.setdefault(row.record, {}).setdefault((number, row.clip), {})[row.dimension] = text
    prompts = []
    for record in sorted(cells):
        dimensions = [name for name in order if any(name in scores for scores in cells[record].values())]
        rows = [
            {"clip": clip, "run": names[number], "cells": [scores.get(name, "") for name in dimensions]}
            for (number, clip), scores in sorted(cells[record].items())
        ]
        entry = results[0].records[record]
        prompts.append({"text": entry.prompt or entry.file, "dimensions": dimensions, "rows": rows})
    return prompts


def _provenance(results, names) -> list[tuple[str, str]]:
    rows = [(name, f"{version} {f'({detail})' if detail else ''}".strip()) for name, version, detail in _gallop._components()]
    first = results[0]
    rows += [
        ("suite", f"{first.suite} {first.suite_version}".strip()),
        ("suite sha256", first.suite_sha256),
        ("published prompt file", "yes" if first.official else "no"),
        ("clips a prompt", str(first.samples)),
    ]
    rows += [
        (name, f"{len({row.clip for row in run.rows})} clips, {len(run.rows)} clip-dimensions")
        for run, name in zip(results, names, strict=True)
    ]
    for run, name in zip(results, names, strict=True):
        rows += [(f"{name}: {scorer.dimension}" if len(results) > 1 else scorer.dimension, _set_up(scorer)) for scorer in run.scorers]
    return rows


def _set_up(scorer) -> str:
    """What judged a dimension, in one line."""
    reader = f"reader {scorer.reader}" if scorer.reader else "reads clips by itself"
    parts = [f"evaluator {scorer.version}", f"gallop {scorer.library}", reader, scorer.device, f"dtype {scorer.dtype}"]
    return ", ".join(parts + [f"weights sha256 {sha256}" for sha256 in scorer.weights_sha256])
