"""The scale of the board's plot."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_MARGIN = 4.0  #: per cent of the width kept free at either end
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass
class Axis:
    """Ratings as per cent of the plot's width; ``ticks`` are three to seven round ratings."""

    low: float
    high: float
    ticks: list[float] = field(init=False)

    def __post_init__(self):
        self.high = max(self.high, self.low + 1.0)
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in _STEPS if power * factor >= rough)
        first = math.ceil(self.low / step)
        self.ticks = [step * number for number in range(first, math.floor(self.high / step) + 1)]

    def at(self, rating: float) -> str:
        """For an SVG attribute."""
        return f"{_MARGIN + (100 - 2 * _MARGIN) * (rating - self.low) / (self.high - self.low):.2f}%"
