"""Tiny model folders for the tests, written by a program of the C++ tests."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def write_tiny_wan(folder: Path, name: str, shared: Path) -> Path:
    """The model ``name`` in the diffusers layout; skips loudly where the program is not built."""
    programs = [ROOT / build / "tests/parity/write_tiny_wan" for build in ("build/python", "build/dev", "build/ci")]
    program = next((each for each in programs if each.exists()), None)
    if program is None:
        pytest.skip("the program write_tiny_wan is not built (GALLOP_BUILD_TESTS=ON)")
    subprocess.run([str(program), str(folder), name, str(shared / "reference/wan_tokenizer/tokenizer.json")], check=True)
    return folder


def write_tiny_single_stream(folder: Path) -> Path:
    """A complete tiny joint audio-video model in the published layout; skips loudly where the program is not built."""
    programs = [ROOT / build / "tests/parity/write_tiny_single_stream" for build in ("build/python", "build/dev", "build/ci")]
    program = next((each for each in programs if each.exists()), None)
    if program is None:
        pytest.skip("the program write_tiny_single_stream is not built (GALLOP_BUILD_TESTS=ON)")
    subprocess.run([str(program), str(folder)], check=True)
    return folder
