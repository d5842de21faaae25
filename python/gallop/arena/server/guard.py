"""What every request passes: host names, access token, rate limits; and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gallop.arena.server.rules import Refused
from gallop.arena.server.settings import Settings

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_TRIES_PER_MINUTE = 10  # of an access token, from one address


class Limiter:
    """Requests a minute, by key; in memory."""

    def __init__(self):
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def check(self, what: str, who: str, a_minute: int) -> None:
        if not self._limiter.hit(RateLimitItemPerMinute(a_minute), what, who):
            raise Refused(429, "slow_down", f"more than {a_minute} a minute; wait a little")


class Guard:
    """ASGI middleware around the whole site."""

    def __init__(self, app: ASGIApp, settings: Settings, limiter: Limiter):
        self._app, self._settings, self._limiter = app, settings, limiter
        # The cookie holds a digest, so that a stolen cookie jar does not hold the token; new at every start.
        self._access = hmac.new(secrets.token_bytes(32), (settings.token or "").encode(), hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"] if isinstance(message["headers"], list) else list(message["headers"]))
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
                message["headers"] = headers.raw
            await send(message)

        request = Request(scope)
        try:
            answer = self._stopped(request)
        except Refused as refused:
            answer = PlainTextResponse(str(refused), refused.status)
        await (answer or self._app)(scope, receive, with_headers)

    def _stopped(self, request: Request) -> Response | None:
        settings, address = self._settings, request.client.host if request.client else "unknown"
        if settings.loopback and _host_name(request) not in {"localhost", "127.0.0.1", "::1", *settings.hosts}:
            # A foreign name that resolves to this machine would make its pages same-origin with this server.
            return PlainTextResponse("this server is asked under a name that it does not know; start it with --allow-host NAME", 421)
        self._limiter.check("address", address, settings.requests_per_minute)
        if settings.token is None:
            return None
        if hmac.compare_digest(request.cookies.get("gallop_access", "").encode(), self._access.encode()):
            return None
        given = (
            request.query_params.get("token", "")
            if request.url.path == "/enter"
            else request.headers.get("authorization", "").removeprefix("Bearer ")
        )
        if not given:
            return PlainTextResponse("an access token is needed: open the address that was given to you, /enter?token=...", 401)
        self._limiter.check("token", address, _TRIES_PER_MINUTE)
        if not hmac.compare_digest(given.encode(), settings.token.encode()):
            return PlainTextResponse("this access token is not valid", 401)
        if request.url.path != "/enter":
            return None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            "gallop_access", self._access, httponly=True, samesite="lax", secure=request.url.scheme == "https", max_age=30 * 86400
        )
        return answer


def _host_name(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def same_site(request: Request) -> bool:
    """False when a browser says that another site sent the request."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
