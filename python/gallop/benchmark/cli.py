"""``gallop bench``: suites, runs, merging, reports."""

from __future__ import annotations

import click

from gallop.benchmark import cli_filter, cli_results, cli_run
from gallop.studio import cli as cli_studio


@click.group()
def bench():
    """Judge whole suites of clips: resumable, mergeable, comparable."""


for _command in (
    cli_run.check,
    cli_run.run,
    cli_run.status,
    cli_run.merge,
    cli_results.report,
    cli_results.compare_runs,
    cli_results.total,
    cli_filter.static_filter,
    cli_studio.sample,
    cli_studio.adopt,
):
    bench.add_command(_command)
