"""
Suites, runs, results; use package gallop.benchmark instead.
"""
from __future__ import annotations
import _gallop
import collections.abc
import os
import pathlib
import typing
__all__: list[str] = ['Aggregate', 'Comparison', 'DimensionResult', 'Estimate', 'LedgerEntry', 'NamedProblem', 'PairedDifference', 'Preflight', 'ResultRow', 'Results', 'RunPlan', 'ScorerFacts', 'Suite', 'SuiteRecord', 'SuiteRun', 'UnitScorer', 'WorkUnit', 'compare', 'merge_runs', 'normalisation_table', 'preflight', 'read_results', 'run_suite', 'totals']
class SuiteRecord:
    """
    One prompt and what is judged about its clips.
    """
    def __repr__(self) -> str:
        ...
    @property
    def dimensions(self) -> list[str]:
        ...
    @property
    def file(self) -> str:
        ...
    @property
    def image(self) -> str:
        ...
    @property
    def labels(self) -> dict[str, dict[str, str]]:
        ...
    @property
    def prompt(self) -> str:
        ...
class Suite:
    """
    A list of prompts with their dimensions and labels.
    """
    @staticmethod
    def load(file: os.PathLike | str | bytes, *, name: str = '', dimensions: collections.abc.Sequence[str] = [], samples: typing.SupportsInt | typing.SupportsIndex | None = None, require_official: bool = False) -> Suite:
        """
        Reads VBench's full_info JSON, gallop/suite-v1 JSON, CSV or one prompt a line. FormatError names the record.
        """
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def clip_stem(self, record: SuiteRecord, sample: typing.SupportsInt | typing.SupportsIndex) -> str:
        """
        File name without ending of one clip.
        """
    @property
    def dimensions(self) -> list[str]:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def official(self) -> bool:
        ...
    @property
    def records(self) -> list[SuiteRecord]:
        ...
    @property
    def samples(self) -> int:
        ...
    @property
    def sha256(self) -> str:
        ...
    @property
    def version(self) -> str:
        ...
class RunPlan:
    """
    What to judge, with which weights, and where the run lives.
    """
    def __getstate__(self) -> tuple[pathlib.Path, pathlib.Path, pathlib.Path, pathlib.Path, list[str], str, str, str | None, bool]:
        ...
    def __init__(self, *, videos: os.PathLike | str | bytes, weights: os.PathLike | str | bytes = ..., run: os.PathLike | str | bytes = ..., images: os.PathLike | str | bytes = ..., dimensions: collections.abc.Sequence[str] = [], shard: str | None = None, device: _gallop.Device | None = None, dtype: str | None = None, retry_problems: bool = False) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def device(self) -> str:
        ...
    @property
    def run(self) -> pathlib.Path:
        ...
    @property
    def videos(self) -> pathlib.Path:
        ...
class NamedProblem:
    """
    A name and what is the matter with it.
    """
    def __repr__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def reason(self) -> str:
        ...
class WorkUnit:
    """
    A clip of the suite and the dimensions to judge it on; pickles.
    """
    def __getstate__(self) -> tuple[int, int, str, str, dict[str, str], str, list[str]]:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def clip(self) -> str:
        ...
    @property
    def dimensions(self) -> list[str]:
        ...
    @property
    def image(self) -> str:
        ...
    @property
    def labels(self) -> dict[str, str]:
        ...
    @property
    def prompt(self) -> str:
        ...
    @property
    def record(self) -> int:
        ...
    @property
    def sample(self) -> int:
        ...
class Preflight:
    """
    What a folder of clips holds for a suite.
    """
    @property
    def clips(self) -> int:
        ...
    @property
    def misnamed(self) -> list[NamedProblem]:
        ...
    @property
    def missing(self) -> list[str]:
        ...
    @property
    def units(self) -> list[WorkUnit]:
        ...
    @property
    def unreadable(self) -> list[NamedProblem]:
        ...
    @property
    def unsupported(self) -> list[NamedProblem]:
        ...
    @property
    def unused(self) -> list:
        ...
class Estimate:
    """
    A value with standard error and 95 % interval.
    """
    @property
    def high(self) -> float:
        ...
    @property
    def low(self) -> float:
        ...
    @property
    def se(self) -> float:
        ...
    @property
    def value(self) -> float:
        ...
class DimensionResult:
    """
    One dimension over the suite.
    """
    @property
    def complete(self) -> bool:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def dropped(self) -> int:
        ...
    @property
    def estimate(self) -> Estimate:
        ...
    @property
    def missing(self) -> int:
        ...
    @property
    def normalised(self) -> float | None:
        ...
    @property
    def pending(self) -> int:
        ...
    @property
    def problems(self) -> int:
        ...
    @property
    def prompts(self) -> int:
        ...
    @property
    def scored(self) -> int:
        ...
class Aggregate:
    """
    A total; without estimate while dimensions are lacking.
    """
    @property
    def estimate(self) -> Estimate | None:
        ...
    @property
    def formula(self) -> str:
        ...
    @property
    def lacking(self) -> list[str]:
        ...
    @property
    def name(self) -> str:
        ...
class ScorerFacts:
    """
    What judged a dimension: evaluator version, weights, reader, number type, device class.
    """
    @property
    def device(self) -> str:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def dtype(self) -> str:
        ...
    @property
    def library(self) -> str:
        ...
    @property
    def reader(self) -> str:
        ...
    @property
    def version(self) -> int:
        ...
    @property
    def weights_sha256(self) -> list[str]:
        ...
class PairedDifference:
    """
    Second run minus first on one dimension.
    """
    @property
    def a(self) -> float:
        ...
    @property
    def b(self) -> float:
        ...
    @property
    def better(self) -> int:
        ...
    @property
    def difference(self) -> Estimate:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def equal(self) -> int:
        ...
    @property
    def p(self) -> float:
        ...
    @property
    def p_holm(self) -> float:
        ...
    @property
    def prompts(self) -> int:
        ...
    @property
    def worse(self) -> int:
        ...
class Comparison:
    """
    Paired comparison of two runs.
    """
    @property
    def dimensions(self) -> list[PairedDifference]:
        ...
    @property
    def left_out(self) -> list[NamedProblem]:
        ...
class ResultRow:
    """
    One clip on one dimension.
    """
    @property
    def clip(self) -> str:
        ...
    @property
    def clip_sha256(self) -> str:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def key(self) -> str:
        ...
    @property
    def problem(self) -> _gallop.Problem | None:
        ...
    @property
    def prompt(self) -> str:
        ...
    @property
    def record(self) -> int:
        ...
    @property
    def sample(self) -> int:
        ...
    @property
    def score(self) -> _gallop.Score | None:
        ...
    @property
    def state(self) -> str:
        ...
    @property
    def value(self) -> float | None:
        ...
class Results:
    """
    The outcome of a run.
    """
    def per_clip_jsonl(self) -> str:
        ...
    def save(self, folder: os.PathLike | str | bytes) -> None:
        ...
    def to_csv(self) -> str:
        ...
    def to_json(self) -> str:
        ...
    def vbench_full_info(self) -> str:
        ...
    def vbench_results(self) -> str:
        ...
    @property
    def aggregates(self) -> list[Aggregate]:
        ...
    @property
    def complete(self) -> bool:
        ...
    @property
    def dimensions(self) -> list[DimensionResult]:
        ...
    @property
    def official(self) -> bool:
        ...
    @property
    def records(self) -> list[SuiteRecord]:
        ...
    @property
    def rows(self) -> list[ResultRow]:
        ...
    @property
    def samples(self) -> int:
        ...
    @property
    def scorers(self) -> list[ScorerFacts]:
        ...
    @property
    def suite(self) -> str:
        ...
    @property
    def suite_sha256(self) -> str:
        ...
    @property
    def suite_version(self) -> str:
        ...
    @property
    def videos(self) -> str:
        ...
class LedgerEntry:
    """
    A result as a worker hands it back; pickles.
    """
    def __getstate__(self) -> tuple[str, str, str, str, str, str, typing.Any]:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def key(self) -> str:
        ...
    @property
    def payload(self) -> str:
        ...
    @property
    def problem(self) -> _gallop.Problem | None:
        ...
class UnitScorer:
    """
    Judges units without a ledger: the worker's half of a distributed run.
    """
    def __init__(self, plan: RunPlan) -> None:
        ...
    def score(self, unit: WorkUnit) -> list[LedgerEntry]:
        ...
class SuiteRun:
    """
    Holds a run folder: what is pending, and storing what workers hand back.
    """
    def __init__(self, suite: Suite, plan: RunPlan) -> None:
        ...
    def finish(self) -> Results:
        ...
    def pending(self) -> list[WorkUnit]:
        ...
    def store(self, unit: WorkUnit, entries: collections.abc.Sequence[LedgerEntry]) -> None:
        ...
    @property
    def found(self) -> Preflight:
        ...
def compare(a: Results, b: Results, *, replicates: typing.SupportsInt | typing.SupportsIndex = 10000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> Comparison:
    ...
def merge_runs(into: os.PathLike | str | bytes, runs: collections.abc.Sequence[os.PathLike | str | bytes]) -> Results:
    ...
def normalisation_table(arg0: str) -> list:
    ...
def preflight(suite: Suite, plan: RunPlan) -> Preflight:
    ...
def read_results(run: os.PathLike | str | bytes, *, replicates: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> Results:
    ...
def run_suite(suite: Suite, plan: RunPlan, *, on_progress: typing.Any = None, cancel: _gallop.CancelToken | None = None) -> Results:
    ...
def totals(arg0: str, arg1: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex]) -> tuple[dict[str, float], list[str]]:
    ...
