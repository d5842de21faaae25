"""Sampling a suite through a hosted service: asynchronous jobs with retries, limits, a budget, and resume.

Nothing here touches the network unless a provider is named. A job that was paid for is never submitted twice because of a crash:
its id is on record before the first poll.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import gallop
from gallop._gallop import Cancelled, Error
from gallop._gallop.benchmark import Suite
from gallop.atomic import append_line, beside
from gallop.studio.manifest import Manifest
from gallop.studio.sampling import SEED_RULE, picture_of, planned_clips, seed_of


class TryAgain(Exception):
    """A failure that time may mend. ``wait``: seconds the service asked for, else None."""

    def __init__(self, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.wait = wait


class Refused(Exception):
    """A failure that trying again will not mend: a rejected prompt, a wrong key, a failed job."""


class Expired(Exception):
    """The service no longer knows the job."""


@dataclass(frozen=True)
class JobState:
    """``url`` is set when the clip can be fetched."""

    done: bool
    url: str = ""


class Provider(Protocol):
    """One service. Methods raise TryAgain, Refused or Expired; they never sleep and never retry by themselves."""

    facts: dict[str, Any]

    def submit(self, prompt: str, seed: int, image: Path | None) -> str:
        """Starts a job and returns its id."""

    def poll(self, job: str) -> JobState:
        """Asks once."""

    def download(self, url: str, target: Path) -> None:
        """Writes the whole clip to ``target``; TryAgain when it came short."""


@dataclass(frozen=True)
class JobLimits:
    """How hard to press a service.

    Attributes
    ----------
    parallel : jobs at work at once
    per_minute : submissions a minute; 0: as fast as it answers
    attempts : tries of one call before it counts as failed
    resubmits : new jobs for a clip whose job expired or whose download never came whole
    first_wait, longest_wait : seconds; the wait doubles from one to the other, with jitter
    poll_every : seconds between two questions about one job
    budget, price : stop submitting when price x submissions would pass the budget; None: no limit
    """

    parallel: int = 4
    per_minute: float = 0.0
    attempts: int = 6
    resubmits: int = 2
    first_wait: float = 1.0
    longest_wait: float = 60.0
    poll_every: float = 5.0
    budget: float | None = None
    price: float = 0.0


@dataclass
class Outcome:
    """What a run of jobs did. ``failed``: clip -> reason; ``stopped``: why no more was submitted, or empty."""

    made: int = 0
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    spent: float = 0.0


@dataclass
class _Job:
    clip: Any
    seed: int
    id: str = ""
    url: str = ""
    not_before: float = 0.0
    failures: int = 0
    resubmits: int = 0


class _Journal:
    """Every submission, one line each, so that a crash neither loses a paid job nor pays twice."""

    def __init__(self, file: Path):
        self._file = file
        self.rows: list[dict[str, Any]] = []
        if file.exists():
            text = file.read_text(encoding="utf-8")
            self.rows = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def add(self, **row: Any) -> None:
        self.rows.append(row)
        append_line(self._file, json.dumps(row, ensure_ascii=False))

    def last_job(self, clip: str) -> dict[str, Any] | None:
        return next((row for row in reversed(self.rows) if row["clip"] == clip), None)

    def spent(self) -> float:
        return sum(row.get("price", 0.0) for row in self.rows)


class HostedJobs:
    """Makes the clips of a suite through a provider; may be killed and run again.

    Parameters
    ----------
    provider : the service
    limits : how hard to press it
    clock, sleep : of time; tests replace them
    """

    def __init__(
        self,
        provider: Provider,
        limits: JobLimits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.provider, self.limits = provider, limits or JobLimits()
        self._clock, self._sleep = clock, sleep
        self._jitter = random.Random(0)

    def sample(
        self,
        suite: Suite,
        out: str | os.PathLike,
        *,
        party: str = "",
        seed: int = 0,
        said: list[str] | None = None,
        images: str | os.PathLike | None = None,
        shard: tuple[int, int] = (0, 1),
        on_progress: Callable[[Any], Any] | None = None,
    ) -> Outcome:
        """As sampling.sample_suite. A clip that fails for good is in ``failed`` and is tried again by the next run."""
        about = {
            "suite": suite.name,
            "suite_sha256": suite.sha256,
            "party": party,
            "maker": self.provider.facts,
            "seed_rule": SEED_RULE,
            "seed_base": seed,
        }
        self._manifest = Manifest(out, about)
        self._journal = _Journal(self._manifest.folder / "jobs.jsonl")
        self._images = images
        clips = list(planned_clips(suite, said=said, shard=shard))
        waiting = [_Job(clip, seed_of(seed, clip.prompt, clip.index)) for clip in clips if not self._manifest.holds(clip.name)]
        self._outcome = Outcome(kept=len(clips) - len(waiting), spent=self._journal.spent())
        active = [job for job in waiting if self._was_submitted(job)]
        waiting = [job for job in waiting if not job.id]
        start, self._next_submit = self._clock(), 0.0
        while waiting or active:
            self._fill(waiting, active)
            done = self._outcome.kept + self._outcome.made
            progress = SimpleNamespace(
                stage="sample", done=done, total=len(clips), seconds=self._clock() - start, detail=active[0].clip.name if active else ""
            )
            if on_progress and on_progress(progress) is False:
                raise Cancelled("sampling was stopped; submitted jobs are on record and are fetched by the next run")
            if not active and self._outcome.stopped:
                break
            self._advance(active, waiting)
        return self._outcome

    def _was_submitted(self, job: _Job) -> bool:
        row = self._journal.last_job(job.clip.name)
        if row is not None and not row.get("over"):
            job.id = row["job"]
        return bool(job.id)

    def _fill(self, waiting: list[_Job], active: list[_Job]) -> None:
        """Moves jobs from waiting to active while limits allow."""
        limits = self.limits
        while waiting and len(active) < limits.parallel and not self._outcome.stopped:
            if limits.budget is not None and self._outcome.spent + limits.price > limits.budget + 1e-9:
                self._outcome.stopped = f"the budget of {limits.budget:g} is spent ({self._outcome.spent:g}); {len(waiting)} clips are left"
                waiting.clear()
                return
            job = next((job for job in waiting if job.not_before <= self._clock()), None)
            if job is None or self._clock() < self._next_submit:
                return
            waiting.remove(job)
            self._attempt(job, lambda job=job: self._submit(job), active, waiting)

    def _submit(self, job: _Job) -> None:
        if self.limits.per_minute:
            self._next_submit = self._clock() + 60.0 / self.limits.per_minute
        job.id = self.provider.submit(job.clip.said, job.seed, picture_of(self._images, job.clip))
        self._journal.add(clip=job.clip.name, job=job.id, seed=job.seed, price=self.limits.price)
        self._outcome.spent += self.limits.price
        job.failures, job.not_before = 0, self._clock() + self.limits.poll_every

    def _advance(self, active: list[_Job], waiting: list[_Job]) -> None:
        """Asks about the job whose time has come; sleeps until then."""
        due = min((job.not_before for job in active), default=self._clock() + 0.05)
        if waiting and len(active) < self.limits.parallel and not self._outcome.stopped:
            due = min(due, max(self._next_submit, min(job.not_before for job in waiting)))
        if due > self._clock():
            self._sleep(due - self._clock())
        for job in [job for job in active if job.not_before <= self._clock()]:
            active.remove(job)
            self._attempt(job, lambda job=job: self._look_after(job), active, waiting)

    def _look_after(self, job: _Job) -> None:
        if not job.url:
            state = self.provider.poll(job.id)
            job.failures = 0
            if not state.done:
                job.not_before = self._clock() + self.limits.poll_every
                return
            job.url = state.url
        self._fetch(job)

    def _fetch(self, job: _Job) -> None:
        target = self._manifest.folder / job.clip.name
        with beside(target) as temporary:
            self.provider.download(job.url, temporary)
            _check_clip(temporary)
        self._manifest.add(job.clip.name, prompt=job.clip.prompt, said=job.clip.said, index=job.clip.index, seed=job.seed, job=job.id)
        self._outcome.made += 1
        job.id = ""

    def _attempt(self, job: _Job, step: Callable[[], None], active: list[_Job], waiting: list[_Job]) -> None:
        """Runs one step of a job and decides where the job goes next."""
        try:
            step()
            if job.id:
                active.append(job)
        except TryAgain as trouble:
            job.failures += 1
            if job.failures < self.limits.attempts:
                job.not_before = self._clock() + self._wait(job.failures, trouble.wait)
                (active if job.id else waiting).append(job)
            elif job.url:
                self._start_over(job, str(trouble), waiting)
            else:
                self._outcome.failed[job.clip.name] = f"{trouble} ({job.failures} attempts)"
        except Expired as trouble:
            self._start_over(job, str(trouble) or "the job expired", waiting)
        except Refused as trouble:
            if job.id:
                self._journal.add(clip=job.clip.name, job=job.id, over=True)
            self._outcome.failed[job.clip.name] = str(trouble)

    def _start_over(self, job: _Job, reason: str, waiting: list[_Job]) -> None:
        self._journal.add(clip=job.clip.name, job=job.id, over=True)
        job.resubmits += 1
        if job.resubmits > self.limits.resubmits:
            self._outcome.failed[job.clip.name] = f"{reason} ({job.resubmits} jobs)"
            return
        job.id, job.url, job.failures, job.not_before = "", "", 0, self._clock()
        waiting.append(job)

    def _wait(self, failures: int, asked: float | None) -> float:
        wait = min(self.limits.longest_wait, self.limits.first_wait * 2 ** (failures - 1))
        wait *= 0.5 + self._jitter.random() / 2
        return max(wait, asked or 0.0)


def _check_clip(file: Path) -> None:
    """A download that is whole by its length may still be no clip."""
    try:
        gallop.read_video(file, count=1, audio=False)
    except Error as error:
        raise TryAgain(f"the download is no clip: {error}") from error
