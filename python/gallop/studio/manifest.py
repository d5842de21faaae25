"""The record of how a folder of clips came about: ``sampling.json`` and one line a clip in ``clips.jsonl``."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gallop._gallop import FormatError, InvalidArgument, IoError
from gallop.atomic import append_line, write_text
from gallop.hashes import sha256_of

SCHEMA = "gallop/sampling-v1"


def read_sampling(folder: str | os.PathLike) -> dict[str, Any]:
    """The ``sampling.json`` of a folder of clips. FormatError."""
    file = Path(folder) / "sampling.json"
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise IoError(f'"{file}": cannot be read: {error.strerror}') from error
    except ValueError as error:
        raise FormatError(f'"{file}": is no JSON: {error}') from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise FormatError(f'"{file}": is no record of sampling; expected "schema": "{SCHEMA}"')
    return body


def read_clips(folder: str | os.PathLike) -> list[dict[str, Any]]:
    """The lines of ``clips.jsonl``, the last of a clip that stands twice, in the order of names; a cut last line is left out."""
    file = Path(folder) / "clips.jsonl"
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    try:
        rows = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    except ValueError as error:
        raise FormatError(f'"{file}": a line is no JSON: {error}') from error
    return sorted({row["clip"]: row for row in rows}.values(), key=lambda row: row["clip"])


class Manifest:
    """Appends a line when a clip is whole; a line cut off by a crash is dropped when the folder is opened again.

    Parameters
    ----------
    folder : of the clips; made when absent
    about : what holds for all clips - suite, maker, party, seed rule. A folder keeps to one maker and suite: InvalidArgument
        when it says otherwise.
    """

    def __init__(self, folder: str | os.PathLike, about: dict[str, Any]):
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IoError(f'"{folder}": cannot be made: {error.strerror}') from error
        self._file, self._lines = self.folder / "sampling.json", self.folder / "clips.jsonl"
        self._facts: dict[str, Any] | None = None
        self._check(about)
        with self._alone():
            self.clips = self._read()

    def _check(self, about: dict[str, Any]) -> None:
        body = {"schema": SCHEMA, **about}
        with self._alone():
            if not self._file.exists():
                write_text(self._file, json.dumps(body, indent=1, ensure_ascii=False) + "\n")
                return
            self._refuse_other(read_sampling(self.folder), body)

    def made_with(self, facts: dict[str, Any]) -> None:
        """Records what made the clips - model, weights, versions, settings - with the first one; later ones must agree.

        InvalidArgument names what is different.
        """
        if self._facts == facts:
            return
        with self._alone():
            body = read_sampling(self.folder)
            before = body.get("made_with")
            if before is None:
                write_text(self._file, json.dumps({**body, "made_with": facts}, indent=1, ensure_ascii=False) + "\n")
            else:
                self._refuse_other(before, facts)
        self._facts = facts

    def _refuse_other(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        changed = [key for key in now if before.get(key) != now[key]]
        if changed:
            raise InvalidArgument(
                f'"{self.folder}": was begun with another {", ".join(changed)} ({before.get(changed[0])!r}, now {now[changed[0]]!r}); use a folder of its own'
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Shards of one sampling may share the folder: who reads, mends or adds holds the lock meanwhile."""
        try:
            handle = (self.folder / ".lock").open("a")
        except OSError as error:
            raise IoError(f'"{self.folder}": cannot be written: {error.strerror}; choose another folder') from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self._lines.exists():
            return {}
        text = self._lines.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            write_text(self._lines, whole)
        return {row["clip"]: row for row in read_clips(self.folder)}

    def holds(self, clip: str) -> bool:
        """True when the clip was recorded and its file still has the recorded size."""
        row, file = self.clips.get(clip), self.folder / clip
        return row is not None and file.is_file() and file.stat().st_size == row["bytes"]

    def add(self, clip: str, **facts: Any) -> None:
        """Records a clip whose file is in place."""
        file = self.folder / clip
        row = {"clip": clip, "sha256": sha256_of(file), "bytes": file.stat().st_size, **facts}
        with self._alone():
            append_line(self._lines, json.dumps(row, ensure_ascii=False))
        self.clips[clip] = row
