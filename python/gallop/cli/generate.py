"""``gallop generate``: make clips."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from gallop.cli import exits

_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}


class SizeType(click.ParamType):
    """832x480."""

    name = "WxH"

    def convert(self, value, parameter, context):
        found = re.fullmatch(r"(\d+)[xX*](\d+)", value)
        if not found:
            self.fail(f"{value!r} is not a size; write 832x480", parameter, context)
        return int(found[1]), int(found[2])


class _Seeds(click.ParamType):
    """7, or 0..7 with both ends."""

    name = "N or A..B"

    def convert(self, value, parameter, context):
        found = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", str(value))
        if not found:
            self.fail(f"{value!r} is no seed; write 7, or 0..7 for eight clips", parameter, context)
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first or last - first >= 100_000:
            self.fail(f"{value!r} is no range of seeds", parameter, context)
        return range(first, last + 1)


class LoraType(click.ParamType):
    """FILE, FILE:STRENGTH, or high:FILE:STRENGTH."""

    name = "[high:|low:]FILE[:STRENGTH]"

    def convert(self, value, parameter, context):
        found = re.fullmatch(r"(?:(high|low):)?(.+?)(?::(-?\d+(?:\.\d+)?))?", value)
        return found[2], float(found[3] or 1.0), found[1] or ""


@click.command()
@click.option("--model", type=click.Path(), help="Folder of the model; default: pony, the small one inside the package.")
@click.option("--prompt", multiple=True, help="What to show; repeat for several clips.")
@click.option("--prompt-file", type=click.Path(dir_okay=False), help="Text file with a prompt a line.")
@click.option("--negative-prompt", help="What to avoid; default: the model's own.")
@click.option("--first-frame", type=click.Path(), help="Picture the clip starts with.")
@click.option("--last-frame", type=click.Path(), help="Picture the clip ends with.")
@click.option("--video", type=click.Path(), help="Clip to change.")
@click.option("--strength", type=float, help="With --video: 0 keeps it, 1 starts from noise alone.")
@click.option("--sound", type=click.Path(dir_okay=False), help="File whose sound the picture follows, for models that make both.")
@click.option("--audio/--no-audio", default=None, help="Sound with the picture, from models that make both; on unless told otherwise.")
@click.option("--size", type=SizeType(), help="Width and height in pixels.")
@click.option("--width", type=int)
@click.option("--height", type=int)
@click.option("--resolution", help="256p, 480p, 540p, 720p or 1080p instead of a size; each model knows some.")
@click.option("--ratio", help="16:9, 1:1 ...")
@click.option("--frames", type=int, help="4n + 1; 1 makes a picture.")
@click.option("--duration", type=float, help="Seconds instead of --frames.")
@click.option("--steps", type=int)
@click.option("--guidance", type=float, help="1 turns the guidance off.")
@click.option("--guidance-2", type=float, help="Of the low-noise expert.")
@click.option("--scheduler", help="unipc, dpm++, euler, heun or distilled.")
@click.option("--shift", type=float, help="Of the noise schedule.")
@click.option("--seed", type=_Seeds(), default="0", show_default=True, help="7, or 0..7 for a clip each.")
@click.option("--lora", "loras", type=LoraType(), multiple=True, help="Adapter to merge; repeat for several.")
@click.option(
    "--out", type=click.Path(), default="out.mp4", show_default=True, help="Clip to write; several get -PROMPT-SEED in their names."
)
@click.option("--device", help="cpu, cuda or cuda:N.")
@click.option("--dtype", help="float32, bfloat16 or float16; default: float32 on a CPU, the stored type on a GPU.")
@click.option(
    "--weights",
    type=click.Choice(["full", "int8"]),
    default="full",
    show_default=True,
    help="int8: the transformer's matrices in 8 bits, a quarter of the memory, faster, inexact.",
)
@click.option("--memory-limit", help="Bytes the run may take: 8G, 600M.")
@click.option("--checkpoint", type=click.Path(), help="Keep the run's state here; the same command goes on from it.")
@click.option("--plan", is_flag=True, help="Print what would run and the memory plan, make nothing.")
def generate(model, prompt, prompt_file, loras, out, device, dtype, weights, memory_limit, checkpoint, plan, size, seed, **options):
    """Make clips from text, pictures or a clip. Beside each lies OUT.json with every option and the hashes of the weights."""
    import gallop
    from gallop.cli.display import progress_bar
    from gallop.cli.units import parse_bytes

    prompts = _prompts(prompt, prompt_file, bool(options["first_frame"] or options["video"] or plan))
    if size:
        if options["width"] or options["height"]:
            raise click.UsageError("give --size, or --width and --height")
        options["width"], options["height"] = size
    options = {name: value for name, value in options.items() if value is not None}
    jobs = [(number, text, each) for number, text in enumerate(prompts) for each in seed]
    if checkpoint and len(jobs) > 1:
        raise click.UsageError("--checkpoint keeps one run; give one prompt and one seed")
    with progress_bar("loading") as show:
        pipe = gallop.Pipeline.load(
            model or gallop.pony(),
            device=device,
            dtype=dtype,
            weights=weights,
            memory_limit=parse_bytes(memory_limit),
            on_progress=show,
        )
        if plan:
            click.echo(pipe.describe(prompt=prompts[0], **options), nl=False)
            return exits.OK
        if loras:
            pipe.set_loras([gallop.LoraFile(file, strength, expert) for file, strength, expert in loras])
        for number, text, each in jobs:
            file = _named(Path(out), number, each, len(prompts), len(seed))
            run = {"on_progress": show} | ({"checkpoint": checkpoint} if checkpoint else {})
            made = pipe.generate(text, seed=each, **options, **run)
            _write(file, made)
            click.echo(f"{file}: {made.video.frames} frames of {made.video.width}x{made.video.height}, seed {each}", err=True)
    return exits.OK


def _prompts(given, file, may_be_empty) -> list[str]:
    prompts = list(given)
    if file:
        try:
            lines = Path(file).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"--prompt-file {file}: {error}") from error
        prompts += [line for line in (line.strip() for line in lines) if line]
    if not prompts:
        if may_be_empty:
            return [""]
        raise click.UsageError("give --prompt or --prompt-file")
    return prompts


def _named(out: Path, number: int, seed: int, prompts: int, seeds: int) -> Path:
    marks = ([f"{number:04d}"] if prompts > 1 else []) + ([str(seed)] if seeds > 1 else [])
    return out.with_name("-".join([out.stem, *marks]) + out.suffix)


def _write(file: Path, made) -> None:
    import gallop
    from gallop.atomic import write_text

    if file.suffix.lower() in _PICTURES and made.video.frames == 1:
        gallop.write_image(file, gallop.Image(made.video.numpy()[0]))
    else:
        gallop.write_video(file, made.video, comment=made.provenance_json)
    write_text(file.with_name(file.name + ".json"), json.dumps(made.provenance, indent=1, ensure_ascii=False) + "\n")
