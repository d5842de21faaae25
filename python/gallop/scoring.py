"""``gallop.score``: one line from clips to a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from gallop import _gallop
from gallop._gallop import CancelToken, ClipRequest, Device, InvalidArgument, Progress
from gallop.clips import gather, video_from_array
from gallop.table import ScoreTable


def score(
    clips: Any,
    *,
    fps: float | None = None,
    dimensions: Sequence[str] | str | None = None,
    profile: str = "quick",
    weights: str | os.PathLike | None = None,
    prompt: str | None = None,
    labels: dict[str, str] | None = None,
    image: Any = None,
    reference: Any = None,
    normalized_fps: float | None = None,
    device: str | Device | None = None,
    dtype: str | None = None,
    on_progress: Callable[[Progress], Any] | None = None,
    cancel: CancelToken | None = None,
) -> ScoreTable:
    """Judges clips and returns a table.

    Parameters
    ----------
    clips : path, folder, pattern, Video, uint8 array [frames, height, width, 3] RGB, ClipRequest, or a list of these
    fps : frames per second of arrays (a Video knows its own; files say theirs)
    dimensions : names from ``gallop.evaluators()``; None: every dimension of ``profile``
    profile : "quick" (no weights), "vbench", "vbench_i2v", "iqa", "reference"; several with commas between
    weights : folder with the checkpoints the dimensions need
    prompt : what the clips were asked to show, for dimensions that compare with it
    labels : auxiliary labels of a suite (color, object, scene ...); "multiple_objects.object" is meant for that dimension alone
    image : the picture the clips were made from (path or Image), for image-to-video dimensions
    reference : the pristine clip, for full-reference measures
    normalized_fps : frames per second that dimensions of every frame see of faster clips; None: parity with the published
        protocols. Scores made so carry the detail ``normalized_fps`` and compare with their like only.
    device : "cpu", "cuda:0"; None: the first usable GPU, otherwise the CPU
    dtype : "float32", "bfloat16", "float16"; None: the stored type on a GPU, float32 on a CPU
    on_progress : called with a Progress; returning False stops the run with Cancelled
    cancel : a token that stops the run from another thread

    Returns
    -------
    ScoreTable
        One row a clip. What could not be scored is in ``table.problems`` with the reason, never a zero.

    Raises
    ------
    InvalidArgument, NotFound
        Unknown dimension or profile, no clips. A clip that cannot be read is no exception but a problem of its row.
    """
    if image is not None and not isinstance(image, _gallop.Image):
        image = _gallop.read_image(image)
    requests = [_request(clip, prompt, labels, image, reference, fps) for clip in gather(clips, fps)]
    if isinstance(dimensions, str):
        dimensions = [name.strip() for name in dimensions.split(",") if name.strip()]
    if dimensions is not None and not dimensions:
        raise InvalidArgument("dimensions: the list is empty; leave it out for the whole profile")
    chosen = list(dimensions or [])
    if dimensions is None and "," in profile:
        chosen = [info.name for part in profile.split(",") for info in _profile(part.strip())]
    if isinstance(device, str):
        device = Device(device)
    results = _gallop._score_clips(
        requests,
        dimensions=chosen,
        profile=profile,
        weights=os.fspath(weights) if weights is not None else "",
        normalized_fps=normalized_fps,
        device=device,
        dtype=dtype,
        on_progress=on_progress,
        cancel=cancel,
    )
    return ScoreTable(
        results,
        profile=None if dimensions else profile,
        options={"prompt": prompt, "normalized_fps": normalized_fps, "device": str(device or Device.best()), "dtype": dtype},
    )


def _profile(name: str) -> list:
    infos = _gallop.evaluators(name) if name else []
    if not infos:
        raise InvalidArgument(
            f'profile: "{name}" has no evaluators; known: {", ".join(sorted({info.profile for info in _gallop.evaluators()}))}'
        )
    return infos


def _request(clip: Any, prompt: str | None, labels: dict[str, str] | None, image: Any, reference: Any, fps: float | None) -> ClipRequest:
    if isinstance(clip, ClipRequest):
        return clip
    if reference is not None and hasattr(reference, "__array__") and not isinstance(reference, _gallop.Video):
        reference = video_from_array(reference, fps)
    return ClipRequest(clip, prompt=prompt or "", labels=labels or {}, image=image, reference=reference)
