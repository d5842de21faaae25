"""How clips and pictures show themselves in a notebook: small copies inside the cell, the numbers below."""

from __future__ import annotations

import html
import tempfile
from pathlib import Path

import gallop


def video_html(video: gallop.Video) -> str:
    """A preview that plays (at most 4 s, 320 pixels, 300 KB) and what the clip is."""
    from gallop.report import previews

    frames = video.numpy()[: max(1, round(video.fps * previews.SECONDS))]
    with tempfile.TemporaryDirectory() as folder:
        data = previews.encoded(previews.shrunk(frames), video.fps, Path(folder))
    return f'<video controls loop muted src="{previews.data_uri("video/mp4", data)}"></video><div>{html.escape(repr(video))}</div>'


def image_html(image: gallop.Image) -> str:
    """The picture, shrunk to 320 pixels, and what it is."""
    from gallop.report import previews

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "image.jpg"
        gallop.write_image(file, gallop.Image(previews.shrunk(image.numpy()[None])[0]))
        data = file.read_bytes()
    return f'<img src="{previews.data_uri("image/jpeg", data)}"><div>{html.escape(repr(image))}</div>'
