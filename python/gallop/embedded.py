"""The model that comes inside the package."""

from __future__ import annotations

from pathlib import Path


def pony() -> Path:
    """Folder of *pony*, a text-and-image-to-video model of 22 MiB in the diffusers layout of the Wan family.

    It knows one small world (``gallop.world``): 64x64, nine frames. Its model card is ``README.md`` in the folder.

    >>> gallop.pony().name
    'pony'
    """
    return Path(__file__).parent / "assets" / "pony"
