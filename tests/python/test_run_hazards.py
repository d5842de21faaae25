"""Runs on a full disk, in a folder that cannot be written, and under a clock that jumps."""

import json
import os
import shutil
import subprocess
import sys

import gallop
import pytest
from gallop import benchmark


@pytest.fixture
def world(tmp_path, frames):
    suite, videos = tmp_path / "suite.json", tmp_path / "videos"
    videos.mkdir()
    body = {
        "schema": "gallop/suite-v1",
        "name": "own",
        "samples": 4,
        "dimensions": ["sharpness", "frame_order", "temporal_flickering"],
        "records": [{"prompt": f"clip {n}"} for n in range(6)],
    }
    suite.write_text(json.dumps(body))
    for number in range(6):
        for sample in range(4):
            gallop.write_video(
                videos / f"clip {number}-{sample}.mp4", gallop.Video(frames[: 8 + number % 3 + sample % 2], fps=8.0), preset="ultrafast"
            )
    loaded = benchmark.load_suite(suite)
    whole = benchmark.run_suite(loaded, videos, run=tmp_path / "whole")
    return loaded, suite, videos, tmp_path, whole


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True).returncode == 0

    if not mount("size=192k"):
        pytest.skip("a small file system cannot be mounted here; run as root")
    yield folder, mount
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("size", ["16k", "192k", "768k"])  # while the ledger is made, between results, while tables are written
def test_a_full_disk_keeps_what_was_stored(world, small_disk, size):
    suite, _, videos, tmp, whole = world
    disk, mount = small_disk
    assert mount(f"remount,size={size}")
    with pytest.raises(gallop.IoError, match=r"free space"):
        benchmark.run_suite(suite, videos, run=disk / "run")
    try:
        stored = sum(row.state == "scored" for row in benchmark.read_results(disk / "run").rows)
    except gallop.FormatError:
        stored = 0  # the ledger has no tables yet
    assert {"16k": stored == 0, "192k": 0 < stored < 72, "768k": stored == 72}[size]
    assert mount("remount,size=16m")
    seen = []
    results = benchmark.run_suite(suite, videos, run=disk / "run", on_progress=lambda p: seen.append(p.done))
    assert results.complete and results.to_json() == whole.to_json() and results.per_clip_jsonl() == whole.per_clip_jsonl()
    assert seen[0] >= stored // 3 - 1
    for file in (tmp / "whole/results").iterdir():
        assert (disk / "run/results" / file.name).read_bytes() == file.read_bytes()


def test_a_read_only_folder_can_be_read_and_says_why_it_cannot_be_written(world, small_disk):
    suite, _, videos, tmp, whole = world
    disk, mount = small_disk
    assert mount("remount,size=16m")
    shutil.copytree(tmp / "whole", disk / "run")
    assert mount("remount,ro")
    assert benchmark.read_results(disk / "run").to_json() == whole.to_json()
    with pytest.raises(gallop.IoError, match="cannot be written"):
        benchmark.run_suite(suite, videos, run=disk / "run")
    with pytest.raises(gallop.IoError, match="cannot be made"):
        benchmark.run_suite(suite, videos, run=disk / "new")
    assert mount("remount,rw")


CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) { static unsigned calls; return (calls++ % 7) * 100000000L - 300000000L; }
int clock_gettime(clockid_t id, struct timespec *out) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(id, out);
  if (id == CLOCK_REALTIME) out->tv_sec += offset();
  return code;
}
time_t time(time_t *out) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now); if (out) *out = now.tv_sec; return now.tv_sec; }
int gettimeofday(struct timeval *out, void *zone) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now); out->tv_sec = now.tv_sec; out->tv_usec = now.tv_nsec / 1000; return 0; }
"""


def test_a_clock_that_jumps_by_years_changes_nothing(world):
    _, suite, videos, tmp, _ = world
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("no C compiler to build the jumping clock with")
    (tmp / "clock.c").write_text(CLOCK)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(tmp / "clock.so"), str(tmp / "clock.c"), "-ldl"], check=True)
    command = [sys.executable, "-m", "gallop", "bench", "run", "--suite", str(suite), "--videos", str(videos), "--run", str(tmp / "jumps")]
    for _ in range(2):
        done = subprocess.run(command, env={**os.environ, "LD_PRELOAD": str(tmp / "clock.so")}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    for file in (tmp / "whole/results").iterdir():
        assert (tmp / "jumps/results" / file.name).read_bytes() == file.read_bytes()
