"""Benchmarks: suites of prompts, runs that can be killed and resumed, totals with intervals, comparisons.

>>> from gallop import benchmark
>>> suite = benchmark.load_suite("VBench_full_info.json")       # Suite('vbench', 946 prompts, 16 dimensions, official)
>>> results = benchmark.run_suite(suite, "videos/", weights="weights/", run="run1/")
>>> print(results.table())
>>> results.missing                                             # what has no score, each with its reason
"""

from gallop._gallop.benchmark import (
    Comparison,
    LedgerEntry,
    Preflight,
    RunPlan,
    ScorerFacts,
    Suite,
    SuiteRecord,
    SuiteRun,
    UnitScorer,
    WorkUnit,
    normalisation_table,
    totals,
)
from gallop.benchmark import published
from gallop.benchmark.results import Results, compare, merge_runs, read_results
from gallop.benchmark.running import plan_for, preflight, run_suite
from gallop.benchmark.suites import built_in_suites, load_suite

__all__ = [
    "Comparison",
    "LedgerEntry",
    "Preflight",
    "Results",
    "RunPlan",
    "ScorerFacts",
    "Suite",
    "SuiteRecord",
    "SuiteRun",
    "UnitScorer",
    "WorkUnit",
    "built_in_suites",
    "compare",
    "load_suite",
    "merge_runs",
    "normalisation_table",
    "plan_for",
    "preflight",
    "published",
    "read_results",
    "run_suite",
    "totals",
]
