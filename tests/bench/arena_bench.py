"""Ratings from string columns, bootstrap and CSV against pip evalica and pip arena-rank: same data, interleaved, medians.

GALLOP_ARENA_PYTHON names the interpreter that has the peers. 60 models, 20 % ties.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MODELS = 60


def make(folder: Path, votes: int) -> Path:
    rng = np.random.default_rng(votes)
    theta = rng.normal(0, 0.7, MODELS)
    left = rng.integers(0, MODELS, votes)
    right = (left + rng.integers(1, MODELS, votes)) % MODELS
    outcome = (rng.random(votes) >= 1 / (1 + np.exp(theta[right] - theta[left]))).astype(np.uint8)
    outcome[rng.random(votes) < 0.2] = 2
    names = np.array([f"organisation/model-{k:02d}-instruct" for k in range(MODELS)])
    file = folder / f"votes-{votes}.npz"
    np.savez(file, left=left, right=right, outcome=outcome, names=names)
    return file


def columns(file: Path):
    data = np.load(file)
    names = data["names"].astype(object)
    return names[data["left"]], names[data["right"]], np.array(["model_a", "model_b", "tie"], object)[data["outcome"]]


class Peer:
    def __init__(self, python: str):
        self.process = subprocess.Popen(
            [python, str(Path(__file__).with_name("arena_peer.py"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, **command) -> float:
        self.process.stdin.write(
            json.dumps({key: str(value) if isinstance(value, Path) else value for key, value in command.items()}) + "\n"
        )
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the peers' process ended; see its message above")
        return json.loads(line)["seconds"]


def told(seconds: list[float]) -> str:
    """Median and spread."""
    return f"{statistics.median(seconds):.4g} s ({min(seconds):.4g} to {max(seconds):.4g}, {len(seconds)} rounds)"


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="")
    parser.add_argument("--largest", type=int, default=10**7)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    python = os.environ.get("GALLOP_ARENA_PYTHON")
    if not python:
        print("SKIPPED: arena_bench: set GALLOP_ARENA_PYTHON to an interpreter with evalica, arena-rank and pandas")
        return 77
    from gallop import arena

    peer = Peer(python)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for votes in [size for size in (10**5, 10**6, 10**7) if size <= options.largest]:
            file = make(folder, votes)
            data = columns(file)
            rounds = options.rounds if votes < 10**7 else 1
            ours, theirs = [], {"evalica": [], "arena-rank": []}
            for name in theirs:
                if votes < 10**7:
                    peer.seconds(task=name, file=file)  # warm
            for _ in range(rounds):
                for name, seconds in theirs.items():
                    ours.append(timed(lambda data=data: arena.rate(arena.Votes.from_columns(*data))))
                    seconds.append(peer.seconds(task=name, file=file))
            mine = statistics.median(ours)
            for name, seconds in theirs.items():
                print(
                    f"Bradley-Terry with intervals, {votes:>10,} votes from string columns: gallop {told(ours)}, {name} {told(seconds)}, {statistics.median(seconds) / mine:.1f}x",
                    flush=True,
                )
        file, data = make(folder, 10**6), columns(folder / "votes-1000000.npz")
        table = arena.Votes.from_columns(*data)
        mine = statistics.median(timed(lambda: arena.rate(table, interval="bootstrap", replicates=200)) / 200 for _ in range(3))
        other = peer.seconds(task="bootstrap", file=file, replicates=20) / 20
        print(
            f"bootstrap per replicate, 1,000,000 votes: gallop {mine * 1e3:.3f} ms (200 replicates, {len(os.sched_getaffinity(0))} cores), arena-rank {other * 1e3:.1f} ms (20 replicates, scaled; one process), {other / mine:.1f}x",
            flush=True,
        )
        with open(folder / "votes.csv", "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["model_a", "model_b", "winner"])
            writer.writerows(zip(*data, strict=True))
        peer.seconds(task="csv", file=folder / "votes.csv")
        pairs = [
            (timed(lambda: arena.rate(arena.read_votes(folder / "votes.csv"))), peer.seconds(task="csv", file=folder / "votes.csv"))
            for _ in range(options.rounds)
        ]
        ours, theirs = zip(*pairs, strict=True)
        ratio = statistics.median(theirs) / statistics.median(ours)
        print(f"CSV of 1,000,000 votes to ratings: gallop {told(ours)}, pandas + evalica {told(theirs)}, {ratio:.1f}x", flush=True)
    peer.process.stdin.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
