"""Fixtures of the Python tests: synthetic clips, the shared data (skipped loudly when absent)."""

import os
from pathlib import Path

import gallop
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared():
    """Folder of the shared test data."""
    root = Path(os.environ.get("GALLOP_SHARED", ROOT.parent / "shared"))
    if not (root / "data").is_dir():
        pytest.skip(f"shared test data is absent from {root}; set GALLOP_SHARED")
    return root


def moving_square(frames=12, height=48, width=64):
    out = np.full((frames, height, width, 3), 60, np.uint8)
    for t in range(frames):
        out[t, 12:30, 4 + 2 * t : 22 + 2 * t] = (230, 200, 60)
    return out


@pytest.fixture
def frames():
    return moving_square()


@pytest.fixture
def clip(tmp_path, frames):
    file = tmp_path / "clip.mp4"
    gallop.write_video(file, gallop.Video(frames, fps=8.0))
    return file
