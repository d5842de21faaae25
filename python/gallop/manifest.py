"""Lists of clips in a file: what to judge, with its prompt and labels."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from gallop._gallop import ClipRequest, FormatError, InvalidArgument, NotFound, read_image

_KEYS = {"path", "prompt", "labels", "image", "reference"}


def read_manifest(file: str | os.PathLike) -> list[ClipRequest]:
    """Reads a manifest: JSON, or JSON lines when the name ends in ``.jsonl``.

    Parameters
    ----------
    file : a list of objects ``{"path": ..., "prompt": ..., "labels": {...}, "image": ..., "reference": ...}`` of which only
        ``path`` is needed, or an object from path to prompt. Paths are relative to the manifest.

    Returns
    -------
    list of ClipRequest, in the order of the file

    Raises
    ------
    NotFound, FormatError (no JSON), InvalidArgument (an entry that is not as above, told by its place)
    """
    file = Path(file)
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise NotFound(f'manifest "{file}": no such file') from None
    except UnicodeDecodeError as error:
        raise FormatError(f'manifest "{file}": not UTF-8 at byte {error.start}; save it as UTF-8 JSON') from None
    lines = file.suffix.lower() == ".jsonl"
    entries = _lines(file, text) if lines else _parsed(f'manifest "{file}"', text)
    if isinstance(entries, dict):
        entries = [{"path": path, "prompt": prompt} for path, prompt in entries.items()]
    if not isinstance(entries, list) or not entries:
        raise InvalidArgument(f'manifest "{file}": expected a list of clips with at least one entry, or an object from path to prompt')
    return [
        _request(entry, file.parent, f'manifest "{file}" {"line" if lines else "entry"} {number}')
        for number, entry in enumerate(entries, 1)
    ]


def _parsed(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise FormatError(f"{where}: not JSON: {error}") from None


def _lines(file: Path, text: str) -> list[Any]:
    return [_parsed(f'manifest "{file}" line {number}', line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _request(entry: Any, folder: Path, where: str) -> ClipRequest:
    if not isinstance(entry, dict):
        raise InvalidArgument(f'{where}: {type(entry).__name__}, expected an object with "path"')
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise InvalidArgument(f'{where}: unknown key "{unknown[0]}"; known: {", ".join(sorted(_KEYS))}')
    for key in ("path", "prompt", "image", "reference"):
        if not isinstance(entry.get(key, ""), str):
            raise InvalidArgument(f"{where}.{key}: {type(entry[key]).__name__}, expected text")
    if not entry.get("path"):
        raise InvalidArgument(f'{where}: "path" is missing; name the clip')
    labels = entry.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise InvalidArgument(f'{where}.labels: expected an object from name to text, such as {{"color": "red"}}')
    image = read_image(folder / entry["image"]) if entry.get("image") else None
    reference = folder / entry["reference"] if entry.get("reference") else None
    return ClipRequest(folder / entry["path"], prompt=entry.get("prompt", ""), labels=labels, image=image, reference=reference)
