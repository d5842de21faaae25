"""``gallop bench report|compare|total`` and ``gallop compare``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from gallop.cli import exits


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(file_okay=False))
@click.option("--html", "html_file", type=click.Path(dir_okay=False), required=True, help="Where to write the page.")
@click.option("--title", default="", help="Heading; default: the suite.")
@click.option("--published", type=click.Path(dir_okay=False), help="CSV of published scores to stand beside (percent, a row a model).")
@click.option("--clips/--no-clips", default=True, show_default=True, help="Put small copies of the worst clips into the page.")
def report(runs, html_file, title, published, clips):
    """Write one HTML file over RUNS: table, radar, prompts, worst clips."""
    from gallop.benchmark import read_results
    from gallop.benchmark.report import write_run_report

    file = write_run_report(
        [read_results(folder) for folder in runs],
        html_file,
        names=[Path(folder).name for folder in runs],
        title=title,
        published=published,
        clips=clips,
    )
    click.echo(f"report: {file}")


def _print_comparison(comparison, names) -> None:
    from gallop.cli.display import printable

    head = f"{'dimension':<24} {'prompts':>7} {printable(names[0])[:14]:>14} {printable(names[1])[:14]:>14} {'difference':>11}  {'95 % interval':<22} {'p':>8} {'p (Holm)':>9}"
    click.echo(head)
    for d in comparison.dimensions:
        e = d.difference
        interval = f"{e.low:+.4f} to {e.high:+.4f}"
        click.echo(
            f"{d.dimension:<24} {d.prompts:>7} {d.a:>14.4f} {d.b:>14.4f} {e.value:>+11.4f}  {interval:<22} {d.p:>8.4f} {d.p_holm:>9.4f}"
        )
    if comparison.left_out:
        click.echo(
            f"{len(comparison.left_out)} scores have no partner in the other run and were left out, e.g. {printable(comparison.left_out[0].name)}: {comparison.left_out[0].reason}"
        )


def comparison_dict(comparison, names) -> dict:
    """The JSON form of a comparison."""
    rows = []
    for d in comparison.dimensions:
        row = {key: getattr(d, key) for key in ("dimension", "prompts", "a", "b", "p", "p_holm", "better", "worse", "equal")}
        rows.append(row | {"difference": d.difference.value, "se": d.difference.se, "ci95": [d.difference.low, d.difference.high]})
    left = [{"name": p.name, "reason": p.reason} for p in comparison.left_out]
    return {"schema": "gallop/comparison-v1", "runs": list(names), "dimensions": rows, "left_out": left}


@click.command("compare")
@click.argument("a", type=click.Path(file_okay=False))
@click.argument("b", type=click.Path(file_okay=False))
@click.option("--json", "json_file", type=click.Path(dir_okay=False), help="Also write JSON.")
@click.option("--seed", default=0, show_default=True, help="Of bootstrap and sign-flip test.")
def compare_runs(a, b, json_file, seed):
    """Compare run B with run A, paired by prompt."""
    from gallop.benchmark import compare, read_results

    return _finish(
        compare(read_results(a, replicates=0), read_results(b, replicates=0), seed=seed), (Path(a).name, Path(b).name), json_file
    )


def _finish(comparison, names, json_file) -> int:
    from gallop.atomic import write_text

    _print_comparison(comparison, names)
    if json_file:
        write_text(json_file, json.dumps(comparison_dict(comparison, names), indent=1) + "\n")
    return exits.INCOMPLETE if comparison.left_out or not comparison.dimensions else exits.OK


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False))
@click.option("--suite", "suite_name", type=click.Choice(["vbench", "vbench-i2v"]), default="vbench", show_default=True)
def total(files, suite_name):
    """Totals of result files (*_eval_results.json), as the published score script computes them.

    Unlike that script a missing dimension is named, never counted as zero. Exit code 3 when one is missing.
    """
    from gallop.benchmark import totals
    from gallop.benchmark.vbench_files import read_scores

    values, lacking = totals(suite_name, read_scores(files))
    for name, value in values.items():
        click.echo(f"{name:<10} {100 * value:.2f}")
    if lacking:
        click.echo(f"missing: {', '.join(lacking)}")
    return exits.INCOMPLETE if lacking else exits.OK


@click.command("compare")
@click.argument("folder_a", type=click.Path(file_okay=False, exists=True))
@click.argument("folder_b", type=click.Path(file_okay=False, exists=True))
@click.option("--profile", default="quick", show_default=True)
@click.option("--dimensions", help="Comma-separated names instead of a profile.")
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with the checkpoints.")
@click.option("--run", "run_folder", type=click.Path(file_okay=False), help="Keep the runs here, to resume; default: nowhere.")
@click.option("--device", help="cpu, cuda or cuda:N.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), help="Also write JSON.")
@click.option("--seed", default=0, show_default=True)
def compare_folders(folder_a, folder_b, profile, dimensions, weights, run_folder, device, json_file, seed):
    """Judge two folders of clips with the same names and compare them pair by pair; no suite needed."""
    from gallop.benchmark import compare
    from gallop.benchmark.folders import judge_folders

    with tempfile.TemporaryDirectory() as scratch:
        a, b = judge_folders(
            (folder_a, folder_b), run_folder or scratch, profile=profile, dimensions=dimensions, weights=weights, device=device
        )
        return _finish(compare(a, b, seed=seed), (folder_a, folder_b), json_file)
