"""``gallop doctor``: what is here, what is missing, how to get it."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib import metadata

import click

from gallop.cli import exits

_OPTIONAL = {
    "pandas": ("tables as DataFrames", "pip install pandas"),
    "pyarrow": ("Parquet files", "pip install pyarrow"),
    "selenium": ("browser tests of reports", "pip install selenium"),
}
_PROGRAMS = {
    "ffmpeg": ("comparing with FFmpeg's own program", "apt-get install ffmpeg"),
    "chromium": ("browser tests of reports", "apt-get install chromium chromium-driver"),
}


@click.command()
def doctor():
    """Print versions, devices and codecs, and what could be added."""
    import gallop
    from gallop import _gallop

    click.echo(f"Python       {platform.python_version()} ({sys.executable})")
    for name, version, detail in _gallop._components():
        click.echo(f"{name:<12} {version}{f'  ({detail})' if detail else ''}")
    click.echo(f"evaluators   {len(gallop.evaluators())} in profiles {', '.join(sorted({info.profile for info in gallop.evaluators()}))}")
    missing = []
    for package, (use, fix) in _OPTIONAL.items():
        try:
            click.echo(f"{package:<12} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(f"{package}: for {use}; {fix}")
    missing += [f"{program}: for {use}; {fix}" for program, (use, fix) in _PROGRAMS.items() if shutil.which(program) is None]
    broken = _self_test()
    for line in broken:
        click.echo(f"BROKEN       {line}")
    for line in missing:
        click.echo(f"optional     {line}")
    click.echo("all well" if not broken else "something is broken: see above")
    return exits.OK if not broken else exits.INCOMPLETE


def _self_test() -> list[str]:
    """Encodes, decodes and scores four frames; what fails is told in words."""
    import tempfile
    from pathlib import Path

    import numpy

    import gallop

    frames = numpy.zeros((4, 32, 48, 3), numpy.uint8)
    frames[:, 8:24, 8:24] = 200
    broken = []
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".mp4", ".gif"):
            try:
                gallop.write_video(Path(folder) / f"t{ending}", gallop.Video(frames, fps=8.0))
                table = gallop.score(Path(folder) / f"t{ending}", dimensions=["temporal_flickering"])
                broken += [problem.message for _, problem in table.problems]
            except gallop.Error as error:
                broken.append(f"{ending} cannot be written and read: {error}")
    return broken
