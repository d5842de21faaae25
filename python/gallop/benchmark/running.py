"""Running a suite in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from gallop import _gallop
from gallop._gallop import CancelToken, Device, Progress
from gallop._gallop.benchmark import Preflight, RunPlan, Suite
from gallop.benchmark.results import Results


def plan_for(
    videos: str | os.PathLike,
    *,
    weights: str | os.PathLike | None = None,
    run: str | os.PathLike | None = None,
    images: str | os.PathLike | None = None,
    dimensions: Sequence[str] | None = None,
    shard: str | None = None,
    device: str | Device | None = None,
    dtype: str | None = None,
    retry_problems: bool = False,
) -> RunPlan:
    """A RunPlan from what a caller names; see run_suite for the fields."""
    return RunPlan(
        videos=os.fspath(videos),
        weights=os.fspath(weights) if weights else "",
        run=os.fspath(run) if run else "",
        images=os.fspath(images) if images else "",
        dimensions=list(dimensions or []),
        shard=shard,
        device=Device(device) if isinstance(device, str) else device,
        dtype=dtype,
        retry_problems=retry_problems,
    )


def preflight(suite: Suite, videos: str | os.PathLike, **options: Any) -> Preflight:
    """What a folder holds for a suite - found, missing, unreadable, misnamed - without loading a model."""
    return _gallop.benchmark.preflight(suite, plan_for(videos, **options))


def run_suite(
    suite: Suite,
    videos: str | os.PathLike,
    *,
    run: str | os.PathLike,
    weights: str | os.PathLike | None = None,
    images: str | os.PathLike | None = None,
    dimensions: Sequence[str] | None = None,
    shard: str | None = None,
    device: str | Device | None = None,
    dtype: str | None = None,
    retry_problems: bool = False,
    on_progress: Callable[[Progress], Any] | None = None,
    cancel: CancelToken | None = None,
) -> Results:
    """Judges the clips of a suite; may be killed at any moment and called again.

    Parameters
    ----------
    suite : from load_suite
    videos : folder of clips named ``<prompt>-<index>.mp4``, flat or in VBench's folders by dimension
    run : folder of this run: its ledger and results
    weights : folder with the checkpoints the dimensions need
    images : folder of conditioning pictures, for image-to-video dimensions
    dimensions : some of the suite's; None: every one this build measures
    shard : ``"0/8"``: this process judges the first of eight parts, into a run folder of its own (merge_runs unites them)
    device, dtype : as in gallop.score
    retry_problems : also score again what failed for a reason that lies in the clip
    on_progress, cancel : as in gallop.score

    Returns
    -------
    Results
        ``results.missing`` names everything without a score. Nothing is scored as zero.

    Raises
    ------
    IoError
        Disk full, folder not writable, or another process at work on ``run``. What was stored is kept.
    FormatError
        A damaged ledger, or a run folder that belongs to another suite.
    """
    plan = plan_for(
        videos,
        weights=weights,
        run=run,
        images=images,
        dimensions=dimensions,
        shard=shard,
        device=device,
        dtype=dtype,
        retry_problems=retry_problems,
    )
    return Results(_gallop.benchmark.run_suite(suite, plan, on_progress=on_progress, cancel=cancel))
