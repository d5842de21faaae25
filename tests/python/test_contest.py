"""Automatic comparison of entrants: who leads, and what the report says about it."""

import gallop
import pytest
from gallop import world
from gallop.report import Contest, automatic_votes, standing
from gallop.report.contest import leads, outcome_of


class Scores:
    """What a comparison needs of a table."""

    def __init__(self, values: dict[str, dict[str, float]]):
        self.values = values

    def value(self, clip: str, measure: str) -> float | None:
        return self.values[clip].get(measure)


CONTESTS = [Contest("one", {"ours": "a1", "theirs": "b1"}), Contest("two", {"ours": "a2", "theirs": "b2"})]
TABLE = Scores(
    {
        "a1": {"sharpness": 0.9, "noise_level": 1.0, "contrast": 0.5},
        "b1": {"sharpness": 0.5, "noise_level": 3.0, "contrast": 0.5},
        "a2": {"sharpness": 0.7, "noise_level": 1.0, "contrast": 0.5},
        "b2": {"sharpness": 0.7, "contrast": 0.5},
    }
)


def test_a_lead_is_summed_over_measures_scaled_from_worst_to_best():
    first, second = leads(TABLE, CONTESTS)
    # Sharpness from the worst to the best of all clips, noise likewise with less being better, contrast the same everywhere.
    assert first["ours", "theirs"] == pytest.approx(2.0)
    # Equal sharpness; the noise of one is unknown and decides nothing.
    assert second["ours", "theirs"] == 0.0
    assert [outcome_of(lead) for lead in (0.5, -0.5, 0.01)] == ["left", "right", "tie"]


def test_every_comparison_is_counted_and_the_winner_rated_above():
    rows = standing(automatic_votes(TABLE, CONTESTS))
    assert [row["entrant"] for row in rows] == ["ours", "theirs"]
    assert [(row["wins"], row["ties"], row["losses"]) for row in rows] == [(1, 1, 0), (0, 1, 1)]
    assert rows[0]["rating"] > rows[1]["rating"]
    assert all(row["lower"] < row["rating"] < row["upper"] for row in rows)


def test_the_report_says_that_no_person_voted(tmp_path):
    clean = world.render(world.Scene("car", "red", "right", "road", "day", "clear", seed=3), 96, 64, 12, 8)
    clips = {}
    for entrant, frames in (
        ("clean", clean),
        ("dull", world.flawed(clean, "washed_out")),
        ("noisy", world.flawed(clean, "noise")),
    ):
        clips[entrant] = str(tmp_path / f"{entrant}.mp4")
        gallop.write_video(clips[entrant], gallop.Video(frames, fps=8.0), crf=10)
    table = gallop.score(list(clips.values()))
    text = table.save_report(tmp_path / "report.html", contests=[Contest("a red car", clips)]).read_text(encoding="utf-8")
    assert "no person voted" in text
    assert text.count("<figcaption>") >= 3
    assert 'id="standing"' in text
    assert 'id="standing"' not in table.save_report(tmp_path / "plain.html").read_text(encoding="utf-8")
