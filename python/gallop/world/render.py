"""A scene to frames."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, capsule
from .places import HORIZON, light_of, paint_ground, paint_sky
from .scene import Scene
from .subjects import paint_subject

#: How far each subject travels in a second, in widths of itself, and turns of its movement a second.
_PACE = {"car": (0.75, 1.9), "horse": (0.70, 1.6), "ball": (0.60, 0.24), "boat": (0.40, 0.35)}


def render(scene: Scene, width: int = 320, height: int = 192, frames: int = 24, fps: float = 12.0) -> np.ndarray:
    """Frames of the scene, uint8 [frames, height, width, 3] RGB; the same arguments give the same bytes.

    The subject covers 35 to 50 % of the width and crosses the screen in the direction its label says; the camera drifts
    after it at half its pace, so that the background moves too.
    """
    if width < 16 or height < 16 or frames < 1 or not fps > 0:
        raise ValueError(f"render: {frames} frames of {width}x{height} at {fps} fps cannot be drawn; sides from 16, one frame, positive fps")
    layout = np.random.default_rng([7, scene.seed])
    aspect = width / height
    size = aspect * layout.uniform(0.36, 0.46)
    if scene.subject == "ball":
        size = min(size, 0.62)
    elif scene.subject in ("horse", "boat"):
        size = min(size, 0.80)
    direction = {"left": -1, "right": 1, "still": 0}[scene.motion]
    facing = direction or (1 if layout.uniform() < 0.5 else -1)
    start_phase = layout.uniform()
    pace, turns = _PACE[scene.subject]
    seconds = np.arange(frames) / fps
    # The screen path is centred on the middle of the clip so that the subject is in view from the first frame to the last.
    reach = min(pace * size * frames / fps, 0.5 * aspect)
    path = direction * reach * (seconds / max(frames / fps, 1e-9) - 0.5)
    ground = HORIZON + (0.30 if scene.subject != "boat" else 0.22)
    out = np.empty((frames, height, width, 3), np.uint8)
    for i, t in enumerate(seconds):
        out[i] = _frame(scene, width, height, aspect / 2 + path[i], ground, size, facing, start_phase, turns if direction else 0.0, direction * reach, t, frames / fps)
    return out


def _frame(scene, width, height, x, ground, size, facing, start_phase, turns, travel, t, length):
    canvas = Canvas(height, width)
    rng = np.random.default_rng([11, scene.seed])  # the same background in every frame
    scroll = travel * (t / length)
    paint_sky(canvas, scene.time, scene.weather, rng, scroll)
    paint_ground(canvas, scene.place, scene.time, scene.weather, rng, scroll, t)
    light = light_of(scene.time, scene.weather)
    bob = 0.012 * np.sin(2 * np.pi * (start_phase + 0.35 * t)) if scene.subject == "boat" else 0.0
    phase = start_phase + (0.3 * t if scene.subject == "boat" else turns * t)
    paint_subject(canvas, scene.subject, scene.color, x, ground + bob, size, facing, phase, light, scene.time == "night")
    if scene.weather == "rain":
        _rain(canvas, scene, t)
    return canvas.to_bytes()


def _rain(canvas: Canvas, scene: Scene, t: float) -> None:
    """A grey-blue tint over everything and a few long streaks that fall: readable also when the frame is small."""
    tint = np.array([0.55, 0.60, 0.68] if scene.time == "day" else [0.16, 0.19, 0.26], np.float32)
    canvas.pixels += 0.18 * (tint - canvas.pixels)
    rng = np.random.default_rng([13, scene.seed])
    for _ in range(46):
        x0, y0, speed, length = rng.uniform(-0.2, canvas.aspect), rng.uniform(0, 1.3), rng.uniform(1.5, 2.1), rng.uniform(0.07, 0.12)
        y = (y0 + speed * t) % 1.3 - 0.15
        x = x0 + 0.12 * (y + 0.15)
        canvas.paint(capsule(x, y, x + 0.12 * length, y + length, 0.0022), (0.86, 0.90, 0.97), 0.55)
