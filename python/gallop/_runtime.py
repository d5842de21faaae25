"""What the package needs of its surroundings before the compiled half can load."""

import re
from importlib import metadata
from pathlib import Path


def _pinned_torch() -> str | None:
    """The torch release this wheel was built with, or None when running from a source folder."""
    try:
        requirements = metadata.requires("gallop") or []
    except metadata.PackageNotFoundError:
        return None
    for requirement in requirements:
        match = re.match(r"torch==([0-9][^;\s]*)", requirement)
        if match:
            return match[1]
    return None


def check_torch() -> None:
    """Raises ImportError in words when the torch package does not fit the compiled library."""
    wanted = _pinned_torch()
    try:
        found = metadata.version("torch")
    except metadata.PackageNotFoundError:
        raise ImportError(
            f"gallop uses the LibTorch inside the torch package and there is none here; run: pip install torch=={wanted or '2.13.0'}"
        ) from None
    if wanted is not None and found.split("+")[0] != wanted:
        raise ImportError(
            f"this gallop was built with torch {wanted} and torch {found} is installed; their C++ libraries do not fit together. "
            f"Run: pip install torch=={wanted}   (or build gallop again: pip install --no-build-isolation .)"
        )


def cmake_prefix() -> str:
    """The folder to put on CMAKE_PREFIX_PATH for ``find_package(gallop)``."""
    return str(Path(__file__).resolve().parent)
