"""Agreement of automatic scores with people."""

from __future__ import annotations

import numpy as np

from gallop._gallop import arena as _native


class Agreement(dict):
    """The fields of ``Agreement`` in gallop/arena.h, by name or attribute."""

    __getattr__ = dict.__getitem__


def agreement(score, human, replicates: int = 2000, seed: int = 0) -> Agreement:
    """How far clip scores [prompts, samples, models] decide as people did [prompts, samples, pairs].

    Pairs run (0,1), (0,2) .. (1,2) ..; entries are 1, 0.5, 0 for the lower index, NaN where nobody judged.
    """
    return Agreement(_native.agreement(np.asarray(score, np.float64), np.asarray(human, np.float64), replicates, seed))
