"""Whatever a path holds, a call ends with scores or with the right error kind and a sentence that says what to do."""

import resource
import subprocess
import sys

import gallop
import numpy as np
import pytest


def made(folder, name, frames):
    gallop.write_video(folder / name, gallop.Video(frames, fps=8.0))
    return folder / name


def written(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


CASES = {
    "missing file": (lambda folder: folder / "none.mp4", "NotFound", "no such clip"),
    "zero bytes": (lambda folder: written(folder, "zero.mp4", b""), "MediaError", "0 bytes"),
    "text renamed": (lambda folder: written(folder, "text.mp4", b"just words\n" * 50), "MediaError", "not a clip"),
    "header of 100,000 x 100,000": (
        lambda folder: written(folder, "huge.y4m", b"YUV4MPEG2 W100000 H100000 F25:1 Ip A1:1 C420\nFRAME\n0000"),
        "MediaError",
        "it states 100000 x 100000 pixels",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_no_clip_is_a_problem_in_words(case, tmp_path):
    make, kind, words = CASES[case]
    file = make(tmp_path)
    table = gallop.score([file])
    assert table[0].scores == []
    assert {problem.kind for problem in table[0].problems} == {kind}
    message = table[0].problems[0].message
    assert file.name in message
    assert words in message
    with pytest.raises(getattr(gallop, kind)):
        gallop.read_video(file)


def test_an_empty_folder_is_a_row_with_a_reason(tmp_path):
    table = gallop.score(tmp_path)
    assert {problem.kind for _, problem in table.problems} == {"InvalidArgument"}
    assert "folder" in table[0].problems[0].message
    with pytest.raises(gallop.InvalidArgument, match="folder"):
        gallop.read_video(tmp_path)


@pytest.mark.parametrize("shape", [(1, 48, 64, 3), (6, 1, 1, 3), (1, 1, 1, 3)])
def test_tiny_clips_get_what_can_be_said_and_reasons_for_the_rest(shape, tmp_path):
    frames = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    for clip in (frames, made(tmp_path, "tiny.mp4", frames)):
        table = gallop.score([clip], fps=8.0)
        assert table.value(0, "contrast") is not None
        assert {problem.kind for problem in table[0].problems} <= {"InvalidArgument"}
        assert all(
            "leave" in problem.message or "needs" in problem.message or "expected" in problem.message for problem in table[0].problems
        ), table[0].problems
        assert len(table[0].scores) + len(table[0].problems) == len(table.dimensions)


WRITE = """
import sys
import gallop, numpy as np
video = gallop.Video(np.random.default_rng(0).integers(0, 255, (40, 240, 320, 3), np.uint8), fps=10.0)
for name in ("a.mp4", "a.gif"):
    try:
        gallop.write_video(f"{sys.argv[1]}/{name}", video)
    except gallop.IoError as error:
        print(error)
try:
    gallop.score(video, dimensions=["contrast"]).save_report(f"{sys.argv[1]}/r.html")
except gallop.IoError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_is_an_error_and_leaves_nothing(tmp_path):
    """A limit on the size of files stands in for a full disk: writing stops in the middle in both cases."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)], capture_output=True, text=True, check=False, timeout=300, preexec_fn=limit
    )
    lines = done.stdout.splitlines()
    assert len(lines) >= 2, done.stderr
    assert all("File too large" in line and str(tmp_path) in line for line in lines[:2])
    assert {file.name for file in tmp_path.iterdir()} <= {"r.html"}  # the report is small enough when previews are left out
