"""``gallop bench sample|import``."""

from __future__ import annotations

from pathlib import Path

import click

from gallop.benchmark.cli_run import open_suite, suite_options
from gallop.cli import exits


@click.command()
@suite_options
@click.option("--model", type=click.Path(file_okay=False), help="Model folder on this machine; pony: the small one inside the package.")
@click.option("--provider", type=click.Choice(["model-studio"]), help="Hosted service instead of a model folder.")
@click.option("--endpoint", help="With --provider: address of its API. No network is touched without it.")
@click.option("--hosted-model", default="happyhorse-1.0-t2v", show_default=True)
@click.option("--resolution", default="1080P", show_default=True)
@click.option("--ratio", default="16:9", show_default=True)
@click.option("--duration", default=5, show_default=True, help="Seconds.")
@click.option("--key-variable", default="DASHSCOPE_API_KEY", show_default=True, help="Environment variable that holds the key.")
@click.option("--parallel", default=4, show_default=True, help="Jobs at once.")
@click.option("--per-minute", default=0.0, help="Submissions a minute; 0: no limit.")
@click.option("--budget", type=float, help="Stop submitting when this is spent.")
@click.option("--price", default=0.0, help="Of one clip, in the budget's currency.")
@click.option("--out", type=click.Path(file_okay=False), required=True, help="Folder of the clips.")
@click.option("--party", default="", help="Who samples, for the result card.")
@click.option("--seed", default=0, show_default=True, help="Base of the clips' seeds.")
@click.option(
    "--say", type=click.Path(dir_okay=False), help="Text file: what to say in place of each prompt, one line a record (a translation, say)."
)
@click.option("--images", type=click.Path(file_okay=False), help="Folder of conditioning pictures.")
@click.option("--shard", default="0/1", show_default=True, help="INDEX/COUNT, from 0.")
@click.option("--device")
@click.option("--dtype")
@click.option("--steps", type=int)
@click.option("--guidance", type=float)
@click.option("--width", type=int)
@click.option("--height", type=int)
@click.option("--frames", type=int)
def sample(suite_name, prompts, samples, dimensions, out, say, shard, **rest):
    """Make the clips of a suite; goes on where an earlier call stopped."""
    from gallop import InvalidArgument
    from gallop.cli.display import progress_bar

    if (rest["model"] is None) == (rest["provider"] is None):
        raise click.UsageError("name --model or --provider")
    suite = open_suite(suite_name, prompts, samples, dimensions)
    said = Path(say).read_text(encoding="utf-8").splitlines() if say else None
    index, _, count = shard.partition("/")
    if not (index.isdigit() and count.isdigit() and int(index) < int(count)):
        raise InvalidArgument(f'shard: "{shard}", expected INDEX/COUNT such as 0/8, counted from 0')
    common = {"party": rest["party"], "seed": rest["seed"], "said": said, "images": rest["images"], "shard": (int(index), int(count))}
    with progress_bar("sampling") as show:
        if rest["provider"]:
            return _hosted(suite, out, rest, common, show)
        from gallop.studio import PipelineMaker, sample_suite

        options = {name: rest[name] for name in ("device", "dtype", "steps", "guidance", "width", "height", "frames")}
        result = sample_suite(suite, PipelineMaker(rest["model"], **options), out, on_progress=show, **common)
    click.echo(f"{result.made} clips made, {result.kept} were there")
    return exits.OK


def _hosted(suite, out, rest, common, show) -> int:
    from gallop.cli.display import printable
    from gallop.studio import HostedJobs, JobLimits
    from gallop.studio.model_studio import ModelStudio

    if not rest["endpoint"]:
        raise click.UsageError("--provider needs --endpoint, the address of its API")
    provider = ModelStudio(
        rest["endpoint"],
        model=rest["hosted_model"],
        resolution=rest["resolution"],
        ratio=rest["ratio"],
        duration=rest["duration"],
        key_variable=rest["key_variable"],
    )
    limits = JobLimits(parallel=rest["parallel"], per_minute=rest["per_minute"], budget=rest["budget"], price=rest["price"])
    outcome = HostedJobs(provider, limits).sample(suite, out, on_progress=show, **common)
    click.echo(f"{outcome.made} clips made, {outcome.kept} were there, {len(outcome.failed)} failed, {outcome.spent:g} spent")
    for clip, reason in sorted(outcome.failed.items()):
        click.echo(f"  {printable(clip)}: {printable(reason)}")
    if outcome.stopped:
        click.echo(f"stopped: {outcome.stopped}")
    return exits.INCOMPLETE if outcome.failed or outcome.stopped else exits.OK


@click.command("import")
@suite_options
@click.option("--from", "source", type=click.Path(file_okay=False, exists=True), required=True, help="Folder of clips made elsewhere.")
@click.option("--out", type=click.Path(file_okay=False), required=True, help="Folder that gets them under the suite's names.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(dir_okay=False),
    help="CSV (file, prompt, index) or JSON; default: the files have the suite's names.",
)
@click.option("--made-by", required=True, help="The model or service that made them.")
@click.option("--party", default="", help="Who sampled them.")
def adopt(suite_name, prompts, samples, dimensions, source, out, mapping, made_by, party):
    """Adopt clips that were made elsewhere, with who made them on record."""
    from gallop.cli.display import printable
    from gallop.studio import adopt_clips, read_mapping

    suite = open_suite(suite_name, prompts, samples, dimensions)
    adopted, passed = adopt_clips(suite, source, out, made_by=made_by, party=party, mapping=read_mapping(mapping) if mapping else None)
    click.echo(f"{len(adopted)} clips adopted, {len(passed)} passed over")
    for name in passed[:20]:
        click.echo(f"  not of this suite: {printable(name)}")
    return exits.OK if adopted and not passed else exits.INCOMPLETE
