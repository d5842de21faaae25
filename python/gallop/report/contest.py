"""Several entrants at the same prompts, compared two by two by measurements. Automatic: no person votes here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

#: What a pair is decided on.
MEASURES = (
    "sharpness",
    "noise_level",
    "exposure",
    "contrast",
    "colorfulness",
    "luminance_flicker",
    "frozen_frames",
    "repeated_frames",
    "frame_order",
    "shot_cuts",
    "flow_smoothness",
)


@dataclass(frozen=True)
class Contest:
    """One prompt and what each entrant made of it: entrant -> clip of the table."""

    prompt: str
    clips: dict[str, str]


#: A lead smaller than this is a tie; a lead of 1 is one measure's whole way from the worst to the best clip of the table.
TIE = 0.05


def leads(table, contests: list[Contest]) -> list[dict[tuple[str, str], float]]:
    """For each contest and pair of entrants: how far the first is ahead, summed over MEASURES.

    Each measure is scaled to 0 (worst) to 1 (best) over the contests' clips. A measure that lacks a score for one of the two
    decides nothing.
    """
    from gallop import evaluators

    higher = {info.name: info.higher_is_better for info in evaluators()}
    clips = [clip for contest in contests for clip in contest.clips.values()]
    shares: dict[str, dict[str, float]] = {clip: {} for clip in clips}
    for measure in MEASURES:
        found = {clip: value for clip in clips if (value := table.value(clip, measure)) is not None}
        if not found or min(found.values()) == max(found.values()):
            continue
        low, high = min(found.values()), max(found.values())
        for clip, value in found.items():
            share = (value - low) / (high - low)
            shares[clip][measure] = share if higher[measure] else 1.0 - share
    result = []
    for contest in contests:
        pairs = {}
        for first, second in combinations(contest.clips, 2):
            a, b = shares[contest.clips[first]], shares[contest.clips[second]]
            pairs[first, second] = sum(a[measure] - b[measure] for measure in a.keys() & b.keys())
        result.append(pairs)
    return result


def outcome_of(lead: float) -> str:
    return "tie" if abs(lead) < TIE else "left" if lead > 0 else "right"


def automatic_votes(table, contests: list[Contest]):
    """One vote for each prompt and pair of entrants, for the one that leads."""
    from gallop.arena import Votes

    rows = [
        (left, right, outcome_of(lead), f"{number}: {contest.prompt}")
        for number, (contest, pairs) in enumerate(zip(contests, leads(table, contests), strict=True))
        for (left, right), lead in pairs.items()
    ]
    left, right, outcome, prompt = zip(*rows, strict=True)
    return Votes.from_columns(left, right, outcome, prompt=prompt)


def standing(votes) -> list[dict]:
    """Entrants with wins, ties, losses and a rating, best first.

    An entrant may win every comparison, where no finite rating exists: half a tied vote of each against a fixed player is added.
    """
    from gallop.arena import rate

    names = votes.models
    counts = {name: {"wins": 0, "ties": 0, "losses": 0} for name in names}
    for left, right, outcome in zip(votes.left, votes.right, votes.outcome, strict=True):
        results = {0: ("wins", "losses"), 1: ("losses", "wins")}.get(int(outcome), ("ties", "ties"))
        counts[names[left]][results[0]] += 1
        counts[names[right]][results[1]] += 1
    ratings = rate(votes, phantom=0.5)
    return [
        {
            "entrant": row["model"],
            **counts[row["model"]],
            "rating": row["rating"],
            "lower": row["lower"],
            "upper": row["upper"],
        }
        for row in ratings.rows()
    ]
