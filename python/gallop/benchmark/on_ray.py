"""The same work list on a Ray cluster: one actor a GPU or processor, retries when a worker dies, the same result bytes.

Workers read clips and weights from the paths of the plan, so these must be visible on every node. Only this process writes the
run folder. Needs ``pip install gallop[ray]``.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gallop
from gallop._gallop import InvalidArgument, IoError, Unsupported
from gallop._gallop.benchmark import RunPlan, Suite, SuiteRun, UnitScorer
from gallop.benchmark.results import Results

#: Units an actor holds at once: one at work, one waiting, so that it never idles between two.
IN_FLIGHT = 2


def _ray():
    try:
        import ray
    except ImportError as error:
        raise Unsupported("Ray is not installed; pip install gallop[ray]") from error
    return ray


class _Worker:
    """Runs inside an actor: evaluators are loaded once and stay."""

    def __init__(self, plan: RunPlan, threads: int):
        gallop.set_threads(threads)
        self._scorer = UnitScorer(plan)

    def score(self, unit):
        return self._scorer.score(unit)

    def process(self) -> int:
        """The process of this actor, for whoever watches it."""
        return os.getpid()


class _Crew:
    """The actors and what each holds."""

    def __init__(self, ray, plan: RunPlan, workers: int, gpu: bool):
        self.ray, self.plan = ray, plan
        self.remote = ray.remote(_Worker).options(num_gpus=1 if gpu else 0, num_cpus=1, max_restarts=0)
        self.threads = gallop.threads()
        self.held = {self._hire(): 0 for _ in range(workers)}
        self.tasks: dict[Any, tuple[Any, int]] = {}

    def _hire(self):
        return self.remote.remote(self.plan, self.threads)

    def hand_out(self, waiting: deque) -> None:
        for actor in list(self.held):
            while waiting and self.held[actor] < IN_FLIGHT:
                number, unit = waiting.popleft()
                self.tasks[actor.score.remote(unit)] = (actor, number)
                self.held[actor] += 1

    def settle(self, task) -> int:
        """The number of the unit that ``task`` was; its actor is free for another."""
        actor, number = self.tasks.pop(task)
        if actor in self.held:
            self.held[actor] -= 1
        return number

    def replace(self, actor) -> list[int]:
        """Lets a dead actor go and hires another; returns the units it held."""
        self.held.pop(actor, None)
        lost = [number for task, (owner, number) in self.tasks.items() if owner is actor]
        self.tasks = {task: entry for task, entry in self.tasks.items() if entry[0] is not actor}
        self.held[self._hire()] = 0
        return lost

    def dismiss(self) -> None:
        for actor in self.held:
            self.ray.kill(actor)


def run_on_ray(
    suite: Suite,
    plan: RunPlan,
    *,
    address: str = "local",
    workers: int | None = None,
    retries: int = 3,
    on_progress: Callable[[Any], Any] | None = None,
) -> Results:
    """Judges a suite on a cluster; resumes like run_suite.

    Parameters
    ----------
    suite, plan : as for run_suite (plan_for makes the plan)
    address : of a running cluster ("auto", "ray://host:10001"), or "local": one on this machine
    workers : actors; None: one a GPU for a CUDA plan, else one a processor of the cluster
    retries : how often a unit is handed out again after its worker died
    on_progress : called with an object that has stage, done, total, seconds, detail; returning False stops

    Raises
    ------
    IoError
        A unit whose worker died ``retries`` times over; everything else is stored.
    """
    ray = _ray()
    started_here = not ray.is_initialized()
    if started_here:
        ray.init(address=None if address == "local" else address, log_to_driver=False, configure_logging=False)
    try:
        work = SuiteRun(suite, plan)
        waiting = deque(enumerate(work.pending()))
        total = len(work.found.units)
        gpu = plan.device.startswith("cuda")
        available = int(ray.cluster_resources().get("GPU" if gpu else "CPU", 0))
        if workers is None and not available:
            raise InvalidArgument(f"workers: the cluster offers no {'GPU' if gpu else 'processor'}; name a number")
        crew = _Crew(ray, plan, max(1, min(workers or available, len(waiting))), gpu)
        try:
            _drain(ray, crew, work, waiting, total, retries, on_progress)
        finally:
            crew.dismiss()
        return Results(work.finish())
    finally:
        if started_here:
            ray.shutdown()


def _drain(ray, crew: _Crew, work: SuiteRun, waiting: deque, total: int, retries: int, on_progress) -> None:
    start = time.monotonic()
    units = dict(waiting)
    losses = dict.fromkeys(units, 0)
    done, given_up = total - len(units), []

    def tell(detail=""):
        progress = SimpleNamespace(stage="score", done=done, total=total, seconds=time.monotonic() - start, detail=detail)
        if on_progress and on_progress(progress) is False:
            raise gallop.Cancelled("the run was stopped by its progress callback; what was stored is kept")

    tell()
    while waiting or crew.tasks:
        crew.hand_out(waiting)
        ready, _ = ray.wait(list(crew.tasks), num_returns=1, timeout=1.0)
        for task in ready:
            if task not in crew.tasks:
                continue  # of an actor that died meanwhile: its units were handed out again
            try:
                entries = ray.get(task)
            except ray.exceptions.RayActorError:
                for number in crew.replace(crew.tasks[task][0]):
                    losses[number] += 1
                    if losses[number] > retries:
                        given_up.append(number)
                    else:
                        waiting.append((number, units[number]))
                continue
            number = crew.settle(task)
            work.store(units[number], entries)
            done += 1
            tell(units[number].clip)
    if given_up:
        raise IoError(
            f"{len(given_up)} units were lost with their workers {retries + 1} times over, first {units[given_up[0]].clip}; look at the workers' memory, then run again"
        )
