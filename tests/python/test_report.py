"""The report in a real browser: it renders, its clips play, and hostile names do nothing."""

import shutil

import gallop
import pytest

webdriver = pytest.importorskip("selenium.webdriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")), reason="chromium and chromedriver are not installed"
    ),
]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1600", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


def test_a_report_renders_sorts_and_plays(browser, tmp_path, frames):
    evil = tmp_path / '"><img src=x onerror=window.hacked=1>.mp4'.replace("/", "")
    for file in (tmp_path / "a.mp4", evil):
        gallop.write_video(file, gallop.Video(frames, fps=8.0))
    (tmp_path / "bad.mp4").write_text("words")
    table = gallop.score([tmp_path / "a.mp4", evil, tmp_path / "bad.mp4"])
    report = table.save_report(
        tmp_path / "report.html", title="<script>window.hacked=2</script>", prompts={str(evil): "<script>window.hacked=3</script>"}
    )
    browser.get(report.as_uri())
    assert browser.execute_script("return window.hacked") is None
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert len(browser.find_elements("css selector", "#scores tbody tr")) == 3
    played = browser.execute_async_script(
        """
        const done = arguments[0], video = document.querySelector("video");
        video.muted = true;
        video.addEventListener("timeupdate", () => done([video.videoWidth, video.currentTime]), {once: true});
        video.addEventListener("error", () => done(["error", String(video.error && video.error.message)]));
        video.play().catch(error => done(["refused", String(error)]));
        """
    )
    assert played[0] == 64, played
    first = "return document.querySelector('#scores tbody tr td').textContent"
    before = browser.execute_script(first)
    browser.find_elements("css selector", "#scores thead button")[0].click()
    browser.find_elements("css selector", "#scores thead button")[0].click()
    assert browser.execute_script(first) != before or len({before}) == 1
    assert "not a clip" in browser.page_source


def test_a_report_of_one_clip_lists_its_dimensions(browser, tmp_path, frames):
    table = gallop.score(gallop.Video(frames, fps=8.0))
    browser.get(table.save_report(tmp_path / "report.html").as_uri())
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    rows = [
        [cell.text for cell in row.find_elements("css selector", "td")] for row in browser.find_elements("css selector", ".list tbody tr")
    ]
    assert [row[0] for row in rows] == [name.replace("_", " ") for name in table.dimensions]
    assert rows[table.dimensions.index("sharpness")][1] == f"{table.value(0, 'sharpness'):.4g}"
    assert all(row[2] for row in rows)
    assert "1 clip" in [chip.text for chip in browser.find_elements("css selector", ".chips span")]
    assert "Distributions" not in browser.page_source  # of one value there is none


def test_a_report_needs_no_network(tmp_path, clip):
    text = gallop.score(clip).save_report(tmp_path / "report.html").read_text()
    outside = [part for part in text.split('"') if part.startswith(("http:", "https:", "//")) and not part.startswith("http://www.w3.org/")]
    assert outside == []
    assert "data:video/mp4;base64," in text
