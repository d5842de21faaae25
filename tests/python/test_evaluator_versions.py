"""Every evaluator has a version of its own: a changed value needs a new one, and a new one costs no other evaluator its results."""

import json
import subprocess
import sys
from pathlib import Path

import gallop
import numpy as np
import pytest
from gallop import benchmark

BUILT_IN = gallop.evaluators()  # before other tests register theirs
RECORD = Path(__file__).with_name("data") / "evaluator_versions.json"
ADVICE = "its values changed: raise `version` in its information() and record it anew (python tests/python/test_evaluator_versions.py)"


def eventful(frames: np.ndarray) -> np.ndarray:
    """Gives every measure of pictures something to say: noise, two flashes where clicks() clicks, a repeated and a black frame."""
    noise = np.random.default_rng(0).integers(0, 12, frames.shape, np.uint8)
    frames += noise
    frames[[4, 9]] += 12
    frames[12] = frames[11]
    frames[-1] = 0
    return frames


def clicks(seconds: float, rate: int) -> np.ndarray:
    """Quiet noise with two clicks: float32 [samples, 1]."""
    sound = 0.01 * np.random.default_rng(1).standard_normal((int(seconds * rate), 1)).astype(np.float32)
    for at in (4 / 8.0, 9 / 8.0):
        sound[int(at * rate) : int(at * rate) + 40] = 0.8
    return sound


def measured() -> dict[str, dict]:
    """Version of every built-in evaluator, with the value on a fixed clip in memory of those that need nothing but frames and sound."""
    from conftest import moving_square

    clip = gallop.Video(eventful(moving_square(16, 72, 96)), fps=8.0, audio=clicks(2.0, 8000), sample_rate=8000)
    entries = {}
    for info in BUILT_IN:
        if info.profile in ("custom", "test", "text"):  # the last one is experimental and not in every build
            continue
        entries[info.name] = {"version": info.version}
        if not info.needs:
            entries[info.name]["value"] = gallop.make_evaluator(info.name).score(clip).value
    return entries


def test_a_changed_value_comes_with_a_new_version():
    before, now = json.loads(RECORD.read_text()), measured()
    assert sorted(now) == sorted(before), "record the new evaluators (python tests/python/test_evaluator_versions.py)"
    for name, entry in now.items():
        assert entry["version"] == before[name]["version"], f"{name}: its version changed; record it anew"
        if "value" in entry:
            assert entry["value"] == pytest.approx(before[name]["value"], rel=1e-6, abs=1e-9), f"{name}: {ADVICE}"


RUN = """
import sys, gallop
from gallop import benchmark
suite, videos, run, version = sys.argv[1:]
calls = []
for name, own in (("changing", int(version)), ("steady", 1)):
    gallop.register_evaluator(lambda request, name=name: calls.append(name) or float(len(calls)), name, profile="test", version=own)
results = benchmark.run_suite(benchmark.load_suite(suite), videos, run=run)
assert results.complete
print(calls.count("changing"), calls.count("steady"), {s.dimension: s.version for s in results.scorers})
"""


def test_a_new_version_computes_its_own_results_again_and_no_others(tmp_path, frames):
    body = {"schema": "gallop/suite-v1", "name": "own", "samples": 2, "dimensions": ["changing", "steady"], "records": [{"prompt": "a"}]}
    (tmp_path / "suite.json").write_text(json.dumps(body))
    videos = tmp_path / "videos"
    videos.mkdir()
    for sample in range(2):
        gallop.write_video(videos / f"a-{sample}.mp4", gallop.Video(frames[: 4 + sample], fps=8.0), preset="ultrafast")

    def run(version):
        command = [sys.executable, "-c", RUN, str(tmp_path / "suite.json"), str(videos), str(tmp_path / "run"), str(version)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), (tmp_path / "run/results/results.json").read_text()

    first = run(1)
    assert first[0] == "2 2 {'changing': 1, 'steady': 1}"
    assert run(1) == ("0 0 {'changing': 1, 'steady': 1}", first[1])
    assert run(2)[0] == "2 0 {'changing': 2, 'steady': 1}"
    # The old results are still there: the earlier version finds its own.
    assert run(1) == ("0 0 {'changing': 1, 'steady': 1}", first[1])
    kept = {(s.dimension, s.version, s.reader) for s in benchmark.read_results(tmp_path / "run").scorers}
    assert kept == {("changing", 1, ""), ("steady", 1, "")}


if __name__ == "__main__":
    RECORD.write_text(json.dumps(measured(), indent=1, sort_keys=True) + "\n")
