"""Sampling a suite with a model on this machine."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import gallop
from gallop._gallop import InvalidArgument, Unsupported
from gallop._gallop.benchmark import Suite
from gallop.studio.manifest import Manifest

#: Name of the rule below, stored with the clips.
SEED_RULE = "sha256(base|prompt|index), first 31 bits"


def seed_of(base: int, prompt: str, index: int) -> int:
    """The seed of one clip, 0..2^31-1: independent of order, shard and of what was made before."""
    return int.from_bytes(hashlib.sha256(f"{base}|{prompt}|{index}".encode()).digest()[:4], "big") >> 1


class Maker(Protocol):
    """Makes one clip. ``facts`` says what made it, for the record of the folder."""

    facts: dict[str, Any]

    def make(self, prompt: str, seed: int, image: Path | None) -> Any:
        """A Video, uint8 [frames, height, width, 3] with sound or without; or a Generated, whose provenance is then kept."""


class PipelineMaker:
    """A model folder on this machine.

    Parameters
    ----------
    folder : as for gallop.Pipeline.load; "pony": the small model inside the package
    device, dtype : as there
    options : generation options that hold for every clip (steps, width, frames ...)
    """

    def __init__(self, folder: str | os.PathLike, *, device: str | None = None, dtype: str | None = None, **options: Any):
        if not hasattr(gallop, "Pipeline"):
            raise Unsupported("this build makes no clips: it has no generation pipelines")
        folder = gallop.pony() if os.fspath(folder) == "pony" and not Path(folder).is_dir() else Path(folder)
        self._pipeline = gallop.Pipeline.load(
            folder, **{key: value for key, value in (("device", device), ("dtype", dtype)) if value is not None}
        )
        self._options = {key: value for key, value in options.items() if value is not None}
        self.facts = {"kind": "pipeline", "model": folder.resolve().name, "options": dict(self._options)}
        #: Told where the clip at work stands; returning False stops it.
        self.watch: Callable[[Any], Any] | None = None

    def make(self, prompt: str, seed: int, image: Path | None) -> Any:
        extra = {"first_frame": image} if image is not None else {}
        return self._pipeline.generate(prompt, seed=seed, on_progress=self.watch, **extra, **self._options)


@dataclass(frozen=True)
class PlannedClip:
    """One clip a suite asks for. ``said``: the prompt that is given to the maker; the file is named by the suite's own."""

    name: str
    prompt: str
    said: str
    index: int
    image: str


@dataclass(frozen=True)
class Sampled:
    """What sample_suite did."""

    made: int
    kept: int


def planned_clips(
    suite: Suite, *, said: list[str] | None = None, ending: str = ".mp4", shard: tuple[int, int] = (0, 1)
) -> Iterator[PlannedClip]:
    """Every distinct clip of a suite in its order; prompts that two groups share are made once.

    Parameters
    ----------
    said : what to say in place of each record's prompt (a translation, a rewritten prompt), one a record
    shard : (index, count): every count-th clip
    """
    if said is not None and len(said) != len(suite.records):
        raise InvalidArgument(f"said: {len(said)} lines for {len(suite.records)} records; expected one a record, in the order of the suite")
    seen, number = set(), 0
    for place, record in enumerate(suite.records):
        for index in range(suite.samples if not record.file else 1):
            name = suite.clip_stem(record, index) + ending if not record.file else record.file
            if name in seen:
                continue
            seen.add(name)
            number += 1
            if (number - 1) % shard[1] == shard[0]:
                yield PlannedClip(name, record.prompt, said[place] if said else record.prompt, index, record.image)


def sample_suite(
    suite: Suite,
    maker: Maker,
    out: str | os.PathLike,
    *,
    party: str = "",
    seed: int = 0,
    said: list[str] | None = None,
    images: str | os.PathLike | None = None,
    shard: tuple[int, int] = (0, 1),
    on_progress: Callable[[Any], Any] | None = None,
) -> Sampled:
    """Makes the clips that are not there yet; may be killed and called again.

    Parameters
    ----------
    out : folder of the clips, flat, named as VBench wants them
    party : who samples, for the result card
    seed : base of the seeds (seed_of); recorded with each clip
    said, shard : as in planned_clips
    images : folder of conditioning pictures, for suites that have them
    on_progress : called with stage, done, total, seconds, detail; returning False stops
    """
    manifest = Manifest(
        out,
        {
            "suite": suite.name,
            "suite_sha256": suite.sha256,
            "party": party,
            "maker": maker.facts,
            "seed_rule": SEED_RULE,
            "seed_base": seed,
        },
    )
    clips = list(planned_clips(suite, said=said, shard=shard))
    start, made = time.monotonic(), 0

    def tell(done: int, detail: str) -> Any:
        seconds = time.monotonic() - start
        return on_progress and on_progress(SimpleNamespace(stage="sample", done=done, total=len(clips), seconds=seconds, detail=detail))

    for done, clip in enumerate(clips):
        if tell(done, clip.name) is False:
            raise gallop.Cancelled("sampling was stopped by its progress callback; finished clips are kept")
        if manifest.holds(clip.name):
            continue
        own = seed_of(seed, clip.prompt, clip.index)
        if on_progress and hasattr(maker, "watch"):
            maker.watch = lambda step, done=done, clip=clip: tell(done, f"{step.stage} {step.done}/{step.total} {clip.name}")
        result = maker.make(clip.said, own, picture_of(images, clip))
        if hasattr(result, "provenance"):
            manifest.made_with(shared_part(result.provenance))
        gallop.write_video(manifest.folder / clip.name, getattr(result, "video", result), comment=getattr(result, "provenance_json", ""))
        manifest.add(clip.name, prompt=clip.prompt, said=clip.said, index=clip.index, seed=own)
        made += 1
    tell(len(clips), "")
    return Sampled(made, len(clips) - made)


def picture_of(images: str | os.PathLike | None, clip: PlannedClip) -> Path | None:
    """The conditioning picture of a clip, if the suite has one. InvalidArgument when no folder of pictures was named."""
    if not clip.image:
        return None
    if not images:
        raise InvalidArgument(f'images: the suite has a picture for "{clip.name}"; name the folder of pictures (--images)')
    return Path(images) / clip.image


def shared_part(provenance: dict[str, Any]) -> dict[str, Any]:
    """What a clip's provenance says of all clips of a folder: model, weights, versions, settings - not prompt, seed and pictures."""
    of_one_clip = {"prompt", "seed", "first_frame", "last_frame", "video", "initial_noise"}
    options = {name: value for name, value in provenance["options"].items() if name not in of_one_clip}
    return {**provenance, "options": options}
