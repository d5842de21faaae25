"""Judges a folder of clips against a suite of prompts and prints each dimension with its interval. Stop it when you like: what
is judged is kept in the run folder, and the same command goes on from there.

python examples/python/suite.py suite.json clips run
"""

import sys
import time

import gallop
from gallop import benchmark


def main(file: str, clips: str, run: str) -> int:
    start = time.monotonic()
    suite = benchmark.load_suite(file)
    found = benchmark.preflight(suite, clips)  # opens no model, decodes nothing
    print(f"{suite.name}: {len(suite)} prompts, {found.clips} clips found, {len(found.missing)} missing")
    for name, expected in ((entry.name, entry.reason) for entry in found.misnamed):
        print(f'{name}: named almost like "{expected}"')

    counts = []  # the first is what an earlier run left in the folder
    results = benchmark.run_suite(suite, clips, run=run, on_progress=lambda progress: counts.append(progress.done))
    print(f"{counts[0]} clips were judged already")
    for row in results.dimensions:
        value = row.estimate
        print(
            f"{row.dimension:<20} {value.value:.4f}  (95 %: {value.low:.4f} to {value.high:.4f})"
            f"  {row.scored} scored, {row.missing} missing"
        )
    for dimension, clip, reason in results.missing:
        print(f"{clip}: {dimension}: {reason}")
    print(f"{time.monotonic() - start:.2f} s; tables in {run}/results")
    return 0 if results.complete else 3


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 4 else "usage: suite.py SUITE CLIPS RUN")
    except gallop.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")
