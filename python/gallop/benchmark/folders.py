"""Folders of clips as suites of their own: every clip is its own record."""

from __future__ import annotations

import json
from pathlib import Path

from gallop import _gallop
from gallop._gallop import InvalidArgument
from gallop._gallop.benchmark import Suite
from gallop.atomic import write_text
from gallop.benchmark.running import run_suite
from gallop.clips import in_folder


def folder_suite(folders, file: Path, dimensions: list[str]) -> Suite:
    """A suite over every clip that any of ``folders`` holds, written to ``file``."""
    names = sorted({clip.relative_to(folder).as_posix() for folder in map(Path, folders) for clip in in_folder(folder) if clip != folder})
    if not names:
        raise InvalidArgument(f"no clips in {', '.join(map(str, folders))}; name folders that hold video files")
    body = {
        "schema": "gallop/suite-v1",
        "name": "folders",
        "samples": 1,
        "dimensions": dimensions,
        "records": [{"file": name} for name in names],
    }
    write_text(file, json.dumps(body, ensure_ascii=False))
    return Suite.load(file)


def judge_folders(folders, run_folder, *, profile="quick", dimensions=None, weights=None, device=None) -> list:
    """The results of each folder, computed with one suite; resumes when ``run_folder`` is kept."""
    chosen = [name.strip() for name in (dimensions or "").split(",") if name.strip()] or [info.name for info in _gallop.evaluators(profile)]
    if not chosen:
        raise InvalidArgument(f'profile: "{profile}" has no evaluators')
    root = Path(run_folder)
    root.mkdir(parents=True, exist_ok=True)
    suite = folder_suite(folders, root / "suite.json", chosen)
    return [run_suite(suite, folder, run=root / f"side-{number}", weights=weights, device=device) for number, folder in enumerate(folders)]
