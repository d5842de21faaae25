"""gallop.score and the table: what goes in, what comes out, what happens when things are bad."""

import json
import pickle
import threading
import time

import gallop
import jsonschema
import numpy as np
import pytest
from conftest import ROOT, moving_square
from gallop.report import build
from gallop.table import _flags


def test_one_line_scores_a_file_an_array_a_video_and_a_folder(clip, frames):
    by_file = gallop.score(clip)
    assert len(by_file.dimensions) >= 13
    assert by_file.complete
    assert len(gallop.score(clip.parent)) == 1
    assert len(gallop.score(str(clip.parent / "*.mp4"))) == 1
    by_array = gallop.score(frames, fps=8.0, dimensions=["contrast"])
    by_video = gallop.score(gallop.Video(frames, fps=8.0), dimensions="contrast")
    assert by_array.value(0, "contrast") == by_video.value(0, "contrast")
    assert len(gallop.score([clip, frames], fps=8.0, dimensions=["contrast"])) == 2


def test_torch_frames_enter_by_dlpack(frames):
    torch = pytest.importorskip("torch")
    table = gallop.score(torch.from_numpy(frames), fps=8.0, dimensions=["contrast"])
    assert table.value(0, "contrast") == gallop.score(frames, fps=8.0, dimensions=["contrast"]).value(0, "contrast")


def test_video_shares_pixels_with_numpy_and_torch(frames):
    video = gallop.Video(frames, fps=8.0)
    view = video.numpy()
    assert view.shape == frames.shape
    assert np.shares_memory(view, frames)
    assert not view.flags.writeable
    assert np.array_equal(np.asarray(memoryview(video)), frames)
    assert np.array_equal(np.from_dlpack(video), frames)
    assert repr(video) == "Video(12 frames, 48x64, 8 fps, silent)"
    assert np.array_equal(pickle.loads(pickle.dumps(video)).numpy(), frames)
    assert video[3].shape == (48, 64, 3)


def test_a_picture_shares_pixels_with_numpy_and_torch(frames):
    picture = gallop.Image(frames[0])
    assert np.array_equal(np.asarray(memoryview(picture)), frames[0])
    assert np.array_equal(np.from_dlpack(picture), frames[0])
    torch = pytest.importorskip("torch")
    assert np.array_equal(torch.from_dlpack(picture).numpy(), frames[0])
    assert np.array_equal(torch.from_dlpack(gallop.Video(frames, fps=8.0)).numpy(), frames)


def test_clips_and_pictures_show_themselves_in_a_notebook(frames):
    shown = gallop.Video(np.tile(frames, (8, 10, 12, 1)), fps=8.0)._repr_html_()
    assert shown.startswith('<video controls loop muted src="data:video/mp4;base64,')
    assert "Video(96 frames, 480x768, 8 fps, silent)" in shown
    assert len(shown) < 410_000  # 300 KB in base64
    assert gallop.Image(frames[0])._repr_html_().startswith('<img src="data:image/jpeg;base64,')


@pytest.mark.parametrize(
    "bad,error",
    [
        (lambda f: gallop.score(f), gallop.InvalidArgument),  # fps missing
        (lambda f: gallop.score(f.astype(np.float32), fps=8.0), gallop.InvalidArgument),
        (lambda f: gallop.score(f[0], fps=8.0), gallop.InvalidArgument),
        (lambda f: gallop.score(f, fps=0.0), gallop.InvalidArgument),
        (lambda f: gallop.score(f, fps=8.0, dimensions=["sharpnes"]), gallop.InvalidArgument),
        (lambda f: gallop.score(f, fps=8.0, dimensions=[]), gallop.InvalidArgument),
        (lambda f: gallop.score(f, fps=8.0, profile="fast"), gallop.InvalidArgument),
        (lambda f: gallop.score([]), gallop.InvalidArgument),
        (lambda f: gallop.score(3), gallop.InvalidArgument),
        (lambda f: gallop.score("nothing/*.mp4"), gallop.NotFound),
        (lambda f: gallop.score(f, fps=8.0, device="gpu"), gallop.InvalidArgument),
    ],
)
def test_a_wrong_call_says_what_is_wrong(frames, bad, error):
    with pytest.raises(error):
        bad(frames)


def test_error_classes_are_also_the_builtins_people_catch():
    assert issubclass(gallop.InvalidArgument, ValueError)
    assert issubclass(gallop.NotFound, LookupError)
    assert issubclass(gallop.MediaError, OSError)
    assert issubclass(gallop.Unsupported, NotImplementedError)
    with pytest.raises(FileNotFoundError):
        gallop.read_video("none.mp4")
    with pytest.raises(gallop.NotFound, match="sharpness"):
        gallop.make_evaluator("sharpnes")


def test_a_bad_clip_is_a_problem_of_its_row(tmp_path, clip):
    (tmp_path / "text.mp4").write_text("no clip")
    (tmp_path / "empty.mp4").touch()
    table = gallop.score([clip, tmp_path / "text.mp4", tmp_path / "empty.mp4", tmp_path / "none.mp4", tmp_path], dimensions=["contrast"])
    assert not table.complete
    assert {problem.kind for _, problem in table.problems} == {"MediaError", "NotFound"}
    assert table.value(0, "contrast") is not None
    assert table.value(1, "contrast") is None


def test_json_follows_its_schema(tmp_path, clip):
    (tmp_path / "bad\n<script>.mp4").write_text("no clip")
    table = gallop.score(tmp_path)
    schema = json.loads((ROOT / "python/gallop/schema/score-v1.json").read_text())
    table.to_json(tmp_path / "out.json")
    data = json.loads((tmp_path / "out.json").read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    jsonschema.validate(data, schema)
    assert len(data["clips"]) == 2
    for line in table.to_jsonl().splitlines():
        assert json.loads(line)["schema"] == "gallop/score-v1"


def test_csv_has_a_row_a_clip_and_no_formulas(tmp_path, frames, monkeypatch):
    gallop.write_video(tmp_path / "=HYPERLINK(1).mp4", gallop.Video(frames, fps=8.0))
    monkeypatch.chdir(tmp_path)
    lines = gallop.score("=HYPERLINK(1).mp4", dimensions=["contrast"]).to_csv().splitlines()
    assert lines[0] == "clip,contrast,problems"
    assert lines[1].startswith("'=HYPERLINK")


def test_output_is_whole_or_absent(tmp_path, clip):
    with pytest.raises(gallop.IoError, match="cannot be written"):
        gallop.score(clip, dimensions=["contrast"]).to_json(tmp_path / "no" / "out.json")
    assert {file.name for file in tmp_path.iterdir()} == {"clip.mp4"}


def test_progress_and_cancel(clip):
    seen = []
    gallop.score([clip] * 3, dimensions=["contrast"], on_progress=lambda p: seen.append((p.stage, p.done, p.total)))
    assert list(dict.fromkeys(row for row in seen if row[0] == "score")) == [("score", i, 3) for i in range(4)]  # pulses repeat
    with pytest.raises(gallop.Cancelled):
        gallop.score([clip] * 3, dimensions=["contrast"], on_progress=lambda p: p.done < 1 or p.stage == "load")
    token = gallop.CancelToken()
    token.cancel()
    with pytest.raises(gallop.Cancelled):
        gallop.score(clip, cancel=token)
    with pytest.raises(ZeroDivisionError):
        gallop.score(clip, on_progress=lambda p: 1 / 0)


def test_cancel_from_another_thread_stops_within_a_second(tmp_path):
    clip = tmp_path / "long.mp4"
    gallop.write_video(
        clip, gallop.Video(np.random.default_rng(0).integers(0, 255, (120, 240, 320, 3), np.uint8), fps=30.0), crf=35, preset="ultrafast"
    )
    token, stopped = gallop.CancelToken(), []

    def run():
        with pytest.raises(gallop.Cancelled):
            gallop.score([clip] * 20, cancel=token)
        stopped.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)
    asked = time.monotonic()
    token.cancel()
    thread.join(timeout=20)
    assert stopped and stopped[0] - asked < 1.0


def test_two_threads_score_different_clips_and_get_the_numbers_they_get_alone(tmp_path):
    files = []
    for i, size in enumerate(((48, 64), (80, 96))):
        files.append(tmp_path / f"{i}.mp4")
        gallop.write_video(files[-1], gallop.Video(moving_square(20, *size), fps=8.0))
    alone = [gallop.score(file).rows()[0] for file in files]
    together = [None, None]

    def run(i):
        for _ in range(3):
            together[i] = gallop.score(files[i]).rows()[0]

    threads = [threading.Thread(target=run, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_an_evaluator_written_in_python(frames):
    gallop.register_evaluator(lambda request: float(request.clip.numpy()[..., 0].mean()), "mean_red", profile="mine", high=255.0)
    table = gallop.score(frames, fps=8.0, dimensions=["mean_red", "contrast"])
    assert table.value(0, "mean_red") == pytest.approx(frames[..., 0].mean())
    with pytest.raises(gallop.InvalidArgument, match="taken"):
        gallop.register_evaluator(lambda request: 0.0, "mean_red")


def test_evaluators_do_not_pickle_and_say_why():
    with pytest.raises(TypeError, match="make_evaluator"):
        pickle.dumps(gallop.make_evaluator("contrast"))


def test_the_table_shows_itself(clip):
    table = gallop.score(clip, dimensions=["contrast", "sharpness"])
    assert "contrast" in table.table()
    assert "<table>" in table._repr_html_()
    assert repr(table) == "ScoreTable(1 clips, 2 dimensions, 0 problems)"


def test_memory_stays_bounded_on_a_long_clip(tmp_path):
    import resource

    clip = tmp_path / "long.mp4"
    gallop.write_video(clip, gallop.Video(np.repeat(moving_square(4, 240, 320), 300, axis=0), fps=60.0), crf=30, preset="ultrafast")
    gallop.score(clip, dimensions=["contrast"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gallop.score(clip, dimensions=["contrast", "frozen_frames", "temporal_flickering"])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 100, f"scoring 1,200 frames (276 MB of pixels) took {grown:.0f} MiB more"


def test_a_measure_that_judges_nothing_has_no_rank(frames):
    still = np.repeat(frames[:1], len(frames), axis=0)
    table = gallop.score(
        [gallop.Video(frames, fps=8.0), gallop.Video(still, fps=8.0)], dimensions=["sharpness", "motion_amount", "frozen_frames"]
    )
    shares = build._ranked(table)
    assert "motion_amount" not in shares and set(shares["frozen_frames"].values()) == {0.0, 1.0}
    assert {row["name"]: row["higher_is_better"] for row in table.to_dict()["dimensions"]} == {
        "sharpness": True,
        "motion_amount": None,
        "frozen_frames": False,
    }


def test_flags_name_the_dimension_that_raised_them(frames):
    still = gallop.score(gallop.Video(frames[:1].repeat(12, axis=0), fps=8.0))
    told = _flags(still[0])
    assert "frozen: the picture stands still for half a second or more (frozen frames)" in told
    alone = gallop.score(gallop.Video(frames[:1].repeat(12, axis=0), fps=8.0), dimensions="frozen_frames")
    assert _flags(alone[0]) == ["frozen: the picture stands still for half a second or more"]
