"""``gallop bench check|run|status|merge``."""

from __future__ import annotations

import json
from collections import Counter

import click

from gallop.cli import exits


def suite_options(command):
    """--suite, --prompts, --samples, --dimensions: what several commands share."""
    for option in (
        click.option("--dimensions", help="Comma-separated; default: every dimension of the suite that this build measures."),
        click.option("--samples", type=click.IntRange(1, 1000), help="Clips a prompt; default: what the suite says, else 5."),
        click.option("--prompts", type=click.Path(dir_okay=False), help="The published file of --suite vbench or vbench-i2v."),
        click.option("--suite", "suite_name", required=True, help="File (JSON, CSV, text), vbench, vbench-i2v, or a built-in suite."),
    ):
        command = option(command)
    return command


def split(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def open_suite(suite_name, prompts, samples, dimensions):
    from gallop.benchmark import load_suite

    return load_suite(suite_name, prompts=prompts, samples=samples, dimensions=split(dimensions))


def print_found(found, limit: int = 20) -> None:
    """The pre-flight lists; long ones are cut, their length is always said."""
    from gallop.cli.display import printable

    click.echo(f"found {found.clips} clips, {len(found.units)} units of work")
    lists = (
        ("missing", found.missing),
        ("unreadable", [f"{p.name}: {p.reason}" for p in found.unreadable]),
        ("misnamed", [f"{p.name}: is this {p.reason}?" for p in found.misnamed]),
        ("not of this suite", found.unused),
        ("not measured by this build", [p.name for p in found.unsupported]),
    )
    for title, entries in lists:
        if not entries:
            continue
        click.echo(f"{title}: {len(entries)}")
        for entry in entries[:limit]:
            click.echo(f"  {printable(entry)}")
        if len(entries) > limit:
            click.echo(f"  ... and {len(entries) - limit} more (--json lists all)")


@click.command()
@suite_options
@click.option("--videos", type=click.Path(file_okay=False), required=True, help="Folder of clips.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def check(suite_name, prompts, samples, dimensions, videos, as_json):
    """List found, missing, unreadable and misnamed clips; loads no model."""
    from gallop.benchmark import preflight

    suite = open_suite(suite_name, prompts, samples, dimensions)
    found = preflight(suite, videos, dimensions=split(dimensions) if suite.dimensions else None)
    if as_json:
        from gallop.table import _text

        def pairs(problems):
            return [{"name": _text(p.name), "reason": p.reason} for p in problems]

        body = {
            "clips": found.clips,
            "units": len(found.units),
            "missing": found.missing,
            "unreadable": pairs(found.unreadable),
            "misnamed": pairs(found.misnamed),
        }
        body |= {"unused": [_text(name) for name in found.unused], "unsupported": pairs(found.unsupported)}
        click.echo(json.dumps(body, indent=1))
    else:
        print_found(found)
    return exits.INCOMPLETE if found.missing or found.unreadable else exits.OK


@click.command()
@suite_options
@click.option("--videos", type=click.Path(file_okay=False), required=True, help="Folder of clips: flat, or in VBench's folders.")
@click.option("--run", "run_folder", type=click.Path(file_okay=False), required=True, help="Folder of this run: ledger and results.")
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with the checkpoints.")
@click.option("--images", type=click.Path(file_okay=False), help="Folder with the conditioning pictures.")
@click.option("--shard", help="INDEX/COUNT, from 0: judge one part, e.g. 0/8; unite with `bench merge`.")
@click.option("--device", help="cpu, cuda or cuda:N.")
@click.option("--dtype", help="float32, bfloat16 or float16.")
@click.option("--retry-problems", is_flag=True, help="Also score again what failed for a reason that lies in the clip.")
@click.option("--ray", "ray_address", help="Spread the work over a Ray cluster: its address, or local.")
@click.option("--workers", type=click.IntRange(1, 4096), help="With --ray: actors; default: one a GPU, else one a processor.")
def run(
    suite_name,
    prompts,
    samples,
    dimensions,
    videos,
    run_folder,
    weights,
    images,
    shard,
    device,
    dtype,
    retry_problems,
    ray_address,
    workers,
):
    """Judge a folder of clips; may be killed and started again at any moment."""
    from gallop.benchmark import plan_for, preflight, run_suite
    from gallop.cli.display import progress_bar

    suite = open_suite(suite_name, prompts, samples, dimensions)
    options = {
        "weights": weights,
        "images": images,
        "dimensions": split(dimensions),
        "shard": shard,
        "device": device,
        "dtype": dtype,
        "retry_problems": retry_problems,
    }
    print_found(preflight(suite, videos, **options))
    with progress_bar("judging") as show:
        if ray_address:
            from gallop.benchmark.on_ray import run_on_ray

            results = run_on_ray(suite, plan_for(videos, run=run_folder, **options), address=ray_address, workers=workers, on_progress=show)
        else:
            results = run_suite(suite, videos, run=run_folder, on_progress=show, **options)
    click.echo(results.table())
    click.echo(f"results: {run_folder}/results")
    return exits.OK if results.complete else exits.INCOMPLETE


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(file_okay=False))
def status(runs):
    """Say how far RUNS are, also while they work."""
    from gallop.benchmark import read_results

    complete = True
    for folder in runs:
        results = read_results(folder, replicates=0)
        states = Counter(row.state for row in results.rows)
        click.echo(
            f"{folder}: {results.suite}, {states['scored']} of {len(results.rows)} scored, {states['pending']} pending, {states['problem']} problems, {states['missing']} missing"
        )
        for d in results.dimensions:
            click.echo(
                f"  {d.dimension:<24} {d.scored:>6} scored  {d.pending:>6} pending  {d.problems:>4} problems  {d.missing:>4} missing"
            )
        complete = complete and results.complete
    return exits.OK if complete else exits.INCOMPLETE


@click.command()
@click.argument("into", type=click.Path(file_okay=False))
@click.argument("runs", nargs=-1, required=True, type=click.Path(file_okay=False))
def merge(into, runs):
    """Unite RUNS - shards, or runs of different dimensions - in the new folder INTO."""
    from gallop.benchmark import merge_runs

    results = merge_runs(into, runs)
    click.echo(results.table())
    return exits.OK if results.complete else exits.INCOMPLETE
