"""Suites, runs and results from Python and the command line."""

import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import gallop
import pytest
from gallop import benchmark
from gallop.cli import main

DIMENSIONS = ["sharpness", "motion_amount", "temporal_flickering"]


@pytest.fixture
def world(tmp_path, frames):
    """A suite of three prompts, two samples each, and its clips."""
    suite = tmp_path / "suite.json"
    prompts = ["a red car", 'a "quoted" cat, <b>bold</b> & more', "一匹马"]
    body = {
        "schema": "gallop/suite-v1",
        "name": "own",
        "samples": 2,
        "dimensions": DIMENSIONS,
        "records": [{"prompt": prompt} for prompt in prompts],
    }
    suite.write_text(json.dumps(body))
    videos = tmp_path / "videos"
    videos.mkdir()
    loaded = benchmark.load_suite(suite)
    for number, record in enumerate(loaded.records):
        for sample in range(2):
            gallop.write_video(
                videos / f"{loaded.clip_stem(record, sample)}.mp4", gallop.Video(frames[: 6 + number + sample], fps=8.0), preset="ultrafast"
            )
    return loaded, suite, videos, tmp_path


def everything(results):
    return results.to_json() + results.per_clip_jsonl() + results.to_csv() + results.vbench_full_info() + results.vbench_results()


def test_a_run_is_complete_and_a_second_one_computes_nothing(world):
    suite, _, videos, tmp = world
    seen = []
    results = benchmark.run_suite(suite, videos, run=tmp / "run", on_progress=lambda p: seen.append((p.done, p.total)))
    assert results.complete and results.missing == []
    assert seen[0] == (0, 6) and seen[-1] == (6, 6)
    assert len(results.rows) == 18
    assert results.value("sharpness") == pytest.approx(sum(row.value for row in results.rows if row.dimension == "sharpness") / 6)
    again = []
    assert everything(benchmark.run_suite(suite, videos, run=tmp / "run", on_progress=lambda p: again.append(p.done))) == everything(
        results
    )
    assert again == [6]
    assert everything(benchmark.read_results(tmp / "run")) == everything(results)
    assert "sharpness" in results.table() and "<table>" in results._repr_html_()


def test_scores_are_those_of_gallop_score(world):
    suite, _, videos, tmp = world
    results = benchmark.run_suite(suite, videos, run=tmp / "run")
    table = gallop.score(videos, dimensions=DIMENSIONS)
    for row in results.rows:
        assert row.value == table.value(str(videos / row.clip), row.dimension)


def test_shards_and_merging_give_the_same_bytes(world):
    suite, _, videos, tmp = world
    whole = benchmark.run_suite(suite, videos, run=tmp / "whole")
    parts = [tmp / f"part{k}" for k in range(2)]
    for k, part in enumerate(parts):
        assert not benchmark.run_suite(suite, videos, run=part, shard=f"{k}/2").complete
    assert everything(benchmark.merge_runs(tmp / "merged", parts)) == everything(whole)
    for name in ("results.json", "per_clip.jsonl", "scores.csv", "own_full_info.json", "own_eval_results.json"):
        assert (tmp / "merged/results" / name).read_bytes() == (tmp / "whole/results" / name).read_bytes()


def test_command_line_runs_resumes_and_says_what_is_missing(world, capsys):
    _, suite, videos, tmp = world
    common = ["--suite", str(suite), "--videos", str(videos)]
    assert main(["bench", "check", *common]) == 0
    assert main(["bench", "run", *common, "--run", str(tmp / "run")]) == 0
    assert main(["bench", "status", str(tmp / "run")]) == 0
    next(videos.glob("a red car-1*")).unlink()
    (videos / "A_red_car-1.mp4").write_bytes(b"")
    assert main(["bench", "check", *common]) == 3
    out = capsys.readouterr().out
    assert "missing: 1" in out and "A_red_car-1.mp4: is this a red car-1?" in out
    assert main(["bench", "run", *common, "--run", str(tmp / "run")]) == 3
    assert main(["bench", "run", *common, "--run", str(tmp / "x"), "--shard", "2/2"]) == 2
    assert main(["bench", "run", *common, "--run", str(tmp / "x"), "--dimensions", "sharpnes"]) == 2
    assert "sharpness" in capsys.readouterr().err


def test_published_totals_are_reproduced(shared):
    """Every row of the table, as its manifest says: recomputed columns exactly, published ones to 0.02 except one known row."""
    rows = benchmark.published.read_published(shared / "data" / "vbench_published_scores.csv")
    assert len(rows) == 25
    apart = []
    for row in rows:
        values, lacking = benchmark.totals("vbench", {name: row.scores[name] for name, *_ in benchmark.normalisation_table("vbench")})
        assert lacking == []
        for name in ("quality", "semantic", "total"):
            assert round(100 * values[name], 3) == pytest.approx(100 * row.scores[f"recomputed_{name}"], abs=1.001e-3)
            if abs(values[name] - row.scores[name]) > 0.0002:
                apart.append(row.name)
    assert apart == ["FlashVideo 8fps"]


def test_published_image_to_video_totals_are_reproduced(shared):
    for row in benchmark.published.read_published(shared / "data" / "vbench_i2v_published_scores.csv"):
        values, _ = benchmark.totals("vbench-i2v", row.scores)
        for name in ("i2v", "quality", "total"):
            assert round(100 * values[name], 3) == pytest.approx(100 * row.scores[f"recomputed_{name}"], abs=1.001e-3)
            assert values[name] == pytest.approx(row.scores[name], abs=0.0002)


def test_total_command_names_what_is_missing(tmp_path, capsys):
    table = benchmark.normalisation_table("vbench")
    (tmp_path / "a.json").write_text(json.dumps({name: [0.5, []] for name, *_ in table if name != "scene"}))
    (tmp_path / "list.json").write_text("[]")
    assert main(["bench", "total", str(tmp_path / "a.json"), str(tmp_path / "list.json")]) == 3
    out = capsys.readouterr().out
    assert "missing: scene" in out and "total" not in out
    (tmp_path / "b.json").write_text('{"scene": [0.5, []]}')
    assert main(["bench", "total", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    assert "total" in capsys.readouterr().out
    (tmp_path / "c.json").write_text('{"scene": [0.6, []]}')
    assert main(["bench", "total", *(str(tmp_path / f"{n}.json") for n in "abc")]) == 3


def test_comparing_runs_and_folders(world, capsys, frames):
    suite, _, videos, tmp = world
    other = tmp / "other"
    other.mkdir()
    for number, file in enumerate(sorted(videos.iterdir())):
        gallop.write_video(other / file.name, gallop.Video(frames[: 6 + number], fps=8.0), crf=45, preset="ultrafast")
    a, b = (benchmark.run_suite(suite, folder, run=tmp / name) for folder, name in ((videos, "a"), (other, "b")))
    result = {d.dimension: d for d in benchmark.compare(a, b).dimensions}
    assert result["sharpness"].worse == 3 and result["sharpness"].difference.value < 0
    assert result["sharpness"].p == 0.25 and result["sharpness"].p_holm == 0.75
    assert main(["bench", "compare", str(tmp / "a"), str(tmp / "b"), "--json", str(tmp / "c.json")]) == 0
    assert json.loads((tmp / "c.json").read_text())["dimensions"][0]["prompts"] == 3
    next(other.iterdir()).unlink()
    assert main(["compare", str(videos), str(other), "--dimensions", "sharpness"]) == 3
    assert "no partner" in capsys.readouterr().out


def test_tables_for_data_tools(world):
    suite, _, videos, tmp = world
    results = benchmark.run_suite(suite, videos, run=tmp / "run")
    pandas, _ = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    frame = results.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 18
    table = results.to_arrow()
    assert table.column("value").to_pylist() == frame["value"].tolist()
    assert table.column("parts").to_pylist()[0] == list(results.rows[0].score.parts)


def test_a_python_measure_takes_part_and_its_exception_ends_the_run_without_loss(world):
    suite, file, videos, tmp = world
    body = json.loads(file.read_text()) | {"dimensions": ["infinite but for cats"]}
    file.write_text(json.dumps(body))
    suite = benchmark.load_suite(file)
    calls = []

    def measure(request):
        if "cat" in request.prompt and "mended" not in calls:
            raise ZeroDivisionError("no cats here")
        calls.append(request.name)
        return math.inf

    gallop.register_evaluator(measure, "infinite but for cats", profile="test")
    with pytest.raises(ZeroDivisionError):
        benchmark.run_suite(suite, videos, run=tmp / "run")
    assert len(calls) == 2 and len(benchmark.read_results(tmp / "run").missing) == 4
    calls.append("mended")
    results = benchmark.run_suite(suite, videos, run=tmp / "run")
    assert results.complete and len(calls) == 7
    assert '"Infinity"' in results.per_clip_jsonl()
    json.loads(results.to_json())


def test_units_and_plans_travel(world):
    suite, _, videos, tmp = world
    plan = benchmark.plan_for(videos, run=tmp / "run", device="cpu")
    work = benchmark.SuiteRun(suite, plan)
    units = work.pending()
    scorer = benchmark.UnitScorer(pickle.loads(pickle.dumps(plan)))
    for unit in pickle.loads(pickle.dumps(units)):
        work.store(unit, pickle.loads(pickle.dumps(scorer.score(unit))))
    assert work.pending() == []
    assert everything(benchmark.Results(work.finish())) == everything(benchmark.run_suite(suite, videos, run=tmp / "other", device="cpu"))


def test_a_second_process_is_refused_and_a_reader_is_not(world):
    suite, file, videos, tmp = world
    plan = benchmark.plan_for(videos, run=tmp / "run")
    work = benchmark.SuiteRun(suite, plan)
    command = [sys.executable, "-m", "gallop", "bench", "run", "--suite", str(file), "--videos", str(videos), "--run", str(tmp / "run")]
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 3 and "another process works on this run" in second.stderr
    assert len(benchmark.read_results(tmp / "run").missing) == 18
    del work


def test_built_in_suites_load():
    for name in benchmark.built_in_suites():
        suite = benchmark.load_suite(name)
        known = {info.name for info in gallop.evaluators()}
        assert len(suite) >= 12 and set(suite.dimensions) <= known
    with pytest.raises(gallop.NotFound, match="VBench_full_info"):
        benchmark.load_suite("vbench")


def test_hostile_names_stay_in_the_folder_and_in_the_tables(tmp_path, frames):
    prompts = [
        "../../escape",
        "new\nline",
        "nul\0byte",
        "x" * 4096,
        "🐎 emoji",
        "Same Name",
        "same name",
        "=1+1",
        "-rf",
        "a/b",
        ".hidden",
        "quote\"'`",
    ]
    file = tmp_path / "hostile.json"
    body = {
        "schema": "gallop/suite-v1",
        "name": "hostile",
        "samples": 1,
        "dimensions": ["sharpness"],
        "records": [{"prompt": prompt} for prompt in prompts],
    }
    file.write_text(json.dumps(body))
    suite = benchmark.load_suite(file)
    videos = tmp_path / "deep" / "videos"
    videos.mkdir(parents=True)
    for record in suite.records:
        target = videos / f"{suite.clip_stem(record, 0)}.mp4"
        assert target.resolve().parent == videos.resolve()
        gallop.write_video(target, gallop.Video(frames[:3], fps=8.0), preset="ultrafast")
    (videos / b"broken\xff-0.mp4".decode("utf-8", "surrogateescape")).write_bytes(b"x")
    results = benchmark.run_suite(suite, videos, run=tmp_path / "run")
    assert results.complete and len({row.clip for row in results.rows}) == len(prompts)
    assert {row.prompt for row in results.rows} == set(prompts)
    rows = [json.loads(line) for line in results.per_clip_jsonl().splitlines()]
    assert {row["prompt"] for row in rows} == set(prompts)
    assert "'=1+1" in results.to_csv()
    found = benchmark.preflight(suite, videos)
    assert len(found.unused) == 1
    assert main(["bench", "check", "--suite", str(file), "--videos", str(videos), "--json"]) == 0
    inside = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert all(Path(path).resolve().is_relative_to(tmp_path.resolve()) for path in inside)
