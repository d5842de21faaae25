"""Judges a clip and prints its scores, the parts behind one of them, and what could not be scored.

python examples/python/score.py clip.mp4
"""

import sys
import time

import gallop


def main(file: str) -> int:
    start = time.monotonic()
    table = gallop.score(file, dimensions=["sharpness", "temporal_flickering"])
    print(table.table())
    for score in table[0].scores:
        print(f"{score.dimension}: {len(score.parts)} parts, first {score.parts[:3]}")
    for clip, problem in table.problems:
        print(f"{clip}: {problem.dimension or 'every dimension'}: {problem.message}")
    print(f"{time.monotonic() - start:.2f} s")
    return 0 if table.complete else 3


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else "usage: score.py CLIP")
    except gallop.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")
