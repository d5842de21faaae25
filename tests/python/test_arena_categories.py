"""Boards by category of prompts."""

import json

import gallop
import pytest
from click.testing import CliRunner
from gallop import arena
from gallop.arena.cli import arena as command

CATEGORIES = "prompt,subject,camera\np1,car,pan\np2,car,\np3,horse,pan\n"


def write_votes(file):
    rows = []
    for prompt, wins in (("p1", 30), ("p2", 20), ("p3", 10), ("p4", 25)):
        rows += [("a", "b", "left", prompt)] * wins + [("a", "b", "right", prompt)] * (40 - wins)
    rows += [("a", "c", "left", "p1")] * 5  # c never scores: no finite rating where it plays
    file.write_text("left_model,right_model,outcome,prompt_id\n" + "".join(f"{','.join(row)}\n" for row in rows))
    return file


@pytest.fixture
def files(tmp_path):
    (tmp_path / "prompts.csv").write_text(CATEGORIES)
    return write_votes(tmp_path / "votes.csv"), tmp_path / "prompts.csv"


def test_each_board_is_the_fit_of_its_own_votes(files):
    votes = arena.read_votes(files[0])
    found = arena.sub_boards(votes, arena.read_categories(files[1]))
    assert [(board.name, board.votes) for board in found.boards] == [("camera: pan", 85), ("subject: car", 85), ("subject: horse", 40)]
    assert found.uncategorised == 40
    horse = found.boards[2].ratings
    alone = arena.rate(arena.Votes.from_columns(["a"] * 40, ["b"] * 40, ["left"] * 10 + ["right"] * 30))
    assert horse.rating == pytest.approx(alone.rating, abs=1e-9) and horse.models == ["a", "b"]
    assert [board.ratings for board in found.boards[:2]] == [None, None]
    assert all("c" in board.why for board in found.boards[:2])


def test_the_command_prints_and_writes_them(files, tmp_path):
    done = CliRunner().invoke(
        command, ["rate", str(files[0]), "--phantom", "1", "--categories", str(files[1]), "--json", str(tmp_path / "out.json")]
    )
    assert done.exit_code == 0, done.output
    assert "subject: horse, 40 votes" in done.output
    boards = {board["board"]: board for board in json.loads((tmp_path / "out.json").read_text())["sub_boards"]}
    assert [row["model"] for row in boards["subject: horse"]["rows"]] == ["b", "a"]


@pytest.mark.parametrize(
    "text",
    ["", "prompt\np1\n", "subject,camera\na,b\n", "prompt,subject\np1\n", "prompt,subject\np1,a,b\n", "prompt,subject\np1,a\np1,b\n"],
)
def test_a_bad_table_is_named(text, tmp_path):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(gallop.FormatError, match=r"bad\.csv"):
        arena.read_categories(tmp_path / "bad.csv")


def test_votes_without_prompts_are_refused():
    with pytest.raises(gallop.InvalidArgument, match="prompt"):
        arena.sub_boards(arena.Votes.from_columns(["a"], ["b"], ["left"]), {"p": {"style": "x"}})
