"""The clips of ``gallop demo``: varied clean ones, and each with a flawed twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .captions import caption
from .flaws import flawed
from .render import render
from .scene import Scene

_SCENES = (
    (Scene("car", "red", "right", "road", "night", "rain", seed=3), "flicker"),
    (Scene("horse", "white", "right", "field", "day", "clear", seed=5), "freeze"),
    (Scene("boat", "yellow", "left", "sea", "day", "clear", seed=8), "blur"),
    (Scene("ball", "purple", "left", "field", "day", "clear", seed=2), "jump_cut"),
    (Scene("car", "blue", "left", "road", "day", "clear", seed=6), "stutter"),
    (Scene("horse", "red", "left", "road", "night", "clear", seed=9), "noise"),
    (Scene("boat", "white", "right", "sea", "night", "clear", seed=4), "washed_out"),
    (Scene("ball", "yellow", "right", "road", "day", "rain", seed=1), "shuffle"),
)


@dataclass(frozen=True)
class DemoClip:
    """``name``: file name without ending; ``flaw``: None for the clean clip; ``twin``: name of the other one of the pair."""

    name: str
    frames: np.ndarray
    fps: float
    prompt: str
    labels: dict[str, str]
    flaw: str | None
    twin: str


def demo_clips(width: int = 320, height: int = 192, frames: int = 30, fps: float = 15.0) -> list[DemoClip]:
    """Eight clean clips, each followed by its flawed twin."""
    clips = []
    for scene, flaw in _SCENES:
        name = f"{scene.color}_{scene.subject}"
        clean = render(scene, width, height, frames, fps)
        shared = {"fps": fps, "prompt": caption(scene), "labels": scene.labels()}
        clips.append(DemoClip(name=name, frames=clean, flaw=None, twin=f"{name}_{flaw}", **shared))
        clips.append(DemoClip(name=f"{name}_{flaw}", frames=flawed(clean, flaw, scene.seed), flaw=flaw, twin=name, **shared))
    return clips
