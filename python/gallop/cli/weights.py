"""``gallop weights``: which checkpoints are needed, whether they are whole, and conversion."""

from __future__ import annotations

import json

import click

from gallop.cli import exits

_FIELDS = ("file", "folder", "origin", "sha256", "bytes", "licence", "dimensions")


@click.group()
def weights():
    """Checkpoints: list what dimensions need, check a folder, convert to safetensors."""


@weights.command("list")
@click.option("--dimensions", default="", help="Comma-separated: only what these need.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def list_(dimensions, as_json):
    """Name every checkpoint: origin, size, hash where one is published, licence, where to put it."""
    import gallop

    wanted = _names(dimensions)
    infos = [info for info in gallop.checkpoints() if not wanted or wanted & set(info.dimensions)]
    known = {name for info in gallop.checkpoints() for name in info.dimensions}
    if wanted - known:
        raise gallop.InvalidArgument(f'dimensions: "{sorted(wanted - known)[0]}" needs no checkpoint; known: {", ".join(sorted(known))}')
    if as_json:
        click.echo(json.dumps([{field: getattr(info, field) for field in _FIELDS} for info in infos], indent=1))
        return
    for info in infos:
        click.echo(f"{info.file}  {_size(info.bytes)}, {info.licence}")
        click.echo(f"  for      {', '.join(info.dimensions)}")
        click.echo(f"  from     {info.origin}")
        click.echo(f"  to       WEIGHTS/{info.file} or WEIGHTS/{info.folder}/{info.file}")
        if info.sha256:
            click.echo(f"  sha256   {info.sha256}")


@weights.command()
@click.argument("folder", type=click.Path())
@click.option("--dimensions", default="", help="Comma-separated: only what these need.")
@click.option("--hash", "hash_", is_flag=True, help="Also compare the originals with published SHA-256 hashes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def check(folder, dimensions, hash_, as_json):
    """Verify names, shapes and finite values of every checkpoint in FOLDER; exit code 3 when one is missing or bad."""
    import gallop
    from gallop.cli.display import printable

    reports = gallop.check_checkpoints(folder, dimensions=sorted(_names(dimensions)), hash=hash_)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "file": r.info.file,
                        "state": r.state,
                        "path": str(r.path),
                        "sha256": r.sha256,
                        "message": r.message,
                        "dimensions": r.info.dimensions,
                    }
                    for r in reports
                ],
                indent=1,
            )
        )
    else:
        for report in reports:
            click.echo(
                f"{report.state:<8} {report.info.file}"
                + (f": {printable(report.message)}" if report.message else f" ({', '.join(report.info.dimensions)})")
            )
    return exits.OK if all(report.state == "good" for report in reports) else exits.INCOMPLETE


@weights.command()
@click.argument("source", type=click.Path())
@click.argument("target", type=click.Path())
def convert(source, target):
    """Write SOURCE, a checkpoint file or a folder of known ones, as safetensors: TARGET is a file or a folder in turn."""
    from pathlib import Path

    import gallop

    source, target = Path(source), Path(target)
    known = {info.file for info in gallop.checkpoints() if not info.file.endswith(".gz")}
    found = [file for file in sorted(source.rglob("*")) if file.name in known] if source.is_dir() else []
    if not source.is_dir() or not found:  # one checkpoint, perhaps a sharded folder
        gallop.convert_weights(source, target)
        click.echo(f"{source} -> {target}")
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in found:
        out = target / f"{file.stem}.safetensors"
        gallop.convert_weights(file, out)
        click.echo(f"{file} -> {out}")


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}


def _size(count: int) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count} bytes"
