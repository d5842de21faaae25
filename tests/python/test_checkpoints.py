"""Checkpoints of the dimensions: what is listed, what a check finds, and runs that lack some."""

import json
import shutil

import gallop
import numpy as np
import pytest
from test_cli import run

HEAD, VOCABULARY = "sa_0_4_vit_l_14_linear.pth", "bpe_simple_vocab_16e6.txt.gz"


@pytest.fixture
def weights(tmp_path, shared):
    """A folder with the two published files that are small."""
    folder = tmp_path / "weights"
    (folder / "ViCLIP").mkdir(parents=True)
    shutil.copyfile(shared / "data/models/aesthetic" / HEAD, folder / HEAD)
    shutil.copyfile(shared / "data/text/clip" / VOCABULARY, folder / "ViCLIP" / VOCABULARY)
    return folder


def test_every_weight_an_evaluator_needs_is_listed():
    needed = {need.removeprefix("weights:") for info in gallop.evaluators("vbench") for need in info.needs if need.startswith("weights:")}
    listed = {info.file: info for info in gallop.checkpoints()}
    assert needed <= set(listed)
    assert len(needed) >= 10
    for file in needed:
        assert listed[file].origin.startswith("https://") and listed[file].licence and listed[file].bytes > 0 and listed[file].dimensions
    assert "non-commercial" in listed["amt-s.pth"].licence
    assert listed["raft-things.pth"].dimensions == ["dynamic_degree", "static_filter"]


def test_list_command_names_where_to_get_and_put(tmp_path):
    done = run("weights", "list", "--dimensions", "motion_smoothness")
    assert done.returncode == 0
    assert (
        "amt-s.pth" in done.stdout
        and "https://" in done.stdout
        and "WEIGHTS/amt_model/amt-s.pth" in done.stdout
        and "CC BY-NC" in done.stdout
    )
    assert {row["file"] for row in json.loads(run("weights", "list", "--json").stdout)} == {info.file for info in gallop.checkpoints()}
    assert run("weights", "list", "--dimensions", "sharpness").returncode == 2


def test_check_tells_good_missing_and_published(weights):
    reports = {report.info.file: report for report in gallop.check_checkpoints(weights, hash=True)}
    assert reports[HEAD].state == "good" and reports[VOCABULARY].state == "good"
    assert reports[HEAD].sha256 == reports[HEAD].info.sha256
    assert reports["amt-s.pth"].state == "missing" and "https://" in reports["amt-s.pth"].message
    done = run("weights", "check", weights)
    assert done.returncode == 3 and f"good     {HEAD}" in done.stdout and "missing  amt-s.pth" in done.stdout


def test_check_finds_strange_shapes_values_and_files(weights):
    torch = pytest.importorskip("torch")
    good = torch.load(weights / HEAD, weights_only=True)

    def state(tensors):
        torch.save(tensors, weights / HEAD)
        return next(r for r in gallop.check_checkpoints(weights, dimensions=["aesthetic_quality"]) if r.info.file == HEAD)

    assert state(good).state == "good"
    broken = state(good | {"bias": torch.tensor([float("nan")])})
    assert broken.state == "bad" and "not finite" in broken.message
    assert "[1, 512]" in state(good | {"weight": torch.zeros(1, 512)}).message
    assert "not of this model" in state(good | {"extra": torch.zeros(2)}).message
    torch.save(good, weights / HEAD)
    changed = next(r for r in gallop.check_checkpoints(weights, dimensions=["aesthetic_quality"], hash=True) if r.info.file == HEAD)
    assert changed.state == "bad" and "SHA-256" in changed.message
    (weights / HEAD).write_bytes(b"words")
    assert next(r for r in gallop.check_checkpoints(weights) if r.info.file == HEAD).state == "bad"
    with pytest.raises(gallop.NotFound):
        gallop.check_checkpoints(weights / "none")


def test_conversion_of_a_folder(weights, tmp_path):
    done = run("weights", "convert", weights, tmp_path / "converted")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in (tmp_path / "converted").iterdir()] == ["sa_0_4_vit_l_14_linear.safetensors"]
    report = next(r for r in gallop.check_checkpoints(tmp_path / "converted", hash=True) if r.info.file == HEAD)
    assert report.state == "good" and report.path.suffix == ".safetensors"


def test_a_run_without_some_checkpoints_scores_the_rest_and_exits_3(tmp_path, clip):
    (tmp_path / "empty").mkdir()
    done = run("score", clip, "--profile", "vbench", "--weights", tmp_path / "empty", "--json", tmp_path / "a.json")
    assert done.returncode == 3
    result = json.loads((tmp_path / "a.json").read_text())["clips"][0]
    assert [score["dimension"] for score in result["scores"]] == ["temporal_flickering"]
    missing = {problem["dimension"]: problem for problem in result["problems"]}
    assert {"subject_consistency", "human_action", "overall_consistency"} <= set(missing)
    for problem in missing.values():
        assert problem["kind"] == "NotFound" and "https://" in problem["message"]
    assert "dino_vitbase16_pretrain.pth" in done.stdout


def test_normalised_rate_shows_fewer_frames_and_says_so(tmp_path, frames):
    fast = gallop.Video(np.repeat(frames, 3, axis=0), fps=24.0)
    plain = gallop.score(gallop.Video(frames, fps=8.0), dimensions=["temporal_flickering"]).results[0].scores[0]
    score = gallop.score(fast, dimensions=["temporal_flickering"], normalized_fps=8.0).results[0].scores[0]
    assert score.value == plain.value and score.parts == plain.parts
    assert score.details["normalized_fps"] == 8.0 and "normalized_fps" not in plain.details
    assert len(gallop.score(fast, dimensions=["temporal_flickering"]).results[0].scores[0].parts) == 35
    with pytest.raises(gallop.InvalidArgument):
        gallop.score(fast, dimensions=["temporal_flickering"], normalized_fps=0.0)
    gallop.write_video(tmp_path / "fast.mp4", fast)
    table = json.loads(
        run("score", tmp_path / "fast.mp4", "--dimensions", "temporal_flickering", "--normalized-fps", "8", "--json", "-").stdout
    )
    assert len(table["clips"][0]["scores"][0]["parts"]) == 11
    assert table["options"]["normalized_fps"] == 8.0
