"""The page over runs, in a real browser: it renders, compares, and hostile texts do nothing."""

import json

import gallop
import pytest
from gallop import benchmark
from gallop.cli import main
from gallop.visible import visible
from test_report import browser, pytestmark  # noqa: F401

EVIL = [
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=2>',
    "'; window.hacked=3; //",
    "</details><iframe srcdoc='<script>parent.hacked=4</script>'>",
    "{{ 7*7 }}",
    "javascript:window.hacked=5",
    "../../../etc/passwd",
    "two\nlines",
    "nul\0byte and bell\a",
    "turned \u202egnp.exe",
    "x" * 4096,
    "🐎 horse",
    "Same Name",
    "same name",
    "quotes \"double\" 'single' `back`",
]


@pytest.fixture
def runs(tmp_path, frames):
    suite = tmp_path / "suite.json"
    suite.write_text(
        json.dumps(
            {
                "schema": "gallop/suite-v1",
                "name": "<b>own</b>",
                "samples": 1,
                "dimensions": ["sharpness", "motion_amount", "contrast", "temporal_flickering"],
                "records": [{"prompt": p} for p in EVIL],
            }
        )
    )
    loaded = benchmark.load_suite(suite)
    results = []
    for side in range(2):
        videos = tmp_path / f"videos{side}"
        videos.mkdir()
        for number, record in enumerate(loaded.records):
            gallop.write_video(
                videos / f"{loaded.clip_stem(record, 0)}.mp4",
                gallop.Video(frames[: 5 + number % 7], fps=8.0),
                crf=18 + 25 * side,
                preset="ultrafast",
            )
        if side:
            (videos / f"{loaded.clip_stem(loaded.records[1], 0)}.mp4").write_text("<script>window.hacked=6</script>")
        results.append(benchmark.run_suite(loaded, videos, run=tmp_path / f"run{side}"))
    return results


def test_the_page_renders_and_hostile_texts_stay_texts(browser, tmp_path, runs):  # noqa: F811
    from gallop.benchmark.report import write_run_report

    (tmp_path / "published.csv").write_text("model,sharpness,total_score\n<img src=x onerror=window.hacked=7>,50,60\n")
    page = write_run_report(
        runs,
        tmp_path / "page.html",
        names=["<i>a</i>", "b"],
        title="<script>window.hacked=8</script>",
        published=tmp_path / "published.csv",
    )
    browser.get(page.as_uri())
    assert browser.execute_script("return window.hacked") is None
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert len(browser.find_elements("css selector", "iframe, script, main img")) == 0
    shown = [element.get_attribute("textContent") for element in browser.find_elements("css selector", "summary.prompt")]
    assert shown == [visible(prompt, keep="\n") for prompt in EVIL]
    assert "nul\\x00byte and bell\\x07" in shown and "turned \\u202egnp.exe" in shown
    assert len(browser.find_elements("css selector", "#scores tbody tr")) == 4
    assert len(browser.find_elements("css selector", "#comparison tbody tr")) == 4
    assert len(browser.find_elements("css selector", "#absent tbody tr")) == 4
    assert len(browser.find_elements("css selector", "article video")) >= 4
    assert len(browser.find_elements("css selector", ".plots svg")) == 1


def test_the_page_needs_no_network_and_is_the_same_each_time(tmp_path, runs):
    from gallop.benchmark.report import write_run_report

    first = write_run_report(runs[:1], tmp_path / "a.html").read_bytes()
    assert write_run_report([benchmark.read_results(tmp_path / "run0")], tmp_path / "a.html").read_bytes() == first
    plain = write_run_report(runs[:1], tmp_path / "c.html", clips=False).read_bytes()
    assert write_run_report([benchmark.read_results(tmp_path / "run0")], tmp_path / "c.html", clips=False).read_bytes() == plain
    outside = [
        part
        for part in first.decode().split('"')
        if part.startswith(("http:", "https:", "//")) and not part.startswith("http://www.w3.org/")
    ]
    assert outside == []
    assert main(["bench", "report", str(tmp_path / "run0"), str(tmp_path / "run1"), "--html", str(tmp_path / "b.html"), "--no-clips"]) == 0
