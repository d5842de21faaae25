"""Small H.264 copies of clips, so that the report plays without the originals."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import gallop

LONGEST_SIDE = 320
SECONDS = 4.0
MOST_BYTES = 300_000
MOST_INSIDE = 40


@dataclass(frozen=True)
class Preview:
    """``video`` and ``poster``: data URIs or paths relative to the report; empty when the clip cannot be decoded."""

    video: str = ""
    poster: str = ""


def shrunk(frames: np.ndarray) -> np.ndarray:
    """Whole-cell means down to the longest side allowed; even sides for H.264."""
    factor = -(-max(frames.shape[1:3]) // LONGEST_SIDE)
    if factor > 1:
        height, width = frames.shape[1] // factor, frames.shape[2] // factor
        cells = frames[:, : height * factor, : width * factor].reshape(len(frames), height, factor, width, factor, 3)
        frames = np.ascontiguousarray((cells.mean(axis=(2, 4)) + 0.5).astype(np.uint8))
    return frames


def _first_seconds(file: Path) -> tuple[np.ndarray, float]:
    streams = gallop.probe(file)["streams"]
    fps = next((stream["fps"] for stream in streams if stream["type"] == "video" and stream["fps"] > 0), 25.0)
    keep = int(np.clip(round(fps * SECONDS), 1, 240))
    video = gallop.read_video(file, count=keep, audio=False)
    return video.numpy(), video.fps


def encoded(frames: np.ndarray, fps: float, folder: Path) -> bytes:
    """The first quality step that fits; halves the length when none does."""
    target = folder / "preview.mp4"
    while True:
        for crf in (23, 30, 37):
            gallop.write_video(target, gallop.Video(frames, fps=fps), crf=crf, preset="veryfast")
            if target.stat().st_size <= MOST_BYTES:
                return target.read_bytes()
        if len(frames) == 1:
            return target.read_bytes()
        frames = frames[: max(1, len(frames) // 2)]


def make_previews(clips: list[str], beside: Path) -> dict[str, Preview]:
    """A preview a clip: the first ones inside the page, the rest as files in the folder ``beside``."""
    previews = {}
    with tempfile.TemporaryDirectory() as scratch:
        for clip in dict.fromkeys(clips):
            try:
                frames, fps = _first_seconds(Path(clip))
                frames = shrunk(frames)
                data = encoded(frames, fps, Path(scratch))
                poster = Path(scratch) / "poster.jpg"
                gallop.write_image(poster, gallop.Image(frames[len(frames) // 2]))
                image = poster.read_bytes()
            except gallop.Error:
                previews[clip] = Preview()  # the table says why the clip is bad
                continue
            inside = sum(preview.video.startswith("data:") for preview in previews.values()) < MOST_INSIDE
            previews[clip] = _inside(data, image) if inside else _beside(data, image, beside, len(previews))
    return previews


def _inside(video: bytes, poster: bytes) -> Preview:
    return Preview(data_uri("video/mp4", video), data_uri("image/jpeg", poster))


def data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _beside(video: bytes, poster: bytes, folder: Path, number: int) -> Preview:
    folder.mkdir(exist_ok=True)
    from gallop.atomic import write_bytes

    # Numbered, not named after the clip: names from outside never become paths.
    write_bytes(folder / f"{number:04}.mp4", video)
    write_bytes(folder / f"{number:04}.jpg", poster)
    return Preview(f"{folder.name}/{number:04}.mp4", f"{folder.name}/{number:04}.jpg")
