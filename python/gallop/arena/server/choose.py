"""Which pair a voter sees next: drawn from probabilities, never chosen outright; the probability is stored with the vote."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from gallop.arena.server.contest import Clip, Contest


@dataclass(frozen=True)
class Draw:
    """A pair in the order (left, right)."""

    left: Clip
    right: Clip
    side_seed: int  #: even: the first of the pair is left
    propensity: float | None  #: None for a control pair
    control: str | None = None  #: the obvious outcome


class Chooser:
    """``seen`` are unordered pairs of clips that the voter was shown. Not thread-safe: the writer's thread owns it."""

    def __init__(self, contest: Contest, control_rate: float, generator: random.Random | None = None):
        self._contest, self._control_rate = contest, control_rate
        self._random = generator or random.SystemRandom()
        self._clips: dict[str, dict[str, Clip]] = {}
        for clip in contest.clips:
            self._clips.setdefault(clip.model, {})[clip.prompt_id] = clip
        self._common = {
            pair: sorted(self._clips[pair[0]].keys() & self._clips[pair[1]].keys()) for pair in itertools.combinations(contest.names, 2)
        }
        self._common = {pair: prompts for pair, prompts in self._common.items() if prompts}
        self._weights: dict[tuple[str, str], float] = {}

    def use(self, chances: dict[tuple[str, str], float]) -> None:
        """Probabilities of pairs of models (names in order); pairs without one are drawn uniformly."""
        self._weights = {pair: weight for pair, weight in chances.items() if pair in self._common}

    def total(self) -> int:
        """Pairs of clips that one voter can judge."""
        return sum(map(len, self._common.values()))

    def draw(self, seen: set[frozenset[Clip]]) -> Draw | None:
        """None when the voter has judged everything."""
        if self._contest.controls and self._random.random() < self._control_rate:
            fresh = [control for control in self._contest.controls if frozenset((control.good, control.bad)) not in seen]
            if fresh:
                control = self._random.choice(fresh)
                left, right, seed = self._sides(control.good, control.bad)
                return Draw(left, right, seed, None, "left" if left == control.good else "right")
        shown = {clip.prompt_id for pair in seen for clip in pair}
        open_prompts = {}
        for pair, prompts in self._common.items():
            left = [prompt for prompt in prompts if frozenset((self._clips[pair[0]][prompt], self._clips[pair[1]][prompt])) not in seen]
            if left:
                # A prompt new to the voter first: a clip seen again is recognised.
                open_prompts[pair] = [prompt for prompt in left if prompt not in shown] or left
        if not open_prompts:
            return None
        pairs = list(open_prompts)
        known = [self._weights[pair] for pair in pairs if pair in self._weights]
        usual = sum(known) / len(known) if known and sum(known) > 0 else 1.0
        weights = [self._weights.get(pair, usual) for pair in pairs]
        if not sum(weights) > 0:
            weights = [1.0] * len(pairs)
        at = self._random.choices(range(len(pairs)), weights)[0]
        prompt = self._random.choice(open_prompts[pairs[at]])
        first, second = (self._clips[model][prompt] for model in pairs[at])
        left, right, seed = self._sides(first, second)
        return Draw(left, right, seed, weights[at] / sum(weights))

    def _sides(self, first: Clip, second: Clip) -> tuple[Clip, Clip, int]:
        seed = self._random.getrandbits(62)
        return (first, second, seed) if seed % 2 == 0 else (second, first, seed)
