"""Blind votes to ratings with intervals and honest ranks.

    >>> from gallop import arena
    >>> votes = arena.read_votes("votes.csv")
    >>> arena.rate(votes, cluster="voter")        # a table in a terminal
    >>> arena.Votes.from_columns(left, right, outcome)   # NumPy, lists or Arrow columns
"""

from gallop.arena.agreement import Agreement, agreement
from gallop.arena.plan import pair_chances, votes_for_half_width, votes_for_power
from gallop.arena.ratings import Ratings, diagnose, online_elo, rate, rate_adjusted
from gallop.arena.votes import Votes, filter_votes, read_votes

__all__ = [
    "Agreement",
    "Ratings",
    "Votes",
    "agreement",
    "diagnose",
    "filter_votes",
    "online_elo",
    "pair_chances",
    "rate",
    "rate_adjusted",
    "read_votes",
    "votes_for_half_width",
    "votes_for_power",
]
