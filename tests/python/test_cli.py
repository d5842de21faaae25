"""The command line as a user runs it."""

import json
import signal
import subprocess
import sys
import time

import gallop
import numpy as np
from conftest import ROOT


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "gallop", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300, **options
    )


def test_help_version_and_usage():
    assert "score" in run("--help").stdout
    assert run("--version").stdout.strip() == f"gallop {gallop.__version__}"
    assert run("scorre").returncode == 2
    assert run("score").returncode == 2


def test_score_writes_json_csv_and_report(tmp_path, clip):
    done = run(
        "score",
        clip,
        "--json",
        tmp_path / "a.json",
        "--csv",
        tmp_path / "a.csv",
        "--jsonl",
        tmp_path / "a.jsonl",
        "--html",
        tmp_path / "a.html",
    )
    assert done.returncode == 0, done.stderr
    assert "sharpness" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text())["clips"][0]["clip"] == str(clip)
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert json.loads(run("score", clip, "--dimensions", "contrast", "--json", "-").stdout)["dimensions"][0]["name"] == "contrast"


def test_bad_input_is_exit_3_and_named(tmp_path, clip):
    (tmp_path / "text.mp4").write_text("words")
    done = run("score", clip, tmp_path / "text.mp4", tmp_path / "none.mp4", "--dimensions", "contrast")
    assert done.returncode == 3
    assert "text.mp4" in done.stdout and "none.mp4" in done.stdout
    assert run("score", clip, "--dimensions", "sharpnes").returncode == 2
    assert run("score", clip, "--json", tmp_path / "no/a.json").returncode == 3
    assert run("probe", tmp_path / "text.mp4").returncode == 3


def test_hostile_names_are_printed_harmlessly(tmp_path, frames):
    name = tmp_path / "[red]\x1b[31mevil\n.mp4"
    gallop.write_video(name, gallop.Video(frames, fps=8.0))
    done = run("score", name, "--dimensions", "contrast")
    assert done.returncode == 0
    assert "\x1b[31m" not in done.stdout
    assert "[red]" in done.stdout


def test_doctor_probe_and_evaluators(clip):
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "LibTorch" in done.stdout and "all well" in done.stdout
    assert "h264" in run("probe", clip).stdout
    assert json.loads(run("probe", clip, "--json").stdout)[0]["streams"][0]["width"] == 64
    assert {row["name"] for row in json.loads(run("evaluators", "--json").stdout)} >= {"sharpness", "temporal_flickering"}
    assert run("evaluators", "--profile", "nope").returncode == 2


def test_ctrl_c_stops_within_a_second_and_leaves_nothing(tmp_path):
    clip = tmp_path / "long.mp4"
    gallop.write_video(
        clip, gallop.Video(np.random.default_rng(0).integers(0, 255, (90, 240, 320, 3), np.uint8), fps=30.0), crf=35, preset="ultrafast"
    )
    out = tmp_path / "out.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "gallop", "score", *[str(clip)] * 60, "--json", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4.0)
    assert process.poll() is None, process.stderr.read()
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    process.wait(timeout=30)
    assert time.monotonic() - asked < 1.5  # one second for the run, half a second for the interpreter to leave
    assert process.returncode == 130
    assert {file.name for file in tmp_path.iterdir()} == {"long.mp4"}


def test_demo_ranks_every_flawed_twin_below(tmp_path):
    done = run("demo", "--steps", 4, "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pony made 5 clips" in done.stdout
    assert "no person voted" in done.stdout
    assert "31 clips judged" in done.stdout
    assert "8 of 8 flawed twins rank below" in done.stdout
    assert (tmp_path / "demo/report.html").stat().st_size > 300_000


def expected_fates():
    lines = (ROOT / "tests/python/data/shared_videos.csv").read_text().splitlines()[1:]
    return dict(line.rsplit(",", 1) for line in lines)


def test_every_shared_clip_ends_as_the_table_says(shared, tmp_path):
    folder = shared / "data/videos"
    paths = sorted(folder.glob("*/*"))
    done = run("score", *paths, "--dimensions", "contrast,temporal_flickering", "--json", tmp_path / "all.json")
    assert done.returncode == 3
    clips = json.loads((tmp_path / "all.json").read_text())["clips"]
    assert [clip["clip"] for clip in clips] == [str(path) for path in paths]
    fates = {}
    for clip in clips:
        damaged = any(flag.startswith("damaged") for score in clip["scores"] for flag in score["flags"])
        kinds = sorted({problem["kind"] for problem in clip["problems"]})
        name = clip["clip"].removeprefix(f"{folder}/")
        fates[name] = (
            ("damaged" if damaged else "scored")
            if clip["scores"] and not kinds
            else "+".join((["scored"] if clip["scores"] else []) + kinds)
        )
    expected = expected_fates()
    assert {name: (fate, expected.get(name)) for name, fate in fates.items() if expected.get(name) != fate} == {}
    assert set(expected) == set(fates)
