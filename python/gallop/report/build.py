"""Puts a report together."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from statistics import fmean

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from gallop import _gallop
from gallop.atomic import write_text
from gallop.report import plots
from gallop.report.contest import Contest, automatic_votes, leads, outcome_of, standing
from gallop.report.pairs import Pair
from gallop.report.previews import Preview, make_previews
from gallop.table import _flags, _text


def write_report(
    table,
    file: str | os.PathLike,
    title: str = "gallop report",
    prompts: dict[str, str] | None = None,
    pairs: list[Pair] | None = None,
    contests: list[Contest] | None = None,
) -> Path:
    """Writes one HTML file: clips that play, scores, curves, distributions, an automatic comparison of entrants, provenance.

    Beyond forty clips the further previews lie in a folder beside it, ``<name>_files``.
    """
    file = Path(file)
    previews = make_previews([result.clip for result in table], file.with_name(file.stem + "_files"))
    environment = Environment(loader=PackageLoader("gallop.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    text = environment.get_template("report.html").render(
        title=title,
        dimensions=_dimensions(table),
        clips=_clips(table, previews, prompts or {}),
        pairs=_pairs(table, pairs or [], previews),
        contests=_contests(table, contests or [], previews),
        standing=standing(automatic_votes(table, contests)) if contests else [],
        distributions=Markup(_distributions(table)),
        radar=Markup(_radar(table, pairs or [])),
        provenance=_provenance(table),
        problems=len(table.problems),
    )
    return write_text(file, text)


def _dimensions(table) -> list[dict]:
    infos = {info.name: info for info in _gallop.evaluators()}
    return [
        {
            "name": name,
            "summary": infos[name].summary if name in infos else "",
            "higher": infos[name].higher_is_better if name in infos else True,  # None: neither good nor bad
        }
        for name in table.dimensions
    ]


def _ranked(table) -> dict[str, dict[float, float]]:
    """Dimension -> value -> share in 0..1 of the way from worst to best among these clips. Without those that judge nothing."""
    shares = {}
    for dimension in _dimensions(table):
        if dimension["higher"] is None:
            continue
        values = [row[dimension["name"]] for row in table.rows() if row[dimension["name"]] is not None]
        low, high = (min(values), max(values)) if values else (0.0, 0.0)
        spread = (high - low) or 1.0
        shares[dimension["name"]] = {v: ((v - low) if dimension["higher"] else (high - v)) / spread if high > low else 1.0 for v in values}
    return shares


def _clips(table, previews: dict[str, Preview], prompts: dict[str, str]) -> list[dict]:
    shares = _ranked(table)
    clips = []
    for number, (result, row) in enumerate(zip(table, table.rows(), strict=True)):
        scores = {score.dimension: score for score in result.scores}
        cells = [
            {"name": n, "value": row[n], "text": "–" if row[n] is None else f"{row[n]:.4g}", "share": shares.get(n, {}).get(row[n], 0.0)}
            for n in table.dimensions
        ]
        clips.append(
            {
                "id": f"clip-{number}",
                "name": Path(_text(result.clip)).name or _text(result.clip),
                "path": _text(result.clip),
                "prompt": prompts.get(result.clip, ""),
                "preview": previews[result.clip],
                "cells": cells,
                "flags": [_text(flag) for flag in _flags(result)],
                "problems": [{"dimension": p.dimension, "kind": p.kind, "message": _text(p.message)} for p in result.problems],
                "curves": [
                    {"name": n, "text": f"{scores[n].value:.4g}", "svg": Markup(plots.sparkline(scores[n].parts))}
                    for n in table.dimensions
                    if n in scores and len(scores[n].parts) > 1
                ],
            }
        )
    return clips


def _pairs(table, pairs: list[Pair], previews: dict[str, Preview]) -> list[dict]:
    return [
        {
            "flaw": pair.flaw.replace("_", " "),
            "measure": pair.measure.replace("_", " "),
            "clean": {"name": Path(pair.clean).name, "preview": previews[pair.clean], "value": table.value(pair.clean, pair.measure)},
            "flawed": {"name": Path(pair.flawed).name, "preview": previews[pair.flawed], "value": table.value(pair.flawed, pair.measure)},
            "below": pair.flawed_ranks_below(table),
        }
        for pair in pairs
    ]


def _contests(table, contests: list[Contest], previews: dict[str, Preview]) -> list[dict]:
    result = []
    for contest, pairs in zip(contests, leads(table, contests), strict=True):
        won = dict.fromkeys(contest.clips, 0)
        for pair, lead in pairs.items():
            winner = {"left": 0, "right": 1}.get(outcome_of(lead))
            if winner is not None:
                won[pair[winner]] += 1
        entries = [
            {"name": name, "preview": previews[clip], "won": won[name], "of": len(contest.clips) - 1}
            for name, clip in contest.clips.items()
        ]
        result.append({"prompt": contest.prompt, "entries": entries})
    return result


def _distributions(table) -> str:
    if len(table) < 2:
        return ""
    return plots.distributions({name: [v for v in (row[name] for row in table.rows()) if v is not None] for name in table.dimensions})


def _radar(table, pairs: list[Pair]) -> str:
    shares = _ranked(table)
    names = [name for name in table.dimensions if len(shares.get(name, {})) > 1]
    rows = {result.clip: row for result, row in zip(table, table.rows(), strict=True)}

    def mean_shares(clips):
        return [fmean([shares[n][rows[c][n]] for c in clips if rows[c][n] is not None] or [0.0]) for n in names]

    if pairs:
        series = [("clean", mean_shares([pair.clean for pair in pairs])), ("flawed", mean_shares([pair.flawed for pair in pairs]))]
    else:
        series = [("mean of all clips", mean_shares(list(rows)))] if len(rows) > 1 else []
    return plots.radar(names, series)


def _provenance(table) -> list[tuple[str, str]]:
    rows = [(name, f"{version} {f'({detail})' if detail else ''}".strip()) for name, version, detail in _gallop._components()]
    rows += [("profile", table.profile or "chosen dimensions"), *((key, str(value)) for key, value in table.options.items())]
    rows.append(("reader contract", "vbench dimensions: the reader each of them names; all others: native (docs/media.md)"))
    for result in table:
        try:
            digest = hashlib.sha256(Path(result.clip).read_bytes()).hexdigest()
        except OSError:
            continue
        rows.append((f"sha256 {Path(_text(result.clip)).name}", digest))
    return rows
