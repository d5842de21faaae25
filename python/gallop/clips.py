"""From what a user names - a path, a folder, a pattern, frames - to the clips to judge."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gallop._gallop import ClipRequest, DeviceFrames, InvalidArgument, NotFound, Video

#: Endings that a folder is searched for. A file named outright is tried whatever its ending.
ENDINGS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".flv", ".3gp", ".wmv", ".y4m", ".ps", ".ogv"}

_DLPACK_CPU = 1


def in_folder(folder: Path) -> list[Path]:
    """The clips of a folder and its sub-folders, by ending, sorted by name, hidden ones left out. None: the folder itself,
    which becomes a row with a problem, so that no name a user gave is passed over in silence."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(root) / name for name in sorted(files) if Path(name).suffix.lower() in ENDINGS and not name.startswith(".")]
    return found or [folder]


def _from_path(path: str | os.PathLike) -> list[Path]:
    path = Path(path)
    if path.is_dir():
        return in_folder(path)
    if not path.exists() and glob.has_magic(str(path)):
        matches = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]
        if not matches:
            raise NotFound(f'"{path}": nothing matches this pattern')
        return [clip for match in matches for clip in (in_folder(match) if match.is_dir() else [match])]
    return [path]  # a missing file becomes a problem of its own row


def _from_object(source: Any, fps: float | None) -> list[Any]:
    if isinstance(source, (Video, DeviceFrames, ClipRequest)):
        return [source]
    if isinstance(source, (str, os.PathLike)):
        return list(_from_path(source))
    if hasattr(source, "__array__") or hasattr(source, "__dlpack__"):
        return [video_from_array(source, fps)]
    if isinstance(source, Iterable):
        return [clip for item in source for clip in _from_object(item, fps)]
    raise InvalidArgument(
        f"clip: {type(source).__name__} is neither a path nor frames; give a path, a Video, or uint8 [frames, height, width, 3]"
    )


def video_from_array(array: Any, fps: float | None) -> Video | DeviceFrames:
    """Frames in memory as a Video: NumPy, or anything with DLPack (torch tensors). What lies on a GPU stays there.

    Parameters
    ----------
    array : uint8 [frames, height, width, 3], RGB
    fps : frames per second; frames alone do not know their rate
    """
    if fps is None:
        raise InvalidArgument("fps: frames in memory do not say how fast they play; pass fps=, e.g. fps=16")
    if hasattr(array, "__dlpack_device__") and array.__dlpack_device__()[0] != _DLPACK_CPU:
        return DeviceFrames(array, fps=fps)
    if not hasattr(array, "__array__"):
        import numpy

        array = numpy.from_dlpack(array)
    return Video(array, fps=fps)


def gather(sources: Any, fps: float | None = None) -> list[Any]:
    """Everything to judge, in the order given; folders sorted by name."""
    clips = _from_object(sources, fps)
    if not clips:
        raise InvalidArgument("clips: the list is empty; name at least one clip")
    return clips
