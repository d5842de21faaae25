"""The peers' side of arena_bench.py, run by the interpreter that has evalica and arena-rank: one JSON command a line."""

import json
import sys
import time

import numpy as np


def _columns(file):
    data = np.load(file)
    names = data["names"].astype(object)
    return names[data["left"]], names[data["right"]], np.array(["model_a", "model_b", "tie"], object)[data["outcome"]]


def _evalica(left, right, outcome):
    import evalica
    import pandas as pd

    winners = pd.Series(outcome).map({"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y, "tie": evalica.Winner.Draw})
    return evalica.bradley_terry(left, right, winners).scores.to_dict()


def _dataset(left, right, outcome):
    import pandas as pd
    from arena_rank.utils.data_utils import PairDataset

    return PairDataset.from_pandas(pd.DataFrame({"model_a": left, "model_b": right, "winner": outcome}))


def _arena_rank(left, right, outcome, **options):
    from arena_rank.models.bradley_terry import BradleyTerry

    data = _dataset(left, right, outcome)
    found = BradleyTerry(len(data.competitors)).compute_ratings_and_cis(data, **options)
    return dict(zip(data.competitors, map(float, found["ratings"]), strict=False))


def _bootstrap(columns, replicates):
    """The package's own refit, without its process pool, which forks a threaded process; returns when the refits began."""
    import jax.numpy as jnp
    from arena_rank.models.bradley_terry import BradleyTerry, fit_single_bootstrap_sample

    data = _dataset(*columns)
    model = BradleyTerry(len(data.competitors))
    model.fit(data)
    counts = np.asarray(data.counts)
    start = time.perf_counter()
    for b in range(replicates):
        drawn = np.random.default_rng(b).multinomial(int(counts.sum()), counts / counts.sum())
        fit_single_bootstrap_sample(jnp.asarray(drawn, jnp.float64), model, data)["ratings"].block_until_ready()
    return start


def _csv(file):
    import pandas as pd

    table = pd.read_csv(file)
    return _evalica(table["model_a"], table["model_b"], table["winner"])


def main():
    loaded = {}
    for line in sys.stdin:
        command = json.loads(line)
        task, file = command["task"], command["file"]
        if task not in ("csv",) and file not in loaded:
            loaded = {file: _columns(file)}
        start = time.perf_counter()
        if task == "bootstrap":
            start = _bootstrap(loaded[file], command["replicates"])
        elif task == "csv":
            _csv(file)
        else:
            {"evalica": _evalica, "arena-rank": _arena_rank}[task](*loaded[file])
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
