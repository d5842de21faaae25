"""Many voters at once, and the server killed in the middle: every acknowledged vote is in the export.

The short form runs always; GALLOP_VOTERS and GALLOP_SECONDS (200, 60) make the long one, marked slow.
"""

import http.client
import json
import os
import re
import sqlite3
import threading
import time

import pytest
from gallop import arena
from gallop.arena.server import export_database

from .process import ServerProcess

_CHOICES = ("left", "right", "tie", "both_bad")


class LoadVoter(threading.Thread):
    """Votes until told to stop; remembers what was acknowledged. Any failure of the network is tried again."""

    def __init__(self, port: int, number: int, stop: threading.Event):
        super().__init__(daemon=True)
        self._port, self._number, self._stop_event = port, number, stop
        self.acknowledged: dict[str, str] = {}
        self.repeated = self.unexpected = 0
        self._connection, self._cookie, self._token = None, "", ""

    def run(self):
        while not self._stop_event.is_set():
            try:
                self._judge()
            except (OSError, http.client.HTTPException):
                self._drop()
                time.sleep(0.3)

    def _judge(self):
        if not self._cookie:
            status, headers, body = self._ask("GET", "/")
            if status != 200:
                raise OSError("not up")
            self._cookie = re.search(r"gallop_voter=[^;]+", headers["set-cookie"])[0]
            self._token = re.search(rb'name="gallop-page" content="([0-9a-f]+)"', body)[1].decode()
        status, pair = self._post("/api/next", {})
        if status == 410:  # everything judged: the next person sits down
            self._cookie = ""
            return
        if not self._watch(pair):
            return
        outcome = _CHOICES[(self._number + len(self.acknowledged)) % 4]
        ballot = {"pairing": pair["pairing"], "outcome": outcome, "watch_left": 1.0, "watch_right": 1.0}
        while True:
            try:
                status, told = self._post("/api/vote", ballot)
            except (OSError, http.client.HTTPException):
                self.repeated += 1
                self._drop()
                if self._stop_event.is_set():
                    return
                time.sleep(0.3)
                continue
            break
        if status == 200:
            assert told["stored"] == pair["pairing"] and told["outcome"] == outcome
            self.acknowledged[pair["pairing"]] = outcome
        else:
            self.unexpected += 1

    def _watch(self, pair) -> bool:
        for _ in range(3):
            for side in ("left", "right"):
                self._ask("GET", pair[side])
            status, _ = self._post("/api/ready", {"pairing": pair["pairing"]})
            if status == 200:
                return not self._stop_event.wait(1.6)
        return False

    def _post(self, path, body):
        status, _, answer = self._ask("POST", path, json.dumps(body), {"content-type": "application/json", "x-gallop-page": self._token})
        if status >= 500:
            raise OSError("unavailable")
        return status, json.loads(answer)

    def _ask(self, method, path, body=None, headers=None):
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        self._connection.request(method, path, body, {"cookie": self._cookie, **(headers or {})})
        answer = self._connection.getresponse()
        data = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data

    def _drop(self):
        if self._connection:
            self._connection.close()
        self._connection = None


def storm(server: ServerProcess, database: str, tmp_path, voters: int, seconds: float, in_the_middle):
    server.start()
    stop = threading.Event()
    crowd = [LoadVoter(server.port, number, stop) for number in range(voters)]
    try:
        began = time.monotonic()
        for voter in crowd:
            voter.start()
        time.sleep(seconds / 2)
        server.kill()
        in_the_middle()
        server.start()
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    finally:
        stop.set()
        for voter in crowd:
            voter.join(40)
    acknowledged = {number: outcome for voter in crowd for number, outcome in voter.acknowledged.items()}
    stored = export_database(database, tmp_path / "votes.ndjson")
    rows = [json.loads(line) for line in (tmp_path / "votes.ndjson").read_text("utf-8").splitlines()]
    found = {row["vote_id"]: row["outcome"] for row in rows}
    assert len(found) == stored == len(rows), "no vote twice"
    lost = {number for number, outcome in acknowledged.items() if found.get(number) != outcome}
    print(
        f"{voters} voters, {seconds:.0f} s: {len(acknowledged)} votes acknowledged, {stored} stored, {len(lost)} lost, {sum(voter.repeated for voter in crowd)} repeated requests"
    )
    assert not lost
    assert sum(voter.unexpected for voter in crowd) == 0
    assert len(acknowledged) > voters
    kept, removed, _ = arena.filter_votes(arena.read_votes(tmp_path / "votes.ndjson"))
    board = board_with(server.port, len(kept.rated()))
    server.stop()
    assert board["votes"] == len(kept.rated()) and board["removed"] == removed
    offline = {row["model"]: row for row in arena.rate(kept, cluster=board["cluster"]).rows()}
    assert len(board["rows"]) == len(offline) == 3
    for row in board["rows"]:
        for key in ("rating", "lower", "upper", "rank_ub", "rank_lb", "votes"):
            assert row[key] == pytest.approx(offline[row["model"]][key], rel=1e-9, abs=1e-9)
    if "://" not in database:
        assert sqlite3.connect(database).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def board_with(port: int, votes: int) -> dict:
    """The live board once it shows so many votes, or the last that it showed: a fit is renewed every few seconds."""
    for _ in range(60):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/api/leaderboard")
        board = json.loads(connection.getresponse().read())
        connection.close()
        if board["votes"] == votes:
            break
        time.sleep(0.5)
    return board


def options_for(clips, cache, database):
    return ["--clips", str(clips), "--cache", str(cache), "--db", database, "--requests-per-minute", "1000000"]


def test_no_acknowledged_vote_is_lost_when_the_server_is_killed(clips, cache, database, tmp_path):
    with ServerProcess(*options_for(clips, cache, database)) as server:
        storm(server, database, tmp_path, 20, 14.0, lambda: None)


@pytest.mark.slow
def test_two_hundred_voters_for_a_minute(clips, cache, database, tmp_path, request):
    """On PostgreSQL the database is stopped without a checkpoint too."""
    cluster = request.getfixturevalue("postgres") if "://" in database else None

    def crash_database():
        if cluster:
            cluster.stop("immediate")
            cluster.start()

    voters, seconds = int(os.environ.get("GALLOP_VOTERS", "200")), float(os.environ.get("GALLOP_SECONDS", "60"))
    with ServerProcess(*options_for(clips, cache, database)) as server:
        storm(server, database, tmp_path, voters, seconds, crash_database)
