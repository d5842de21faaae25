"""How long a full VBench suite takes: measured on one processor core, projected to a GPU.

    python tests/bench/suite_projection.py --weights DIR [--dimensions a,b] [--out FILE]

Each dimension judges one 81-frame clip of 832x480 at 16 frames a second, as the benchmark runner does it: from a file, in a run folder,
one thread. What the runner notes as processor time inside the evaluator, decoding and padded batches included, times the clips of the full
suite gives the hours of this core. Flow dimensions judge a shorter clip, and their cost is taken per pair of frames that the evaluator
says it computed; the full clip is counted with every pair, though it ends early when the answer is certain. The GPU columns are a
PROJECTION, nothing was run on a GPU:

  counted    2 x multiply-accumulates of the networks / assumed rate
  measured   processor seconds without decoding x this core's float32 matrix rate / assumed rate: also counts what is no network, and
             takes the processor's faster units for bfloat16, where the networks use them, as a smaller cost

Both take for granted that the GPU sustains the assumed rate over all of it, as large batches do and small ones do not, and that decoding
keeps up beside it; its own time on this core is told. Weights may be random: the arithmetic is the same, but detectors then find and
caption another number of boxes than real ones do.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import gallop
import numpy as np
from gallop import benchmark, world

WIDTH, HEIGHT, FPS, FRAMES = 832, 480, 16.0, 81
SHORT = 17  # frames of the clip on which flow is measured


@dataclass
class Cost:
    """One dimension of the full suite: its clips, and what an 81-frame clip asks of its networks."""

    dimension: str
    clips: int
    unit: str
    units: int  # of a clip
    gmac: float  # 10^9 multiply-accumulates of a unit, counted from the networks
    seconds: float = 0.0  # processor seconds of a clip, measured
    pairs: int = 0  # that were computed in the measured clip, where the cost is taken per pair


# 946 prompts x 5 clips, 25 for the static filter, which also looks at (first, last) and (last, first). dynamic_degree looks at 8 frames a
# second, motion_smoothness at every second frame. Detectors: one pass and the text of its boxes with cached keys; scene: six frames.
COSTS = [
    Cost("static_filter", 1875, "pair", 82, 480),
    Cost("dynamic_degree", 360, "pair", 40, 480),
    Cost("object_class", 395, "frame", 16, 340),
    Cost("multiple_objects", 410, "frame", 16, 340),
    Cost("color", 425, "frame", 16, 340),
    Cost("spatial_relationship", 420, "frame", 16, 340),
    Cost("aesthetic_quality", 465, "frame", 81, 81),
    Cost("imaging_quality", 465, "frame", 81, 13),
    Cost("subject_consistency", 360, "frame", 81, 31),
    Cost("background_consistency", 430, "frame", 81, 4.4),
    Cost("appearance_style", 450, "frame", 81, 4.4),
    Cost("motion_smoothness", 360, "pair", 40, 50),
    Cost("human_action", 500, "clip", 1, 1430),
    Cost("overall_consistency", 465, "clip", 1, 820),
    Cost("temporal_style", 500, "clip", 1, 820),
    Cost("scene", 430, "frame", 6, 73),
    Cost("temporal_flickering", 375, "pair", 80, 0),
]
FLOW = ("static_filter", "dynamic_degree")
LABELS = {
    "object_class": {"object": "person"},
    "multiple_objects": {"object": "dog and cat"},
    "color": {"color": "red"},
    "spatial_relationship": {"object_a": "dog", "object_b": "cat", "relationship": "on the left of"},
    "appearance_style": {"appearance_style": "oil painting"},
    "human_action": {"action": "riding a bike"},
    "scene": {"scene": "alley"},
}
PROMPT = "a red bicycle, oil painting style"


def write_clips(folder: Path) -> None:
    """One scene, whole and short."""
    frames = world.render(next(world.all_scenes(seed=3)), WIDTH, HEIGHT, FRAMES, FPS)
    for name, count in (("whole", FRAMES), ("short", SHORT)):
        (folder / name).mkdir()
        gallop.write_video(folder / name / f"{PROMPT}-0.mp4", gallop.Video(frames[:count], fps=FPS))


def measure(cost: Cost, weights: Path, folder: Path) -> None:
    """Runs the dimension on its clip in a run folder of its own."""
    record = {"prompt": PROMPT, "dimensions": [cost.dimension], "labels": LABELS.get(cost.dimension, {})}
    suite_file = folder / f"{cost.dimension}.json"
    suite_file.write_text(json.dumps({"schema": "gallop/suite-v1", "name": "one", "samples": 1, "records": [record]}))
    run, videos = folder / f"run-{cost.dimension}", folder / ("short" if cost.dimension in FLOW else "whole")
    results = benchmark.run_suite(benchmark.load_suite(suite_file), videos, weights=weights, run=run, device="cpu")
    if not results.complete:
        raise SystemExit(f"{cost.dimension}: {results.missing}")
    cost.seconds = json.loads((run / "run.json").read_text())["sessions"][-1]["judging_processor_seconds"]
    if cost.dimension in FLOW:
        details = results.rows[0].score.details
        cost.pairs = int(details["pairs_computed"]) + 2 * ("first_to_last" in details)
        cost.seconds *= cost.units / cost.pairs


def matrix_rate() -> float:
    """Float32 GFLOP/s of one thread on a large matrix product, median of 5."""
    a = np.random.default_rng(0).standard_normal((2048, 2048), dtype=np.float32)
    rates = []
    for _ in range(6):
        start = time.process_time()
        a @ a
        rates.append(2 * 2048**3 / (time.process_time() - start) / 1e9)
    return statistics.median(rates[1:])


def decode_seconds(clip: Path) -> float:
    """Processor seconds of decoding the whole clip, median of 3."""
    times = []
    for _ in range(3):
        start = time.process_time()
        gallop.read_video(clip, threads=1)
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=os.environ.get("GALLOP_VBENCH_WEIGHTS"), help="folder of checkpoints")
    parser.add_argument("--dimensions", help="only these")
    parser.add_argument("--rates", default="10,50,150", help="assumed sustained TFLOP/s of a GPU")
    parser.add_argument("--out", type=Path, help="JSON of the measurements; those in it are not measured again")
    arguments = parser.parse_args()
    if not arguments.weights:
        parser.error("--weights or GALLOP_VBENCH_WEIGHTS: a folder of checkpoints is needed")
    gallop.set_threads(1)
    rates = [float(rate) for rate in arguments.rates.split(",")]
    kept = json.loads(arguments.out.read_text()) if arguments.out and arguments.out.exists() else {}
    core = kept.setdefault("core_gflops", matrix_rate())
    wanted = [cost for cost in COSTS if not arguments.dimensions or cost.dimension in arguments.dimensions.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_clips(folder)
        decode = kept.setdefault("decode_seconds", decode_seconds(folder / f"whole/{PROMPT}-0.mp4"))
        for cost in wanted:
            if cost.dimension in kept:
                cost.seconds, cost.pairs = kept[cost.dimension]["seconds"], kept[cost.dimension]["pairs"]
            else:
                measure(cost, Path(arguments.weights), folder)
                kept[cost.dimension] = asdict(cost)
                print(f"{cost.dimension}: {cost.seconds:.1f} s a clip" + f" ({cost.pairs} pairs)" * bool(cost.pairs), flush=True)
            if arguments.out:
                arguments.out.write_text(json.dumps(kept, indent=1) + "\n")
    report(wanted, rates, core, decode)


def report(costs: list[Cost], rates: list[float], core: float, decode: float) -> None:
    print(f"this core: {core:.0f} GFLOP/s float32 matrix products; decoding an 81-frame 832x480 clip {decode:.2f} s\n")
    heads = "".join(f"{f'{rate:g} TFLOP/s':>20}" for rate in rates)
    print(f"{'dimension':<24}{'clips':>6}{'units a clip':>15}{'GMAC/unit':>10}{'s/clip':>9}{'GFLOP/s':>9}{'core hours':>12}{heads}")
    print(f"{'':<85}" + f"{'counted / measured, minutes':>{20 * len(rates)}}")
    sums = [0.0] * (1 + 2 * len(rates))
    for cost in sorted(costs, key=lambda cost: -cost.seconds * cost.clips):
        hours = cost.seconds * cost.clips / 3600
        network = max(0.0, cost.seconds - decode * (0 if cost.pairs else 1))
        minutes = []
        for rate in rates:
            counted = 2e9 * cost.gmac * cost.units * cost.clips / (rate * 1e12) / 60
            minutes += [counted, network * cost.clips * core * 1e9 / (rate * 1e12) / 60]
        for place, value in enumerate([hours, *minutes]):
            sums[place] += value
        achieved = 2 * cost.gmac * cost.units / network if network else 0.0
        cells = "".join(f"{f'{a:.1f} / {b:.1f}':>20}" for a, b in zip(minutes[::2], minutes[1::2], strict=True))
        units = f"{cost.units} {cost.unit}{'s' * (cost.units > 1)}"
        print(f"{cost.dimension:<24}{cost.clips:>6}{units:>15}{cost.gmac:>10g}{cost.seconds:>9.1f}{achieved:>9.0f}{hours:>12.2f}{cells}")
    cells = "".join(f"{f'{a:.0f} / {b:.0f}':>20}" for a, b in zip(sums[1::2], sums[2::2], strict=True))
    print(f"{'all of these':<73}{sums[0]:>12.1f}{cells}")
    # 4,720 clips, of which 375 come out of the 1,875 that the static filter looks at.
    clips = 4720 + 1875 - 375
    print(f"\ndecoding {clips} clips once: {decode * clips / 3600:.2f} core hours, shared by the processors beside the GPU")
    print("GPU minutes are a projection (see --help): no GPU was used, and the rates are assumptions")


if __name__ == "__main__":
    main()
