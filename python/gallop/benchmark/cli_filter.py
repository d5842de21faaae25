"""``gallop bench static-filter``: the clips temporal_flickering is meant for."""

from __future__ import annotations

from pathlib import Path

import click

from gallop.cli import exits

_FOLDER = click.Path(file_okay=False)


@click.command("static-filter")
@click.option("--suite", "suite_name", required=True, help="Suite file; only prompts of --dimension are looked at.")
@click.option("--prompts", type=click.Path(dir_okay=False), help="The published file of --suite vbench.")
@click.option(
    "--videos",
    type=click.Path(file_okay=False, exists=True),
    required=True,
    help="Folder of clips <prompt>-<index>, 25 a prompt by protocol.",
)
@click.option("--weights", type=click.Path(file_okay=False, exists=True), required=True, help="Folder with raft-things.")
@click.option("--out", type=_FOLDER, required=True, help="Folder that gets the still clips as <prompt>-0 to -4.")
@click.option("--dimension", default="temporal_flickering", show_default=True, help="Whose prompts; all: every prompt.")
@click.option("--device", help="cpu, cuda or cuda:N.")
def static_filter(suite_name, prompts, videos, weights, out, dimension, device):
    """Pick the first five still clips of each prompt and copy them under the names of the suite; goes on where a call stopped."""
    from gallop.benchmark import load_suite
    from gallop.benchmark.static_filter import KEPT, pick_still_clips
    from gallop.cli.display import printable

    picked = pick_still_clips(
        load_suite(suite_name, prompts=prompts),
        Path(videos),
        Path(weights),
        Path(out),
        dimension=dimension,
        device=device,
        on_prompt=lambda prompt, still: click.echo(f"{len(still)} still  {printable(prompt)}"),
    )
    click.echo(f"{picked.judged} clips looked at now, {picked.known} before")
    for clip, reason in picked.problems:
        click.echo(f"  {printable(clip)}: {printable(reason)}")
    if picked.short:
        click.echo(f"{len(picked.short)} of {len(picked.still)} prompts have fewer than {KEPT} still clips: sample more of them")
    return exits.INCOMPLETE if picked.short or picked.problems else exits.OK
