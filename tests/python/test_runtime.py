"""What an import says when the surroundings do not fit."""

from importlib import metadata

import gallop
import pytest
from gallop import _runtime


def surround(monkeypatch, torch, pinned):
    def version(name):
        if torch is None:
            raise metadata.PackageNotFoundError(name)
        return torch

    monkeypatch.setattr(_runtime.metadata, "version", version)
    monkeypatch.setattr(_runtime.metadata, "requires", lambda name: [f"torch=={pinned}", "numpy>=1.26"])


def test_no_torch_names_the_command_that_installs_it(monkeypatch):
    surround(monkeypatch, None, "2.13.0")
    with pytest.raises(ImportError, match=r"there is none here; run: pip install torch==2\.13\.0"):
        _runtime.check_torch()


def test_another_torch_is_named_beside_the_one_built_with(monkeypatch):
    surround(monkeypatch, "2.11.0+cpu", "2.13.0")
    with pytest.raises(ImportError, match=r"built with torch 2\.13\.0 and torch 2\.11\.0\+cpu is installed.*pip install torch==2\.13\.0"):
        _runtime.check_torch()


def test_a_local_version_of_the_same_release_fits(monkeypatch):
    surround(monkeypatch, "2.13.0+cpu", "2.13.0")
    _runtime.check_torch()


def test_the_installed_wheel_pins_the_torch_it_was_built_with():
    try:
        requirements = metadata.requires("gallop")
    except metadata.PackageNotFoundError:
        pytest.skip("gallop runs from its source folder here, not from an installed wheel")
    assert f"torch=={metadata.version('torch').split('+')[0]}" in requirements
    assert gallop.__version__ == metadata.version("gallop")
