"""Anti-aliased drawing by signed distances. Lengths in units of the picture's height; y points down; 0, 0 is the top left."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_EVERYWHERE = (-np.inf, -np.inf, np.inf, np.inf)


@dataclass(frozen=True)
class Shape:
    """A signed distance (negative inside) and the rectangle x0, y0, x1, y1 outside of which it is positive."""

    distance: Callable[[np.ndarray, np.ndarray], np.ndarray]
    bounds: tuple[float, float, float, float] = _EVERYWHERE

    def __and__(self, other: Shape) -> Shape:
        """What lies in both."""
        (a, b, c, d), (e, f, g, h) = self.bounds, other.bounds
        return Shape(
            lambda x, y: np.maximum(self.distance(x, y), other.distance(x, y)),
            (max(a, e), max(b, f), min(c, g), min(d, h)),
        )

    def outside(self) -> Shape:
        return Shape(lambda x, y: -self.distance(x, y))

    def grown(self, by: float) -> Shape:
        x0, y0, x1, y1 = self.bounds
        return Shape(lambda x, y: self.distance(x, y) - by, (x0 - by, y0 - by, x1 + by, y1 + by))

    def placed(self, x: float, y: float, size: float, facing: int = 1, angle: float = 0.0) -> Shape:
        """The shape of its own units put into the picture: turned by ``angle``, mirrored when facing -1, scaled, moved."""
        c, s = np.cos(angle), np.sin(angle)

        def distance(px, py):
            u, v = (px - x) * facing / size, (py - y) / size
            return self.distance(u * c + v * s, v * c - u * s) * size

        x0, y0, x1, y1 = self.bounds
        if not np.isfinite(self.bounds).all():
            return Shape(distance)
        corners = [(u * c - v * s, u * s + v * c) for u in (x0, x1) for v in (y0, y1)]
        xs = [x + facing * size * u for u, _ in corners]
        ys = [y + size * v for _, v in corners]
        return Shape(distance, (min(xs), min(ys), max(xs), max(ys)))


class Canvas:
    """A picture being painted: float [height, width, 3] in 0..1."""

    def __init__(self, height: int, width: int):
        self.height, self.width = height, width
        self.pixels = np.zeros((height, width, 3), np.float32)
        self.x = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None, :]
        self.y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
        self.aspect = width / height

    def copy(self) -> Canvas:
        twin = copy.copy(self)
        twin.pixels = self.pixels.copy()
        return twin

    def paint(self, shape: Shape, color, opacity: float = 1.0, softness: float = 1.0) -> None:
        """Blends ``color`` in: fully inside, with a ramp of ``softness`` pixels at the edge. Touches only its rectangle."""
        x0, y0, x1, y1 = shape.bounds
        margin = softness / self.height
        left, right = (int(np.clip(np.floor((v) * self.height), 0, self.width)) for v in (x0 - margin, x1 + margin + 1.0 / self.height))
        top, bottom = (int(np.clip(np.floor((v) * self.height), 0, self.height)) for v in (y0 - margin, y1 + margin + 1.0 / self.height))
        if left >= right or top >= bottom:
            return
        distance = shape.distance(self.x[:, left:right], self.y[top:bottom])
        alpha = (np.clip(0.5 - distance * (self.height / softness), 0.0, 1.0) * opacity)[..., None]
        target = self.pixels[top:bottom, left:right]
        target += alpha.astype(np.float32) * (np.asarray(color, np.float32) - target)

    def below(self, y: float, color_far, color_near=None) -> None:
        """Everything under a horizontal line, shaded from far to near."""
        alpha = np.clip(0.5 - (y - self.y) * self.height, 0.0, 1.0)[..., None]
        t = np.clip((self.y - y) / (1 - y), 0, 1)[..., None]
        color = (1 - t) * np.asarray(color_far, np.float32) + t * np.asarray(
            color_near if color_near is not None else color_far, np.float32
        )
        self.pixels += (alpha * (color - self.pixels)).astype(np.float32)

    def gradient(self, top, bottom, end: float = 1.0) -> None:
        """Fills everything from the colour at the top to the one at height ``end``."""
        t = np.clip(self.y / end, 0.0, 1.0)[..., None]
        self.pixels[:] = (1 - t) * np.asarray(top, np.float32) + t * np.asarray(bottom, np.float32)

    def to_bytes(self) -> np.ndarray:
        return (np.clip(self.pixels, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def circle(cx, cy, radius) -> Shape:
    return Shape(lambda x, y: np.hypot(x - cx, y - cy) - radius, (cx - radius, cy - radius, cx + radius, cy + radius))


def ellipse(cx, cy, rx, ry, angle=0.0) -> Shape:
    c, s = np.cos(angle), np.sin(angle)
    reach = max(rx, ry)

    def distance(x, y):
        u, v = (x - cx) * c + (y - cy) * s, (y - cy) * c - (x - cx) * s
        return (np.hypot(u / rx, v / ry) - 1.0) * min(rx, ry)

    # The distance of a flat ellipse grows slowly along its long axis: a soft edge reaches further there.
    margin = reach * (1.6 if reach > 4 * min(rx, ry) else 1.0)
    return Shape(distance, (cx - margin, cy - reach, cx + margin, cy + reach))


def box(cx, cy, half_width, half_height, corner=0.0) -> Shape:
    def distance(x, y):
        qx, qy = np.abs(x - cx) - half_width + corner, np.abs(y - cy) - half_height + corner
        return np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - corner

    return Shape(distance, (cx - half_width, cy - half_height, cx + half_width, cy + half_height))


def capsule(ax, ay, bx, by, radius_a, radius_b=None) -> Shape:
    """A line with round ends whose radius runs from one end to the other."""
    radius_b = radius_a if radius_b is None else radius_b
    dx, dy, reach = bx - ax, by - ay, max(radius_a, radius_b)

    def distance(x, y):
        t = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
        return np.hypot(x - ax - t * dx, y - ay - t * dy) - (radius_a + t * (radius_b - radius_a))

    return Shape(distance, (min(ax, bx) - reach, min(ay, by) - reach, max(ax, bx) + reach, max(ay, by) + reach))


def polygon(points) -> Shape:
    """A simple polygon."""

    def distance(x, y):
        shape = np.broadcast_shapes(x.shape, y.shape)
        nearest, inside = np.full(shape, np.inf, np.float32), np.zeros(shape, bool)
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
            dx, dy = bx - ax, by - ay
            t = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
            nearest = np.minimum(nearest, np.hypot(x - ax - t * dx, y - ay - t * dy))
            inside ^= ((ay > y) != (by > y)) & (x < dx * (y - ay) / (dy if abs(dy) > 1e-12 else 1e-12) + ax)
        return np.where(inside, -nearest, nearest)

    xs, ys = zip(*points, strict=True)
    return Shape(distance, (min(xs), min(ys), max(xs), max(ys)))
