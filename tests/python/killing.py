"""Kills runs on real clips at random moments, resumes them, and compares results and report with those of an undisturbed run.

    python killing.py FOLDER CLIPS MOMENTS SEED

FOLDER gets the runs; CLIPS is a folder of clips. Prints one JSON object. Children are forked from this process, which has loaded
the library and used no thread of it yet, so that a run costs its work and not a start of Python.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import gallop
from gallop import benchmark
from gallop.benchmark.report import write_run_report


class Runs:
    """A suite over real clips, and what is done with it in processes of their own."""

    def __init__(self, folder: Path, clips: Path):
        self.folder, self.log = folder, folder / "calls.log"
        self.videos = folder / "videos"
        self.videos.mkdir()
        files = sorted(file for file in clips.iterdir() if file.suffix in (".mp4", ".mov") and file.stat().st_size < 60_000)
        for number in range(12):
            source = files[number % len(files)]
            shutil.copyfile(source, self.videos / f"<b>clip {number}-0{source.suffix}")
        body = {
            "schema": "gallop/suite-v1",
            "name": "own",
            "samples": 1,
            "dimensions": ["witness_a", "temporal_flickering", "sharpness", "witness_b"],
            "records": [{"prompt": f"<b>clip {number}"} for number in range(12)],
        }
        (folder / "suite.json").write_text(json.dumps(body))
        for name in ("witness_a", "witness_b"):
            gallop.register_evaluator(lambda request, name=name: self.witness(name, request), name, profile="test")

    def witness(self, name, request) -> float:
        """Judges by the file's size; a line in the log says that it did."""
        time.sleep(0.002)
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, f"{name} {request.name}\n".encode())
        os.close(handle)
        return float(os.path.getsize(request.clip))

    def repeated(self) -> int:
        """Clip-dimensions that were judged more than once since the last question."""
        counts = Counter(self.log.read_text().splitlines()) if self.log.exists() else Counter()
        self.log.unlink(missing_ok=True)
        return sum(count - 1 for count in counts.values())

    def fork(self, work) -> int:
        child = os.fork()
        if child == 0:
            try:
                work()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        return child

    def start(self, name: str) -> int:
        suite = benchmark.load_suite(self.folder / "suite.json")
        return self.fork(lambda: benchmark.run_suite(suite, self.videos, run=self.folder / name, device="cpu"))

    def stored(self, name: str) -> int:
        try:
            return sum(row.state == "scored" for row in benchmark.read_results(self.folder / name, replicates=0).rows)
        except gallop.Error:
            return 0

    def everything(self, name: str, clips: bool) -> bytes:
        """Result files and the page over them."""
        page = self.folder / "page.html"

        def write():
            write_run_report([benchmark.read_results(self.folder / name)], page, names=["run"], clips=clips)

        assert ended(self.fork(write)) == 0
        files = sorted((self.folder / name / "results").iterdir())
        return b"".join(file.read_bytes() for file in files) + page.read_bytes()


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    folder, clips, moments, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    runs, draw = Runs(folder, clips), random.Random(seed)
    start = time.monotonic()
    assert ended(runs.start("whole")) == 0
    seconds = time.monotonic() - start
    assert runs.repeated() == 0
    whole = {with_clips: runs.everything("whole", with_clips) for with_clips in (False, True)}
    tally = {"killed": 0, "after_first": 0, "ended_before": 0, "most_repeated": 0, "pages_with_clips": 0, "seconds": seconds}
    while tally["killed"] < moments or tally["after_first"] < 0.8 * moments:
        assert tally["ended_before"] <= 4 * moments, f"the runs end before they are killed: {tally}"
        child = runs.start("killed")
        time.sleep(draw.uniform(0.0, seconds))
        os.kill(child, signal.SIGKILL)
        killed = ended(child) == -signal.SIGKILL
        tally["killed" if killed else "ended_before"] += 1
        tally["after_first"] += killed and runs.stored("killed") > 0
        if tally["killed"] % 10 == 0:
            print(tally, file=sys.stderr, flush=True)
        assert ended(runs.start("killed")) == 0
        tally["most_repeated"] = max(tally["most_repeated"], runs.repeated())
        with_clips = tally["killed"] % 20 == 1
        tally["pages_with_clips"] += with_clips
        assert runs.everything("killed", with_clips) == whole[with_clips], f"other bytes after a kill: {tally}"
        shutil.rmtree(folder / "killed")
    print(json.dumps(tally))


if __name__ == "__main__":
    main()
