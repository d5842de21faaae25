"""Lets the training scripts import ``gallop.world`` from the source tree, also where the compiled module is not built."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

if importlib.util.find_spec("gallop") is None or not any((Path(p) / "gallop").is_dir() for p in sys.path if p):
    package = types.ModuleType("gallop")
    package.__path__ = [str(Path(__file__).resolve().parents[1] / "gallop")]
    sys.modules["gallop"] = package
