"""The embedded model and the benchmark together: clips of a suite sampled with pony, judged, reported, signed."""

import json
import os
import signal
import subprocess
import sys
import time

import gallop
import pytest
from gallop import benchmark, card, studio
from gallop.cli import main

PROMPTS = ["a red car driving to the right on a road by day", "夜晚，一艘红色的船在海上静止不动"]


def write_suite(tmp_path, samples=1):
    file = tmp_path / "suite.json"
    body = {
        "schema": "gallop/suite-v1",
        "name": "two of the world",
        "samples": samples,
        "dimensions": ["sharpness", "motion_amount", "temporal_flickering"],
        "records": [{"prompt": prompt} for prompt in PROMPTS],
    }
    file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return file


def clips_of(folder):
    """Finished clips; what a killed process was writing has a hidden name and is never looked at."""
    return {file.name: file.read_bytes() for file in folder.glob("*.mp4") if not file.name.startswith(".")}


def test_from_prompts_to_a_signed_card(tmp_path, capsys):
    suite, videos, run = write_suite(tmp_path), tmp_path / "videos", tmp_path / "run"
    loaded = benchmark.load_suite(suite)
    stopped = []

    def stop_inside_the_second_clip(progress):
        if progress.done == 1 and progress.detail.startswith("denoise"):
            stopped.append(progress.detail)
            return False
        return None

    with pytest.raises(gallop.Cancelled):
        maker = studio.PipelineMaker("pony", steps=2)
        studio.sample_suite(loaded, maker, videos, party="us", on_progress=stop_inside_the_second_clip)
    assert len(stopped) == 1 and len(clips_of(videos)) == 1
    sample = ["bench", "sample", "--suite", str(suite), "--model", "pony", "--steps", "2", "--out", str(videos)]
    assert main([*sample, "--party", "us"]) == 0
    assert "1 clips made, 1 were there" in capsys.readouterr().out
    assert sorted(clips_of(videos)) == sorted(f"{prompt}-0.mp4" for prompt in PROMPTS)
    record = json.loads((videos / "sampling.json").read_text(encoding="utf-8"))
    assert record["made_with"]["options"]["steps"] == 2 and "seed" not in record["made_with"]["options"]
    assert len(record["made_with"]["weights"]) >= 3
    assert main([*sample[:7], "3", *sample[8:], "--party", "us"]) == 2
    assert "another maker" in capsys.readouterr().err

    assert main(["bench", "run", "--suite", str(suite), "--videos", str(videos), "--run", str(run)]) == 0
    assert main(["bench", "report", str(run), "--html", str(tmp_path / "report.html")]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    # Worst clips of the two measures that have a direction; motion_amount has none.
    assert all(prompt in page for prompt in PROMPTS) and page.count("<video") == 4

    card.new_signing_key(tmp_path / "us.key")
    facts = {"model": {"maker": "us"}, "evaluation": {"party": "us", "independent": False}}
    (tmp_path / "facts.json").write_text(json.dumps(facts))
    make = ["card", "make", str(run), "--facts", str(tmp_path / "facts.json"), "--key", str(tmp_path / "us.key")]
    assert main([*make, "--date", "2026-01-02T03:04:05Z", "--out", str(tmp_path / "card.json")]) == 0
    card.trust_key(tmp_path / "trust.json", tmp_path / "us.key.pub", party="us")
    rows = str(run / "results/per_clip.jsonl")
    verify = ["card", "verify", str(tmp_path / "card.json"), "--trust", str(tmp_path / "trust.json"), "--media", str(videos)]
    assert main([*verify, "--per-clip", rows, "--recompute", "all"]) == 0
    assert "self-reported" in capsys.readouterr().out
    made = json.loads(
        card.make_card(benchmark.read_results(run), card.with_facts(card.sampling_facts(videos), facts), "2026-01-02T03:04:05Z")
    )
    assert made["model"]["name"] == "pony" and len(made["model"]["weights_sha256"]) >= 3
    assert made["sampling"]["settings"]["steps"] == 2 and made["sampling"]["seeds"]["rule"].endswith("base 0")
    assert {s["dimension"]: s["id"] for s in made["evaluation"]["scorers"]}["sharpness"].startswith("gallop/sharpness/")


@pytest.mark.slow
def test_sampling_that_is_killed_goes_on_to_the_same_clips(tmp_path):
    suite = write_suite(tmp_path, samples=2)
    command = [sys.executable, "-m", "gallop", "bench", "sample", "--suite", str(suite), "--model", "pony", "--steps", "4", "--out"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    killed = tmp_path / "killed"
    for wanted in range(1, 4):  # killed while the second, third and fourth clip are made
        process = subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(clips_of(killed) if killed.is_dir() else ()) < wanted:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        (killed / "clips.jsonl").open("a", encoding="utf-8").write('{"clip": "cut')
    done = subprocess.run([*command, str(killed)], check=True, capture_output=True, text=True)
    assert done.stdout.strip().endswith("were there")
    assert clips_of(killed) == clips_of(tmp_path / "whole") and len(clips_of(killed)) == 4
    assert {row["clip"]: row["seed"] for row in studio.manifest.read_clips(killed)} == {
        row["clip"]: row["seed"] for row in studio.manifest.read_clips(tmp_path / "whole")
    }
