"""``gallop inspect``: what a model folder or checkpoint holds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gallop.cli import exits


@click.command()
@click.argument("folder", type=click.Path())
@click.option("--size", help="Plan memory for this size instead of the default, e.g. 832x480.")
@click.option("--frames", type=int, help="Plan memory for this many frames.")
@click.option("--memory-limit", help="Plan within this: 8G, 600M.")
@click.option("--dtype", help="Plan for this number type.")
@click.option("--weights", type=click.Choice(["full", "int8"]), default="full", show_default=True, help="Plan for this form of weights.")
@click.option("--device", help="cpu, cuda or cuda:N.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect(folder, size, frames, memory_limit, dtype, weights, device, as_json):
    """Say what model FOLDER is, the sizes and number types of its files, and the memory a run takes.

    A single checkpoint file is listed tensor by tensor.
    """
    import gallop
    from gallop.cli.units import parse_bytes

    path = Path(folder)
    if path.is_file():
        return _list_tensors(path, as_json)
    options = {} if frames is None else {"frames": frames}
    if size:
        from gallop.cli.generate import SizeType

        options["width"], options["height"] = SizeType().convert(size, None, None)
    pipe = gallop.Pipeline.load(folder, device=device, dtype=dtype, weights=weights, memory_limit=parse_bytes(memory_limit))
    files = _files(path)
    if as_json:
        click.echo(
            json.dumps(
                {"model": pipe.name, "device": pipe.device, "dtype": pipe.dtype, "files": files, "plan": pipe.describe(**options)}, indent=1
            )
        )
        return exits.OK
    click.echo(pipe.describe(**options))
    click.echo("files:")
    for file in files:
        click.echo(f"  {file['bytes'] / 1e6:10.1f} MB  {file['tensors']:5d} tensors  {', '.join(file['dtypes']):<10} {file['file']}")
    return exits.OK


def _files(folder: Path) -> list[dict]:
    import gallop

    found = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".safetensors", ".pth"}:
            tensors = gallop.inspect_weights(file)
            found.append(
                {
                    "file": str(file.relative_to(folder)),
                    "bytes": file.stat().st_size,
                    "tensors": len(tensors),
                    "dtypes": sorted({tensor.dtype for tensor in tensors}),
                }
            )
    return found


def _list_tensors(file: Path, as_json: bool) -> int:
    import gallop

    tensors = gallop.inspect_weights(file)
    if as_json:
        click.echo(json.dumps([{"name": each.name, "dtype": each.dtype, "shape": list(each.shape)} for each in tensors], indent=1))
        return exits.OK
    for each in tensors:
        click.echo(f"{each.dtype:<8} {'x'.join(map(str, each.shape)) or 'scalar':<20} {each.name}")
    click.echo(f"{len(tensors)} tensors", err=True)
    return exits.OK
