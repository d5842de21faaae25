"""Adopting clips that were made elsewhere: named as the suite wants them, with who made them on record."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import gallop
from gallop._gallop import FormatError, InvalidArgument, IoError
from gallop._gallop.benchmark import Suite
from gallop.atomic import beside
from gallop.clips import ENDINGS
from gallop.studio.manifest import Manifest
from gallop.studio.sampling import planned_clips


def read_mapping(file: str | os.PathLike) -> dict[str, tuple[str, int]]:
    """File name -> (prompt, index) from a CSV with columns file, prompt, index, or a JSON object {file: prompt or [prompt, index]}."""
    path = Path(file)
    try:
        if path.suffix.lower() == ".json":
            body = json.loads(path.read_text(encoding="utf-8"))
            return {name: (value, 0) if isinstance(value, str) else (str(value[0]), int(value[1])) for name, value in body.items()}
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return {row["file"]: (row["prompt"], int(row.get("index") or 0)) for row in csv.DictReader(handle)}
    except OSError as error:
        raise IoError(f'"{file}": cannot be read: {error.strerror}') from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise FormatError(
            f'"{file}": expected columns file, prompt, index, or a JSON object {{file: [prompt, index]}} ({error!r})'
        ) from error


def adopt_clips(
    suite: Suite,
    source: str | os.PathLike,
    out: str | os.PathLike,
    *,
    made_by: str,
    party: str = "",
    mapping: dict[str, tuple[str, int]] | None = None,
) -> tuple[list[str], list[str]]:
    """Copies clips into ``out`` under the suite's names; clips that were adopted already are left alone.

    Parameters
    ----------
    source : folder of the clips
    made_by : the model or service that made them
    party : who sampled them
    mapping : file below ``source`` -> (prompt, index); None: the files already carry the suite's names

    Returns
    -------
    (adopted, passed over) : names in ``out``; files of ``source`` that belong to no prompt

    Raises
    ------
    InvalidArgument
        A mapping that names a prompt the suite lacks, an index beyond its samples, or one clip twice.
    MediaError, NotFound
        A file that is no clip; nothing of it is kept.
    """
    source = Path(source)
    wanted = {(clip.prompt, clip.index): clip.name for clip in planned_clips(suite, ending="")}
    if mapping is None:
        stems = {name: name for name in wanted.values()}
        found = {file: stems[file.stem] for file in _files(source) if file.stem in stems}
    else:
        found = {}
        for name, place in mapping.items():
            if place not in wanted:
                raise InvalidArgument(
                    f"mapping: {name!r} stands for index {place[1]} of a prompt that the suite does not ask for: {place[0]!r}"
                )
            found[_below(source, name)] = wanted[place]
    _check_once(found)
    manifest = Manifest(
        out, {"suite": suite.name, "suite_sha256": suite.sha256, "party": party, "maker": {"kind": "adopted", "model": made_by}}
    )
    adopted = []
    for file, stem in sorted(found.items(), key=lambda entry: entry[1]):
        name = stem if Path(stem).suffix.lower() in ENDINGS else stem + file.suffix.lower()
        if not manifest.holds(name):
            gallop.probe(file)
            with beside(manifest.folder / name) as temporary:
                shutil.copyfile(file, temporary)
            manifest.add(name, came_from=file.name)
        adopted.append(name)
    passed = [str(file.relative_to(source)) for file in _files(source) if file not in found] if source.is_dir() else []
    return adopted, passed


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())


def _below(folder: Path, name: str) -> Path:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise InvalidArgument(f"mapping: {name!r} leaves the folder of clips")
    return folder / path


def _check_once(found: dict[Path, str]) -> None:
    seen: dict[str, Path] = {}
    for file, stem in found.items():
        if stem in seen:
            raise InvalidArgument(f"mapping: {file.name!r} and {seen[stem].name!r} both stand for {stem!r}")
        seen[stem] = file
