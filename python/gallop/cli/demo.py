"""``gallop demo``: makes clips with the model inside the package, flawed ones beside them, judges all and writes a report."""

from __future__ import annotations

import time
from pathlib import Path

import click

from gallop.cli import exits


@click.command()
@click.option("--out", type=click.Path(file_okay=False), default="demo", show_default=True, help="Folder for clips and report.")
@click.option("--width", default=320, show_default=True)
@click.option("--height", default=192, show_default=True)
@click.option("--steps", type=int, help="Solver steps of pony's clips; default: its own 20.")
def demo(out, width, height, steps):
    """Make clips from prompts with pony, judge them beside rendered and flawed ones, and write a report for any browser."""
    import gallop
    from gallop import world
    from gallop.cli.display import progress_bar
    from gallop.cli.showcase import make_showcase
    from gallop.report import Pair, automatic_votes, standing

    start = time.monotonic()
    folder = Path(out) / "clips"
    folder.mkdir(parents=True, exist_ok=True)
    clips = world.demo_clips(width, height)
    files = {}
    for clip in clips:
        files[clip.name] = folder / f"{clip.name}.mp4"
        gallop.write_video(files[clip.name], gallop.Video(clip.frames, fps=clip.fps), crf=14, preset="veryfast", comment=clip.prompt)
    with progress_bar("making") as show:
        showcase = make_showcase(folder, show, steps)
    slowest = max(showcase.seconds)
    click.echo(f"pony made {len(showcase.seconds)} clips, {sum(showcase.seconds):.1f} s in all, {slowest:.1f} s the slowest")
    with progress_bar("judging") as show:
        table = gallop.score([*showcase.files, *(files[clip.name] for clip in clips)], on_progress=show)
    pairs = [Pair(str(files[clip.twin]), str(files[clip.name]), clip.flaw, world.FLAWS[clip.flaw][0]) for clip in clips if clip.flaw]
    report = table.save_report(
        Path(out) / "report.html",
        title="gallop demo: prompts to clips to scores",
        prompts=showcase.prompts | {str(files[clip.name]): clip.prompt for clip in clips},
        pairs=pairs,
        contests=showcase.contests,
    )
    click.echo(f"{'clean clip':<16} {'flaw':<11} {'measure':<18} {'clean':>9} {'flawed':>9}  ranked")
    seen = 0
    for pair in pairs:
        clean, bad = table.value(pair.clean, pair.measure), table.value(pair.flawed, pair.measure)
        ranked = pair.flawed_ranks_below(table)
        seen += ranked
        click.echo(
            f"{Path(pair.clean).stem:<16} {pair.flaw:<11} {pair.measure:<18} {clean:>9.4g} {bad:>9.4g}  {'below' if ranked else 'NOT BELOW'}"
        )
    click.echo("\nautomatic comparison of the prompts' clips, decided by measurements; no person voted")
    for row in standing(automatic_votes(table, showcase.contests)):
        click.echo(
            f"  {row['entrant']:<24} {row['wins']:>2} won {row['ties']:>2} tied {row['losses']:>2} lost   rating {row['rating']:.0f}"
        )
    click.echo(
        f"{len(table)} clips judged on {len(table.dimensions)} dimensions in {time.monotonic() - start:.1f} s; {seen} of {len(pairs)} flawed twins rank below their clean clip"
    )
    click.echo(f"report: {report.resolve()}")
    return exits.OK if table.complete and seen == len(pairs) else exits.INCOMPLETE
