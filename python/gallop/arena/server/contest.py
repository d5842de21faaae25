"""Which clips compete: one folder per model, one clip per prompt, and an optional ``arena.json``.

``clips/MODEL/PROMPT.mp4`` or ``PROMPT-INDEX.mp4`` as VBench names samples. ``arena.json`` may hold::

    {"prompts": {"PROMPT": "text to show"},
     "models": {"MODEL": {"maker": "...", "released": true}},
     "controls": [{"prompt": "text", "good": "controls/a.mp4", "bad": "controls/b.mp4"}]}
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from gallop._gallop import FileNotFound, FormatError, InvalidArgument

SUFFIXES = {".mp4", ".mov", ".webm", ".mkv", ".gif", ".avi"}


@dataclass(frozen=True)
class Clip:
    """A file of a model for a prompt. ``prompt_id`` is its name without suffix, so each sample index is a prompt of its own."""

    model: str
    prompt_id: str
    prompt: str
    file: Path


@dataclass(frozen=True)
class Control:
    """A planted pair whose answer is obvious."""

    prompt: str
    good: Clip
    bad: Clip


@dataclass
class Contest:
    clips: list[Clip]
    controls: list[Control] = field(default_factory=list)
    models: dict[str, dict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return sorted({clip.model for clip in self.clips})

    def files(self) -> list[Clip]:
        """Every clip that may be served."""
        return self.clips + [clip for control in self.controls for clip in (control.good, control.bad)]


def find_contest(folder: str | Path) -> Contest:
    """Reads the folder. FileNotFound, FormatError or InvalidArgument say what is missing."""
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFound(f'"{folder}": no such folder, expected one folder of clips per model')
    manifest = _manifest(folder / "arena.json")
    texts = manifest.get("prompts", {})
    clips, seen, empty = [], {}, []
    for model in sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_")) and path.name != "controls"
    ):
        for file in sorted(model.iterdir()):
            if file.suffix.lower() in SUFFIXES and file.is_file():
                if (model.name, file.stem) in seen:
                    raise FormatError(
                        f'"{file}": a second clip of "{model.name}" for this prompt beside "{seen[model.name, file.stem].name}"; keep one'
                    )
                seen[model.name, file.stem] = file
                clips.append(Clip(model.name, file.stem, texts.get(file.stem, re.sub(r"-\d+$", "", file.stem)), file))
        if not any(name == model.name for name, _ in seen):
            empty.append(f'"{model.name}" holds no clips and does not take part')
    contest = Contest(clips, _controls(folder, manifest), manifest.get("models", {}), empty)
    _keep_comparable(contest)
    if len(contest.names) < 2:
        raise InvalidArgument(
            f'"{folder}": {len(contest.names)} models share a prompt, expected two or more folders with clips of the same names'
        )
    return contest


def _keep_comparable(contest: Contest) -> None:
    names = contest.names
    leaked = {clip.prompt_id for clip in contest.clips if any(len(name) > 3 and name.lower() in clip.prompt.lower() for name in names)}
    if leaked:
        contest.notes.append(f"{len(leaked)} prompts name a model and are not shown: {', '.join(sorted(leaked)[:5])}")
    models = {}
    for clip in contest.clips:
        models.setdefault(clip.prompt_id, set()).add(clip.model)
    alone = {prompt for prompt, owners in models.items() if len(owners) < 2}
    if alone:
        contest.notes.append(f"{len(alone)} prompts have clips of one model only and are not shown")
    contest.clips = [clip for clip in contest.clips if clip.prompt_id not in leaked | alone]


def _manifest(file: Path) -> dict:
    if not file.is_file():
        return {}
    try:
        data = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f'"{file}": not JSON: {error}') from error
    shape = {"prompts": dict, "models": dict, "controls": list}
    if not isinstance(data, dict) or any(key not in shape or not isinstance(value, shape[key]) for key, value in data.items()):
        raise FormatError(f'"{file}": expected an object with "prompts" (object), "models" (object), "controls" (list)')
    if not all(isinstance(text, str) for text in data.get("prompts", {}).values()):
        raise FormatError(f'"{file}": prompts: expected a text for each name')
    return data


def _controls(folder: Path, manifest: dict) -> list[Control]:
    found = []
    for at, entry in enumerate(manifest.get("controls", [])):
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("prompt", "good", "bad")):
            raise FormatError(f'arena.json: controls[{at}]: expected "prompt", "good" and "bad" as text')
        pair = []
        for key in ("good", "bad"):
            file = (folder / entry[key]).resolve()
            if not file.is_relative_to(folder.resolve()):
                raise FormatError(f'arena.json: controls[{at}].{key}: "{entry[key]}" leaves the folder of clips')
            if not file.is_file():
                raise FileNotFound(f'arena.json: controls[{at}].{key}: "{file}": no such file')
            pair.append(Clip(f"(control {key})", f"control-{at}-{key}", entry["prompt"], file))
        found.append(Control(entry["prompt"], *pair))
    return found
