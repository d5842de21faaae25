"""Decoding to RGB24: our evaluators' path against the ffmpeg program, decord, OpenCV, torchcodec and PyAV.

Same clip, same number of decoder threads, interleaved runs, medians. GALLOP_READERS_PYTHON or .venv-readers has the peers
(`.ci/reference readers`). ffmpeg runs `-pix_fmt rgb24 -f null -` and is compared with our program from start to end; the peers are
warmed up once, timed inside their process, and compared with our time from opening the clip to its last frame. The clips come from
FFmpeg's test source with grain, or --clip names one. --measure cpu counts processor time instead of the clock: what a busy machine
can still tell, and what counts when many clips are decoded side by side.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ("decord", "opencv", "torchcodec", "pyav")


def make_clip(folder: Path, size: str, frames: int) -> Path:
    """Moving detail with grain at a streaming bit rate: H.264, B frames, 4:2:0."""
    file = folder / f"clip-{size}.mp4"
    picture = f"testsrc2=size={size}:rate=24,noise=alls=6:allf=t,format=yuv420p"
    command = [
        "ffmpeg",
        "-hide_banner",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-frames:v",
        str(frames),
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "25",
        str(file),
    ]
    subprocess.run(command, check=True)
    return file


class Peers:
    def __init__(self):
        python = os.environ.get("GALLOP_READERS_PYTHON", str(ROOT / ".venv-readers/bin/python"))
        self.process = None
        if Path(python).exists():
            self.process = subprocess.Popen(
                [python, str(Path(__file__).with_name("decode_peer.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        else:
            print(f"SKIPPED: the peers of decode_bench: {python} is absent; run .ci/reference readers", flush=True)

    def run(self, reader: str, file: Path, threads: int) -> dict:
        self.process.stdin.write(json.dumps({"reader": reader, "file": str(file), "threads": threads}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def whole(command, how: str) -> float:
    """Seconds of a program from start to end."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu if how == "cpu" else time.perf_counter() - start


def inside(command, how: str) -> float:
    """Seconds from opening the clip to its last frame."""
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[2 if how == "cpu" else 1])


def measure(file: Path, threads: int, program: Path, peers: Peers, rounds: int, how: str) -> dict[str, list[float]]:
    ffmpeg = [
        "ffmpeg",
        "-hide_banner",
        "-loglevel",
        "error",
        "-nostdin",
        "-threads",
        str(threads),
        "-filter_threads",
        str(threads),
        "-i",
        str(file),
        "-an",
        "-pix_fmt",
        "rgb24",
        "-f",
        "null",
        "-",
    ]
    ours = [str(program), str(file), "native", str(threads)]
    subjects = {
        "gallop": lambda: inside(ours, how),
        "gallop program": lambda: whole(ours, how),
        "ffmpeg program": lambda: whole(ffmpeg, how),
    }
    frames = int(subprocess.run(ours, check=True, capture_output=True, text=True).stdout.split()[0])
    for reader in PEERS if peers.process else ():
        warm = peers.run(reader, file, threads)
        if warm.get("frames") != frames:
            print(f"  {reader}: left out: {warm}", flush=True)
            continue
        subjects[reader] = lambda reader=reader: peers.run(reader, file, threads)[how]
    times = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, run in subjects.items():
            times[name].append(run())
    print(f"{file.name}, {frames} frames, {threads} threads, {rounds} interleaved runs, {how}", flush=True)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/python")
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--measure", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="832x480,1280x720")
    parser.add_argument("--frames", type=int, default=480)
    parser.add_argument("--threads", default="1,2")
    options = parser.parse_args()
    program, peers = Path(options.build) / "tests/bench/decode_bench", Peers()
    with tempfile.TemporaryDirectory() as scratch:
        clips = [options.clip] if options.clip else [make_clip(Path(scratch), size, options.frames) for size in options.sizes.split(",")]
        for file in clips:
            for threads in map(int, options.threads.split(",")):
                times = measure(file, threads, program, peers, options.rounds, options.measure)
                for name, seconds in times.items():
                    middle, mine = statistics.median(seconds), statistics.median(times["gallop program" if "program" in name else "gallop"])
                    print(
                        f"  {name:<15} {middle:.3f} s ({min(seconds):.3f} to {max(seconds):.3f}), {middle / mine:.2f} of gallop's time",
                        flush=True,
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
