"""How many votes, and between whom."""

from __future__ import annotations

from gallop._gallop import arena as _native
from gallop.arena.votes import Votes


def votes_for_half_width(
    half_width: float,
    gap: float = 0.0,
    confidence: float = 0.95,
    tie_share: float = 0.0,
    votes_per_voter: float = 1.0,
    voter_correlation: float = 0.0,
) -> int:
    """Votes on one pair, ``gap`` Elo points apart, for an interval of +- ``half_width`` points."""
    return int(_native.votes_for_half_width(half_width, gap, confidence, tie_share, votes_per_voter, voter_correlation))


def votes_for_power(
    power: float, gap: float, confidence: float = 0.95, tie_share: float = 0.0, votes_per_voter: float = 1.0, voter_correlation: float = 0.0
) -> int:
    """Votes on one pair to call a true gap of ``gap`` points with probability ``power``."""
    return int(_native.votes_for_power(power, gap, confidence, tie_share, votes_per_voter, voter_correlation))


def pair_chances(
    votes: Votes, rule: str = "arena", weights=(), blocked=(), target=(0, 1), explore: float = 0.2
) -> list[tuple[int, int, float, float]]:
    """(model, model, gain, probability) for every pair that may be shown next."""
    return _native.pair_chances(votes.native(), rule, list(weights), list(blocked), tuple(target), explore)
