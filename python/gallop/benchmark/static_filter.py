"""The clips temporal_flickering is meant for: still ones, picked as the published protocol does, resumable."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gallop
from gallop._gallop.benchmark import Suite
from gallop.atomic import append_line, beside, write_text
from gallop.hashes import sha256_of

#: VBench keeps the first five still clips of a prompt.
KEPT = 5


@dataclass
class Picked:
    """Outcome for one suite.

    Attributes
    ----------
    still : prompt -> the clips that were kept, in the order they were looked at
    problems : (clip, reason) of what could not be looked at; it counts as not still
    judged, known : clips looked at now, and those whose verdict an earlier call had stored
    """

    still: dict[str, list[Path]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    judged: int = 0
    known: int = 0

    @property
    def short(self) -> list[str]:
        """Prompts with fewer still clips than the protocol keeps."""
        return [prompt for prompt, files in self.still.items() if len(files) < KEPT]


class _Verdicts:
    """One line a clip that was looked at: what flow costs is not paid twice."""

    def __init__(self, file: Path, settings: dict[str, object]):
        self._file, self._settings = file, settings
        self._known: dict[str, bool] = {}
        if file.exists():
            text = file.read_text(encoding="utf-8")
            whole = text[: text.rfind("\n") + 1]
            if whole != text:
                write_text(file, whole)
            try:
                rows = [json.loads(line) for line in whole.splitlines()]
                self._known = {row["sha256"]: row["still"] for row in rows if row["settings"] == settings}
            except (ValueError, KeyError, TypeError) as error:
                raise gallop.FormatError(f'"{file}": a line is no verdict ({error!r}); move the file away') from error

    def get(self, sha256: str) -> bool | None:
        return self._known.get(sha256)

    def add(self, sha256: str, clip: str, still: bool) -> None:
        self._known[sha256] = still
        row = {"clip": clip, "sha256": sha256, "still": still, "settings": self._settings}
        append_line(self._file, json.dumps(row, ensure_ascii=False))


def pick_still_clips(
    suite: Suite,
    videos: Path,
    weights: Path,
    out: Path,
    *,
    dimension: str = "temporal_flickering",
    device: str | None = None,
    on_prompt: Callable[[str, list[Path]], None] | None = None,
) -> Picked:
    """Copies the first five still clips of each prompt into ``out`` as ``<prompt>-0`` to ``-4``; goes on where a call stopped.

    Parameters
    ----------
    videos : clips ``<prompt>-<index>.mp4``, 25 a prompt by protocol; looked at in the order of their paths as text
    weights : folder with the checkpoint of RAFT
    out : gets the clips, ``static_filter.json`` in the published layout and ``static_filter.jsonl``, a verdict a clip
    dimension : whose prompts; "all": every prompt
    on_prompt : called with each prompt and its still clips

    Raises
    ------
    Unsupported, NotFound (no weights), IoError. A clip that cannot be decoded is in ``problems``.
    """
    known = {info.name: info for info in gallop.evaluators()}
    if "static_filter" not in known:
        raise gallop.Unsupported("static-filter: this build has no evaluator static_filter")
    judge = gallop.make_evaluator("static_filter", weights, device=gallop.Device(device) if device else None)
    out.mkdir(parents=True, exist_ok=True)
    checkpoints = sorted(file for file in weights.iterdir() if file.stem == "raft-things")
    settings = {"version": known["static_filter"].version, "weights": [sha256_of(file) for file in checkpoints], "device": device or ""}
    verdicts, picked = _Verdicts(out / "static_filter.jsonl", settings), Picked()

    def is_still(file: Path) -> bool:
        try:
            sha256 = sha256_of(file)
            still = verdicts.get(sha256)
            if still is not None:
                picked.known += 1
                return still
            still = judge.score(str(file)).value == 1.0
        except (gallop.Error, OSError) as error:
            picked.problems.append((file.name, str(error)))
            return False
        picked.judged += 1
        verdicts.add(sha256, file.name, still)
        return still

    for record in suite.records:
        if dimension != "all" and dimension not in record.dimensions:
            continue
        stem = suite.clip_stem(record, 0)[: -len("-0")]
        still = picked.still[record.prompt] = pick_still(candidates(videos, stem), is_still)
        for number, file in enumerate(still):
            with beside(out / f"{stem}-{number}{file.suffix}") as temporary:
                shutil.copyfile(file, temporary)
        if on_prompt:
            on_prompt(record.prompt, still)
    report = {prompt: {"static_count": len(files), "static_path": [str(file) for file in files]} for prompt, files in picked.still.items()}
    write_text(out / "static_filter.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return picked


def candidates(folder: Path, stem: str) -> list[Path]:
    """The clips of a prompt in the reference's order: by path as text (-0, -1, -10, -11, ..., -2)."""
    pattern = re.compile(re.escape(stem) + r"-\d+")
    return sorted((file for file in folder.iterdir() if pattern.fullmatch(file.stem) and file.suffix.lower() == ".mp4"), key=str)


def pick_still(files: list[Path], is_still: Callable[[Path], bool]) -> list[Path]:
    """The first five that are still; the rest is not looked at."""
    still: list[Path] = []
    for file in files:
        if len(still) == KEPT:
            break
        if is_still(file):
            still.append(file)
    return still
