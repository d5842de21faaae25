"""``gallop evaluators``: what can be measured."""

from __future__ import annotations

import json
import math

import click


@click.command()
@click.option("--profile", default="", help="Only this profile.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def evaluators(profile, as_json):
    """List every dimension with its profile, range, direction and needs."""
    import gallop

    infos = gallop.evaluators(profile)
    if not infos:
        raise gallop.NotFound(
            f'profile: "{profile}" has no evaluators; known: {", ".join(sorted({info.profile for info in gallop.evaluators()}))}'
        )
    if as_json:
        fields = ("name", "profile", "summary", "licence", "needs", "low", "high", "higher_is_better")
        rows = [{field: getattr(info, field) for field in fields} for info in infos]
        for row in rows:
            row.update({key: None for key in ("low", "high") if not math.isfinite(row[key])})
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "profile", "range", "better", "needs", "summary"):
        table.add_column(column)
    for info in infos:
        table.add_row(
            info.name,
            info.profile,
            f"{info.low:g}..{info.high:g}",
            {True: "higher", False: "lower", None: "neither"}[info.higher_is_better],
            ", ".join(info.needs) or "-",
            info.summary,
        )
    Console(soft_wrap=True).print(table)
