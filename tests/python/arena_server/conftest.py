"""Fixtures of the voting server's tests; each storage test runs on SQLite and on PostgreSQL."""

import importlib.util
import itertools
import os
import pwd
import shutil
import warnings

import pytest

from . import support

if importlib.util.find_spec("sqlalchemy") is None or importlib.util.find_spec("starlette") is None:
    warnings.warn("gallop[arena] is not installed; the voting server is NOT tested", stacklevel=1)
    collect_ignore_glob = ["test_*.py"]

_NAMES = itertools.count()


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed; the voting server is NOT tested")
    return support.make_clips(tmp_path_factory.mktemp("contest") / "clips")


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Served copies, shared by the tests."""
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="session")
def postgres():
    if support.postgres_folder() is None:
        pytest.skip("PostgreSQL is not installed; the server on PostgreSQL is NOT tested")
    if os.getuid() == 0 and "postgres" not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip("PostgreSQL does not run as root and there is no other user; NOT tested")
    with support.running_postgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A fresh database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "votes.db")
    return request.getfixturevalue("postgres").create(f"votes{next(_NAMES)}")


@pytest.fixture
def clock(monkeypatch):
    from gallop.arena.server import routes

    clock = support.Clock()
    monkeypatch.setattr(routes, "time", clock)
    return clock


@pytest.fixture
def site(clips, cache, tmp_path):
    """A function from settings to a started application; applications end with the test."""
    from gallop.arena.server import Settings, create_app
    from starlette.testclient import TestClient

    running = []

    def start(database=None, **settings):
        settings = {"clips": clips, "cache": cache, "requests_per_minute": 100_000, "votes_per_minute": 10_000} | settings
        app = create_app(Settings(database=database or str(tmp_path / "site.db"), **settings))
        client = TestClient(app, base_url="http://localhost")
        client.__enter__()
        running.append(client)
        return app

    def voter(app):
        client = TestClient(app, base_url="http://localhost")
        return support.Voter(client)

    start.voter = voter
    yield start
    for client in running:
        client.__exit__(None, None, None)
