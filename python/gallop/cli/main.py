"""The root command: attaches the others, turns errors into a sentence and an exit code."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

import click

from gallop.cli import exits

#: Command -> where it lives. Loaded when used, so that `gallop --help` is quick.
_COMMANDS = {
    "arena": "gallop.arena.cli:arena",
    "bench": "gallop.benchmark.cli:bench",
    "card": "gallop.card.cli:card",
    "compare": "gallop.benchmark.cli_results:compare_folders",
    "convert": "gallop.cli.convert:convert",
    "demo": "gallop.cli.demo:demo",
    "doctor": "gallop.cli.doctor:doctor",
    "evaluators": "gallop.cli.evaluators:evaluators",
    "generate": "gallop.cli.generate:generate",
    "inspect": "gallop.cli.inspect:inspect",
    "probe": "gallop.cli.probe:probe",
    "score": "gallop.cli.score:score",
    "weights": "gallop.cli.weights:weights",
}


class _Lazy(click.Group):
    def list_commands(self, context):
        return [name for name in _COMMANDS if importlib.util.find_spec(_COMMANDS[name].split(":")[0].rsplit(".", 1)[0])]

    def get_command(self, context, name):
        if name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[name].split(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name and module.startswith(error.name):
                return None
            raise


def _version(context, parameter, value):
    if value and not context.resilient_parsing:
        import gallop

        click.echo(f"gallop {gallop.__version__}")
        context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version.")
def root():
    """gallop makes video and judges video."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    try:
        result = root.main(args=arguments, prog_name="gallop", standalone_mode=False)
        return result if isinstance(result, int) else exits.OK
    except (KeyboardInterrupt, click.exceptions.Abort):
        click.echo("gallop: interrupted; no partial file was left", err=True)
        return exits.INTERRUPTED
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return exits.USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    import gallop

    if isinstance(error, gallop.InternalError) or not isinstance(error, gallop.Error):
        if os.environ.get("GALLOP_LOG") == "debug":
            raise error
        click.echo(f"gallop: internal error: {type(error).__name__}: {error}", err=True)
        return exits.INTERNAL
    click.echo(f"gallop: {type(error).__name__}: {error}", err=True)
    return exits.USAGE if isinstance(error, gallop.InvalidArgument | gallop.NotFound) else exits.INCOMPLETE
