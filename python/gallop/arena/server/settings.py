"""What a voting server is told."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from gallop._gallop import InvalidArgument

QUESTION = "Which video follows the prompt better and looks better?"


def is_loopback(host: str) -> bool:
    """Whether only this machine can ask under this address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """InvalidArgument names a field that cannot be."""

    clips: str | Path  #: folder with one folder of clips per model; see ``contest``
    database: str  #: SQLite file, or a URL such as ``postgresql://user@host/name``
    cache: str | Path | None = None  #: served copies; beside the clips' database by default
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None  #: access token; required off loopback
    task: str = "t2v"
    audio: str = "off"  #: "on": every clip has sound, loudness made equal; "off": no clip has
    question: str = QUESTION  #: part of the board's identity
    rule: str = "arena"  #: next pair: uniform, arena, a_opt
    explore: float = 0.2  #: share of uniform draws
    control_rate: float = 0.05  #: share of planted pairs, when the manifest names some
    daily_cap: int = 200  #: votes of one voter per UTC day, 0 = none
    votes_per_minute: int = 60  #: of one voter
    requests_per_minute: int = 1200  #: of one address
    longest_side: int = 1280  #: pixels of the served copies
    behind_proxy: bool = False  #: trust X-Forwarded-* of a proxy on this machine
    hosts: tuple[str, ...] = ()  #: further host names under which the server may be asked

    def __post_init__(self):
        if self.audio not in ("on", "off"):
            raise InvalidArgument(f'serve.audio: "{self.audio}", expected on or off')
        if self.rule not in ("uniform", "arena", "a_opt"):
            raise InvalidArgument(f'serve.rule: "{self.rule}", expected uniform, arena or a_opt')
        if not (0 <= self.explore <= 1 and 0 <= self.control_rate <= 1):
            raise InvalidArgument("serve.explore, serve.control_rate: expected shares in 0..1")
        if not 64 <= self.longest_side <= 4096:
            raise InvalidArgument(f"serve.longest_side: {self.longest_side} pixels, expected 64 to 4096")
        if self.token is not None and len(self.token) < 16:
            raise InvalidArgument(
                f"serve.token: {len(self.token)} characters, expected at least 16; `python -c 'import secrets; print(secrets.token_urlsafe())'` makes one"
            )
        if not self.loopback and not self.token:
            raise InvalidArgument(f"serve.host: {self.host} is reachable from other machines; give an access token too")

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def asks_default(self) -> bool:
        """Whether the page may ask in the reader's language."""
        return self.question == QUESTION

    @property
    def board(self) -> str:
        """Key of the board: votes of different keys are never compared."""
        key = f"{self.task}/{self.audio}"
        if self.asks_default:
            return key
        import hashlib

        return f"{key}/{hashlib.sha256(self.question.encode()).hexdigest()[:8]}"
