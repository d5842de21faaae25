"""How long a full VBench suite takes: measured on one processor core, projected to a GPU.

    OMP_NUM_THREADS=1 python tests/bench/suite_projection.py --weights DIR [--dimensions a,b] [--out FILE]

Measures what a unit (a frame, a pair of frames, a clip) of each dimension costs here, in processor seconds of one thread at 832x480 on
frames in memory, and multiplies with the units of a full suite of 81-frame clips at 16 frames a second. The GPU columns are a
PROJECTION, nothing was run on a GPU:

  counted    2 x multiply-accumulates of the networks / assumed rate
  measured   processor seconds x this core's float32 matrix rate / assumed rate: also counts what is no network

Both take for granted that the GPU sustains the assumed rate over all of it, as large batches do and small ones do not, and that decoding
keeps up beside it; its own time on this core is told. Weights may be random: the arithmetic is the same, but detectors then find and
caption another number of boxes than on real ones.
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

WIDTH, HEIGHT, FPS, FRAMES = 832, 480, 16.0, 81


@dataclass
class Cost:
    """One dimension: units of the full suite, multiply-accumulates of a unit (10^9), and the clip it is measured on."""

    dimension: str
    unit: str
    units: int  # of the full suite
    gmac: float  # of a unit, counted
    frames: int  # of the measured clip
    measured_units: int  # in that clip
    seconds: float = 0.0  # processor seconds of a unit


# Full suite: 946 prompts x 5 clips, 25 for the static filter. dynamic_degree and motion_smoothness look at 8 frames a second, in pairs.
COSTS = [
    Cost("static_filter", "pair", 1875 * 82, 480, 3, 4),
    Cost("dynamic_degree", "pair", 360 * 40, 480, 5, 2),
    Cost("object_class", "frame", 395 * 16, 190, 16, 16),
    Cost("multiple_objects", "frame", 410 * 16, 190, 16, 16),
    Cost("color", "frame", 425 * 16, 190, 16, 16),
    Cost("spatial_relationship", "frame", 420 * 16, 190, 16, 16),
    Cost("aesthetic_quality", "frame", 465 * 81, 81, 8, 8),
    Cost("imaging_quality", "frame", 465 * 81, 13, 8, 8),
    Cost("subject_consistency", "frame", 360 * 81, 31, 8, 8),
    Cost("background_consistency", "frame", 430 * 81, 4.4, 16, 16),
    Cost("appearance_style", "frame", 450 * 81, 4.4, 16, 16),
    Cost("motion_smoothness", "pair", 360 * 40, 50, 9, 4),
    Cost("human_action", "clip", 500, 1430, 16, 1),
    Cost("overall_consistency", "clip", 465, 820, 16, 1),
    Cost("temporal_style", "clip", 500, 820, 16, 1),
    Cost("scene", "frame", 430 * 6, 47, 16, 6),
    Cost("temporal_flickering", "pair", 375 * 80, 0, 41, 40),
]
LABELS = {
    "object_class": {"object": "person"},
    "multiple_objects": {"object": "dog and cat"},
    "color": {"color": "red"},
    "spatial_relationship": {"object_a": "dog", "object_b": "cat", "relationship": "on the left of"},
    "appearance_style": {"appearance_style": "oil painting"},
    "human_action": {"action": "riding a bike"},
    "scene": {"scene": "alley"},
}


def moving_texture(frames: int) -> np.ndarray:
    """Frames with detail and motion everywhere: uint8 [frames, 480, 832, 3]."""
    coarse = np.random.default_rng(0).integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    texture = coarse.repeat(8, axis=0).repeat(8, axis=1)
    return np.stack([np.roll(texture, 3 * t, axis=1) for t in range(frames)])


def measure(cost: Cost, weights: Path) -> None:
    """Fills in the seconds; a first short clip has the library allocate and choose its kernels, where that costs little."""
    judge = gallop.make_evaluator(cost.dimension, weights, device=gallop.Device("cpu"))
    fps = 8.0 if cost.dimension in ("dynamic_degree", "motion_smoothness") else FPS

    def request(frames: int) -> gallop.ClipRequest:
        labels = LABELS.get(cost.dimension, {})
        return gallop.ClipRequest(gallop.Video(moving_texture(frames), fps=fps), prompt="a red bicycle, oil painting style", labels=labels)

    if cost.gmac < 100:
        judge.score(request(cost.frames))
    clip = request(cost.frames)
    start = time.process_time()
    judge.score(clip)
    cost.seconds = (time.process_time() - start) / cost.measured_units


def matrix_rate() -> float:
    """Float32 GFLOP/s of one thread on a large matrix product, median of 5."""
    a = np.random.default_rng(0).standard_normal((2048, 2048), dtype=np.float32)
    rates = []
    for _ in range(6):
        start = time.process_time()
        a @ a
        rates.append(2 * 2048**3 / (time.process_time() - start) / 1e9)
    return statistics.median(rates[1:])


def decode_seconds(scratch: Path) -> float:
    """Processor seconds of decoding one 81-frame clip."""
    file = scratch / "clip.mp4"
    gallop.write_video(file, gallop.Video(moving_texture(FRAMES), fps=FPS))
    start = time.process_time()
    gallop.read_video(file, threads=1)
    return time.process_time() - start


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
        decode = kept.setdefault("decode_seconds", decode_seconds(Path(scratch)))
        for cost in wanted:
            if cost.dimension in kept:
                cost.seconds = kept[cost.dimension]["seconds"]
            else:
                measure(cost, Path(arguments.weights))
                kept[cost.dimension] = asdict(cost)
            if arguments.out:
                arguments.out.write_text(json.dumps(kept, indent=1) + "\n")
    report(wanted, rates, core, decode)


def report(costs: list[Cost], rates: list[float], core: float, decode: float) -> None:
    print(f"this core: {core:.0f} GFLOP/s float32 matrix products; decoding an 81-frame 832x480 clip {decode:.2f} s\n")
    heads = "".join(f"{f'{rate:g} TFLOP/s':>20}" for rate in rates)
    print(f"{'dimension':<24}{'unit':>6}{'units':>9}{'GMAC/unit':>10}{'s/unit':>9}{'GFLOP/s':>9}{'core hours':>12}{heads}")
    print(f"{'':<79}" + f"{'counted / measured, minutes':>{20 * len(rates)}}")
    sums = [0.0] * (1 + 2 * len(rates))
    for cost in sorted(costs, key=lambda cost: -cost.seconds * cost.units):
        hours = cost.seconds * cost.units / 3600
        minutes = []
        for rate in rates:
            counted = 2e9 * cost.gmac * cost.units / (rate * 1e12) / 60
            minutes += [counted, cost.seconds * cost.units * core * 1e9 / (rate * 1e12) / 60]
        for place, value in enumerate([hours, *minutes]):
            sums[place] += value
        achieved = 2 * cost.gmac / cost.seconds if cost.seconds else 0.0
        cells = "".join(f"{f'{a:.1f} / {b:.1f}':>20}" for a, b in zip(minutes[::2], minutes[1::2], strict=True))
        print(f"{cost.dimension:<24}{cost.unit:>6}{cost.units:>9}{cost.gmac:>10g}{cost.seconds:>9.3f}{achieved:>9.0f}{hours:>12.2f}{cells}")
    cells = "".join(f"{f'{a:.0f} / {b:.0f}':>20}" for a, b in zip(sums[1::2], sums[2::2], strict=True))
    print(f"{'all of these':<67}{sums[0]:>12.1f}{cells}")
    clips = 4720 + 1875
    print(f"\ndecoding {clips} clips once: {decode * clips / 3600:.2f} core hours, shared by the processors beside the GPU")
    print("GPU minutes are a projection (see --help): no GPU was used, and the rates are assumptions")


if __name__ == "__main__":
    main()
