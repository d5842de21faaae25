"""Texts from outside made safe to show: what would move a cursor, turn the writing around or be invisible becomes an escape."""

from __future__ import annotations


def visible(text: str, keep: str = "") -> str:
    """Control and format characters and lone bytes as escapes; ``keep``: characters that stay, such as newlines."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char in keep else char.encode("unicode_escape").decode() for char in shown)
