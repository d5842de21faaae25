"""What commands print: tables and progress bars, with names from files never read as markup."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gallop.visible import visible

#: Dimensions side by side above which the table is turned: dimensions down, clips across would not fit either.
_MOST_COLUMNS = 9


def printable(text: str) -> str:
    """Control characters and lone bytes as escapes: a file name cannot move the cursor."""
    return visible(text)


@contextlib.contextmanager
def progress_bar(label: str) -> Iterator[Callable | None]:
    """Yields a callback for ``on_progress``; silent when standard error is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)

        def show(progress):
            name = escape(printable(progress.detail))[:40]
            bar.update(task, completed=progress.done, total=progress.total or None, description=f"{progress.stage} {name}")

        yield show


def score_table(table) -> Table:
    """Scores for the terminal: clips down when the dimensions fit across, else one block a clip."""
    wide = len(table.dimensions) <= _MOST_COLUMNS
    shown = Table(box=None, pad_edge=False, header_style="bold")
    if wide:
        shown.add_column("clip", overflow="fold")
        for name in table.dimensions:
            shown.add_column(name.replace("_", " "), justify="right")
        for row in table.rows():
            shown.add_row(Text(printable(Path(row["clip"]).name or row["clip"])), *(_cell(row[name]) for name in table.dimensions))
        return shown
    shown.add_column("dimension")
    for row in table.rows():
        shown.add_column(Text(printable(Path(row["clip"]).name or row["clip"])), justify="right", overflow="fold")
    rows = table.rows()
    for name in table.dimensions:
        shown.add_row(name, *(_cell(row[name]) for row in rows))
    return shown


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
