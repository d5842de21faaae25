"""Finding suites: files the user has, and the small ones that come with the package."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from gallop._gallop import NotFound
from gallop._gallop.benchmark import Suite

#: Names of published suites whose file the user brings, and what that file is called upstream.
_PUBLISHED = {"vbench": "VBench_full_info.json", "vbench-i2v": "vbench2_i2v_full_info.json"}


def built_in_suites() -> dict[str, Path]:
    """Name -> file of the suites that come with the package; all prompts in them are our own."""
    folder = resources.files("gallop") / "assets" / "suites"
    return {Path(str(file)).stem: Path(str(file)) for file in sorted(folder.iterdir(), key=str) if str(file).endswith(".json")}


def load_suite(
    name: str | os.PathLike,
    *,
    prompts: str | os.PathLike | None = None,
    dimensions: list[str] | None = None,
    samples: int | None = None,
) -> Suite:
    """Reads a suite.

    Parameters
    ----------
    name : a file (VBench's full_info JSON, gallop/suite-v1 JSON, CSV, one prompt a line), the name of a built-in suite, or
        ``"vbench"`` / ``"vbench-i2v"`` together with ``prompts``
    prompts : the published file of a suite named by its name; its hash is checked
    dimensions : what to judge, for files that name no dimensions
    samples : clips a prompt; None: what the file says, else 5

    Raises
    ------
    NotFound, FormatError (with the number of the record), InvalidArgument
    """
    options = {"dimensions": list(dimensions or []), "samples": samples}
    if prompts is not None:
        return Suite.load(prompts, require_official=os.fspath(name) in _PUBLISHED, **options)
    text = os.fspath(name)
    if text in built_in_suites():
        return Suite.load(built_in_suites()[text], **options)
    if text in _PUBLISHED and not Path(text).exists():
        raise NotFound(
            f'suite: the prompts of "{text}" are read from the published file {_PUBLISHED[text]}; name it with prompts= (--prompts)'
        )
    return Suite.load(text, **options)
