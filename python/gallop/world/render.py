"""A scene to frames."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, capsule
from .places import HORIZON, light_of, paint_ground, paint_sky
from .scene import Scene
from .subjects import paint_subject

#: How far each subject travels in a second, in widths of itself, and turns of its movement a second.
_PACE = {"car": (0.75, 1.9), "horse": (0.70, 1.6), "ball": (0.60, 0.24), "boat": (0.40, 0.35)}

#: How far each subject reaches from its middle and how tall it is, in widths of itself.
_REACH = {"car": 0.52, "horse": 0.61, "ball": 0.42, "boat": 0.52}
_TALL = {"car": 0.42, "horse": 0.88, "ball": 0.82, "boat": 0.92}


def render(scene: Scene, width: int = 320, height: int = 192, frames: int = 24, fps: float = 12.0, plain: bool = False) -> np.ndarray:
    """Frames of the scene, uint8 [frames, height, width, 3] RGB; the same arguments give the same bytes.

    The subject covers 35 to 50 % of the width and crosses the screen in the direction its label says; the camera drifts
    after it at half its pace, so that the background moves too. ``plain`` is the world of the embedded model, made for frames
    of 64x64: the camera and the sea stand still, what would be smaller than a pixel is left out, rain falls in few long streaks.
    """
    if width < 16 or height < 16 or frames < 1 or not fps > 0:
        raise ValueError(
            f"render: {frames} frames of {width}x{height} at {fps} fps cannot be drawn; sides from 16, one frame, positive fps"
        )
    stage = _Stage(scene, width, height, frames, fps, plain)
    backdrop = stage.backdrop(0.0) if plain else None
    out = np.empty((frames, height, width, 3), np.uint8)
    for i in range(frames):
        canvas = backdrop.copy() if plain else stage.backdrop(i / fps)
        stage.paint_front(canvas, i / fps)
        out[i] = canvas.to_bytes()
    return out


def subject_boxes(scene: Scene, width: int = 320, height: int = 192, frames: int = 24, fps: float = 12.0) -> np.ndarray:
    """Where the subject is in each frame that ``render`` draws: float [frames, 4], x0, y0, x1, y1 in pixels, clipped to the frame."""
    stage = _Stage(scene, width, height, frames, fps, plain=True)
    boxes = np.empty((frames, 4), np.float32)
    for i in range(frames):
        x, ground = stage.position(i / fps)
        half, tall = _REACH[scene.subject] * stage.size, _TALL[scene.subject] * stage.size
        boxes[i] = np.array([x - half, ground - tall, x + half, ground + 0.05 * stage.size]) * height
    return np.clip(boxes, 0, np.array([width, height, width, height], np.float32))


class _Stage:
    """Where everything of one clip is at each moment."""

    def __init__(self, scene: Scene, width: int, height: int, frames: int, fps: float, plain: bool):
        self.scene, self.width, self.height, self.plain = scene, width, height, plain
        layout = np.random.default_rng([7, scene.seed])
        self.aspect = width / height
        size = self.aspect * layout.uniform(0.36, 0.46)
        if scene.subject == "ball":
            size = min(size, 0.62)
        elif scene.subject in ("horse", "boat"):
            size = min(size, 0.80)
        direction = {"left": -1, "right": 1, "still": 0}[scene.motion]
        self.size, self.facing = size, direction or (1 if layout.uniform() < 0.5 else -1)
        self.start_phase = layout.uniform()
        pace, turns = _PACE[scene.subject]
        self.turns = turns if direction else 0.0
        self.length = max(frames / fps, 1e-9)
        self.travel = direction * min(pace * size * self.length, 0.5 * self.aspect)

    def backdrop(self, t: float) -> Canvas:
        canvas = Canvas(self.height, self.width)
        scene = self.scene
        rng = np.random.default_rng([11, scene.seed])  # the same background in every frame
        scroll = 0.0 if self.plain else self.travel * (t / self.length)
        paint_sky(canvas, scene.time, scene.weather, rng, scroll, self.plain)
        paint_ground(canvas, scene.place, scene.time, scene.weather, rng, scroll, t, self.plain)
        return canvas

    def position(self, t: float) -> tuple[float, float]:
        """Where the subject stands, in picture heights."""
        boat = self.scene.subject == "boat"
        bob = 0.012 * np.sin(2 * np.pi * (self.start_phase + 0.35 * t)) if boat else 0.0
        # The screen path is centred on the middle of the clip so that the subject is in view from the first frame to the last.
        return self.aspect / 2 + self.travel * (t / self.length - 0.5), HORIZON + (0.22 if boat else 0.30) + bob

    def paint_front(self, canvas: Canvas, t: float) -> None:
        scene = self.scene
        x, ground = self.position(t)
        phase = self.start_phase + (0.3 if scene.subject == "boat" else self.turns) * t
        light = light_of(scene.time, scene.weather)
        paint_subject(
            canvas,
            scene.subject,
            scene.color,
            x,
            ground,
            self.size,
            self.facing,
            phase,
            light,
            scene.time == "night",
            self.plain,
        )
        if scene.weather == "rain":
            _rain(canvas, scene, t, self.plain)


def _rain(canvas: Canvas, scene: Scene, t: float, plain: bool) -> None:
    """A grey-blue tint over everything and a few long streaks that fall: readable also when the frame is small."""
    tint = np.array([0.55, 0.60, 0.68] if scene.time == "day" else [0.16, 0.19, 0.26], np.float32)
    canvas.pixels += 0.18 * (tint - canvas.pixels)
    rng = np.random.default_rng([13, scene.seed])
    for _ in range(12 if plain else 46):
        x0, y0, speed, length = (
            rng.uniform(-0.2, canvas.aspect),
            rng.uniform(0, 1.3),
            rng.uniform(1.5, 2.1),
            rng.uniform(0.07, 0.12),
        )
        speed, length, radius = (1.3, 2.2 * length, 0.006) if plain else (speed, length, 0.0022)
        y = (y0 + speed * t) % 1.3 - 0.15
        x = x0 + 0.12 * (y + 0.15)
        canvas.paint(capsule(x, y, x + 0.12 * length, y + length, radius), (0.86, 0.90, 0.97), 0.55)
