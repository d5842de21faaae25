"""``gallop card``: make, sign, check result cards."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gallop.card.trust import ROLES

_FILE = click.Path(dir_okay=False)
_FOLDER = click.Path(file_okay=False)


@click.group()
def card():
    """Result cards: what was measured, by whom, with what."""


@card.command()
@click.argument("run", type=click.Path(exists=True))
@click.option("--model", help="Model of an arena card; RUN is then the file of `gallop arena rate --json`.")
@click.option("--facts", type=_FILE, help="JSON with model, sampling, evaluation, deviations, statements.")
@click.option("--date", default="", help="RFC 3339 UTC time; default: SOURCE_DATE_EPOCH, else now.")
@click.option("--key", type=_FILE, help="Sign with this private key.")
@click.option("--sampling", type=_FOLDER, help="Folder with sampling.json; default: the folder of clips, when it has one.")
@click.option("--out", type=_FILE, required=True)
def make(run, model, facts, date, key, sampling, out):
    """Write the card of RUN: a run's folder, or with --model a frozen board."""
    from gallop.atomic import write_text
    from gallop.benchmark import read_results
    from gallop.card import make_arena_card, make_card, read_facts, sampling_facts, sign_card, with_facts

    told = read_facts(facts) if facts else {}
    if model:
        text = make_arena_card(run, model, told, date)
    else:
        results = read_results(run)
        text = make_card(results, with_facts(sampling_facts(sampling or results.videos), told), date)
    write_text(out, sign_card(text, key) if key else text + "\n")
    click.echo(f"card: {out}{'' if key else ' (not signed)'}")


@card.command()
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="Private key.")
@click.option("--out", type=_FILE, help="Default: over FILE.")
def sign(file, key, out):
    """Sign a card, or add a signature to a signed one."""
    from gallop.atomic import write_text
    from gallop.card import read_text, sign_card

    write_text(out or file, sign_card(read_text(file), key))


@card.command()
@click.argument("file", type=_FILE)
@click.option("--trust", type=_FILE, help="File of known keys (`gallop card key trust`).")
@click.option("--media", type=_FOLDER, help="Folder of the clips: check their digests.")
@click.option("--per-clip", type=_FILE, help="per_clip.jsonl of the run: recompute the numbers.")
@click.option("--votes", type=_FILE, help="Vote file of an arena card.")
@click.option("--at", default="", help="RFC 3339 UTC time at which keys must be valid; default: the card's own.")
@click.option("--recompute", help="Score again: all, or a share such as 1%; needs --media, --per-clip and, for networks, --weights.")
@click.option("--weights", type=_FOLDER)
@click.option("--tolerance", default=1e-6, show_default=True, help="Relative, of --recompute.")
@click.option("--seed", default=0, show_default=True, help="Which clips --recompute draws.")
@click.option("--json", "as_json", is_flag=True, help="Print every check as JSON.")
def verify(file, trust, media, per_clip, votes, at, recompute, weights, tolerance, seed, as_json):
    """Check FILE. Exit code 0: all passed; 5: not signed or not trusted; 6: mismatch; 7: malformed."""
    from gallop.card import read_text, verify_card

    report = verify_card(read_text(file), trust=trust or "", media=media or "", per_clip=per_clip or "", votes=votes or "", at=at)
    checks = [{"id": c.id, "state": c.state, "detail": c.detail} for c in report.checks]
    code = report.exit_code
    if recompute and code != 7:
        from gallop.card.recompute import recompute_rows

        checks.append(recompute_rows(media, per_clip, recompute, weights=weights, tolerance=tolerance, seed=seed))
        if checks[-1]["state"] == "failed" and code in (0, 5):
            code = 6
    if as_json:
        click.echo(json.dumps({"label": report.label, "exit_code": code, "checks": checks}, indent=1))
        return code
    from gallop.cli.display import printable

    for check in checks:
        click.echo(f"{check['state']:<8} {check['id']:<11} {printable(check['detail'])}")
    click.echo(f"label: {report.label}")
    return code


@card.command()
@click.argument("file", type=_FILE)
def label(file):
    """Print the label the parties of FILE earn, in every vocabulary."""
    from gallop.card import SCHEMES, label_word, read_text, verify_card

    report = verify_card(read_text(file))
    for scheme in SCHEMES:
        click.echo(f"{scheme:<22} {label_word(report.label, scheme)}")


@card.group()
def key():
    """Signing keys and whom to trust."""


@key.command()
@click.argument("file", type=_FILE)
def new(file):
    """Make a key pair: FILE (private) and FILE.pub."""
    from gallop.card import new_signing_key

    click.echo(f"{new_signing_key(file).keyid}  {file} (keep it secret), {file}.pub")


@key.command()
@click.argument("file", type=_FILE)
def show(file):
    """Print the id and the public half of a key file."""
    from gallop.card import read_signing_key

    own = read_signing_key(file)
    click.echo(f"keyid       {own.keyid}\npublic key  {own.public_key}")


@key.command()
@click.argument("file", type=_FILE)
@click.option("--trust", type=_FILE, required=True, help="The trust file; made when absent.")
@click.option("--party", required=True, help="Who holds the key, spelt as in the cards.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=ROLES, show_default=True)
@click.option("--valid-from", default="", help="RFC 3339 UTC.")
@click.option("--valid-to", default="", help="RFC 3339 UTC.")
def trust(file, trust, party, roles, valid_from, valid_to):
    """Trust the public key FILE."""
    from gallop.card import trust_key

    click.echo(f"{trust_key(trust, file, party=party, roles=roles, valid_from=valid_from, valid_to=valid_to)}  {party}: {', '.join(roles)}")


@key.command()
@click.argument("keyid")
@click.option("--trust", type=_FILE, required=True)
def revoke(keyid, trust):
    """Trust a key no longer."""
    from gallop.card import revoke_key

    revoke_key(Path(trust), keyid)
