"""All sixteen VBench dimensions and the image-to-video ones: listed, asked for in one command, and honest about what is missing."""

import json

import numpy as np
import pytest

gallop = pytest.importorskip("gallop")
from gallop.cli.main import main  # noqa: E402

VBENCH = {
    "aesthetic_quality",
    "appearance_style",
    "background_consistency",
    "color",
    "dynamic_degree",
    "human_action",
    "imaging_quality",
    "motion_smoothness",
    "multiple_objects",
    "object_class",
    "overall_consistency",
    "scene",
    "spatial_relationship",
    "subject_consistency",
    "temporal_flickering",
    "temporal_style",
}
IMAGE_TO_VIDEO = {"camera_motion", "i2v_background", "i2v_subject"}


@pytest.fixture
def clip(tmp_path):
    frames = np.random.default_rng(0).integers(0, 255, (4, 48, 64, 3), np.uint8)
    file = tmp_path / "A person is riding a bike, camera pans left-0.mp4"
    gallop.write_video(file, gallop.Video(frames, 8.0))
    return file


def test_every_dimension_is_listed_with_what_it_needs():
    assert {info.name for info in gallop.evaluators("vbench")} == VBENCH
    assert {info.name for info in gallop.evaluators("vbench_i2v")} == IMAGE_TO_VIDEO
    for info in gallop.evaluators():
        if info.name in VBENCH | IMAGE_TO_VIDEO and info.name != "temporal_flickering":
            assert any(need.startswith("weights:") for need in info.needs), info.name
            assert info.licence, info.name
    assert "non-commercial" in next(info.licence for info in gallop.evaluators() if info.name == "camera_motion")


def test_one_command_asks_for_all_and_without_checkpoints_says_what_to_get(clip, tmp_path):
    image = tmp_path / "image.png"
    gallop.write_image(image, gallop.Image(np.zeros((48, 64, 3), np.uint8)))
    empty = tmp_path / "weights"
    empty.mkdir()
    out = tmp_path / "scores.json"
    labels = [
        "object=bike",
        "multiple_objects.object=bike and cat",
        "color=red",
        "scene=alley",
        "object_a=bike",
        "object_b=cat",
        "relationship=on the left of",
    ]
    arguments = [
        "score",
        str(clip),
        "--profile",
        "vbench,vbench_i2v",
        "--weights",
        str(empty),
        "--prompt",
        "a red bike",
        "--image",
        str(image),
        "--device",
        "cpu",
        "--json",
        str(out),
    ]
    assert main(arguments + [word for label in labels for word in ("--label", label)]) == 3
    row = json.loads(out.read_text())["clips"][0]
    # A tree without any checkpoint still scores what needs none.
    assert [score["dimension"] for score in row["scores"]] == ["temporal_flickering"]
    problems = {problem["dimension"]: problem for problem in row["problems"]}
    assert set(problems) == (VBENCH | IMAGE_TO_VIDEO) - {"temporal_flickering"}
    for name, problem in problems.items():
        assert problem["kind"] == "NotFound" and "https://" in problem["message"], name


def test_labels_and_profiles_are_checked(clip, capsys):
    assert main(["score", str(clip), "--label", "object"]) == 2
    assert "NAME=TEXT" in capsys.readouterr().err
    with pytest.raises(gallop.InvalidArgument, match="vbench_i2v"):
        gallop.score(clip, profile="quick,vbensh")
    with pytest.raises(gallop.NotFound):
        gallop.score(clip, image="absent.png")
