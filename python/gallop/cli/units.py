"""Sizes as people write them."""

from __future__ import annotations

import re

import click

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def parse_bytes(text: str | None) -> int:
    """``8G`` is 8e9 bytes, ``8GiB`` 8 * 2**30; nothing is 0."""
    if not text:
        return 0
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", text, re.IGNORECASE)
    if not found:
        raise click.UsageError(f"{text!r} is no amount of memory; write 8G, 600M or 8GiB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** _POWERS[found[2].upper()])
