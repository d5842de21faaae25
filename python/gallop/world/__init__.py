"""A small procedural world: moving 2.5-D scenes with exact labels and captions, and deliberately flawed twins.

Rendered with NumPy alone, deterministic by scene and seed. The demo's clips come from here, and so does the training data of
the embedded model.

    >>> from gallop import world
    >>> scene = world.Scene(subject="car", color="red", motion="right", place="road", time="night", weather="rain")
    >>> world.render(scene, width=320, height=192, frames=24, fps=12).shape
    (24, 192, 320, 3)
    >>> world.caption(scene, "en", seed=0)
    'a red car driving to the right on a road at night in the rain'
"""

from .captions import caption
from .demo import DemoClip, demo_clips
from .flaws import FLAWS, flawed
from .render import render, subject_boxes
from .scene import COLORS, MOTIONS, PLACES, SUBJECTS, TIMES, WEATHERS, Scene, all_scenes, held_out

__all__ = [
    "COLORS",
    "FLAWS",
    "MOTIONS",
    "PLACES",
    "SUBJECTS",
    "TIMES",
    "WEATHERS",
    "DemoClip",
    "Scene",
    "all_scenes",
    "caption",
    "demo_clips",
    "flawed",
    "held_out",
    "render",
    "subject_boxes",
]
