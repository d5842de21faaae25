"""Picking still clips: the order and count of the protocol, resuming, and the real network on the official size."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import gallop
import numpy as np
import pytest
from gallop.benchmark import load_suite
from gallop.benchmark.static_filter import pick_still_clips
from gallop.cli import main


@pytest.fixture
def world(tmp_path, frames):
    body = {
        "schema": "gallop/suite-v1",
        "name": "still",
        "samples": 5,
        "records": [{"prompt": "a", "dimensions": ["temporal_flickering"]}, {"prompt": "b", "dimensions": ["sharpness"]}],
    }
    (tmp_path / "suite.json").write_text(json.dumps(body))
    (tmp_path / "videos").mkdir()
    for number in range(12):
        gallop.write_video(
            tmp_path / f"videos/a-{number}.mp4", gallop.Video(frames[: 3 + number % 9], fps=8.0 + number), preset="ultrafast"
        )
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/raft-things.pth").write_bytes(b"w")
    return tmp_path


def test_the_first_five_in_the_order_of_the_protocol_and_nothing_twice(world, monkeypatch):
    looked = []

    class Judge:
        def score(self, file):
            name = Path(file).stem
            looked.append(name)
            if len(looked) == 4:
                raise KeyboardInterrupt
            if name == "a-11":
                raise gallop.MediaError("broken")
            return SimpleNamespace(value=0.0 if name in ("a-1", "a-3") else 1.0)

    monkeypatch.setattr(gallop, "make_evaluator", lambda *_, **__: Judge())
    call = (load_suite(world / "suite.json"), world / "videos", world / "weights", world / "out")
    with pytest.raises(KeyboardInterrupt):
        pick_still_clips(*call)
    (world / "out/static_filter.jsonl").open("a").write('{"clip": "cut')
    picked = pick_still_clips(*call)
    # As text a-10 and a-11 come before a-2; a-1 and a-3 move, a-11 is broken.
    assert looked == ["a-0", "a-1", "a-10", "a-11", "a-11", "a-2", "a-3", "a-4", "a-5"]
    assert [file.stem for file in picked.still["a"]] == ["a-0", "a-10", "a-2", "a-4", "a-5"] and "b" not in picked.still
    assert picked.problems == [("a-11.mp4", "broken")] and picked.known == 3 and picked.judged == 4
    for number, name in enumerate(["a-0", "a-10", "a-2", "a-4", "a-5"]):
        assert (world / f"out/a-{number}.mp4").read_bytes() == (world / f"videos/{name}.mp4").read_bytes()
    assert json.loads((world / "out/static_filter.json").read_text())["a"]["static_count"] == 5
    (world / "weights/raft-things.pth").write_bytes(b"others")
    assert pick_still_clips(*call).known == 0  # other weights, other verdicts


@pytest.mark.slow
def test_with_the_real_network(world, tmp_path):
    weights = os.environ.get("GALLOP_VBENCH_WEIGHTS")
    if not weights or not Path(weights).is_dir():
        pytest.skip("GALLOP_VBENCH_WEIGHTS names no folder of checkpoints")
    for file in (world / "videos").iterdir():
        file.unlink()
    noise = np.random.default_rng(0)
    still = np.repeat(noise.integers(0, 255, (1, 128, 160, 3), np.uint8), 10, axis=0)
    for number in range(6):
        clip = still if number % 2 == 0 else np.stack([np.roll(still[0], 24 * t, axis=1) for t in range(10)])
        gallop.write_video(world / f"videos/a-{number}.mp4", gallop.Video(clip, fps=8.0))
    arguments = ["bench", "static-filter", "--suite", str(world / "suite.json"), "--videos", str(world / "videos")]
    assert main([*arguments, "--weights", weights, "--out", str(world / "out")]) in (0, 3)
    rows = [json.loads(line) for line in (world / "out/static_filter.jsonl").read_text().splitlines()]
    judge = gallop.make_evaluator("static_filter", weights)
    assert {row["clip"]: row["still"] for row in rows} == {
        row["clip"]: judge.score(str(world / "videos" / row["clip"])).value == 1.0 for row in rows
    }
