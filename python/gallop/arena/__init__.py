"""Blind votes to ratings with intervals and honest ranks.

>>> from gallop import arena
>>> votes = arena.read_votes("votes.csv")
>>> arena.rate(votes, cluster="voter")        # a table in a terminal
>>> arena.Votes.from_columns(left, right, outcome)   # NumPy, lists or Arrow columns
"""

from gallop.arena.agreement import Agreement, agreement
from gallop.arena.human_preference import HumanPreferences, clip_scores, read_human_preferences, validate
from gallop.arena.nested import read_annotations, read_battles, read_reward_bench
from gallop.arena.plan import pair_chances, votes_for_half_width, votes_for_power
from gallop.arena.ratings import (
    Ratings,
    diagnose,
    drift,
    online_elo,
    rate,
    rate_adjusted,
    rate_composite,
    relative_difference,
)
from gallop.arena.sub_boards import SubBoard, SubBoards, read_categories, sub_boards
from gallop.arena.votes import Votes, filter_votes, read_votes

__all__ = [
    "Agreement",
    "HumanPreferences",
    "Ratings",
    "SubBoard",
    "SubBoards",
    "Votes",
    "agreement",
    "clip_scores",
    "diagnose",
    "drift",
    "filter_votes",
    "online_elo",
    "pair_chances",
    "rate",
    "rate_adjusted",
    "rate_composite",
    "read_annotations",
    "read_battles",
    "read_categories",
    "read_human_preferences",
    "read_reward_bench",
    "read_votes",
    "relative_difference",
    "sub_boards",
    "validate",
    "votes_for_half_width",
    "votes_for_power",
]
