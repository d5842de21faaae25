"""Files that are whole or absent."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from gallop._gallop import IoError


def write_bytes(file: str | os.PathLike, data: bytes) -> Path:
    """Writes beside the target, syncs, renames. IoError in words when the folder cannot be written or is full."""
    return _write(Path(file), lambda handle: handle.write(data))


def write_text(file: str | os.PathLike, text: str) -> Path:
    """As write_bytes, UTF-8."""
    return write_bytes(file, text.encode("utf-8"))


def append_line(file: Path, text: str) -> None:
    """Adds a line and syncs; a crash leaves at most one line without its end."""
    try:
        with file.open("a", encoding="utf-8") as handle:
            handle.write(text + "\n")
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise IoError(f'"{file}": cannot be written: {error.strerror}; free space and go on') from error


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A temporary path in the target's folder for others to fill; it becomes the target when the block ends well."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".gallop-", suffix=target.suffix)
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as error:
        raise IoError(f'"{target}": cannot be written: {error.strerror or error}; check the folder and free space') from error
    finally:
        Path(name).unlink(missing_ok=True)


def _write(target: Path, fill: Callable) -> Path:
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent or Path("."), prefix=".gallop-", suffix=target.suffix, delete=False) as handle:
            temporary = handle.name
            fill(handle)
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise IoError(
            f'"{target}": cannot be written: {error.strerror or error}; check the folder, its permissions and free space'
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return target
