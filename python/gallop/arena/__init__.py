"""Blind votes to ratings with intervals and honest ranks.

    >>> from gallop import arena
    >>> votes = arena.read_votes("votes.csv")
    >>> arena.rate(votes, cluster="voter")        # a table in a terminal
    >>> arena.Votes.from_columns(left, right, outcome)   # NumPy, lists or Arrow columns
"""

from gallop.arena.agreement import Agreement, agreement
from gallop.arena.human_preference import HumanPreferences, clip_scores, read_human_preferences, validate
from gallop.arena.plan import pair_chances, votes_for_half_width, votes_for_power
from gallop.arena.ratings import Ratings, diagnose, online_elo, rate, rate_adjusted
from gallop.arena.votes import Votes, filter_votes, read_votes

__all__ = [
    "Agreement",
    "HumanPreferences",
    "Ratings",
    "Votes",
    "agreement",
    "clip_scores",
    "diagnose",
    "filter_votes",
    "online_elo",
    "pair_chances",
    "rate",
    "rate_adjusted",
    "read_human_preferences",
    "read_votes",
    "validate",
    "votes_for_half_width",
    "votes_for_power",
]
