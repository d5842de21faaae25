"""The record of how a folder of clips came about: ``sampling.json`` and one line a clip in ``clips.jsonl``."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from gallop._gallop import FormatError, InvalidArgument, IoError
from gallop.atomic import append_line, write_text

SCHEMA = "gallop/sampling-v1"


def sha256_of(file: Path) -> str:
    """Lower-case hex digest of a file's bytes."""
    with file.open("rb") as handle:
        return (
            hashlib.file_digest(handle, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(handle.read()).hexdigest()
        )


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
        self._lines = self.folder / "clips.jsonl"
        self._check(about)
        self.clips = self._read()

    def _check(self, about: dict[str, Any]) -> None:
        file = self.folder / "sampling.json"
        body = {"schema": SCHEMA, **about}
        if not file.exists():
            write_text(file, json.dumps(body, indent=1, ensure_ascii=False) + "\n")
            return
        try:
            before = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise FormatError(f'"{file}": is no JSON: {error}') from error
        changed = [key for key in body if before.get(key) != body[key]]
        if changed:
            raise InvalidArgument(
                f'"{self.folder}": was begun with another {", ".join(changed)} ({before.get(changed[0])!r}, now {body[changed[0]]!r}); use a folder of its own'
            )

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self._lines.exists():
            return {}
        text = self._lines.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            write_text(self._lines, whole)
        try:
            rows = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise FormatError(f'"{self._lines}": a line is no JSON: {error}') from error
        return {row["clip"]: row for row in rows}

    def holds(self, clip: str) -> bool:
        """True when the clip was recorded and its file still has the recorded size."""
        row, file = self.clips.get(clip), self.folder / clip
        return row is not None and file.is_file() and file.stat().st_size == row["bytes"]

    def add(self, clip: str, **facts: Any) -> None:
        """Records a clip whose file is in place."""
        file = self.folder / clip
        row = {"clip": clip, "sha256": sha256_of(file), "bytes": file.stat().st_size, **facts}
        append_line(self._lines, json.dumps(row, ensure_ascii=False))
        self.clips[clip] = row
