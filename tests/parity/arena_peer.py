"""The reference side of arena_parity.py: ratings of the files named on the command line, as JSON. Needs evalica, choix, arena-rank."""

import json
import sys

import pandas as pd


def evalica_ratings(table):
    import evalica

    winners = table["winner"].map({"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw})
    elo = evalica.elo(table["left"], table["right"], winners).scores
    fit = evalica.bradley_terry(table["left"], table["right"], winners, tolerance=1e-14, limit=100000).scores
    return {"elo": {str(k): v for k, v in elo.items()}, "bradley_terry": {str(k): v for k, v in fit.items()}}


def choix_ratings(table):
    import choix

    names = sorted(set(table["left"]) | set(table["right"]))
    index = {name: k for k, name in enumerate(names)}
    wins = []
    for left, right, winner in table[["left", "right", "winner"]].itertuples(index=False):
        if winner != "tie":
            wins.append((index[left], index[right]) if winner == "left" else (index[right], index[left]))
    return {str(name): value for name, value in zip(names, choix.opt_pairwise(len(names), wins, tol=1e-12), strict=True)}


def arena_rank_ratings(table):
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    frame = pd.DataFrame(
        {
            "model_a": table["left"],
            "model_b": table["right"],
            "winner": table["winner"].map({"left": "model_a", "right": "model_b", "tie": "tie"}),
        }
    )
    data = PairDataset.from_pandas(frame)
    found = BradleyTerry(len(data.competitors)).compute_ratings_and_cis(data)
    return {name: [float(r), float(v)] for name, r, v in zip(data.competitors, found["ratings"], found["variances"], strict=True)}


result = {}
for file in sys.argv[1:]:
    table = pd.read_csv(file, dtype=str)
    result[file] = {"evalica": evalica_ratings(table), "arena_rank": arena_rank_ratings(table)}
    if "llmfao" in file or "synthetic" in file:
        result[file]["choix"] = choix_ratings(table)
print(json.dumps(result))
