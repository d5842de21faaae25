"""The subjects: each paints itself, facing right, at a place, size and phase of its movement."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, box, capsule, circle, ellipse, polygon

PAINT = {
    "red": (0.85, 0.10, 0.10),
    "blue": (0.12, 0.28, 0.88),
    "green": (0.10, 0.62, 0.20),
    "yellow": (0.96, 0.80, 0.10),
    "white": (0.95, 0.95, 0.95),
    "purple": (0.55, 0.18, 0.72),
}
DARK = (0.07, 0.07, 0.09)


def shade(color, factor):
    return tuple(min(1.0, channel * factor) for channel in color)


def paint_subject(
    canvas: Canvas,
    name: str,
    color: str,
    x: float,
    ground: float,
    size: float,
    facing: int,
    phase: float,
    light: float,
    night: bool,
    plain: bool = False,
) -> None:
    """``x`` the middle, ``ground`` where it stands, ``size`` its width, ``facing`` 1 = right, ``phase`` in turns of its cycle."""
    body = tuple(channel * light for channel in PAINT[color])
    pen = _Pen(canvas, x, ground, size, facing)
    {"car": _car, "horse": _horse, "ball": _ball, "boat": _boat}[name](pen, body, phase, light, night, plain)


class _Pen:
    """Paints shapes given in a subject's own units: width 1, facing right, feet at height 0, up is negative."""

    def __init__(self, canvas: Canvas, x: float, y: float, size: float, facing: int):
        self.canvas, self.place = canvas, (x, y, size, facing)
        self.angle = 0.0

    def __call__(self, shape, color, opacity=1.0, softness=1.0):
        self.canvas.paint(shape.placed(*self.place, angle=self.angle), color, opacity, softness)


def _shadow(pen, width=0.5):
    pen(ellipse(0.0, 0.0, width, 0.05), (0.0, 0.0, 0.0), 0.35, softness=6.0)


def _car(pen, body, phase, light, night, plain):
    _shadow(pen, 0.52)
    cabin = [(-0.30, -0.25), (-0.20, -0.40), (0.10, -0.40), (0.24, -0.25)]
    pen(polygon(cabin).grown(0.012), body)
    pen(
        polygon([(-0.25, -0.26), (-0.175, -0.375), (-0.06, -0.375), (-0.06, -0.26)]),
        (0.16 * light + 0.1, 0.22 * light + 0.1, 0.28 * light + 0.12),
    )
    pen(
        polygon([(-0.03, -0.26), (-0.03, -0.375), (0.085, -0.375), (0.19, -0.26)]),
        (0.16 * light + 0.1, 0.22 * light + 0.1, 0.28 * light + 0.12),
    )
    pen(box(0.0, -0.18, 0.49, 0.085, 0.06), body)
    pen(box(0.0, -0.115, 0.49, 0.018, 0.015), shade(body, 0.65))
    pen(box(0.0, -0.215, 0.47, 0.008, 0.006), shade(body, 1.25), 0.7)
    for wheel in (-0.28, 0.29):
        pen(circle(wheel, -0.09, 0.098), DARK)
        pen(circle(wheel, -0.09, 0.055), (0.55 * light, 0.55 * light, 0.58 * light))
        for spoke in range(0 if plain else 3):
            angle = 2 * np.pi * (phase + spoke / 6)
            dx, dy = 0.045 * np.cos(angle), 0.045 * np.sin(angle)
            pen(capsule(wheel - dx, -0.09 - dy, wheel + dx, -0.09 + dy, 0.009), DARK)
    pen(ellipse(0.46, -0.19, 0.03, 0.028), (1.0, 0.96, 0.75))
    pen(ellipse(-0.47, -0.19, 0.022, 0.028), (0.9, 0.12, 0.08))
    if night:
        beam = polygon([(0.48, -0.20), (1.5, -0.36), (1.5, 0.05), (0.48, -0.17)])
        pen(beam, (1.0, 0.95, 0.70), 0.26, softness=20.0)


def _horse(pen, body, phase, light, night, plain):
    _shadow(pen, 0.42)
    dark = shade(body, 0.55)
    turn = 2 * np.pi * phase
    lift = 0.018 * np.sin(2 * turn)
    hip, chest = (-0.24, -0.40 - lift), (0.20, -0.40 - lift)
    for offset, joint, far in ((0.5, hip, True), (0.62, chest, True), (0.0, hip, False), (0.12, chest, False)):
        swing = np.sin(turn + 2 * np.pi * offset)
        bend = max(0.0, np.cos(turn + 2 * np.pi * offset))
        knee = (joint[0] + 0.10 * swing, joint[1] + 0.19)
        hoof = (joint[0] + 0.20 * swing - 0.07 * bend, joint[1] + 0.39 - 0.10 * bend + lift)
        tone = shade(body, 0.72) if far else body
        pen(capsule(*joint, *knee, 0.055, 0.034), tone)
        pen(capsule(*knee, *hoof, 0.032, 0.022), tone)
        pen(capsule(hoof[0] - 0.008, hoof[1], hoof[0] + 0.016, hoof[1], 0.026), DARK)
    wave = 0.05 * np.sin(turn)
    pen(capsule(-0.34, -0.47 - lift, -0.52, -0.36 + wave, 0.045, 0.012), dark)
    pen(ellipse(-0.02, -0.45 - lift, 0.34, 0.135), body)
    pen(ellipse(-0.22, -0.46 - lift, 0.15, 0.14), body)
    nod = 0.02 * np.sin(2 * turn + 1.0)
    pen(capsule(0.22, -0.50 - lift, 0.40, -0.72 - lift + nod, 0.105, 0.062), body)
    pen(capsule(0.17, -0.58 - lift, 0.36, -0.79 - lift + nod, 0.040, 0.030), dark)
    pen(capsule(0.40, -0.74 - lift + nod, 0.555, -0.64 - lift + nod, 0.062, 0.040), body)
    pen(polygon([(0.355, -0.77 - lift + nod), (0.375, -0.86 - lift + nod), (0.41, -0.78 - lift + nod)]), body)
    pen(circle(0.445, -0.735 - lift + nod, 0.013), DARK)


def _ball(pen, body, phase, light, night, plain):
    _shadow(pen, 0.36)
    inside = circle(0.0, -0.40, 0.40)
    pen(inside, body)
    angle = 2 * np.pi * phase
    pale = tuple(0.96 * light for _ in range(3)) if min(body) < 0.8 * light else (0.25 * light, 0.25 * light, 0.3 * light)
    stripe = box(0.0, 0.0, 0.45, 0.085).placed(0.0, -0.40, 1.0, angle=angle)
    pen(inside & stripe, pale)
    pen(circle(0.0, -0.40, 0.125), pale)
    pen(circle(0.0, -0.40, 0.055), body)
    pen(inside & circle(0.07, -0.47, 0.40).outside(), (0.0, 0.0, 0.0), 0.22, softness=10.0)
    pen(ellipse(0.13, -0.57, 0.085, 0.055, -0.7), (1.0, 1.0, 1.0), 0.45 * light, softness=4.0)


def _boat(pen, body, phase, light, night, plain):
    tilt = 0.05 * np.sin(2 * np.pi * phase)
    pen.angle = tilt
    hull = [(-0.46, -0.17), (0.50, -0.17), (0.36, 0.03), (-0.36, 0.03)]
    pen(capsule(-0.02, -0.15, -0.02, -0.88, 0.013), (0.32 * light, 0.22 * light, 0.14 * light))
    pen(polygon([(0.02, -0.86), (0.02, -0.24), (0.40, -0.24)]), body)
    pen(polygon([(-0.06, -0.80), (-0.06, -0.24), (-0.33, -0.24)]), shade(body, 0.8))
    pen(polygon(hull).grown(0.012), shade(body, 0.92))
    pen(polygon(hull).grown(0.012) & box(0.0, -0.135, 0.6, 0.014), (0.95 * light, 0.95 * light, 0.95 * light))
    pen(capsule(-0.02, -0.90, 0.08, -0.875, 0.02, 0.004), (0.9 * light, 0.2 * light, 0.15 * light))
