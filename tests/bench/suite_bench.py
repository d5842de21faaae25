"""A full VBench-shaped run: 4,720 distinct clips under the published names, judged without weights.

    python tests/bench/suite_bench.py [--folder DIR] [--size WxH] [--frames N] [--runs N] [--every K]

Prints planning time, the runner's overhead (everything outside the evaluators, as processor time, which other programs do not
disturb), memory along the run, the time of a resume with nothing to do, and sizes. The clips are rendered ones, each with bytes
of its own. With --runs the suite is judged so often, each time into a new run folder; --every K takes every K-th prompt.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import gallop
from gallop import benchmark, world

#: VBench dimension -> a measure without weights that stands in for it.
STAND_IN = {
    "subject_consistency": "sharpness",
    "motion_smoothness": "motion_amount",
    "dynamic_degree": "flow_smoothness",
    "temporal_flickering": "temporal_flickering",
    "scene": "contrast",
    "background_consistency": "exposure",
    "overall_consistency": "colorfulness",
    "aesthetic_quality": "noise_level",
    "imaging_quality": "luminance_flicker",
    "object_class": "frozen_frames",
    "multiple_objects": "repeated_frames",
    "human_action": "shot_cuts",
    "color": "frame_order",
    "spatial_relationship": "blank_frames",
    "appearance_style": "sharpness",
    "temporal_style": "contrast",
}


def memory() -> float:
    """Resident MiB now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def make_world(folder: Path, suite_file: Path, size: tuple[int, int], frames: int, every: int):
    """The suite with stand-in dimensions, and its clips: sixteen rendered scenes, each copy ending in an unused box of its own."""
    records = json.loads(suite_file.read_text(encoding="utf-8"))[::every]
    body = {"schema": "gallop/suite-v1", "name": "vbench-shaped", "samples": 5, "records": []}
    seen = set()
    for record in records:
        dimensions = list(dict.fromkeys(STAND_IN[name] for name in record["dimension"]))
        dimensions = [name for name in dimensions if (record["prompt_en"], name) not in seen]
        seen.update((record["prompt_en"], name) for name in dimensions)
        body["records"].append({"prompt": record["prompt_en"], "dimensions": dimensions})
    (folder / "suite.json").write_text(json.dumps(body), encoding="utf-8")
    suite = benchmark.load_suite(folder / "suite.json")
    videos = folder / "videos"
    videos.mkdir()
    bases = []
    for number, clip in enumerate(world.demo_clips(*size, frames=frames)):
        file = folder / f"base{number}.mp4"
        gallop.write_video(file, gallop.Video(clip.frames, fps=8.0), preset="veryfast")
        bases.append(file.read_bytes())
    names = list(dict.fromkeys(suite.clip_stem(record, sample) for record in suite.records for sample in range(5)))
    for number, name in enumerate(names):
        free = number.to_bytes(8, "big")
        (videos / f"{name}.mp4").write_bytes(bases[number % len(bases)] + (8 + len(free)).to_bytes(4, "big") + b"free" + free)
    return suite, videos, len(names)


def sessions(run: Path) -> list[dict]:
    return json.loads((run / "run.json").read_text())["sessions"]


def judge(suite, videos: Path, run: Path) -> float:
    """Judges the suite and prints where processor time and memory went; returns the overhead in percent of the evaluators."""
    marks = {}

    def watch(progress):
        for share in (0.1, 0.25, 0.5, 0.75, 1.0):
            if share not in marks and progress.done >= share * progress.total:
                marks[share] = memory()

    benchmark.run_suite(suite, videos, run=run, on_progress=watch)
    last = sessions(run)[-1]
    judging, own = last["judging_processor_seconds"], last["processor_seconds"] - last["judging_processor_seconds"]
    print(
        f"run {last['seconds']:.0f} s by the clock; processor time: evaluators {judging:.1f} s, everything else {own:.2f} s "
        f"(planning {last['planning_processor_seconds']:.2f} s) = {100 * own / judging:.2f} % of the evaluators; "
        f"planning by the clock {last['planning_seconds']:.2f} s"
    )
    print("  resident MiB at " + ", ".join(f"{100 * share:.0f} %: {value:.0f}" for share, value in marks.items()), flush=True)
    return 100 * own / judging


def resume(suite, videos: Path, run: Path) -> None:
    """Three runs with nothing to do."""
    for _ in range(3):
        benchmark.run_suite(suite, videos, run=run)
    last = sessions(run)[-3:]
    names = ("seconds", "planning_seconds", "processor_seconds", "planning_processor_seconds")
    all_, planning, processor, planning_processor = (statistics.median(session[name] for session in last) for name in names)
    print(
        f"resume with nothing to do {all_:.2f} s, of it planning {planning:.2f} s (processor time {processor:.2f} s and "
        f"{planning_processor:.2f} s; medians of 3); ledger {(run / 'ledger.sqlite').stat().st_size / 2**20:.1f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep clips and runs here")
    parser.add_argument(
        "--suite",
        type=Path,
        default=Path(os.environ.get("GALLOP_SHARED", Path(__file__).resolve().parents[3] / "shared"))
        / "data/text/vbench/VBench_full_info.json",
    )
    parser.add_argument("--size", default="320x192", help="width and height of the clips")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="gallop-suite-"))
    folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, arguments.size.split("x"))
    suite, videos, clips = make_world(folder, arguments.suite, (width, height), arguments.frames, arguments.every)
    size = sum(file.stat().st_size for file in videos.iterdir()) / 2**20
    print(f"{clips} clips, {size:.0f} MiB, {sum(len(record.dimensions) for record in suite.records) * 5} clip-dimensions")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        found = benchmark.preflight(suite, videos)
        times.append(time.perf_counter() - start)
    print(
        f"pre-flight {statistics.median(times):.3f} s (median of 5, {min(times):.3f} to {max(times):.3f}), {len(found.units)} units, {len(found.missing)} missing"
    )
    shares = [judge(suite, videos, folder / f"run{number}") for number in range(arguments.runs)]
    print(f"overhead {statistics.median(shares):.2f} % (median of {len(shares)}, {min(shares):.2f} to {max(shares):.2f})")
    resume(suite, videos, folder / "run0")
    if not arguments.folder:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
