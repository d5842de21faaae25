"""What a scene holds: a handful of attributes, each exactly one of a few words."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass

SUBJECTS = ("car", "horse", "ball", "boat")
COLORS = ("red", "blue", "green", "yellow", "white", "purple")
MOTIONS = ("left", "right", "still")
PLACES = ("road", "field", "sea")
TIMES = ("day", "night")
WEATHERS = ("clear", "rain")

_CHOICES = {"subject": SUBJECTS, "color": COLORS, "motion": MOTIONS, "place": PLACES, "time": TIMES, "weather": WEATHERS}


@dataclass(frozen=True)
class Scene:
    """One combination of attributes; ``seed`` varies what no attribute names (position, size, background)."""

    subject: str = "car"
    color: str = "red"
    motion: str = "right"
    place: str = "road"
    time: str = "day"
    weather: str = "clear"
    seed: int = 0

    def __post_init__(self):
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f'scene.{name}: "{getattr(self, name)}" is not in this world; use one of {", ".join(choices)}')
        if (self.subject == "boat") != (self.place == "sea"):
            raise ValueError(f"scene: a {self.subject} does not go with the place {self.place}; boats and only boats are at sea")

    def labels(self) -> dict[str, str]:
        """The attributes a viewer can see, without the seed."""
        values = asdict(self)
        values.pop("seed")
        return values


def all_scenes(seed: int = 0) -> Iterator[Scene]:
    """Every combination that makes sense, in a fixed order."""
    for values in itertools.product(*_CHOICES.values()):
        labels = dict(zip(_CHOICES, values, strict=True))
        if (labels["subject"] == "boat") == (labels["place"] == "sea"):
            yield Scene(**labels, seed=seed)


def held_out(scene: Scene) -> bool:
    """Whether a combination belongs to the held-out tenth: decided by a hash of its labels, never by chance."""
    key = "|".join(scene.labels().values()).encode()
    return hashlib.sha256(b"gallop world 1|" + key).digest()[0] < 26
