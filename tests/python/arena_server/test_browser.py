"""A whole tournament in a headless browser, by keyboard alone, with everything received before each vote recorded."""

import base64
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from gallop import arena
from gallop.arena.server import export_database

from . import support
from .process import ServerProcess

pytestmark = pytest.mark.browser

MODELS = support.MODELS[:2]
PROMPTS = ("a red kite over dunes", "two otters & a ball")


@pytest.fixture(scope="module")
def contest(tmp_path_factory):
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed; NOT tested")
    return support.make_clips(tmp_path_factory.mktemp("browser") / "clips", MODELS, PROMPTS, sound=True, frames=16, fps=16.0)


def open_browser(width=1280, height=860, dark=False, language="en-US"):
    webdriver = pytest.importorskip("selenium.webdriver")
    browser, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("chromium and its driver are not installed; the page is NOT tested")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--window-size={width},{height}",
        f"--lang={language}",
        "--autoplay-policy=no-user-gesture-required",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    session = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    session.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
    )
    if dark:
        session.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return session


def wait_for(session, state, timeout=40.0):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = session.execute_script("return document.body.dataset.state")
        if found == state:
            return
        time.sleep(0.05)
    raise AssertionError(f"state {found!r}, expected {state!r}: {session.execute_script('return document.body.innerText')}")


def press(session, key):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(session).send_keys(key).perform()


def received(session) -> list[dict]:
    """Answers since the last call: url, headers, and the body where the browser kept it."""
    answers = []
    for entry in session.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.responseReceived":
            response = message["params"]["response"]
            body = b""
            if "/clip/" not in response["url"]:
                try:
                    kept = session.execute_cdp_cmd("Network.getResponseBody", {"requestId": message["params"]["requestId"]})
                    body = base64.b64decode(kept["body"]) if kept["base64Encoded"] else kept["body"].encode()
                except Exception:  # the browser no longer has it; the tests of blindness look at every body
                    body = b""
            answers.append(
                {"url": response["url"], "headers": {name.lower(): value for name, value in response["headers"].items()}, "body": body}
            )
    return answers


def shot(session, name):
    """For people: GALLOP_SCREENSHOTS names a folder that keeps pictures of the page."""
    if os.environ.get("GALLOP_SCREENSHOTS"):
        Path(os.environ["GALLOP_SCREENSHOTS"]).mkdir(parents=True, exist_ok=True)
        session.save_screenshot(str(Path(os.environ["GALLOP_SCREENSHOTS"]) / f"{name}.png"))


def test_a_tournament_by_keyboard_alone(contest, tmp_path):
    session = open_browser()
    server = ServerProcess("--clips", str(contest), "--db", str(tmp_path / "votes.db"))
    try:
        session.get(server.start())
        keys = ["a", "l"]
        clips, before = [], b""
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            wait_for(session, "watching")
            press(session, key)
            assert session.execute_script("return document.body.dataset.state") == "watching", "keys are inert until both were watched"
            shot(session, "watching")
            wait_for(session, "open")
            shot(session, "open")
            answers = received(session)
            clips += [answer for answer in answers if "/clip/" in answer["url"]]
            before += b"".join(
                answer["body"] + json.dumps(answer["headers"]).encode() + answer["url"].encode()
                for answer in answers
                if not answer["url"].startswith("data:")
            )
            sizes = session.execute_script(
                "return [...document.querySelectorAll('video')].map(v => [v.videoWidth, v.videoHeight, v.clientWidth, v.clientHeight, v.muted])"
            )
            assert sizes[0] == sizes[1] and sizes[0][0] > 0
            press(session, Keys.SPACE)
            assert session.execute_script("return [...document.querySelectorAll('video')].every(v => v.paused || v.ended)")
            press(session, key)
            wait_for(session, "revealed")
            shown = session.execute_script("return [...document.querySelectorAll('output')].map(o => o.textContent)")
            assert {text.split(" · ")[0] for text in shown} == set(MODELS)
            shot(session, "revealed")
            received(session)  # the answer to the vote names the models: it comes after
            press(session, Keys.ENTER)
        wait_for(session, "over")
        assert "every pair" in session.execute_script("return document.getElementById('status').textContent")
        for model in MODELS:
            assert model.encode() not in before and model.split("-")[0].lower().encode() not in before.lower()
        urls = {answer["url"] for answer in clips}
        assert len(urls) == 4
        for name in ("etag", "last-modified", "date", "server"):
            assert not any(name in answer["headers"] for answer in clips), name
        lengths = {answer["headers"].get("content-range", "/" + answer["headers"]["content-length"]).split("/")[1] for answer in clips}
        assert len(lengths) == 1
        complaints = [
            entry["message"] for entry in session.get_log("browser") if entry["level"] == "SEVERE" and "410" not in entry["message"]
        ]
        assert complaints == [], "the page breaks its own content policy or has an error"
        session.get(f"http://127.0.0.1:{server.port}/leaderboard")
        shot(session, "board")
    finally:
        session.quit()
        server.stop()
    assert export_database(str(tmp_path / "votes.db"), tmp_path / "votes.csv") == 2
    votes = arena.read_votes(tmp_path / "votes.csv")
    assert sorted(votes.outcome.tolist()) == [0, 1]
    assert (votes.watch_left >= 0.59).all() and (votes.decision_seconds >= 1.5).all()


def test_players_run_in_step_and_one_is_heard_at_a_time(contest, tmp_path):
    session = open_browser(dark=True)
    server = ServerProcess("--clips", str(contest), "--db", str(tmp_path / "votes.db"), "--audio", "on")
    try:
        session.get(server.start())
        wait_for(session, "watching")
        muted = "return [...document.querySelectorAll('video')].map(v => v.muted)"
        assert session.execute_script(muted) == [True, True]
        for key, expected in (("1", [False, True]), ("2", [True, False]), ("0", [True, True])):
            press(session, key)
            assert session.execute_script(muted) == expected
        apart = []
        for _ in range(10):
            times = session.execute_script("return [...document.querySelectorAll('video')].map(v => v.currentTime)")
            apart.append(abs(times[0] - times[1]))
            time.sleep(0.1)
        assert sorted(apart)[len(apart) // 2] < 0.35, apart
        wait_for(session, "open")
        shot(session, "dark-sound")
        press(session, "s")
        wait_for(session, "watching")
    finally:
        session.quit()
        server.stop()


@pytest.mark.parametrize(("name", "width", "height", "language"), [("phone", 390, 844, "en-US"), ("chinese", 1280, 860, "zh-CN")])
def test_phone_and_chinese(contest, tmp_path, name, width, height, language):
    session = open_browser(width, height, dark=name == "phone", language=language)
    server = ServerProcess("--clips", str(contest), "--db", str(tmp_path / "votes.db"))
    try:
        session.get(server.start())
        wait_for(session, "open")
        shot(session, name)
        assert session.execute_script("return document.documentElement.scrollWidth") <= width, "nothing hangs over the edge"
        visible = "return [...document.querySelectorAll('[data-vote]')].map(b => b.getBoundingClientRect()).every(r => r.top >= 0 && r.bottom <= innerHeight && r.width >= 44 && r.height >= 34)"
        if name == "phone":
            assert session.execute_script(visible), "every verdict is on the screen and big enough for a finger"
            tops = session.execute_script("return [...document.querySelectorAll('video')].map(v => v.getBoundingClientRect().top)")
            assert tops[1] > tops[0] + 50, "one above the other"
        else:
            assert session.execute_script("return document.documentElement.lang") == "zh-Hans"
            assert "哪个视频" in session.execute_script("return document.querySelector('h1').textContent")
        session.execute_script("document.querySelector('[data-vote=left]').click()")
        wait_for(session, "revealed")
        shot(session, f"{name}-revealed")
        session.get(f"http://127.0.0.1:{server.port}/leaderboard")
        shot(session, f"{name}-board")
    finally:
        session.quit()
        server.stop()
