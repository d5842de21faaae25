"""Sampling a suite: with a maker in this process, through a hosted service that misbehaves, and by adoption."""

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gallop
import numpy as np
import pytest
from gallop import benchmark, studio
from gallop.cli import main
from gallop.studio.model_studio import ModelStudio

KEY = "sk-very-secret"


@pytest.fixture
def suite(tmp_path):
    file = tmp_path / "suite.json"
    file.write_text(
        json.dumps(
            {
                "schema": "gallop/suite-v1",
                "name": "own",
                "samples": 2,
                "dimensions": ["sharpness"],
                "records": [{"prompt": "a horse"}, {"prompt": "一匹马"}],
            }
        )
    )
    return benchmark.load_suite(file)


class Painter:
    """Frames that depend on the seed alone."""

    def __init__(self, stop_after=None):
        self.facts = {"kind": "painter", "model": "painter-1"}
        self.calls, self.stop_after = [], stop_after

    def make(self, prompt, seed, image):
        if self.stop_after is not None and len(self.calls) == self.stop_after:
            raise KeyboardInterrupt
        self.calls.append((prompt, seed))
        return gallop.Video(np.random.default_rng(seed).integers(0, 255, (3, 32, 48, 3), np.uint8), fps=8.0)


def test_sampling_goes_on_where_it_stopped(suite, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        studio.sample_suite(suite, Painter(stop_after=3), tmp_path / "out", party="us")
    (tmp_path / "out/clips.jsonl").open("a").write('{"clip": "cut o')
    painter = Painter()
    assert studio.sample_suite(suite, painter, tmp_path / "out", party="us") == studio.Sampled(made=1, kept=3)
    whole = studio.sample_suite(suite, Painter(), tmp_path / "whole", party="us")
    assert whole.made == 4
    for file in (tmp_path / "whole").glob("*.mp4"):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "out/clips.jsonl").read_text().splitlines()]
    assert {row["clip"] for row in rows} == {"a horse-0.mp4", "a horse-1.mp4", "一匹马-0.mp4", "一匹马-1.mp4"}
    assert len({row["seed"] for row in rows}) == 4 and rows[0]["seed"] == studio.seed_of(0, "a horse", 0)
    assert benchmark.run_suite(suite, tmp_path / "out", run=tmp_path / "run").complete
    with pytest.raises(gallop.InvalidArgument, match="party"):
        studio.sample_suite(suite, Painter(), tmp_path / "out", party="them")


def test_another_wording_keeps_the_suite_names_and_shards_split_the_work(suite, tmp_path):
    painter = Painter()
    studio.sample_suite(suite, painter, tmp_path / "out", said=["ein Pferd", "noch ein Pferd"], shard=(0, 2))
    studio.sample_suite(suite, painter, tmp_path / "out", said=["ein Pferd", "noch ein Pferd"], shard=(1, 2))
    assert sorted(prompt for prompt, _ in painter.calls) == ["ein Pferd"] * 2 + ["noch ein Pferd"] * 2
    assert (tmp_path / "out/a horse-1.mp4").exists()
    with pytest.raises(gallop.InvalidArgument, match="3 lines for 2 records"):
        studio.sample_suite(suite, painter, tmp_path / "x", said=["a", "b", "c"])


def test_adopting_clips_of_others(suite, tmp_path, clip, capsys):
    source = tmp_path / "theirs"
    source.mkdir()
    for name in ("one.mp4", "two.mp4", "stranger.mp4", "a horse-1.mp4"):
        (source / name).write_bytes(clip.read_bytes())
    (tmp_path / "map.csv").write_text("file,prompt,index\none.mp4,a horse,0\ntwo.mp4,一匹马,1\n")
    mapping = studio.read_mapping(tmp_path / "map.csv")
    adopted, passed = studio.adopt_clips(suite, source, tmp_path / "out", made_by="closed model", party="them", mapping=mapping)
    assert adopted == ["a horse-0.mp4", "一匹马-1.mp4"] and "stranger.mp4" in passed
    assert json.loads((tmp_path / "out/sampling.json").read_text())["maker"]["model"] == "closed model"
    assert (
        main(
            [
                "bench",
                "import",
                "--suite",
                str(tmp_path / "suite.json"),
                "--from",
                str(source),
                "--out",
                str(tmp_path / "named"),
                "--made-by",
                "m",
            ]
        )
        == 3
    )
    assert (tmp_path / "named/a horse-1.mp4").exists()
    for bad in (
        {"one.mp4": ("no such prompt", 0)},
        {"one.mp4": ("a horse", 2)},
        {"../suite.json": ("a horse", 0)},
        {"one.mp4": ("a horse", 0), "two.mp4": ("a horse", 0)},
    ):
        with pytest.raises(gallop.InvalidArgument):
            studio.adopt_clips(suite, source, tmp_path / "bad", made_by="m", mapping=bad)
    (source / "a horse-0.mp4").write_text("words")
    with pytest.raises(gallop.MediaError):
        studio.adopt_clips(suite, source, tmp_path / "damaged", made_by="m")
    assert not (tmp_path / "damaged/a horse-0.mp4").exists()


class Service:
    """A local stand-in for the hosted API whose misbehaviour is scripted: each list is used up call by call, then all is well."""

    def __init__(self, clip: bytes, submits=(), polls=(), downloads=()):
        self.clip, self.script = clip, {"submit": list(submits), "poll": list(polls), "download": list(downloads)}
        self.seen, self.jobs, self.headers = [], {}, []
        handler = type("Handler", (_Handler,), {"service": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def act(self, kind):
        return self.script[kind].pop(0) if self.script[kind] else "ok"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"{}", **headers):
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def misbehave(self, act) -> bool:
        if act == "429":
            self.answer(429, Retry_After="0.01")
        elif act == "500":
            self.answer(500, b"<html>oops</html>")
        elif act == "slow":
            time.sleep(1.5)
            self.close_connection = True
        elif act == "drop":
            self.close_connection = True
        elif act == "nonsense":
            self.answer(200, b"<html>")
        elif act == "401":
            self.answer(401)
        else:
            return False
        return True

    def do_POST(self):
        service = self.service
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service.seen.append("submit")
        service.headers.append(dict(self.headers))
        if self.misbehave(service.act("submit")):
            return
        job = f"job-{len(service.jobs)}"
        service.jobs[job] = body
        self.answer(200, json.dumps({"output": {"task_id": job, "task_status": "PENDING"}}).encode())

    def do_GET(self):
        service = self.service
        if self.path.startswith("/files/"):
            service.seen.append("download")
            assert "Authorization" not in self.headers
            act = service.act("download")
            if act == "short":
                self.send_response(200)
                self.send_header("Content-Length", str(len(service.clip)))
                self.end_headers()
                self.wfile.write(service.clip[: len(service.clip) // 2])
                self.close_connection = True
            elif act == "words":
                self.answer(200, b"this is no clip at all")
            elif act == "gone":
                self.answer(404)
            elif not self.misbehave(act):
                self.answer(200, service.clip)
            return
        service.seen.append("poll")
        act = service.act("poll")
        if self.misbehave(act):
            return
        job = self.path.rsplit("/", 1)[1]
        status = {"ok": "SUCCEEDED", "running": "RUNNING", "failed": "FAILED", "expired": "UNKNOWN"}[act]
        output = {"task_id": job, "task_status": status}
        if status == "SUCCEEDED":
            output["video_url"] = f"{service.base}/files/{job}.mp4"
        if status == "FAILED":
            output |= {"code": "DataInspectionFailed", "message": "the prompt was rejected"}
        self.answer(200, json.dumps({"output": output}).encode())


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)


QUICK = {"first_wait": 0.01, "longest_wait": 0.05, "poll_every": 0.01}


def provider(service, **options):
    pytest.importorskip("httpx")
    return ModelStudio(service.base, timeout=0.5, **options)


def test_a_service_that_misbehaves_in_every_way_still_delivers(suite, tmp_path, clip, key):
    pytest.importorskip("httpx")
    troubles = {
        "submits": ["429", "500", "slow", "nonsense", "ok", "drop"],
        "polls": ["500", "running", "429", "slow", "nonsense", "expired"],
        "downloads": ["short", "words", "500", "slow", "gone"],
    }
    with Service(clip.read_bytes(), **troubles) as service:
        jobs = studio.HostedJobs(provider(service), studio.JobLimits(parallel=2, attempts=10, price=1.0, **QUICK))
        outcome = jobs.sample(suite, tmp_path / "out", seed=3)
        assert outcome.failed == {} and outcome.made == 4 and outcome.stopped == ""
        assert all(not left for left in service.script.values())
        assert outcome.spent == len(service.jobs) >= 5  # the expired job was paid for twice, and that is on record
        assert {body["input"]["prompt"] for body in service.jobs.values()} == {"a horse", "一匹马"}
        assert all(0 <= body["parameters"]["seed"] < 2**31 and body["parameters"]["watermark"] is False for body in service.jobs.values())
        assert all(headers["X-DashScope-Async"] == "enable" and headers["Authorization"] == f"Bearer {KEY}" for headers in service.headers)
        calls = len(service.seen)
        assert jobs.sample(suite, tmp_path / "out", seed=3).kept == 4
        assert len(service.seen) == calls
    for file in (tmp_path / "out").iterdir():
        assert KEY.encode() not in file.read_bytes()
    for file in (tmp_path / "out").glob("*.mp4"):
        assert file.read_bytes() == clip.read_bytes()
    assert list((tmp_path / "out").glob(".gallop-*")) == []


def test_what_cannot_be_mended_is_named_and_tried_again_next_time(suite, tmp_path, clip, key):
    pytest.importorskip("httpx")
    with Service(clip.read_bytes(), polls=["failed"]) as service:
        jobs = studio.HostedJobs(provider(service), studio.JobLimits(parallel=1, **QUICK))
        outcome = jobs.sample(suite, tmp_path / "out")
        assert outcome.made == 3 and list(outcome.failed) == ["a horse-0.mp4"]
        assert "rejected" in outcome.failed["a horse-0.mp4"]
        assert jobs.sample(suite, tmp_path / "out").made == 1
    with Service(clip.read_bytes(), submits=["500"] * 12) as service:
        outcome = studio.HostedJobs(provider(service), studio.JobLimits(parallel=1, attempts=3, **QUICK)).sample(suite, tmp_path / "b")
        assert len(outcome.failed) == 4 and "3 attempts" in outcome.failed["a horse-0.mp4"]
    with Service(clip.read_bytes(), submits=["401"] * 4) as service:
        outcome = studio.HostedJobs(provider(service), studio.JobLimits(**QUICK)).sample(suite, tmp_path / "c")
        assert len(outcome.failed) == 4 and "right key" in outcome.failed["a horse-0.mp4"] and KEY not in str(outcome)


def test_a_crash_neither_loses_nor_repeats_a_paid_job(suite, tmp_path, clip, key):
    pytest.importorskip("httpx")
    with Service(clip.read_bytes(), polls=["running"] * 6) as service:
        jobs = studio.HostedJobs(provider(service), studio.JobLimits(parallel=4, price=1.0, **QUICK))
        with pytest.raises(gallop.Cancelled):
            jobs.sample(suite, tmp_path / "out", on_progress=lambda _: len(service.jobs) < 4)
        assert len(service.jobs) == 4
        outcome = studio.HostedJobs(provider(service), studio.JobLimits(parallel=4, price=1.0, **QUICK)).sample(suite, tmp_path / "out")
        assert outcome.made == 4 and len(service.jobs) == 4 and outcome.spent == 4


def test_the_budget_and_the_rate_are_kept(suite, tmp_path, clip, key):
    pytest.importorskip("httpx")
    with Service(clip.read_bytes()) as service:
        outcome = studio.HostedJobs(provider(service), studio.JobLimits(parallel=4, budget=3.0, price=1.5, **QUICK)).sample(
            suite, tmp_path / "out"
        )
        assert outcome.made == 2 and outcome.spent == 3.0 and "budget" in outcome.stopped
    now = [0.0]
    times = []

    class Instant:
        facts = {"kind": "instant"}  # noqa: RUF012

        def submit(self, prompt, seed, image):
            times.append(now[0])
            return f"j{len(times)}"

        def poll(self, job):
            return studio.jobs.JobState(done=True, url="x")

        def download(self, url, target):
            target.write_bytes(clip.read_bytes())

    def sleep(seconds):
        now[0] += seconds

    limits = studio.JobLimits(parallel=4, per_minute=6, poll_every=1.0)
    assert studio.HostedJobs(Instant(), limits, clock=lambda: now[0], sleep=sleep).sample(suite, tmp_path / "rate").made == 4
    assert all(b - a >= 10.0 - 1e-6 for a, b in itertools.pairwise(times))


def test_no_key_no_network_and_bad_settings(suite, tmp_path, monkeypatch):
    pytest.importorskip("httpx")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(gallop.InvalidArgument, match="DASHSCOPE_API_KEY"):
        studio.HostedJobs(ModelStudio("http://127.0.0.1:9")).sample(suite, tmp_path / "out")
    for bad in ({"resolution": "4K"}, {"ratio": "2:1"}, {"duration": 60}):
        with pytest.raises(gallop.InvalidArgument):
            ModelStudio("http://127.0.0.1:9", **bad)
    with pytest.raises(gallop.InvalidArgument):
        ModelStudio("ftp://x")
    with pytest.raises(studio.jobs.Refused, match="2,500"):
        ModelStudio("http://127.0.0.1:9").submit("马" * 2501, 0, None)
    assert (
        main(["bench", "sample", "--suite", str(tmp_path / "suite.json"), "--out", str(tmp_path / "o"), "--provider", "model-studio"]) == 2
    )
    assert main(["bench", "sample", "--suite", str(tmp_path / "suite.json"), "--out", str(tmp_path / "o")]) == 2
