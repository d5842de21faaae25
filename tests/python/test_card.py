"""Result cards: made, signed, checked; every tampering is seen."""

import base64
import json

import gallop
import pytest
from gallop import arena, benchmark, card
from gallop.cli import main

FACTS = {
    "model": {"name": "m", "version": "1", "maker": "makers", "accessibility": "open", "released": True, "private_variants_tested": 0},
    "sampling": {"party": "judges", "independent": True, "seeds": {"rule": "sha256/1"}, "selection": "none"},
    "evaluation": {"party": "judges", "independent": True, "device": "cpu"},
}
DATE = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    from conftest import moving_square

    folder = tmp_path_factory.mktemp("card")
    suite = folder / "suite.json"
    suite.write_text(
        json.dumps(
            {
                "schema": "gallop/suite-v1",
                "name": "own",
                "samples": 1,
                "dimensions": ["sharpness", "motion_amount"],
                "records": [{"prompt": p} for p in ("a", "b", "c")],
            }
        )
    )
    videos = folder / "videos"
    videos.mkdir()
    for number, name in enumerate("abc"):
        gallop.write_video(videos / f"{name}-0.mp4", gallop.Video(moving_square(6 + number), fps=8.0), preset="ultrafast")
    results = benchmark.run_suite(benchmark.load_suite(suite), videos, run=folder / "run", device="cpu")
    card.new_signing_key(folder / "judges.key")
    card.trust_key(folder / "trust.json", folder / "judges.key.pub", party="judges")
    return folder, results


def checks(report):
    return {(check.id, check.state) for check in report.checks}


def test_a_signed_card_passes_every_check(run):
    folder, results = run
    text = card.make_card(results, FACTS, DATE)
    assert card.make_card(results, FACTS, DATE) == text
    assert json.loads(text)["label"] == {"scheme": "ours/1", "value": "verified", "derived": True}
    envelope = card.sign_card(text, folder / "judges.key")
    report = card.verify_card(
        envelope, trust=folder / "trust.json", media=folder / "videos", per_clip=folder / "run/results/per_clip.jsonl"
    )
    assert report.exit_code == 0, report.checks
    assert report.label == "verified"
    assert {state for _, state in checks(report)} == {"passed"}
    manifest = card.media_manifest(results).splitlines()
    assert len(manifest) == 3 and manifest[0].endswith("  a-0.mp4")


def test_a_frozen_board_has_a_card_for_each_model(tmp_path):
    votes = tmp_path / "votes.csv"
    rows = (
        [("a", "b", "left")] * 60
        + [("b", "a", "left")] * 40
        + [("a", "c", "tie")] * 30
        + [("c", "b", "left")] * 20
        + [("b", "c", "left")] * 30
    )
    votes.write_text("left,right,outcome\n" + "".join(f"{','.join(row)}\n" for row in rows))
    assert main(["arena", "rate", str(votes), "--json", str(tmp_path / "board.json")]) == 0
    card.new_signing_key(tmp_path / "judges.key")
    card.trust_key(tmp_path / "trust.json", tmp_path / "judges.key.pub", party="judges")
    (tmp_path / "facts.json").write_text(json.dumps(FACTS))
    arguments = ["--model", "a", "--facts", tmp_path / "facts.json", "--date", DATE, "--key", tmp_path / "judges.key"]
    assert main(["card", "make", str(tmp_path / "board.json"), *map(str, arguments), "--out", str(tmp_path / "a.card")]) == 0
    envelope = card.read_text(tmp_path / "a.card")
    statement = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    assert [subject["name"] for subject in statement["subject"]] == ["votes"]
    body = statement["predicate"]
    best = arena.rate(arena.read_votes(votes)).rows()[0]
    assert body["kind"] == "arena" and body["votes"]["count"] == 180 and best["model"] == "a"
    assert body["results"]["per_dimension"]["rating"] == {
        "value": best["rating"],
        "n": 130,
        "se": best["se"],
        "ci95": [best["lower"], best["upper"]],
    }
    report = card.verify_card(envelope, trust=tmp_path / "trust.json", votes=votes)
    assert report.exit_code == 0 and report.label == "verified", report.checks
    votes.write_text(votes.read_text() + "a,b,right\n")
    assert card.verify_card(envelope, trust=tmp_path / "trust.json", votes=votes).exit_code == 6
    with pytest.raises(gallop.NotFound, match="models: a, b, c"):
        card.make_arena_card(tmp_path / "board.json", "d")


def test_without_signature_or_trust_nothing_is_verified(run):
    folder, results = run
    text = card.make_card(results, FACTS, DATE)
    bare = card.verify_card(text, trust=folder / "trust.json")
    assert bare.exit_code == 5 and bare.label == "unknown"
    envelope = card.sign_card(text, folder / "judges.key")
    assert card.verify_card(envelope).exit_code == 5
    if not (folder / "other.key").exists():
        card.new_signing_key(folder / "other.key")
    card.trust_key(folder / "other.json", folder / "other.key.pub", party="judges")
    stranger = card.verify_card(envelope, trust=folder / "other.json")
    assert stranger.exit_code == 5 and ("trust", "failed") in checks(stranger)
    keyid = card.read_signing_key(folder / "judges.key").keyid
    card.trust_key(folder / "revoked.json", folder / "judges.key.pub", party="judges")
    card.revoke_key(folder / "revoked.json", keyid)
    assert card.verify_card(envelope, trust=folder / "revoked.json").exit_code == 5
    card.trust_key(folder / "old.json", folder / "judges.key.pub", party="judges", valid_to="2025-12-31T00:00:00Z")
    assert card.verify_card(envelope, trust=folder / "old.json").exit_code == 5
    assert card.verify_card(envelope, trust=folder / "old.json", at="2025-06-01T00:00:00Z").exit_code == 0


def tampered(envelope, change):
    body = json.loads(envelope)
    statement = json.loads(base64.b64decode(body["payload"]))
    change(statement["predicate"])
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    body["payload"] = base64.b64encode(text.encode()).decode()
    return json.dumps(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["results"]["per_dimension"]["sharpness"].update(value=0.99),
        lambda c: c["model"].update(name="better"),
        lambda c: c["label"].update(value="evaluated"),
        lambda c: c["media"].update(count=4),
    ],
)
def test_a_changed_card_is_a_mismatch(run, change):
    folder, results = run
    envelope = card.sign_card(card.make_card(results, FACTS, DATE), folder / "judges.key")
    report = card.verify_card(tampered(envelope, change), trust=folder / "trust.json")
    assert report.exit_code == 6 and ("signature", "failed") in checks(report)


def test_a_changed_clip_row_or_number_is_a_mismatch(run, tmp_path):
    folder, results = run
    envelope = card.sign_card(card.make_card(results, FACTS, DATE), folder / "judges.key")
    rows = (folder / "run/results/per_clip.jsonl").read_text()
    (tmp_path / "rows.jsonl").write_text(rows.replace('"value":0.', '"value":1.'))
    report = card.verify_card(envelope, trust=folder / "trust.json", per_clip=tmp_path / "rows.jsonl")
    assert report.exit_code == 6 and {("digests", "failed"), ("aggregates", "failed")} <= checks(report)
    for name in "abc":
        (tmp_path / f"{name}-0.mp4").write_bytes((folder / f"videos/{name}-0.mp4").read_bytes() + (b"x" if name == "b" else b""))
    report = card.verify_card(envelope, trust=folder / "trust.json", media=tmp_path, per_clip=folder / "run/results/per_clip.jsonl")
    assert report.exit_code == 6 and any(c.id == "media" and c.state == "failed" and "b-0.mp4" in c.detail for c in report.checks)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"payload": 3}', '{"payloadType": "x", "payload": "", "signatures": []}', "{}"])
def test_malformed_cards_have_their_own_exit_code(text):
    assert card.verify_card(text).exit_code == 7


def test_labels_are_told_in_published_vocabularies():
    assert card.label_word("verified", "vbench-board/2026-10") == "Gold"
    assert card.label_word("evaluated", "vbench-space/513a458") == "Gold"
    assert card.label_word("evaluated", "press/2026-04") == "bronze"
    assert card.label_word("self-reported", "vbench-board/2026-10") == "none"
    with pytest.raises(gallop.InvalidArgument):
        card.label_word("verified", "mine/1")


def test_labels_of_cards(run):
    _, results = run

    def derived(**change):
        facts = json.loads(json.dumps(FACTS))
        for part, values in change.items():
            facts[part].update(values)
        return card.derive_label(card.make_card(results, facts, DATE))

    assert derived() == "verified"
    assert derived(sampling={"party": "makers", "independent": False}) == "evaluated"
    assert derived(evaluation={"party": "makers", "independent": False}) == "self-reported"
    assert derived(evaluation={"party": None}) == "unknown"
    assert derived(evaluation={"independent": False}) == "unknown"
    assert derived(sampling={"party": "others"}) == "unknown"


def test_facts_are_checked(run):
    _, results = run
    with pytest.raises(gallop.InvalidArgument, match="modle"):
        card.make_card(results, {"modle": {}}, DATE)
    with pytest.raises(gallop.InvalidArgument, match="nmae"):
        card.make_card(results, {"model": {"nmae": "x"}}, DATE)
    with pytest.raises(gallop.InvalidArgument, match="accessibility"):
        card.make_card(results, {"model": {"accessibility": "secret"}}, DATE)
    with pytest.raises(gallop.InvalidArgument, match="created"):
        card.make_card(results, {}, "yesterday")


def test_creation_time_comes_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert json.loads(card.make_card(run[1], {}))["created"] == "1970-01-01T00:00:00Z"


def test_command_line(run, tmp_path, capsys):
    folder, _ = run
    (tmp_path / "facts.json").write_text(json.dumps(FACTS))
    out = tmp_path / "card.json"
    assert main(["card", "key", "new", str(tmp_path / "us.key")]) == 0
    assert (tmp_path / "us.key").stat().st_mode & 0o077 == 0
    assert main(["card", "key", "new", str(tmp_path / "us.key")]) == 3
    assert main(["card", "key", "show", str(tmp_path / "us.key.pub")]) == 0
    assert main(["card", "key", "trust", str(tmp_path / "us.key.pub"), "--trust", str(tmp_path / "trust.json"), "--party", "judges"]) == 0
    assert (
        main(
            [
                "card",
                "make",
                str(folder / "run"),
                "--facts",
                str(tmp_path / "facts.json"),
                "--date",
                DATE,
                "--key",
                str(tmp_path / "us.key"),
                "--out",
                str(out),
            ]
        )
        == 0
    )
    verify = [
        "card",
        "verify",
        str(out),
        "--trust",
        str(tmp_path / "trust.json"),
        "--per-clip",
        str(folder / "run/results/per_clip.jsonl"),
        "--media",
        str(folder / "videos"),
    ]
    assert main([*verify, "--recompute", "all"]) == 0
    assert "6 rows scored again" in capsys.readouterr().out
    assert main(["card", "sign", str(out), "--key", str(folder / "judges.key")]) == 0
    assert len(json.loads(out.read_text())["signatures"]) == 2
    assert main(["card", "sign", str(out), "--key", str(folder / "judges.key")]) == 2
    assert main([*verify, "--json"]) == 5
    assert main(["card", "label", str(out)]) == 0
    assert "PRIVATE" not in out.read_text()


def test_an_independent_implementation_accepts_the_signature(run):
    """The pure-Python reading of DSSE and RFC 8032 through the cryptography package, when it is there."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    folder, results = run
    body = json.loads(card.sign_card(card.make_card(results, FACTS, DATE), folder / "judges.key"))
    payload, kind = base64.b64decode(body["payload"]), body["payloadType"]
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    public = base64.b64decode(card.read_signing_key(folder / "judges.key").public_key)
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(body["signatures"][0]["sig"]), signed)
