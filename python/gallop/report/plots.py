"""The plots of a report as inline SVG, readable on light and dark pages."""

from __future__ import annotations

import io
import math
import re

_INK, _ACCENT = "#8a93a3", "#e4572e"


def sparkline(parts: list[float], width: int = 150, height: int = 34) -> str:
    """Per-frame values as a small curve; not finite ones leave gaps."""
    values = [part for part in parts if math.isfinite(part)]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    scale = (high - low) or 1.0
    step = width / (len(parts) - 1)
    runs, run = [], []
    for i, part in enumerate(parts):
        if math.isfinite(part):
            run.append(f"{i * step:.1f},{height - 3 - (part - low) / scale * (height - 6):.1f}")
        elif run:
            runs.append(run)
            run = []
    runs.append(run)
    lines = "".join(f'<polyline points="{" ".join(points)}"/>' for points in runs if len(points) > 1)
    return f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="from {low:.4g} to {high:.4g}">{lines}</svg>'


def _svg(figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return re.sub(r"^.*?(?=<svg)|<metadata>.*?</metadata>", "", text, flags=re.S)


def _figure(width: float, height: float, **options):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "gallop",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": _INK,
            "axes.labelcolor": _INK,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "axes.edgecolor": _INK,
        }
    )
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), **options)


def distributions(columns: dict[str, list[float]]) -> str:
    """One strip a dimension: every clip a dot, the median a line; each strip on its own scale."""
    names = [name for name, values in columns.items() if values]
    if not names:
        return ""
    figure = _figure(6.4, 0.42 * len(names) + 0.3)
    axes = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    for axis, name in zip(axes, names, strict=True):
        values = sorted(columns[name])
        median = values[len(values) // 2]
        axis.scatter(values, [((i * 7) % 5 - 2) * 0.12 for i in range(len(values))], s=14, color=_ACCENT, alpha=0.65, linewidths=0)
        axis.axvline(median, color=_INK, linewidth=1)
        axis.set_ylim(-0.5, 0.5)
        axis.set_yticks([])
        low, high = values[0], values[-1]
        pad = (high - low) * 0.05 or max(abs(high), 1e-3) * 0.05
        axis.set_xlim(low - pad, high + pad)
        axis.set_xticks([low, high] if high > low else [low])
        axis.set_xticklabels([f"{low:.3g}", f"{high:.3g}"] if high > low else [f"{low:.3g}"], fontsize=7)
        axis.set_ylabel(name.replace("_", " "), rotation=0, ha="right", va="center")
        for side in ("top", "left", "right"):
            axis.spines[side].set_visible(False)
        axis.tick_params(length=2, pad=1)
    figure.subplots_adjust(hspace=1.1)
    return _svg(figure)


def radar(names: list[str], shares: list[tuple[str, list[float]]]) -> str:
    """One closed line a series; each axis runs from the worst clip of the table (0) to the best (1)."""
    if len(names) < 3 or not shares:
        return ""
    figure = _figure(4.8, 4.4)
    axis = figure.add_subplot(projection="polar")
    angles = [2 * math.pi * i / len(names) for i in range(len(names))]
    colors = ["#2e86ab", _ACCENT, "#6a994e", "#9c6ade"]
    for (label, values), color in zip(shares, colors, strict=False):
        axis.plot([*angles, angles[0]], [*values, values[0]], color=color, linewidth=1.6, label=label)
        axis.fill([*angles, angles[0]], [*values, values[0]], color=color, alpha=0.12)
    axis.set_xticks(angles)
    axis.set_xticklabels([name.replace("_", "\n") for name in names], fontsize=7)
    axis.set_yticks([0.25, 0.5, 0.75, 1.0])
    axis.set_yticklabels([])
    axis.set_ylim(0, 1)
    axis.grid(color=_INK, alpha=0.3)
    axis.spines["polar"].set_visible(False)
    axis.legend(loc="upper left", bbox_to_anchor=(1.02, 1.1), frameon=False)
    return _svg(figure)
