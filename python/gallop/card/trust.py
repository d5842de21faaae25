"""The trust file: which key speaks for which party, in which role, when."""

from __future__ import annotations

import json
import os
from pathlib import Path

from gallop._gallop import FormatError, NotFound
from gallop._gallop.card import read_signing_key
from gallop.atomic import write_text

ROLES = ("sampler", "evaluator")


def _read(file: Path) -> dict:
    if not file.exists():
        return {"schema": "gallop/trust-v1", "keys": []}
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FormatError(f'"{file}": is no JSON: {error}') from error
    if body.get("schema") != "gallop/trust-v1" or not isinstance(body.get("keys"), list):
        raise FormatError(f'"{file}": is no trust file (schema gallop/trust-v1)')
    return body


def trust_key(
    trust: str | os.PathLike, key: str | os.PathLike, *, party: str, roles=ROLES, valid_from: str = "", valid_to: str = ""
) -> str:
    """Adds the public key file ``key`` to the file ``trust`` (made when absent) and returns its id; replaces an earlier entry.

    Parameters
    ----------
    party : who holds the key, spelt as in the cards
    roles : of "sampler" and "evaluator"
    valid_from, valid_to : RFC 3339 UTC times; empty: open
    """
    file, own = Path(trust), read_signing_key(key)
    body = _read(file)
    body["keys"] = [entry for entry in body["keys"] if entry["keyid"] != own.keyid]
    body["keys"].append(
        {
            "keyid": own.keyid,
            "public_key": own.public_key,
            "party": party,
            "roles": list(roles),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "revoked": False,
        }
    )
    write_text(file, json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    return own.keyid


def revoke_key(trust: str | os.PathLike, keyid: str) -> None:
    """Marks a key as revoked: cards it signed are trusted no longer. NotFound when the file lacks it."""
    file = Path(trust)
    body = _read(file)
    found = [entry for entry in body["keys"] if entry["keyid"] == keyid]
    if not found:
        raise NotFound(f'"{file}": holds no key {keyid}; known: {", ".join(entry["keyid"] for entry in body["keys"]) or "none"}')
    found[0]["revoked"] = True
    write_text(file, json.dumps(body, indent=1, ensure_ascii=False) + "\n")
