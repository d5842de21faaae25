"""The page's words in each language."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from starlette.requests import Request

LANGUAGES = ("en", "zh")


@cache
def texts(language: str) -> dict[str, str]:
    return json.loads((Path(__file__).parent / "texts" / f"{language}.json").read_text("utf-8"))


def language_of(request: Request) -> str:
    """By ``?lang=``, then the cookie, then what the browser prefers; English otherwise."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("gallop_lang")):
        if wanted in LANGUAGES:
            return wanted
    for entry in request.headers.get("accept-language", "").split(","):
        primary = entry.split(";")[0].strip().lower().split("-")[0]
        if primary in LANGUAGES:
            return primary
    return LANGUAGES[0]
