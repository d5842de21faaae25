"""``gallop bench static-filter``: the clips temporal_flickering is meant for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import click

from gallop.cli import exits

#: VBench keeps the first five still clips of a prompt.
KEPT = 5


@click.command("static-filter")
@click.option("--suite", "suite_name", required=True, help="Suite file; only prompts of --dimension are looked at.")
@click.option("--prompts", type=click.Path(dir_okay=False), help="The published file of --suite vbench.")
@click.option(
    "--videos",
    type=click.Path(file_okay=False, exists=True),
    required=True,
    help="Folder of clips <prompt>-<index>, 25 a prompt by protocol.",
)
@click.option("--weights", type=click.Path(file_okay=False), required=True, help="Folder with raft-things.")
@click.option("--out", type=click.Path(file_okay=False), required=True, help="Folder that gets the still clips as <prompt>-0 to -4.")
@click.option("--dimension", default="temporal_flickering", show_default=True, help="Whose prompts; all: every prompt.")
@click.option("--device", help="cpu, cuda or cuda:N.")
def static_filter(suite_name, prompts, videos, weights, out, dimension, device):
    """Pick the first five still clips of each prompt and copy them under the names of the suite."""
    import gallop
    from gallop.atomic import beside, write_text
    from gallop.benchmark import load_suite
    from gallop.cli.display import printable

    if "static_filter" not in {info.name for info in gallop.evaluators()}:
        raise gallop.Unsupported("static-filter: this build has no evaluator static_filter")
    suite = load_suite(suite_name, prompts=prompts)
    wanted = [record for record in suite.records if dimension == "all" or dimension in record.dimensions]
    judge = gallop.make_evaluator("static_filter", weights, device=gallop.Device(device) if device else None)
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    report, short = {}, 0
    for record in wanted:
        stem = suite.clip_stem(record, 0)[: -len("-0")]
        still = pick_still(candidates(Path(videos), stem), lambda file: judge.score(str(file)).value == 1.0)
        report[record.prompt] = {"static_count": len(still), "static_path": [str(file) for file in still]}
        short += len(still) < KEPT
        for number, file in enumerate(still):
            with beside(target / f"{stem}-{number}{file.suffix}") as temporary:
                shutil.copyfile(file, temporary)
        click.echo(f"{len(still)} still  {printable(record.prompt)}")
    write_text(target / "static_filter.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    if short:
        click.echo(f"{short} of {len(wanted)} prompts have fewer than {KEPT} still clips: sample more of them")
    return exits.INCOMPLETE if short else exits.OK


def candidates(folder: Path, stem: str) -> list[Path]:
    """The clips of a prompt in the reference's order: by path as text (-0, -1, -10, -11, ..., -2)."""
    pattern = re.compile(re.escape(stem) + r"-\d+")
    return sorted((file for file in folder.iterdir() if pattern.fullmatch(file.stem) and file.suffix.lower() == ".mp4"), key=str)


def pick_still(files: list[Path], is_still) -> list[Path]:
    """The first five that are still; the rest is not looked at."""
    still: list[Path] = []
    for file in files:
        if len(still) == KEPT:
            break
        if is_still(file):
            still.append(file)
    return still
