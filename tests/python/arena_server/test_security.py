"""Cross-site requests, tokens, limits, traversal, hostile names."""

import json

import gallop
import pytest
from gallop.arena.server import Settings
from starlette.testclient import TestClient


def test_requests_of_other_pages_are_refused(site):
    voter = site.voter(site())
    good = voter.token
    for token in ("", "0" * 64, good[:-1], good.upper() if good != good.upper() else "x"):
        voter.token = token
        assert voter.post("/api/next", {}).json()["error"] == "foreign_page"
    voter.token = good
    assert voter.post("/api/next", {}, origin="http://evil.example").json()["error"] == "foreign_page"
    assert voter.post("/api/next", {}, **{"sec-fetch-site": "cross-site"}).json()["error"] == "foreign_page"
    assert voter.post("/api/next", {}, origin="http://localhost").status_code == 200
    assert voter.client.get("/api/next").status_code == 405
    form = voter.client.post("/api/next", data={"a": "b"}, headers={"x-gallop-page": good})
    assert form.status_code == 415


def test_bodies_are_bounded_and_checked(site):
    voter = site.voter(site())

    def post(raw):
        return voter.client.post("/api/vote", content=raw, headers={"x-gallop-page": voter.token, "content-type": "application/json"})

    assert post(b"[" * 5000).status_code == 413
    for raw, status in (
        (b"{", 400),
        (b"[]", 422),
        (b"[" * 3000, 400),
        (b"\xff\xfe", 400),
        (b'{"pairing":1}', 422),
        (b'{"pairing":"x","outcome":"model_a"}', 422),
        (b'{"pairing":"x","outcome":"left","watch_left":NaN}', 422),
        (b'{"pairing":"x","outcome":"left","watch_left":true}', 422),
        (b'{"pairing":"x","outcome":"left"}', 404),
    ):
        answer = post(raw)
        assert answer.status_code == status, (raw[:30], answer.text)
        assert answer.json()["message"]


def test_every_answer_has_the_policy(site):
    client = site.voter(site()).client
    for path in ("/", "/leaderboard", "/static/arena.js", "/static/../settings.py", "/clip/nothing", "/api/leaderboard", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    cookie = client.cookies.jar
    assert all(entry.has_nonstandard_attr("HttpOnly") for entry in cookie if entry.name == "gallop_voter")


def test_paths_do_not_leave_the_site(site):
    client = site.voter(site()).client
    for path in (
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2fsettings.py",
        "/static//etc/passwd",
        "/static/%00",
        "/clip/../../../etc/passwd",
        "/clip/..%2f..%2fetc%2fpasswd",
        "/clip/%2fetc%2fpasswd",
    ):
        answer = client.get(path)
        assert answer.status_code in (404, 405), path
        assert b"root:" not in answer.content and b"Settings" not in answer.content


def test_a_foreign_host_name_is_refused_on_loopback(site):
    app = site()
    assert TestClient(app, base_url="http://attacker.example").get("/").status_code == 421
    assert TestClient(app, base_url="http://127.0.0.1:9").get("/").status_code == 200


def test_the_access_token_guards_everything_off_loopback(site, clips):
    with pytest.raises(gallop.InvalidArgument, match="reachable from other machines"):
        Settings(clips=clips, database="x.db", host="0.0.0.0")
    with pytest.raises(gallop.InvalidArgument, match="at least 16"):
        Settings(clips=clips, database="x.db", token="short")
    token = "a-long-enough-token-1"
    app = site(token=token, host="0.0.0.0")
    client = TestClient(app, base_url="http://arena.example", follow_redirects=False)
    for path in ("/", "/leaderboard", "/static/arena.js", "/api/leaderboard", "/clip/x", f"/?token={token}"):
        answer = client.get(path)
        assert answer.status_code == 401 and token not in answer.text
    assert client.get("/enter?token=wrong-token-wrong").status_code == 401
    entered = client.get(f"/enter?token={token}")
    assert entered.status_code == 303 and entered.headers["location"] == "/"
    assert token not in str(entered.headers)
    page = client.get("/")
    assert page.status_code == 200 and token not in page.text
    assert (
        TestClient(app, base_url="http://arena.example").get("/api/leaderboard", headers={"authorization": f"Bearer {token}"}).status_code
        == 200
    )
    guesses = [TestClient(app, base_url="http://arena.example").get(f"/enter?token=guess-{k:020d}").status_code for k in range(15)]
    assert 429 in guesses


def test_limits(site, clock):
    app = site(votes_per_minute=2)
    voter = site.voter(app)
    pair = voter.next()
    voter.ready(pair)
    clock.pass_by(3)
    assert [voter.vote(pair).status_code for _ in range(4)] == [200, 200, 429, 429]
    busy = site(requests_per_minute=5, database=None)
    client = TestClient(busy, base_url="http://localhost")
    assert [client.get("/api/leaderboard").status_code for _ in range(7)][-1] == 429


def test_pages_hold_no_secret_and_escape_hostile_names(site, clock):
    app = site()
    voter = site.voter(app)
    for k in range(9):
        voter.judge(clock, ("left", "right", "tie")[k % 3])
    app.state.site.live.standing(fresh=True)
    board = voter.client.get("/leaderboard").text
    page = voter.client.get("/").text
    assert "<b>2" not in board and "Cirrus &lt;b&gt;2" in board
    salt = app.state.site.board.salt
    assert salt not in board + page and voter.client.cookies["gallop_voter"] not in page


def test_pseudonyms_differ_from_board_to_board(site, clock, tmp_path):
    from gallop.arena.server import export_votes

    names = []
    for database in ("a.db", "b.db"):
        app = site(str(tmp_path / database))
        voter = site.voter(app)
        voter.client.cookies.set("gallop_voter", "the-same-person-everywhere")
        import re

        voter.token = re.search(r'content="([0-9a-f]{64})"', voter.client.get("/").text)[1]
        voter.judge(clock)
        export_votes(app.state.site.engine, tmp_path / "one.ndjson")
        exported = (tmp_path / "one.ndjson").read_text()
        assert "the-same-person" not in exported and "testclient" not in exported and "127.0.0.1" not in exported
        names.append(json.loads(exported)["voter"])
    assert names[0] != names[1]


def test_bad_databases_and_clips_are_explained(clips, tmp_path):
    from gallop.arena.server import create_app
    from gallop.arena.server.database import connect

    (tmp_path / "no.db").write_text("this is not a database, whatever its name says" * 50)
    with pytest.raises(gallop.FormatError, match="not a database"):
        connect(str(tmp_path / "no.db"))
    for address in ("mysql://u:secret@h/x", "nonsense://x", "postgresql+nothing://x"):
        with pytest.raises(gallop.InvalidArgument) as told:
            connect(address)
        assert "secret" not in str(told.value)
    with pytest.raises(gallop.IoError) as told:
        connect("postgresql://u:secret@127.0.0.1:1/x")
    assert "secret" not in str(told.value)
    with pytest.raises(gallop.FileNotFound):
        create_app(Settings(clips=tmp_path / "nothing", database=str(tmp_path / "v.db")))
    (tmp_path / "one" / "model").mkdir(parents=True)
    with pytest.raises(gallop.InvalidArgument, match="two or more"):
        create_app(Settings(clips=tmp_path / "one", database=str(tmp_path / "v.db")))
    for model in ("m1", "m2"):
        (tmp_path / "bad" / model).mkdir(parents=True)
        (tmp_path / "bad" / model / "p.mp4").write_bytes(b"not a clip")
    with pytest.raises(gallop.MediaError, match="2 clips cannot be shown"):
        create_app(Settings(clips=tmp_path / "bad", database=str(tmp_path / "v.db")))
    with pytest.raises(gallop.MediaError, match="has no sound"):
        create_app(Settings(clips=clips, database=str(tmp_path / "v.db"), audio="on"))
