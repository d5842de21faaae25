"""The leaderboard as one HTML file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from gallop.arena import plots
from gallop.arena.ratings import Ratings
from gallop.atomic import write_text


def write_page(
    ratings: Ratings, diagnostics: dict, file: str | os.PathLike, title: str = "Leaderboard", filters: dict | None = None
) -> Path:
    """Ratings, rank ranges, plots and diagnostics; nothing is loaded from elsewhere."""
    rows = ratings.rows()
    best = np.argsort(-ratings.rating, kind="stable")
    observed = diagnostics["observed"]
    matrix = plots.win_matrix([ratings.models[at] for at in best], observed[np.ix_(best, best)]) if observed.ndim == 2 else ""
    environment = Environment(loader=PackageLoader("gallop.arena"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    text = environment.get_template("leaderboard.html").render(
        title=title,
        rows=rows,
        notes=ratings.notes,
        total=int(ratings.total_votes),
        options=ratings.options,
        filters=filters or {},
        d=diagnostics,
        plots=[
            (name, Markup(svg))
            for name, svg in (
                ("Ratings and intervals", plots.intervals(rows)),
                ("Share of points, row against column", matrix),
                ("Who is best", plots.first_places(rows)),
            )
            if svg
        ],
    )
    return write_text(file, text)
