"""A vote from pair to board, on both databases."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from gallop import arena
from gallop.arena.cli import arena as command
from gallop.arena.server import export_votes
from gallop.arena.server.database import connect
from sqlalchemy import text

from . import support


def read_rows(file) -> list[dict]:
    with open(file, newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def test_a_whole_tournament_and_its_export(site, database, clock, tmp_path):
    app = site(database)
    voters = [site.voter(app) for _ in range(3)]
    rng = np.random.default_rng(1)
    names = set()
    for voter in voters:
        for _ in range(9):
            told = voter.judge(clock, str(rng.choice(["left", "right", "tie", "both_bad"])))
            names |= {told["left"], told["right"]}
        done = voter.post("/api/next", {})
        assert done.status_code == 410 and done.json()["error"] == "finished"
    assert names == set(support.MODELS)
    clock.pass_by(10)
    shown = voters[0].client.get("/api/leaderboard").json()
    live = app.state.site.live.standing(fresh=True)
    engine = connect(database)
    for suffix in ("csv", "ndjson"):
        file = tmp_path / f"votes.{suffix}"
        assert export_votes(engine, file) == 27
        votes = arena.read_votes(file)
        assert len(votes) == 27 and len(votes.voters) == 3 and len(votes.prompts) == 3 and len(votes.clips) == 9
        kept, removed, absent = arena.filter_votes(votes)
        assert absent == [] and removed == live.removed
        offline = {row["model"]: row for row in arena.rate(kept, cluster=live.cluster).rows()}
        assert offline.keys() == {row["model"] for row in live.rows}
        for row in live.rows:
            for key, value in row.items():
                assert offline[row["model"]][key] == (
                    value if isinstance(value, str | int) else pytest.approx(value, rel=1e-9, abs=1e-9)
                ), key
    assert shown["board"] == "t2v/off" and shown["votes"] <= 27
    rows = read_rows(tmp_path / "votes.csv")
    assert all(0 < float(row["propensity"]) <= 1 and len(row["left_sha256"]) == 64 and row["board"] == "t2v/off" for row in rows)
    assert {row["left_model"] for row in rows} | {row["right_model"] for row in rows} == set(support.MODELS)
    result = CliRunner().invoke(command, ["export", database, str(tmp_path / "again.csv")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "votes.csv").read_text()
    engine.dispose()


def test_the_same_vote_twice_is_one_vote_and_another_is_refused(site, database, clock):
    voter = site.voter(site(database))
    pair = voter.next()
    assert voter.next()["pairing"] == pair["pairing"], "reloading must not draw again"
    voter.ready(pair)
    clock.pass_by(4)
    first, again = voter.vote(pair, "tie"), voter.vote(pair, "tie")
    assert first.status_code == again.status_code == 200 and first.json()["outcome"] == "tie"
    other = voter.vote(pair, "left")
    assert other.status_code == 409 and other.json() == {
        "error": "already_voted",
        "message": "this pair has the vote tie and keeps it",
        "outcome": "tie",
    }
    assert voter.next()["pairing"] != pair["pairing"]


def test_the_watch_time_rule_is_the_servers(site, clock):
    voter = site.voter(site())
    pair = voter.next()
    assert voter.vote(pair).json()["error"] == "not_ready"
    blind = voter.post("/api/ready", {"pairing": pair["pairing"]})
    assert blind.status_code == 409 and blind.json()["error"] == "clips_not_sent"
    voter.client.get(pair["left"])
    voter.client.get(pair["right"], headers={"range": "bytes=0-99"})
    assert voter.post("/api/ready", {"pairing": pair["pairing"]}).json()["error"] == "clips_not_sent", "a hundred bytes are not a clip"
    assert voter.ready(pair).status_code == 200
    early = voter.vote(pair)
    assert early.status_code == 425 and early.json()["error"] == "too_early"
    clock.pass_by(1.0)
    assert voter.ready(pair).status_code == 200, "reporting twice is harmless"
    clock.pass_by(1.0)
    assert voter.vote(pair, left=0.2, right=0.7).json()["error"] == "not_watched"
    assert voter.vote(pair, left=2.0, right=90.0).json()["error"] == "impossible_watch_time"
    assert voter.vote(pair, left=0.7, right=0.7).status_code == 200
    assert voter.vote(voter.next(), "skip", 0, 0).status_code == 200, "a pair may always be skipped"


def test_a_board_of_skipped_pairs_is_a_board_without_ratings(site, clock):
    app = site()
    voter = site.voter(app)
    for _ in range(2):
        assert voter.vote(voter.next(), "skip", 0, 0).status_code == 200
        assert app.state.site.live.standing(fresh=True).rows == []
    page = voter.client.get("/leaderboard").text
    assert "No ratings yet" in page
    voter.judge(clock)


def test_sides_are_fair_and_follow_from_the_seed(site, clock, tmp_path):
    app = site(str(tmp_path / "sides.db"))
    for _ in range(12):
        voter = site.voter(app)
        for _ in range(9):
            voter.judge(clock)
    export_votes(app.state.site.engine, tmp_path / "votes.csv")
    rows = read_rows(tmp_path / "votes.csv")
    straight = [row["left_model"] < row["right_model"] for row in rows]
    assert [int(row["side_seed"]) % 2 == 0 for row in rows] == straight
    assert 25 < sum(straight) < 83  # 108 fair coins: five standard deviations


def test_control_pairs_are_planted_exported_and_never_rated(site, clips, clock, tmp_path):
    import shutil

    own = tmp_path / "own"
    shutil.copytree(clips, own)
    (own / "controls").mkdir()
    files = sorted((own / support.MODELS[0]).iterdir())
    shutil.copy(files[0], own / "controls" / "good.mp4")
    shutil.copy(files[1], own / "controls" / "bad.mp4")
    (own / "arena.json").write_text(
        json.dumps({"controls": [{"prompt": "a control", "good": "controls/good.mp4", "bad": "controls/bad.mp4"}]})
    )
    app = site(clips=own, control_rate=1.0)
    voter = site.voter(app)
    told = voter.judge(clock, "left")
    assert told["control"] and "left_rating" not in told and "(control" not in json.dumps(told)
    for _ in range(9):
        voter.judge(clock)
    export_votes(app.state.site.engine, tmp_path / "votes.ndjson")
    votes = arena.read_votes(tmp_path / "votes.ndjson")
    assert len(votes) == 10 and (votes.control != 255).sum() == 1
    assert len(votes.rated()) == 9 and set(votes.rated().models) == set(support.MODELS)
    assert app.state.site.live.standing(fresh=True).votes == 9


def test_daily_cap(site, clock):
    voter = site.voter(site(daily_cap=2))
    voter.judge(clock)
    voter.judge(clock)
    assert voter.post("/api/next", {}).json()["error"] == "daily_cap"
    clock.pass_by(86400)
    voter.judge(clock)


def test_a_restarted_server_knows_the_open_pair(site, database, clock):
    app = site(database)
    voter = site.voter(app)
    pair = voter.next()
    voter.ready(pair)
    clock.pass_by(5)
    from starlette.testclient import TestClient

    again = TestClient(site(database), base_url="http://localhost", cookies=voter.client.cookies)
    voter.client = again
    assert voter.next() == pair
    assert voter.vote(pair).status_code == 200


def test_every_commit_waits_for_the_disk(database):
    engine = connect(database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        else:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    engine.dispose()


def test_migrations_make_the_tables_of_the_schema(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from gallop.arena.server.migrations import upgrade
    from gallop.arena.server.schema import metadata

    engine = connect(database)
    upgrade(engine)
    upgrade(engine)  # a second time changes nothing
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
