"""Sending a served copy: ranges, and no header by which two answers could be told to be the same file."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

_BLOCK = 1 << 18


class Delivered:
    """How far each address was sent. In memory: after a restart a browser loads its clips again."""

    def __init__(self, most: int = 100_000):
        self._sent: OrderedDict[str, int] = OrderedDict()
        self._most = most

    def add(self, token: str, end: int) -> None:
        self._sent[token] = max(end, self._sent.pop(token, 0))
        if len(self._sent) > self._most:
            self._sent.popitem(last=False)

    def bytes_of(self, token: str) -> int:
        return self._sent.get(token, 0)


class MediaResponse:
    """An ASGI response. No ETag, no modification time, nothing kept by caches on the way."""

    def __init__(self, file: Path, length: int, sent: Callable[[int], None]):
        self._file, self._length, self._sent = file, length, sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        try:
            status, start, end = _range(headers.get(b"range", b"").decode("latin-1"), self._length)
        except ValueError:
            await send(
                {
                    "type": "http.response.start",
                    "status": 416,
                    "headers": [(b"content-range", f"bytes */{self._length}".encode()), (b"content-length", b"0")],
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return
        answer = [
            (b"content-type", b"video/mp4"),
            (b"accept-ranges", b"bytes"),
            (b"content-length", str(end - start).encode()),
            (b"cache-control", b"private, no-store"),
        ]
        if status == 206:
            answer.append((b"content-range", f"bytes {start}-{end - 1}/{self._length}".encode()))
        await send({"type": "http.response.start", "status": status, "headers": answer})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        with open(self._file, "rb") as data:
            data.seek(start)
            while start < end:
                block = await run_in_threadpool(data.read, min(_BLOCK, end - start))
                if not block:
                    raise OSError(f"{self._file}: ended early")
                start += len(block)
                await send({"type": "http.response.body", "body": block, "more_body": start < end})
                self._sent(start)


def _range(text: str, length: int) -> tuple[int, int, int]:
    """(status, first, end) of one range; several at once are answered whole, as the protocol allows. ValueError: unsatisfiable."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", text.strip())
    if not text or not found or found.groups() == ("", ""):
        return 200, 0, length
    first, last = found.groups()
    start = int(first[:18]) if first else max(0, length - int(last[:18]))
    end = min(length, int(last[:18]) + 1) if first and last else length
    if start >= end:
        raise ValueError(text)
    return 206, start, end
