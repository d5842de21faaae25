"""Puts the server together and runs it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.middleware import Middleware

from gallop._gallop import InvalidArgument, IoError
from gallop.arena.server.choose import Chooser
from gallop.arena.server.contest import find_contest
from gallop.arena.server.database import connect
from gallop.arena.server.guard import Guard, Limiter
from gallop.arena.server.live import Live
from gallop.arena.server.migrations import upgrade
from gallop.arena.server.prepare import prepare
from gallop.arena.server.routes import HANDLED, Site
from gallop.arena.server.settings import Settings
from gallop.arena.server.store import Votes, open_board, register_clips
from gallop.arena.server.writer import Writer


def create_app(settings: Settings, report: Callable[[str], None] = lambda _: None) -> Starlette:
    """The ASGI application: clips prepared, database migrated, ready to serve. ``report`` gets what whoever runs it should know."""
    contest = find_contest(settings.clips)
    engine = connect(settings.database)
    upgrade(engine)
    report(f"{len(contest.names)} models, {len(contest.clips)} clips; preparing anonymous copies")
    for note in contest.notes:
        report(note)
    served = prepare(contest.files(), _cache(settings), settings.audio == "on", settings.longest_side, report)
    writer = Writer(engine)

    def begin(connection):
        board = open_board(connection, settings.board, settings.question)
        numbers = register_clips(connection, board.id, served)
        return board, numbers

    board, numbers = writer.submit(begin).result()
    votes = Votes(board, numbers, served, Chooser(contest, settings.control_rate), settings.daily_cap)
    live = Live(engine, board.key, contest.names, settings.rule, settings.explore)
    live.standing()
    votes.use(live.chances)
    limiter = Limiter()
    site = Site(settings, engine, writer, board, votes, served, live, limiter)

    @contextlib.asynccontextmanager
    async def lifespan(_):
        yield
        writer.close()
        engine.dispose()

    handlers = dict.fromkeys(HANDLED, site.refused)
    app = Starlette(
        routes=site.routes(),
        lifespan=lifespan,
        exception_handlers=handlers,
        middleware=[Middleware(Guard, settings=settings, limiter=limiter)],
    )
    app.state.site = site
    return app


def serve(settings: Settings, report: Callable[[str], None] = print) -> None:
    """Runs until interrupted. IoError when the address is taken."""
    import uvicorn

    app = create_app(settings, report)
    try:
        bound = socket.create_server(
            (settings.host, settings.port), family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        raise IoError(f"{settings.host}:{settings.port}: {error.strerror}; choose another --port") from error
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    report(f"voting at http://{host}:{bound.getsockname()[1]}/" + ("enter?token=" + settings.token if settings.token else ""))
    # Neither date nor server name: answers say nothing that the page does not need.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[bound])


def _cache(settings: Settings) -> Path:
    if settings.cache is not None:
        return Path(settings.cache)
    if "://" in settings.database:
        if make_url(settings.database).get_backend_name() != "sqlite":
            raise InvalidArgument("serve.cache: a database behind an address has no folder beside it; name one with --cache DIR")
        return Path(f"{make_url(settings.database).database}.clips")
    return Path(f"{settings.database}.clips")
