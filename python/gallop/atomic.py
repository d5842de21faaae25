"""Files that are whole or absent."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from gallop._gallop import IoError


def write_bytes(file: str | os.PathLike, data: bytes) -> Path:
    """Writes beside the target, syncs, renames. IoError in words when the folder cannot be written or is full."""
    return _write(Path(file), lambda handle: handle.write(data))


def write_text(file: str | os.PathLike, text: str) -> Path:
    """As write_bytes, UTF-8."""
    return write_bytes(file, text.encode("utf-8"))


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
        raise IoError(f'"{target}": cannot be written: {error.strerror or error}; check the folder, its permissions and free space') from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return target
