"""The examples run as written; the notebook runs cell by cell."""

import json
import subprocess
import sys

import gallop
import pytest
from conftest import ROOT
from tiny_models import write_tiny_single_stream, write_tiny_wan

EXAMPLES = ROOT / "examples/python"


def run(name, *arguments):
    return subprocess.run(
        [sys.executable, EXAMPLES / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_hello_video_reads_back_what_it_wrote(tmp_path):
    done = run("hello_video.py", tmp_path / "out.mp4")
    assert done.returncode == 0, done.stderr
    assert "h264 320x192, 12 fps" in done.stdout
    assert done.stdout.count("Video(24 frames, 192x320") == 2


def test_score_prints_a_table_and_says_what_is_wrong(tmp_path, clip):
    done = run("score.py", clip)
    assert done.returncode == 0, done.stderr
    assert "sharpness" in done.stdout and "temporal_flickering" in done.stdout
    missing = run("score.py", tmp_path / "none.mp4")
    assert missing.returncode == 3 and "none.mp4" in missing.stdout


def test_generate_says_what_it_made_and_with_what(tmp_path, shared):
    model = write_tiny_wan(tmp_path / "model", "wan2.1-t2v", shared)
    done = run("generate.py", model, "a horse", tmp_path / "out.mp4", 64, 64, 5, 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wan2.1-t2v: Video(5 frames, 64x64, 16 fps, silent), 2 steps, guidance 5, seed 7")
    assert gallop.read_video(tmp_path / "out.mp4").frames == 5
    refused = run("generate.py", model, "a horse", tmp_path / "out.mp4", 64, 64, 6, 2)
    assert refused.returncode == 1 and "frames" in refused.stderr


def test_suite_prints_intervals_and_goes_on_where_it_was(tmp_path, frames):
    (tmp_path / "suite.csv").write_text("prompt,dimensions\na red car,sharpness;contrast\na horse,sharpness;contrast\n")
    (tmp_path / "clips").mkdir()
    gallop.write_video(tmp_path / "clips/a red car-0.mp4", gallop.Video(frames, fps=8.0))
    arguments = [tmp_path / "suite.csv", tmp_path / "clips", tmp_path / "run"]
    done = run("suite.py", *arguments)
    assert done.returncode == 3, done.stderr
    assert "suite: 2 prompts, 1 clips found, 9 missing" in done.stdout and "0 clips were judged already" in done.stdout
    assert "sharpness" in done.stdout and "a horse-0" in done.stdout
    assert "1 clips were judged already" in run("suite.py", *arguments).stdout


def test_clip_with_sound_says_what_it_made_and_how_it_sounds(tmp_path):
    model = write_tiny_single_stream(tmp_path / "model")
    done = run("clip_with_sound.py", model, "a bell is struck", tmp_path / "out.mp4", "96x64", 0.6, 2)
    assert done.returncode == 0, done.stderr
    assert "Video(13 frames, 64x96, 25 fps, 2 channels at 44100 Hz)" in done.stdout
    assert done.stdout.count("sound_") >= 6 and "peak" in done.stdout


def test_a_measure_of_ones_own_stands_beside_the_others():
    done = run("own_measure.py")
    assert done.returncode == 0, done.stderr
    assert "brightness_drift" in done.stdout


def test_every_cell_of_the_notebook_runs(capsys):
    """In one namespace, as a kernel would; needs no Jupyter."""
    notebook = json.loads((EXAMPLES / "tour.ipynb").read_text())
    names = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert not cell["outputs"], "outputs are not committed"
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert names["table"].complete
    assert "<table>" in names["table"]._repr_html_()


def test_the_notebook_runs_in_jupyter():
    nbclient = pytest.importorskip("nbclient", reason="Jupyter is absent: pip install nbclient ipykernel")
    pytest.importorskip("ipykernel", reason="Jupyter is absent: pip install nbclient ipykernel")
    import nbformat

    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=120).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in shown)
