"""Sky and ground, with parallax: what lies further away moves less when the camera follows the subject."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Shape, box, capsule, circle, ellipse

HORIZON = 0.56


def light_of(time: str, weather: str) -> float:
    """How bright subjects are painted; nights keep enough light for their colour to be read."""
    return (1.0 if time == "day" else 0.72) * (1.0 if weather == "clear" else 0.9)


def paint_sky(canvas: Canvas, time: str, weather: str, rng: np.random.Generator, scroll: float, plain: bool = False) -> None:
    if time == "day":
        top, bottom = ((0.33, 0.60, 0.93), (0.80, 0.91, 0.99)) if weather == "clear" else ((0.44, 0.49, 0.56), (0.66, 0.70, 0.74))
    else:
        top, bottom = ((0.02, 0.03, 0.11), (0.10, 0.13, 0.30)) if weather == "clear" else ((0.03, 0.04, 0.07), (0.10, 0.12, 0.17))
    canvas.gradient(top, bottom, HORIZON)
    x = canvas.aspect * rng.uniform(0.12, 0.88)
    if weather == "rain":
        for _ in range(5):
            _cloud(
                canvas,
                rng,
                rng.uniform(0, canvas.aspect) - 0.1 * scroll,
                (0.50, 0.53, 0.58) if time == "day" else (0.12, 0.13, 0.17),
            )
    elif time == "day":
        canvas.paint(circle(x, 0.16, 0.14), (1.0, 0.95, 0.65), 0.35, softness=24.0)
        canvas.paint(circle(x, 0.16, 0.065), (1.0, 0.96, 0.70))
        for _ in range(2):
            _cloud(canvas, rng, rng.uniform(0, canvas.aspect) - 0.1 * scroll, (1.0, 1.0, 1.0))
    else:
        for _ in range(8 if plain else 26):
            sx, sy, size = rng.uniform(0, canvas.aspect), rng.uniform(0.02, HORIZON - 0.12), rng.uniform(0.003, 0.006)
            size = 2.0 * size if plain else size
            canvas.paint(circle(sx, sy, size), (0.95, 0.96, 1.0), rng.uniform(0.5, 1.0))
        canvas.paint(circle(x, 0.15, 0.058), (0.96, 0.95, 0.86))
        canvas.paint(circle(x + 0.026, 0.137, 0.052), (0.03, 0.04, 0.13))


def _cloud(canvas: Canvas, rng: np.random.Generator, x: float, color) -> None:
    y, size = rng.uniform(0.06, 0.24), rng.uniform(0.08, 0.14)
    for dx, dy, r in ((-0.9, 0.1, 0.55), (-0.2, -0.1, 0.8), (0.6, 0.05, 0.6), (1.2, 0.2, 0.4)):
        canvas.paint(ellipse(x + dx * size, y + dy * size, r * size * 1.2, r * size * 0.7), color, 0.85, softness=5.0)


def paint_ground(
    canvas: Canvas,
    place: str,
    time: str,
    weather: str,
    rng: np.random.Generator,
    scroll: float,
    seconds: float,
    plain: bool = False,
) -> None:
    dim = light_of(time, weather) if time == "day" else 0.42
    {"road": _road, "field": _field, "sea": _sea}[place](canvas, dim, rng, scroll, 0.0 if plain else seconds, plain)


def _repeated(canvas, offset, period):
    """Positions of things that stand every ``period`` along the scene, shifted by ``offset``, over the whole picture."""
    start = -(offset % period) - period
    return np.arange(start, canvas.aspect + 2 * period, period)


def _hills(canvas, color, rng, scroll, height):
    a, b, p, q = rng.uniform(2.0, 3.4), rng.uniform(4.5, 6.5), rng.uniform(0, 6.28), rng.uniform(0, 6.28)

    def under_ridge(x, y):
        return HORIZON - height * (0.55 + 0.3 * np.sin(a * (x + scroll) + p) + 0.15 * np.sin(b * (x + scroll) + q)) - y

    canvas.paint(Shape(under_ridge, (0.0, HORIZON - height, canvas.aspect, HORIZON + 0.01)), color)


def _road(canvas, dim, rng, scroll, seconds, plain):
    period = 0.34
    heights = rng.uniform(0.10, 0.30, size=64)
    tones = rng.uniform(0.30, 0.55, size=64)
    far = 0.35 * scroll
    first = int(np.floor(far / period)) - 1
    for i, x in enumerate(_repeated(canvas, far, period)):
        k = (first + i) % 64
        tone = tones[k] * (0.9 * dim + 0.05)
        canvas.paint(box(x, HORIZON - heights[k] / 2 + 0.01, 0.14, heights[k] / 2 + 0.01), (tone, tone * 0.97, tone * 1.05))
        glow = (1.0, 0.86, 0.45) if dim < 0.5 else (0.62 * dim, 0.74 * dim, 0.84 * dim)
        columns, step, half = ((-0.06, 0.06), 0.11, 0.03) if plain else ((-0.075, 0.0, 0.075), 0.075, 0.018)
        for row in range(int(heights[k] / step)):
            for column in columns:
                canvas.paint(box(x + column, HORIZON - 0.6 * step - step * row, half, half + 0.003), glow, 0.75)
    canvas.below(HORIZON, (0.42 * dim, 0.46 * dim, 0.40 * dim))
    canvas.below(HORIZON + 0.05, (0.26 * dim + 0.02, 0.27 * dim + 0.02, 0.30 * dim + 0.02))
    canvas.paint(box(canvas.aspect / 2, HORIZON + 0.055, canvas.aspect, 0.006), (0.85 * dim, 0.85 * dim, 0.82 * dim))
    for x in _repeated(canvas, 1.0 * scroll, 0.36):
        canvas.paint(box(x, HORIZON + 0.31, 0.10, 0.012, 0.008), (0.92 * dim, 0.88 * dim, 0.62 * dim))


def _field(canvas, dim, rng, scroll, seconds, plain):
    _hills(canvas, (0.36 * dim, 0.50 * dim, 0.46 * dim), rng, 0.15 * scroll, 0.20)
    _hills(canvas, (0.28 * dim, 0.50 * dim, 0.27 * dim), rng, 0.3 * scroll, 0.10)
    canvas.below(HORIZON, np.array([0.46, 0.66, 0.30]) * dim, np.array([0.26, 0.56, 0.20]) * dim)
    for x in _repeated(canvas, 0.6 * scroll, 0.62):
        canvas.paint(capsule(x, HORIZON + 0.02, x, HORIZON - 0.10, 0.012), (0.33 * dim, 0.22 * dim, 0.13 * dim))
        canvas.paint(circle(x, HORIZON - 0.15, 0.075), (0.15 * dim, 0.40 * dim, 0.16 * dim))
        canvas.paint(circle(x - 0.02, HORIZON - 0.175, 0.045), (0.22 * dim, 0.50 * dim, 0.20 * dim))
    for x in _repeated(canvas, 1.0 * scroll, 0.22) if not plain else ():
        for dx, lean in ((0.0, -0.012), (0.012, 0.004), (0.024, 0.016)):
            canvas.paint(capsule(x + dx, 0.93, x + dx + lean, 0.885, 0.005, 0.001), (0.16 * dim, 0.42 * dim, 0.13 * dim))


def _sea(canvas, dim, rng, scroll, seconds, plain):
    canvas.below(HORIZON, np.array([0.36, 0.62, 0.78]) * dim, np.array([0.05, 0.26, 0.48]) * dim)
    rows, thickness = (3, 0.006) if plain else (6, 0.0)
    for i in range(rows):
        depth = (i + 0.6) / rows
        y = HORIZON + (1 - HORIZON) * depth
        offset = rng.uniform(0, 1) + scroll * (0.3 + 0.7 * depth) + 0.05 * seconds
        for x in _repeated(canvas, offset, 0.34 + 0.2 * depth):
            canvas.paint(
                capsule(x, y, x + 0.06 + 0.07 * depth, y, 0.003 + thickness + 0.004 * depth),
                (0.75 * dim, 0.88 * dim, 0.95 * dim),
                0.5,
            )
