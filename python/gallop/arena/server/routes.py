"""The site: pages, the four requests of a vote, clips."""

from __future__ import annotations

import hmac
import json
import math
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gallop._gallop import IoError
from gallop.arena.server.axis import Axis
from gallop.arena.server.contest import Clip
from gallop.arena.server.guard import Limiter, same_site
from gallop.arena.server.live import Live, Standing
from gallop.arena.server.media import Delivered, MediaResponse
from gallop.arena.server.prepare import Served
from gallop.arena.server.rules import OUTCOMES, WATCH_SECONDS, WATCH_SHARE, Refused, watch_needed
from gallop.arena.server.settings import Settings
from gallop.arena.server.store import Board, Votes
from gallop.arena.server.texts import LANGUAGES, language_of, texts
from gallop.arena.server.writer import Writer

_LARGEST_BODY = 4096  # bytes
_KNOWN_CLIPS = 20_000


@dataclass
class Site:
    settings: Settings
    engine: Engine
    writer: Writer
    board: Board
    votes: Votes
    served: dict[Clip, Served]
    live: Live
    limiter: Limiter

    def __post_init__(self):
        self._delivered = Delivered()
        self._used = self.live.chances
        self._addresses: OrderedDict[tuple[str, str], Clip] = OrderedDict()
        self._pages = Environment(loader=PackageLoader("gallop.arena.server"), autoescape=True, trim_blocks=True, lstrip_blocks=True)

    def routes(self) -> list:
        return [
            Route("/", self.vote_page),
            Route("/leaderboard", self.board_page),
            Route("/enter", self.enter),
            Route("/api/next", self.next, methods=["POST"]),
            Route("/api/ready", self.ready, methods=["POST"]),
            Route("/api/vote", self.vote, methods=["POST"]),
            Route("/api/leaderboard", self.board_json),
            Route("/clip/{token}", self.clip),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ]

    async def vote_page(self, request: Request) -> Response:
        session = request.cookies.get("gallop_voter") or ""
        fresh = not 20 <= len(session) <= 100
        if fresh:
            session = secrets.token_urlsafe(24)
        answer = self._page(
            request, "vote.html", page_token=self.board.page_token(session), watch={"seconds": WATCH_SECONDS, "share": WATCH_SHARE}
        )
        if fresh:
            answer.set_cookie(
                "gallop_voter", session, httponly=True, samesite="lax", secure=request.url.scheme == "https", max_age=365 * 86400
            )
        return answer

    async def board_page(self, request: Request) -> Response:
        standing = await self._standing()
        rows = standing.rows
        axis = Axis(min(row["lower"] for row in rows), max(row["upper"] for row in rows)) if rows else None
        return self._page(request, "board.html", standing=standing, axis=axis, fragment="fragment" in request.query_params)

    async def enter(self, request: Request) -> Response:
        return Response(status_code=303, headers={"location": "/"})

    async def board_json(self, request: Request) -> Response:
        standing = await self._standing()
        return JSONResponse(
            {
                "board": self.board.key,
                "votes": standing.votes,
                "voters": standing.voters,
                "cluster": standing.cluster,
                "removed": standing.removed,
                "why": standing.why,
                "notes": standing.notes,
                "rows": standing.rows,
            }
        )

    async def next(self, request: Request) -> Response:
        _, voter = await self._asked(request)
        return JSONResponse(await self.writer.run(lambda connection: self.votes.next(connection, voter, time.time())))

    async def ready(self, request: Request) -> Response:
        body, voter = await self._asked(request)
        number = _text(body, "pairing")
        return JSONResponse(
            await self.writer.run(lambda connection: self.votes.ready(connection, voter, number, time.time(), self._was_sent))
        )

    async def vote(self, request: Request) -> Response:
        body, voter = await self._asked(request)
        number, outcome = _text(body, "pairing"), _text(body, "outcome")
        if outcome not in OUTCOMES:
            raise Refused(422, "unknown_outcome", f"outcome: {outcome!r}, expected one of {', '.join(OUTCOMES)}")
        watched = (_seconds(body, "watch_left"), _seconds(body, "watch_right"))
        self.limiter.check("vote", voter, self.settings.votes_per_minute)
        stored = await self.writer.run(lambda connection: self.votes.cast(connection, voter, number, outcome, watched, time.time()))
        return JSONResponse(self._revealed(stored, await self._standing()))

    async def clip(self, request: Request) -> Response:
        voter, token = self._voter(request), request.path_params["token"]
        entry = self._addresses.get((voter, token))
        if entry is None:
            entry = await run_in_threadpool(self._look_up, voter, token)
            if entry is None:
                raise Refused(404, "no_such_clip", "no clip was shown to you under this address")
            self._addresses[voter, token] = entry
            if len(self._addresses) > _KNOWN_CLIPS:
                self._addresses.popitem(last=False)
        copy = self.served[entry]
        return MediaResponse(copy.file, copy.length, lambda end: self._delivered.add(token, end))

    async def refused(self, request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):
            return JSONResponse({"error": error.code, "message": str(error), **error.details}, error.status)
        if isinstance(error, HTTPException):
            return JSONResponse(
                {"error": "not_found" if error.status_code == 404 else "refused", "message": error.detail},
                error.status_code,
                headers=error.headers,
            )
        return JSONResponse({"error": "unavailable", "message": "the vote database does not answer; nothing was stored, try again"}, 503)

    def _look_up(self, voter: str, token: str) -> Clip | None:
        with self.engine.connect() as connection:
            return self.votes.clip_of(connection, voter, token)

    def _was_sent(self, token: str, entry: Clip) -> bool:
        copy = self.served[entry]
        return self._delivered.bytes_of(token) >= copy.media_bytes * min(1.0, watch_needed(copy.seconds) / copy.seconds)

    async def _standing(self) -> Standing:
        standing = await run_in_threadpool(self.live.standing)
        chances = self.live.chances
        if chances is not self._used:
            self._used = chances
            self.writer.submit(lambda _: self.votes.use(chances))  # the writer's thread draws
        return standing

    def _revealed(self, stored: dict, standing: Standing) -> dict:
        if stored["control"]:
            return {"stored": stored["stored"], "outcome": stored["outcome"], "control": True}
        left, right = stored["left"], stored["right"]
        share = standing.share.get((left, right))
        return {
            **{key: stored[key] for key in ("stored", "outcome", "left", "right", "control")},
            "left_rating": standing.rating(left),
            "right_rating": standing.rating(right),
            "others": None if share is None else {"left": share[0], "votes": share[1]},
        }

    def _voter(self, request: Request) -> str:
        session = request.cookies.get("gallop_voter", "")
        if not 20 <= len(session) <= 100:
            raise Refused(403, "no_session", "no voter's cookie; open the page first and allow cookies of this site")
        return self.board.pseudonym(session)

    async def _asked(self, request: Request) -> tuple[dict, str]:
        """(body, voter) of a request that this site's own page made."""
        voter = self._voter(request)
        expected = self.board.page_token(request.cookies["gallop_voter"])
        if not same_site(request) or not hmac.compare_digest(request.headers.get("x-gallop-page", "").encode(), expected.encode()):
            raise Refused(403, "foreign_page", "this request does not come from this site's page; reload it")
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            raise Refused(415, "not_json", "expected a JSON body")
        raw = b""
        async for block in request.stream():
            raw += block
            if len(raw) > _LARGEST_BODY:
                raise Refused(413, "too_long", f"more than {_LARGEST_BODY} bytes")
        try:
            body = json.loads(raw or b"{}")
        except (ValueError, RecursionError) as error:
            raise Refused(400, "not_json", "expected a JSON body") from error
        if not isinstance(body, dict):
            raise Refused(422, "not_an_object", "expected a JSON object")
        return body, voter

    def _page(self, request: Request, name: str, **values) -> Response:
        language = language_of(request)
        words = texts(language)
        common = {
            "t": words,
            "language": language,
            "languages": LANGUAGES,
            "audio": self.settings.audio,
            "question": words["question"] if self.settings.asks_default else self.settings.question,
        }
        answer = HTMLResponse(self._pages.get_template(name).render(**common, **values))
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie("gallop_lang", language, samesite="lax", max_age=365 * 86400)
        return answer


def _text(body: dict, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise Refused(422, "bad_field", f"{name}: expected a text")
    return value


def _seconds(body: dict, name: str) -> float:
    value = body.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value < 1e6:
        raise Refused(422, "bad_field", f"{name}: expected seconds")
    return float(value)


#: Exceptions that become answers.
HANDLED = (Refused, HTTPException, IoError)
