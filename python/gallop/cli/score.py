"""``gallop score``: judge clips."""

from __future__ import annotations

import click

from gallop.cli import exits

#: Clips beyond which the terminal gets a summary instead of every row.
_MOST_ROWS = 40


@click.command()
@click.argument("clips", nargs=-1)
@click.option("--manifest", type=click.Path(), help="JSON or JSON lines that name clips with their prompts and labels.")
@click.option(
    "--profile",
    default="quick",
    show_default=True,
    help="Dimensions that belong together: quick, vbench, vbench_i2v, iqa, reference; several with commas between.",
)
@click.option("--dimensions", help="Comma-separated names instead of a profile; see `gallop evaluators`.")
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with the checkpoints the dimensions need.")
@click.option("--prompt", help="What the clips were asked to show.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME=TEXT",
    help="What a dimension asks for, e.g. object=cat; DIMENSION.NAME=TEXT for one dimension alone.",
)
@click.option("--image", type=click.Path(dir_okay=False), help="Picture the clips were made from (image-to-video dimensions).")
@click.option("--reference", type=click.Path(), help="Pristine clip for full-reference measures (psnr, ssim).")
@click.option(
    "--normalized-fps",
    type=float,
    help="Frames per second that dimensions of every frame see of faster clips; unset: parity with the published protocols.",
)
@click.option("--device", help="cpu, cuda or cuda:N; default: the first usable GPU, otherwise the CPU.")
@click.option("--json", "json_file", type=click.Path(), help="Write JSON (schema gallop/score-v1); - for standard output.")
@click.option("--jsonl", "jsonl_file", type=click.Path(), help="Write one JSON object a clip.")
@click.option("--csv", "csv_file", type=click.Path(), help="Write a table.")
@click.option("--html", "html_file", type=click.Path(), help="Write the self-contained report.")
def score(
    clips,
    manifest,
    profile,
    dimensions,
    weights,
    prompt,
    labels,
    image,
    reference,
    normalized_fps,
    device,
    json_file,
    jsonl_file,
    csv_file,
    html_file,
):
    """Judge CLIPS: files, folders or patterns.

    Exit code 3 says that all was done but a clip is bad, damaged or lacks a score; each is listed with the reason.
    """
    import gallop
    from gallop.cli.display import progress_bar
    from gallop.manifest import read_manifest

    if not clips and manifest is None:
        raise click.UsageError("name clips, or a manifest of them with --manifest")
    pairs = [label.partition("=") for label in labels]
    if any(not name or not middle for name, middle, _ in pairs):
        raise click.UsageError("--label: expected NAME=TEXT, for example object=cat")
    sources = [*clips, *(read_manifest(manifest) if manifest is not None else [])]
    if reference is not None and dimensions is None and profile == "quick":
        profile = "reference"
    with progress_bar("scoring") as show:
        table = gallop.score(
            sources,
            dimensions=dimensions,
            profile=profile,
            weights=weights,
            prompt=prompt,
            labels={name: text for name, _, text in pairs},
            image=image,
            reference=reference,
            normalized_fps=normalized_fps,
            device=device,
            on_progress=show,
        )
    if json_file == "-":
        click.echo(table.to_json(), nl=False)
    elif json_file:
        table.to_json(json_file)
    if jsonl_file:
        table.to_jsonl(jsonl_file)
    if csv_file:
        table.to_csv(csv_file)
    if html_file:
        table.save_report(html_file)
        click.echo(f"report: {html_file}", err=True)
    if json_file != "-":
        _print(table)
    return exits.OK if table.complete else exits.INCOMPLETE


def _print(table) -> None:
    from rich.console import Console
    from rich.text import Text

    from gallop.cli.display import printable, score_table
    from gallop.table import _flags

    console = Console(soft_wrap=True)
    if len(table) <= _MOST_ROWS:
        console.print(score_table(table))
    else:
        console.print(f"{len(table)} clips on {len(table.dimensions)} dimensions; use --csv, --json or --html for every row")
    for result in table:
        for flag in _flags(result):
            console.print(Text(f"  {printable(result.clip)}: {printable(flag)}"), style="yellow")
    seen = set()
    for clip, problem in table.problems:
        if (clip, problem.message) not in seen:
            seen.add((clip, problem.message))
            console.print(Text(f"  {printable(clip)}: {problem.kind}: {printable(problem.message)}"), style="red")
    bad = len({clip for clip, _ in table.problems})
    if bad or table.damaged:
        console.print(f"{bad} of {len(table)} clips lack scores, {len(table.damaged)} are damaged", style="bold red")
