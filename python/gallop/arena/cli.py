"""``gallop arena``: ratings, plans, the voting server, exports."""

from __future__ import annotations

import json
import math

import click


@click.group()
def arena():
    """Blind votes to ratings with intervals."""


def _filtered(votes, wanted):
    from gallop.arena import filter_votes

    if not wanted:
        return votes, {}
    votes, removed, absent = filter_votes(votes)
    click.echo(
        "filters: "
        + ", ".join(f"{rule} removed {count}" for rule, count in removed.items())
        + (f"; not applied for want of columns: {', '.join(absent)}" if absent else ""),
        err=True,
    )
    return votes, removed


def _frozen(file, table, removed, ratings) -> dict:
    """What a published board states about its votes: enough to do the fit again (the ``votes`` entry of a result card)."""
    import hashlib

    import gallop

    with open(file, "rb") as data:
        digest = (
            hashlib.file_digest(data, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(data.read()).hexdigest()
        )
    chosen = {"both_bad": "half", "reweight": False, "ties": "half", "interval": "sandwich", "cluster": "none"} | ratings.options
    return {
        "file_sha256": digest,
        "count": int(ratings.total_votes),
        "voters": len({int(voter) for voter in table.voter}) if table.voter is not None else None,
        "filters": removed,
        "both_bad_policy": chosen["both_bad"],
        "reweighted": chosen["reweight"],
        "estimator": f"bradley-terry, ties {chosen['ties']}",
        "interval": chosen["interval"] if chosen["cluster"] == "none" else f"{chosen['interval']}, clustered by {chosen['cluster']}",
        "library": f"gallop {gallop.__version__}",
    }


@arena.command()
@click.argument("votes", type=click.Path(dir_okay=False))
@click.option("--format", "form", type=click.Choice(["auto", "csv", "json", "ndjson", "parquet"]), default="auto", show_default=True)
@click.option("--board", default="", help="Rate one board of the file.")
@click.option("--ties", type=click.Choice(["half", "davidson", "rao-kupper", "drop"]), default="half", show_default=True)
@click.option("--both-bad", type=click.Choice(["half", "drop", "separate"]), default="half", show_default=True)
@click.option("--interval", type=click.Choice(["sandwich", "naive", "parity", "bootstrap"]), default="sandwich", show_default=True)
@click.option("--cluster", type=click.Choice(["none", "voter", "prompt", "voter-and-prompt"]), default="none", show_default=True)
@click.option("--reweight/--no-reweight", default=False, help="Equal say for every pair, above 50 votes.")
@click.option("--anchor", default=None, help="MODEL=VALUE: fix one model's rating.")
@click.option("--phantom", default=0.0, help="Tied votes of every model against a fixed player.")
@click.option("--replicates", default=1000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--filter/--no-filter", "wanted", default=False, help="Apply vote filters F1 to F10 first.")
@click.option("--categories", type=click.Path(dir_okay=False), help="CSV of prompts and their categories: a board for each as well.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False))
@click.option("--html", "html_file", type=click.Path(dir_okay=False))
def rate(
    votes,
    form,
    board,
    ties,
    both_bad,
    interval,
    cluster,
    reweight,
    anchor,
    phantom,
    replicates,
    seed,
    wanted,
    categories,
    json_file,
    html_file,
):
    """Rate the models of a vote file."""
    from gallop.arena import diagnose, read_votes
    from gallop.arena import rate as fit

    table = read_votes(votes, form)
    if board:
        table = table.only(board)
    elif len(table.boards) > 1:
        raise click.UsageError(
            f"the file holds boards {', '.join(table.boards)}; votes of different boards are not comparable: choose one with --board"
        )
    if table.self_pairs:
        click.echo(f"{table.self_pairs} votes of a model against itself were dropped", err=True)
    table, removed = _filtered(table, wanted)
    options = {
        "ties": ties,
        "both_bad": both_bad,
        "interval": interval,
        "cluster": cluster,
        "reweight": reweight,
        "phantom": phantom,
        "replicates": replicates,
        "seed": seed,
    }
    if anchor:
        name, _, value = anchor.rpartition("=")
        try:
            options |= {"anchor": name, "anchor_value": float(value)}
        except ValueError as error:
            raise click.UsageError(f"--anchor {anchor!r}: expected MODEL=VALUE") from error
    ratings = fit(table, **options)
    click.echo(ratings.table())
    more = {"board": board or next(iter(table.boards), ""), "votes": _frozen(votes, table, removed, ratings)}
    if categories:
        more["sub_boards"] = _categories(table, categories, options)
    if json_file:
        ratings.to_json(json_file, **more)
    if html_file:
        from gallop.arena.page import write_page

        write_page(
            ratings,
            diagnose(table, both_bad=both_bad, phantom=phantom),
            html_file,
            title=f"Leaderboard{f' {board}' if board else ''}",
            filters=removed,
        )


def _categories(table, file, options) -> list[dict]:
    """Prints a table for each category; the same for the JSON file."""
    from gallop.arena import read_categories, sub_boards

    found = sub_boards(table, read_categories(file), **options)
    for part in found.boards:
        click.echo(f"\n{part.name}, {part.votes} votes\n{part.ratings.table() if part.ratings else f'no ratings: {part.why}'}")
    if found.uncategorised:
        click.echo(f"{found.uncategorised} votes are on prompts without categories", err=True)
    return [part.to_dict() for part in found.boards]


@arena.command("votes-needed")
@click.option("--gap", default=0.0, help="True gap in Elo points.")
@click.option("--power", type=float, default=None, help="Probability of telling the gap from nothing.")
@click.option("--half-width", type=float, default=None, help="Half-width of the interval in Elo points.")
@click.option("--confidence", default=0.95, show_default=True)
@click.option("--tie-share", default=0.0, show_default=True)
@click.option("--votes-per-voter", default=1.0, show_default=True)
@click.option("--voter-correlation", default=0.0, show_default=True)
def votes_needed(gap, power, half_width, confidence, tie_share, votes_per_voter, voter_correlation):
    """How many votes on a pair a claim needs."""
    from gallop.arena import votes_for_half_width, votes_for_power

    if (power is None) == (half_width is None):
        raise click.UsageError("give --power (with --gap) or --half-width")
    rest = (gap, confidence, tie_share, votes_per_voter, voter_correlation)
    click.echo(votes_for_power(power, *rest) if power is not None else votes_for_half_width(half_width, *rest))


def _server():
    """The voting server's package; Unsupported with the install line without its extra."""
    try:
        from gallop.arena import server
    except ModuleNotFoundError as error:
        from gallop import Unsupported

        raise Unsupported(f"the voting server needs {error.name}; pip install 'gallop[arena]'") from error
    return server


@arena.command()
@click.option("--clips", required=True, type=click.Path(file_okay=False), help="Folder with one folder of clips per model.")
@click.option("--db", "database", required=True, help="SQLite file, or postgresql://user@host/name.")
@click.option("--cache", default=None, type=click.Path(file_okay=False), help="Folder of the served copies [default: DB.clips].")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, help="0 = any free one.")
@click.option("--token", default=None, envvar="GALLOP_ARENA_TOKEN", help="Access token; made and printed when needed and absent.")
@click.option("--allow-host", "hosts", multiple=True, help="Further name under which the server may be asked.")
@click.option("--behind-proxy", is_flag=True, help="Trust X-Forwarded-* of a proxy on this machine.")
@click.option("--task", default="t2v", show_default=True)
@click.option("--audio", type=click.Choice(["on", "off"]), default="off", show_default=True)
@click.option("--question", default=None, help="Another question makes another board.")
@click.option(
    "--rule", type=click.Choice(["uniform", "arena", "a_opt"]), default="arena", show_default=True, help="How the next pair is drawn."
)
@click.option("--control-rate", default=0.05, show_default=True, help="Share of planted pairs.")
@click.option("--daily-cap", default=200, show_default=True, help="Votes of one voter per UTC day; 0 = none.")
@click.option("--votes-per-minute", default=60, show_default=True, help="Of one voter.")
@click.option("--requests-per-minute", default=1200, show_default=True, help="Of one address.")
@click.option("--longest-side", default=1280, show_default=True, help="Pixels of the served copies.")
def serve(host, token, hosts, question, **options):
    """Collect blind votes on a web page."""
    import secrets

    server = _server()
    settings = {"host": host, "hosts": tuple(hosts)} | options | ({"question": question} if question else {})
    if token is None and not server.is_loopback(host):
        token = secrets.token_urlsafe(24)
    server.serve(server.Settings(token=token, **settings), click.echo)


@arena.command()
@click.argument("votes")
@click.argument("target", type=click.Path(dir_okay=False))
@click.option("--board", default="", help="Export one board.")
@click.option("--filter/--no-filter", "wanted", default=False, help="Apply vote filters F1 to F10 first (vote files).")
def export(votes, target, board, wanted):
    """Votes of a server's database, or of a vote file of any known format, in the native columns.

    VOTES is a file or a database's address. A database goes to CSV, JSON lines or Parquet by the target's suffix; a vote file
    goes to CSV.
    """
    from gallop.arena import read_votes

    if "://" in votes or _is_sqlite(votes):
        if wanted:
            raise click.UsageError("--filter is for vote files: export the database, then `gallop arena rate --filter`")
        server = _server()
        click.echo(f"{server.export_database(votes, target, board or None)} votes written to {target}")
        return
    table = read_votes(votes)
    table, _ = _filtered(table.only(board) if board else table, wanted)
    table.to_csv(target)
    click.echo(f"{len(table)} votes written to {target}")


def _is_sqlite(file) -> bool:
    try:
        with open(file, "rb") as start:
            return start.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


@arena.command()
@click.argument("annotations", type=click.Path(dir_okay=False))
@click.argument("scores", type=click.Path(dir_okay=False, exists=True))
@click.option("--dimension", required=True, help="Dimension of SCORES to compare.")
@click.option("--aspect", default=None, help="Column of a pair table; default: the dimension's own judgements.")
@click.option("--lower-is-better", is_flag=True, help="The dimension falls when the clip gets better.")
@click.option("--allow-missing", is_flag=True, help="Leave out judgements of clips without a score.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), help="Write every field; - for standard output.")
def agreement(annotations, scores, dimension, aspect, lower_is_better, allow_missing, json_file):
    """How far SCORES (JSON of `gallop score`) decide as people did in ANNOTATIONS (VBench's files, or a table of pairs)."""
    from gallop.arena import clip_scores, read_human_preferences, validate
    from gallop.atomic import write_text

    preferences = read_human_preferences(annotations, aspect)
    result = validate(preferences, clip_scores(scores, dimension), higher_is_better=not lower_is_better, allow_missing=allow_missing)
    text = json.dumps({key: _plain(value) for key, value in result.items()}, allow_nan=False) + "\n"
    if json_file == "-":
        click.echo(text, nl=False)
        return
    if json_file:
        write_text(json_file, text)
    for model, human, automatic in zip(preferences.models, result.human_ratio, result.automatic_ratio, strict=True):
        click.echo(f"{model:24} win ratio {human:.4f} by people, {automatic:.4f} by {dimension}")
    click.echo(
        f"pearson {result.pearson:.4f} [{result.pearson_lower:.4f}, {result.pearson_upper:.4f}], spearman {result.spearman:.4f}, kendall {result.kendall:.4f} over {len(preferences.models)} models"
    )
    click.echo(
        f"accuracy {result.accuracy:.4f} of {result.decisive} decided pairs, {result.accuracy_with_ties:.4f} of {result.pairs} with ties (tolerance {result.tolerance:g}); {result.left_out} left out"
    )
    for note in result.notes:
        click.echo(note)


def _plain(value):
    """Numbers and lists as JSON has them; what is not a number becomes null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
