"""text_accuracy on clips with known text: read what is there, not what is not, in two languages; see tests/bench for the whole curve."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

gallop = pytest.importorskip("gallop")
pytest.importorskip("PIL")

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from text_clips import font_file, with_text  # noqa: E402

WORDS = {"english": ("OPEN LATE", 'a shop sign that says "open late"'), "chinese": ("欢迎光临", "门上写着“欢迎光临”的商店")}


@pytest.fixture(scope="module")
def footage():
    shared = Path(os.environ.get("GALLOP_SHARED", Path(__file__).parents[3] / "shared")) / "data/videos/real/skyline_pan_60fps.mp4"
    if shared.exists():
        return np.asarray(gallop.read_video(shared))[:2]
    print("SKIPPED: real footage is absent; a gradient stands in for it")
    ramp = np.linspace(40, 140, 640, dtype=np.uint8)
    return np.broadcast_to(ramp[None, None, :, None], (2, 360, 640, 3)).copy()


def _score(frames, prompt):
    table = gallop.score(frames, fps=8, dimensions="text_accuracy", prompt=prompt, device="cpu")
    if table.problems and table.problems[0][1].kind in ("Unsupported", "NotFound"):
        pytest.skip(f"SKIPPED: {table.problems[0][1].message}")
    assert not table.problems, table.problems[0][1].message
    return table.results[0].scores[0]


@pytest.mark.parametrize("language", WORDS)
def test_large_clear_text_is_read(footage, language):
    if font_file(language) is None:
        pytest.skip("SKIPPED: no font; apt-get install fonts-noto-cjk")
    text, prompt = WORDS[language]
    score = _score(with_text(footage, text, language, size=footage.shape[1] // 6), prompt)
    assert score.value >= 0.9
    assert score.details["character_error_rate"] <= 0.1
    assert score.details["stability"] >= 0.9
    assert len(score.parts) == 8  # the middle frames, the last one repeated


def test_absent_and_other_text_is_not_found(footage):
    assert _score(footage, 'a sign that says "open late"').value <= 0.4
    if font_file("english") is not None:
        other = _score(with_text(footage, "CLOSED", "english", size=footage.shape[1] // 6), 'a sign that says "bakery"')
        assert other.value <= 0.5


def test_a_prompt_without_quotes_is_a_problem(footage):
    table = gallop.score(footage, fps=8, dimensions="text_accuracy", prompt="a shop sign", device="cpu")
    assert table.problems[0][1].kind in ("InvalidArgument", "Unsupported", "NotFound")
    if table.problems[0][1].kind == "InvalidArgument":
        assert "quotes" in table.problems[0][1].message
