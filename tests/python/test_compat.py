"""The stand-in for the vbench package: same work list and result files from the same calls."""

import json
import os
import subprocess

import gallop
import pytest
from gallop.compat.vbench import VBench


@pytest.fixture
def world(tmp_path, frames):
    records = [
        {"prompt_en": "a sign", "dimension": ["temporal_flickering"]},
        {
            "prompt_en": "an alley, façades",
            "dimension": ["scene", "temporal_flickering"],
            "auxiliary_info": {"scene": {"scene": {"scene": "alley"}}},
        },
        {"prompt_en": "a cat", "dimension": ["object_class"], "auxiliary_info": {"object_class": {"object": "cat"}}},
    ]
    (tmp_path / "info.json").write_text(json.dumps(records))
    videos = tmp_path / "videos"
    videos.mkdir()
    for number, record in enumerate(records):
        for sample in range(4):
            gallop.write_video(
                videos / f"{record['prompt_en']}-{sample}.mp4", gallop.Video(frames[: 5 + number + sample], fps=8.0), preset="ultrafast"
            )
    return tmp_path, videos


def test_standard_mode_writes_the_packages_files(world, capsys):
    tmp, videos = world
    results = VBench("cpu", str(tmp / "info.json"), str(tmp / "out")).evaluate(
        str(videos), "r", dimension_list=["temporal_flickering"], local=True
    )
    info = json.loads((tmp / "out/r_full_info.json").read_text())
    assert [len(record["video_list"]) for record in info] == [4, 4]
    assert info[0]["video_list"][0] == os.path.join(str(videos), "a sign-0.mp4")
    scores = json.loads((tmp / "out/r_eval_results.json").read_text())
    total, details = scores["temporal_flickering"]
    assert [list(entry) for entry in details] == [["video_path", "video_results"]] * 8
    assert total == sum(entry["video_results"] for entry in details) / 8 == results.value("temporal_flickering")
    assert capsys.readouterr().err.count("WARNING!!!") == 2


def test_custom_input_and_refusals(world, clip):
    tmp, videos = world
    bench = VBench("cpu", str(tmp / "info.json"), str(tmp / "out"))
    bench.evaluate(str(clip), "one", prompt_list=["a horse"], dimension_list=["temporal_flickering"], mode="custom_input")
    assert json.loads((tmp / "out/one_full_info.json").read_text())[0]["prompt_en"] == "a horse"
    bench.evaluate(str(videos), "all", dimension_list=["temporal_flickering"], mode="custom_input")
    info = json.loads((tmp / "out/all_full_info.json").read_text())
    assert len(info) == 12 and {record["prompt_en"] for record in info} == {"a sign", "an alley, façades", "a cat"}
    with pytest.raises(gallop.InvalidArgument, match="color"):
        bench.evaluate(str(videos), "x", dimension_list=["color"], mode="custom_input")
    with pytest.raises(gallop.InvalidArgument, match="no prompt for 11"):
        bench.evaluate(str(videos), "x", prompt_list={"a sign-0.mp4": "p"}, dimension_list=["temporal_flickering"], mode="custom_input")
    with pytest.raises(gallop.InvalidArgument, match="mode"):
        bench.evaluate(str(videos), "x", mode="nonsense")
    (videos / "a sign-4.mp4").write_text("words")
    with pytest.raises(gallop.MediaError, match="a sign-4"):
        bench.evaluate(str(videos), "y", dimension_list=["temporal_flickering"])


def test_categories_are_read_from_the_users_folder(world):
    tmp, videos = world
    (tmp / "prompts_per_category").mkdir()
    (tmp / "prompts_per_category/animal.txt").write_text("a cat\n")
    bench = VBench("cpu", str(tmp / "info.json"), str(tmp / "out"))
    bench.evaluate(str(videos), "c", dimension_list=["temporal_flickering"], mode="vbench_category", category="animal")
    assert len(json.loads((tmp / "out/c_eval_results.json").read_text())["temporal_flickering"][1]) == 4


def test_it_agrees_with_the_package_itself(world):
    """The reference package in its own environment, on the dimension that needs no weights."""
    python = os.environ.get("GALLOP_VBENCH_PYTHON")
    if not python or not os.path.exists(python):
        pytest.skip("the vbench package is not installed; set GALLOP_VBENCH_PYTHON")
    tmp, videos = world
    script = (
        "import torchvision_cpu_ops, sys\nfrom vbench import VBench\n"
        f"VBench('cpu', {str(tmp / 'info.json')!r}, {str(tmp / 'theirs')!r}).evaluate({str(videos)!r}, 'r', dimension_list=['temporal_flickering'])\n"
    )
    shims = os.environ.get("GALLOP_SHARED", str(gallop_shared())) + "/reference"
    done = subprocess.run(
        [python, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": shims, "VBENCH_CACHE_DIR": str(tmp / "cache")},
    )
    if done.returncode:
        pytest.skip(f"the vbench package does not run here: {done.stderr.strip().splitlines()[-1]}")
    VBench("cpu", str(tmp / "info.json"), str(tmp / "ours")).evaluate(str(videos), "r", dimension_list=["temporal_flickering"])
    theirs, ours = (json.loads((tmp / side / "r_eval_results.json").read_text()) for side in ("theirs", "ours"))
    assert (tmp / "theirs/r_full_info.json").read_bytes() == (tmp / "ours/r_full_info.json").read_bytes()
    assert ours["temporal_flickering"][0] == pytest.approx(theirs["temporal_flickering"][0], abs=1e-9)
    for a, b in zip(ours["temporal_flickering"][1], theirs["temporal_flickering"][1], strict=True):
        assert a["video_path"] == b["video_path"] and a["video_results"] == pytest.approx(b["video_results"], abs=1e-6)


def gallop_shared():
    from conftest import ROOT

    return ROOT.parent / "shared"
