"""Operations on the vote database: each is one function of a connection, run by the writer inside a transaction."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from gallop._gallop import InvalidArgument
from gallop.arena.server.choose import Chooser
from gallop.arena.server.contest import Clip
from gallop.arena.server.prepare import Served
from gallop.arena.server.rules import Refused, check_watched
from gallop.arena.server.schema import board, clip, pairing, vote

_DAY = 86400


@dataclass(frozen=True)
class Board:
    id: int
    key: str
    salt: str

    def pseudonym(self, session: str) -> str:
        """A voter's name in the database: a salted hash that differs from board to board."""
        return self._keyed("voter", session)[:32]

    def page_token(self, session: str) -> str:
        """What a page of this session must send back with each request (against cross-site requests)."""
        return self._keyed("page", session)

    def _keyed(self, purpose: str, session: str) -> str:
        return hmac.new(self.salt.encode(), f"{purpose}:{session}".encode(), hashlib.sha256).hexdigest()


def open_board(connection: Connection, key: str, question: str) -> Board:
    """The board of this key, made when new."""
    found = connection.execute(select(board).where(board.c.key == key)).one_or_none()
    if found is None:
        connection.execute(insert(board).values(key=key, question=question, salt=secrets.token_hex(32), created=time.time()))
        found = connection.execute(select(board).where(board.c.key == key)).one()
    if found.question != question:
        raise InvalidArgument(
            f'board {key}: the database was filled with the question "{found.question}"; votes on another question belong to another board'
        )
    return Board(found.id, found.key, found.salt)


def register_clips(connection: Connection, board_id: int, served: dict[Clip, Served]) -> dict[Clip, int]:
    """Numbers of the clips, written once. A clip whose file changed is another clip."""
    known = {(row.model, row.prompt_id, row.sha256): row.id for row in connection.execute(select(clip).where(clip.c.board_id == board_id))}
    numbers = {}
    for entry, copy in served.items():
        key = (entry.model, entry.prompt_id, copy.sha256)
        if key not in known:
            values = {
                "board_id": board_id,
                "model": entry.model,
                "prompt_id": entry.prompt_id,
                "prompt": entry.prompt,
                "sha256": copy.sha256,
                "seconds": copy.seconds,
            }
            known[key] = connection.execute(insert(clip).values(values)).inserted_primary_key[0]
        numbers[entry] = known[key]
    return numbers


class Votes:
    """The operations of one board. ``numbers`` maps clips to their rows."""

    def __init__(self, board: Board, numbers: dict[Clip, int], served: dict[Clip, Served], chooser: Chooser, daily_cap: int):
        self._board, self._chooser, self._cap = board, chooser, daily_cap
        self._number = numbers
        self._clip = {number: entry for entry, number in numbers.items()}
        self._seconds = {number: served[entry].seconds for entry, number in numbers.items()}

    def next(self, connection: Connection, voter: str, now: float) -> dict:
        """The pairing to show: the one still open, or a new one. Reloading a page does not draw again."""
        mine = (
            select(pairing, vote.c.time, vote.c.outcome)
            .outerjoin(vote, vote.c.pairing_id == pairing.c.id)
            .where(pairing.c.board_id == self._board.id, pairing.c.voter == voter)
        )
        rows = connection.execute(mine.order_by(pairing.c.issued)).all()
        today = sum(row.time is not None and row.time // _DAY == now // _DAY and row.outcome != "skip" for row in rows)
        if self._cap and today >= self._cap:
            raise Refused(429, "daily_cap", f"{today} votes today, the most that count; come back tomorrow", cap=self._cap)
        done = sum(row.time is not None for row in rows)
        for row in reversed(rows):
            if row.time is None and row.left_clip in self._clip and row.right_clip in self._clip:
                return self._shown(row.id, row.left_clip, row.left_token, row.right_token, done)
        seen = {
            frozenset((self._clip[row.left_clip], self._clip[row.right_clip]))
            for row in rows
            if row.left_clip in self._clip and row.right_clip in self._clip
        }
        draw = self._chooser.draw(seen)
        if draw is None:
            raise Refused(410, "finished", "every pair of clips was judged; thank you", votes=done)
        names = {"id": secrets.token_urlsafe(16), "left_token": secrets.token_urlsafe(16), "right_token": secrets.token_urlsafe(16)}
        clips = {"left_clip": self._number[draw.left], "right_clip": self._number[draw.right]}
        fate = {"side_seed": draw.side_seed, "propensity": draw.propensity, "control": draw.control}
        connection.execute(insert(pairing).values(board_id=self._board.id, voter=voter, issued=now, **names, **clips, **fate))
        return self._shown(names["id"], clips["left_clip"], names["left_token"], names["right_token"], done)

    def _shown(self, number: str, left_clip: int, left: str, right: str, done: int) -> dict:
        return {
            "pairing": number,
            "prompt": self._clip[left_clip].prompt,
            "left": f"/clip/{left}",
            "right": f"/clip/{right}",
            "done": done,
            "total": self._chooser.total(),
        }

    def ready(self, connection: Connection, voter: str, number: str, now: float, was_sent: Callable[[str, Clip], bool]) -> dict:
        """Both clips are playable: the clock of the watch-time rule starts, once. ``was_sent`` knows what left the server."""
        row = self._mine(connection, voter, number)
        if row.ready is None:
            if not (was_sent(row.left_token, self._clip[row.left_clip]) and was_sent(row.right_token, self._clip[row.right_clip])):
                raise Refused(409, "clips_not_sent", "the clips were not loaded from this server; load them again")
            connection.execute(update(pairing).where(pairing.c.id == number, pairing.c.ready.is_(None)).values(ready=now))
        return {"pairing": number}

    def cast(self, connection: Connection, voter: str, number: str, outcome: str, watched: tuple[float, float], now: float) -> dict:
        """Stores the vote. The same vote again is acknowledged again; another outcome for the same pairing is refused."""
        row = self._mine(connection, voter, number)
        stored = connection.execute(select(vote.c.outcome).where(vote.c.pairing_id == number)).scalar_one_or_none()
        if stored is None:
            if outcome != "skip":
                if row.ready is None:
                    raise Refused(409, "not_ready", "the clips were not reported playable yet")
                check_watched(now - row.ready, (self._seconds[row.left_clip], self._seconds[row.right_clip]), watched)
            try:
                with connection.begin_nested():
                    connection.execute(
                        insert(vote).values(
                            pairing_id=number, outcome=outcome, time=now, watch_left=watched[0], watch_right=watched[1], flags=""
                        )
                    )
                stored = outcome
            except IntegrityError:  # another server process on the same database was first
                stored = connection.execute(select(vote.c.outcome).where(vote.c.pairing_id == number)).scalar_one()
        if stored != outcome:
            raise Refused(409, "already_voted", f"this pair has the vote {stored} and keeps it", outcome=stored)
        return {
            "stored": number,
            "outcome": stored,
            "left": self._clip[row.left_clip].model,
            "right": self._clip[row.right_clip].model,
            "control": row.control is not None,
        }

    def use(self, chances: dict[tuple[str, str], float]) -> None:
        """Probabilities of pairs of models for the draws to come."""
        self._chooser.use(chances)

    def clip_of(self, connection: Connection, voter: str, token: str) -> Clip | None:
        """The clip behind an address, for its own voter only."""
        wanted = select(pairing).where(
            ((pairing.c.left_token == token) | (pairing.c.right_token == token))
            & (pairing.c.voter == voter)
            & (pairing.c.board_id == self._board.id)
        )
        row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return self._clip.get(row.left_clip if row.left_token == token else row.right_clip)

    def _mine(self, connection: Connection, voter: str, number: str):
        row = connection.execute(
            select(pairing).where(pairing.c.id == number, pairing.c.voter == voter, pairing.c.board_id == self._board.id)
        ).one_or_none()
        if row is None or row.left_clip not in self._clip or row.right_clip not in self._clip:
            raise Refused(404, "no_such_pairing", "no such pair was shown to you; ask for the next one")
        return row
