"""The plots of a leaderboard as inline SVG, readable on light and dark pages."""

from __future__ import annotations

import io
import re

import numpy as np

_INK, _ACCENT = "#8a93a3", "#e4572e"
_MOST_NAMES = 40  #: models side by side above which a matrix is unreadable


def _svg(figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return re.sub(r"^.*?(?=<svg)", "", out.getvalue(), count=1, flags=re.S)


def _axes(width: float, height: float):
    import matplotlib

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "gallop", "text.parse_math": False})
    from matplotlib.figure import Figure

    axes = Figure(figsize=(width, height)).subplots()
    axes.tick_params(colors=_INK, labelsize=9)
    for spine in axes.spines.values():
        spine.set_color(_INK)
        spine.set_linewidth(0.5)
    return axes


def intervals(rows: list[dict]) -> str:
    """Ratings with intervals, best on top."""
    axes = _axes(7, 0.6 + 0.3 * len(rows))
    at = np.arange(len(rows))[::-1]
    rating = np.array([row["rating"] for row in rows])
    errors = np.abs(np.array([[row["rating"] - row["lower"], row["upper"] - row["rating"]] for row in rows]).T)
    axes.errorbar(rating, at, xerr=errors, fmt="o", color=_ACCENT, ecolor=_INK, capsize=3, markersize=4)
    axes.set_yticks(at, [row["model"] for row in rows])
    axes.set_xlabel("rating (Elo points)", color=_INK)
    axes.grid(axis="x", color=_INK, alpha=0.2)
    return _svg(axes.figure)


def win_matrix(models: list[str], share: np.ndarray) -> str:
    """Mean score of the row's model against the column's; empty where they never met."""
    shown = min(len(models), _MOST_NAMES)
    axes = _axes(1.5 + 0.38 * shown, 1 + 0.38 * shown)
    axes.imshow(np.ma.masked_invalid(share[:shown, :shown]), vmin=0, vmax=1, cmap="RdBu")
    axes.set_xticks(range(shown), models[:shown], rotation=60, ha="right")
    axes.set_yticks(range(shown), models[:shown])
    if shown <= 16:
        for i in range(shown):
            for j in range(shown):
                if np.isfinite(share[i, j]):
                    axes.text(
                        j,
                        i,
                        f"{100 * share[i, j]:.0f}",
                        ha="center",
                        va="center",
                        fontsize=7,
                        color="#1d2330" if 0.25 < share[i, j] < 0.75 else "#fff",
                    )
    return _svg(axes.figure)


def first_places(rows: list[dict]) -> str:
    """Share of bootstrap replicates that each model wins."""
    shown = [row for row in rows if row.get("p_best", 0) > 0][:20]
    if not shown:
        return ""
    axes = _axes(5, 0.6 + 0.3 * len(shown))
    at = np.arange(len(shown))[::-1]
    axes.barh(at, [row["p_best"] for row in shown], color=_ACCENT, height=0.6)
    axes.set_yticks(at, [row["model"] for row in shown])
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability of being best", color=_INK)
    return _svg(axes.figure)
