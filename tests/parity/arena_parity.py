"""Live comparison of the ratings with evalica 0.4.2 (Elo, Bradley-Terry), choix 0.4.1 (Bradley-Terry without ties) and
arena-rank 0.1.1 (ratings and variances in parity mode).

Tolerances: Elo 1e-9 (the same sums in the same order); evalica's Bradley-Terry 1e-6 relative (it iterates to a tolerance);
choix 1e-5 natural units (its optimiser's stop); arena-rank 0.05 Elo points and 1 % of the variance (it stops early).
"""

import json
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common

ELO_PER_NATURAL = 400 / math.log(10)


def worst(found, expected):
    return max(abs(found[name] - value) for name, value in expected.items())


def compare(file, reference) -> list[tuple[str, float, float]]:
    from gallop import arena

    votes = arena.read_votes(file, left="left", right="right")
    ratings = arena.rate(votes)
    strength = {name: math.exp((r - 1000) / ELO_PER_NATURAL) for name, r in zip(ratings.models, ratings.rating, strict=True)}
    total = sum(strength.values())
    expected = reference["evalica"]["bradley_terry"]
    scale = sum(expected.values())
    rows = [
        ("evalica Elo", worst(arena.online_elo(votes), reference["evalica"]["elo"]), 1e-9),
        ("evalica Bradley-Terry (relative)", max(abs(strength[k] / total / (v / scale) - 1) for k, v in expected.items()), 1e-6),
    ]
    parity = arena.rate(votes, interval="parity")
    theirs = reference["arena_rank"]
    rows.append(
        (
            "arena-rank ratings (Elo)",
            worst(dict(zip(parity.models, parity.rating.tolist(), strict=True)), {k: v[0] for k, v in theirs.items()}),
            0.05,
        )
    )
    rows.append(
        (
            "arena-rank variance (relative)",
            max(abs(se * se / theirs[name][1] - 1) for name, se in zip(parity.models, parity.se, strict=True)),
            0.01,
        )
    )
    if "choix" in reference:
        decisive = arena.rate(votes, ties="drop")
        rows.append(
            (
                "choix Bradley-Terry (natural units)",
                worst(
                    {name: (r - 1000) / ELO_PER_NATURAL for name, r in zip(decisive.models, decisive.rating, strict=True)},
                    reference["choix"],
                ),
                1e-5,
            )
        )
    return rows


def main() -> int:
    common.options(__doc__)
    python = common.reference_python("arena")
    folder = common.shared() / "data" / "votes"
    files = [str(folder / name) for name in ("simple.csv", "food.csv", "llmfao_crowd_comparisons.csv")]
    answer = subprocess.run([python, str(Path(__file__).with_name("arena_peer.py")), *files], check=True, capture_output=True, text=True)
    failed = 0
    for file, reference in json.loads(answer.stdout).items():
        for what, distance, tolerance in compare(file, reference):
            good = distance <= tolerance
            failed += not good
            print(f"{'ok' if good else 'FAILED'}: {Path(file).name}: {what}: {distance:.3g} (tolerance {tolerance:g})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
