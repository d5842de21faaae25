"""A clean clip and its flawed twin, and whether a measure tells them apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """``clean`` and ``flawed``: clips of the table; ``measure``: the dimension that should see ``flaw``."""

    clean: str
    flawed: str
    flaw: str
    measure: str

    def flawed_ranks_below(self, table) -> bool:
        """True when the measure puts the flawed twin below the clean clip; False also when either has no score."""
        from gallop import evaluators

        direction = {info.name: info.higher_is_better for info in evaluators()}[self.measure]
        clean, flawed = table.value(self.clean, self.measure), table.value(self.flawed, self.measure)
        if clean is None or flawed is None:
            return False
        return flawed < clean if direction else flawed > clean
