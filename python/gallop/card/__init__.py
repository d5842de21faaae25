"""Result cards: what was measured, by whom, with what; signed on request, checkable by anyone.

>>> from gallop import benchmark, card
>>> text = card.make_card(benchmark.read_results("run1"), facts={"model": {"name": "m", "maker": "us"}})
>>> card.new_signing_key("us.key")                       # SigningKey('5c61...')
>>> envelope = card.sign_card(text, "us.key")
>>> card.verify_card(envelope, trust="trust.json").label
"""

from __future__ import annotations

import json
import os
from typing import Any

from gallop._gallop import FormatError, InvalidArgument, NotFound
from gallop._gallop import card as _card
from gallop._gallop.card import (
    CardCheck,
    CardReport,
    SigningKey,
    derive_label,
    label_word,
    new_signing_key,
    read_signing_key,
    sign_card,
    verify_card,
)
from gallop.card.sampled import sampling_facts, with_facts
from gallop.card.trust import revoke_key, trust_key

#: Vocabularies a label can be told in.
SCHEMES = ("ours/1", "vbench-board/2026-10", "vbench-space/513a458", "press/2026-04")


def make_card(results: Any, facts: dict[str, Any] | str | None = None, created: str = "") -> str:
    """The card of a run as canonical JSON.

    Parameters
    ----------
    results : Results of a run
    facts : what only people know: model, sampling, evaluation, deviations, statements, supersedes (docs/cards.md)
    created : RFC 3339 UTC time; empty: SOURCE_DATE_EPOCH, else the present
    """
    text = facts if isinstance(facts, str) else json.dumps(facts or {})
    return _card.make_card(results._inner, text, created)


def make_arena_card(
    board: dict[str, Any] | str | os.PathLike, model: str, facts: dict[str, Any] | str | None = None, created: str = ""
) -> str:
    """The card of one model on a frozen board (kind ``arena``) as canonical JSON.

    Parameters
    ----------
    board : the JSON of ``gallop arena rate --json``, or its file
    model : as the votes name it; NotFound when the board does not have it
    facts, created : as in make_card
    """
    if not isinstance(board, dict):
        board = json.loads(read_text(board))
    if not {"rows", "votes", "options"} <= board.keys():
        raise FormatError('board: not the JSON of `gallop arena rate --json`: "rows", "votes" or "options" is absent')
    row = next((row for row in board["rows"] if row["model"] == model), None)
    if row is None:
        raise NotFound(f"board: {model!r} is not on it; models: {', '.join(row['model'] for row in board['rows'])}")
    if board["options"].get("confidence", 0.95) != 0.95:
        raise InvalidArgument("board: a card states 95 % intervals; rate again with confidence 0.95")
    made = board["votes"]
    return _card.make_arena_card(
        board.get("board") or "votes",
        model,
        rating=row["rating"],
        se=row["se"],
        low=row["lower"],
        high=row["upper"],
        shown=int(row["votes"]),
        sampling_rule=made.get("sampling_rule") or "",
        sampling_rate=made.get("sampling_rate"),
        facts=facts if isinstance(facts, str) else json.dumps(facts or {}),
        created=created,
        **{
            key: made[key]
            for key in ("file_sha256", "count", "voters", "filters", "both_bad_policy", "estimator", "interval", "reweighted")
        },
    )


def read_facts(file: str | os.PathLike) -> dict[str, Any]:
    """The facts of a JSON file, as make_card takes them; InvalidArgument when it holds no JSON object."""
    try:
        facts = json.loads(read_text(file))
    except (OSError, ValueError) as error:
        raise InvalidArgument(f'facts: "{file}": {error}') from error
    if not isinstance(facts, dict):
        raise InvalidArgument(f'facts: "{file}": expected an object with model, sampling, evaluation ...')
    return facts


def media_manifest(results: Any) -> str:
    """Lines ``<sha256>  <path>`` of the judged clips, as checksum programs print them."""
    return _card.media_manifest(results._inner)


def read_text(file: str | os.PathLike) -> str:
    """A card or envelope file."""
    with open(file, encoding="utf-8") as handle:
        return handle.read()


__all__ = [
    "SCHEMES",
    "CardCheck",
    "CardReport",
    "SigningKey",
    "derive_label",
    "label_word",
    "make_arena_card",
    "make_card",
    "media_manifest",
    "new_signing_key",
    "read_facts",
    "read_signing_key",
    "read_text",
    "revoke_key",
    "sampling_facts",
    "sign_card",
    "trust_key",
    "verify_card",
    "with_facts",
]
