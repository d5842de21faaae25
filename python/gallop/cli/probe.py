"""``gallop probe``: what a file declares about itself."""

from __future__ import annotations

import json

import click

from gallop.cli import exits


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def probe(files, as_json):
    """Print container, streams, sizes, rates and colour tags of FILES."""
    import gallop
    from gallop.cli.display import printable

    reports, bad = [], False
    for file in files:
        try:
            reports.append(gallop.probe(file))
        except gallop.Error as error:
            bad = True
            reports.append({"file": file, "error": type(error).__name__, "message": str(error)})
    if as_json:
        click.echo(json.dumps(reports, indent=1, ensure_ascii=True))
    else:
        for report in reports:
            click.echo(printable(_line(report)))
            for stream in report.get("streams", ()):
                click.echo("  " + printable(_stream(stream)))
    return exits.INCOMPLETE if bad else exits.OK


def _line(report) -> str:
    if "error" in report:
        return f"{report['file']}: {report['error']}: {report['message']}"
    return f"{report['file']}: {report['container']}, {report['seconds']:.2f} s, {report['bytes']} bytes"


def _stream(stream) -> str:
    head = f"{stream['index']}: {stream['type']} {stream['codec']}"
    if stream["type"] == "video":
        turned = f", turned {stream['rotation']} degrees" if stream["rotation"] else ""
        colours = "/".join(tag for tag in (stream["color_space"], stream["color_range"], stream["color_transfer"]) if tag) or "untagged"
        return f"{head} {stream['width']}x{stream['height']}{turned}, {stream['fps']:.6g} fps, {stream['pixel_format']} ({colours}), {stream['field_order']}"
    if stream["type"] == "audio":
        return f"{head} {stream['sample_rate']} Hz, {stream['channels']} channels"
    return head
