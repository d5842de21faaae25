"""The Python side of the arena: columns of every kind, tables, files, page, command line."""

import hashlib
import json
import sys

import numpy as np
import pytest

gallop = pytest.importorskip("gallop")
from click.testing import CliRunner  # noqa: E402
from gallop import arena  # noqa: E402
from gallop.arena.cli import arena as command  # noqa: E402

#: arena.md 16.1: first wins, second wins, tie, both bad.
_FIVE = {
    "AB": (150, 95, 20, 15),
    "AC": (120, 60, 12, 8),
    "AD": (60, 30, 6, 4),
    "AE": (45, 18, 5, 2),
    "BC": (70, 55, 10, 5),
    "BD": (140, 105, 25, 10),
    "BE": (24, 14, 4, 3),
    "CD": (85, 80, 20, 15),
    "CE": (60, 50, 8, 12),
    "DE": (33, 27, 6, 4),
}
_RATINGS = {"A": 1085.337315, "B": 1016.839034, "C": 978.440074, "D": 973.086100, "E": 946.297477}


@pytest.fixture
def lists():
    rows = [
        (pair[0], pair[1], name)
        for pair, counts in _FIVE.items()
        for name, count in zip(("left", "right", "tie", "both_bad"), counts, strict=True)
        for _ in range(count)
    ]
    return tuple(map(list, zip(*rows, strict=True)))


def _check(votes):
    ratings = arena.rate(votes)
    assert dict(zip(ratings.models, ratings.rating, strict=True)) == pytest.approx(_RATINGS, rel=1e-9)
    return ratings


@pytest.mark.parametrize("kind", ["list", "unicode", "bytes", "object", "fortran_slice"])
def test_columns_of_every_kind_give_the_same_ratings(lists, kind):
    make = {
        "list": list,
        "unicode": np.array,
        "bytes": lambda x: np.array(x, "S"),
        "object": lambda x: np.array(x, object),
        "fortran_slice": lambda x: np.array([x, x]).T[:, 0],
    }[kind]
    _check(arena.Votes.from_columns(*map(make, lists)))


def test_the_way_in_does_not_change_the_ratings(tmp_path):
    """Columns and files number models alike, so that even what rounding leaves is the same."""
    rng = np.random.default_rng(4)
    names = [f"m{at}" for at in range(9)]
    left = rng.integers(0, 9, 20000)
    left[:3] = 8, 0, 7
    right = (left + rng.integers(1, 9, left.size)) % 9
    right[:9000] = np.where(left[:9000] == 1, 2, 1)  # most names stand first in one column only
    left, right = [names[at] for at in left], [names[at] for at in right]
    outcome = [("model_a", "model_b", "tie")[at] for at in rng.integers(0, 3, len(left))]
    file = tmp_path / "votes.csv"
    file.write_text("left,right,outcome\n" + "".join(f"{a},{b},{o}\n" for a, b, o in zip(left, right, outcome, strict=True)))
    read, given = arena.read_votes(file), arena.Votes.from_columns(left, right, outcome)
    assert given.models == read.models == list(dict.fromkeys(name for pair in zip(left, right, strict=True) for name in pair))
    assert (given.left == read.left).all() and (given.right == read.right).all()
    assert arena.rate(given).rows() == arena.rate(read).rows()


def test_pandas_and_arrow_columns(lists):
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    _check(arena.Votes.from_columns(*map(pa.array, lists)))
    _check(arena.Votes.from_columns(*(pa.array(column).dictionary_encode() for column in lists)))
    _check(arena.Votes.from_columns(*(pa.chunked_array([column[:700], column[700:]]) for column in lists)))
    _check(arena.Votes.from_columns(*map(pd.Series, lists)))
    _check(arena.Votes.from_columns(*(pd.Series(column, dtype="category") for column in lists)))


def test_parquet(lists, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"model_a": lists[0], "model_b": lists[1], "winner": lists[2]}), tmp_path / "votes.parquet")
    _check(arena.read_votes(tmp_path / "votes.parquet"))
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(gallop.FormatError, match="not a readable Parquet"):
        arena.read_votes(tmp_path / "bad.parquet")


def test_bad_columns_are_named(lists):
    left, right, outcome = lists
    with pytest.raises(gallop.FormatError, match="row 3: unknown outcome 'LEFT'"):
        arena.Votes.from_columns(left, right, [*outcome[:3], "LEFT", *outcome[4:]])
    with pytest.raises(gallop.FormatError, match="non-empty"):
        arena.Votes.from_columns(["", *left[1:]], right, outcome)
    with pytest.raises(gallop.InvalidArgument, match="right: 1514 entries"):
        arena.Votes.from_columns(left, right[1:], outcome)
    with pytest.raises(gallop.InvalidArgument, match='unknown option "tie"'):
        arena.rate(arena.Votes.from_columns(*lists), tie="half")
    assert arena.Votes.from_columns([*left, "A"], [*right, "A"], [*outcome, "tie"]).self_pairs == 1


def test_options_reach_the_fit(lists):
    votes = arena.Votes.from_columns(*lists)
    anchored = arena.rate(votes, anchor="D", anchor_value=1221)
    assert anchored.rating[votes.models.index("D")] == 1221
    assert arena.rate(votes, ties="davidson").tie_parameter == pytest.approx(0.301452, rel=1e-5)
    drawn = arena.rate(votes, interval="bootstrap", replicates=200, seed=3)
    assert drawn.p_best.sum() == pytest.approx(1)
    adjusted = arena.rate_adjusted(votes, np.arange(len(votes)) % 2)
    assert adjusted.effect.shape == (1,)
    assert arena.diagnose(votes)["deviance"] == pytest.approx(0.099275, rel=1e-4)
    assert len(arena.pair_chances(votes)) == 10


def test_csv_round_trip_json_and_page(lists, tmp_path):
    votes = arena.Votes.from_columns(*lists, voter=[f"v{k % 7}" for k in range(len(lists[0]))], time=np.arange(len(lists[0]), dtype=float))
    again = arena.read_votes(votes.to_csv(tmp_path / "votes.csv"))
    assert again.models == votes.models
    assert (
        (again.left == votes.left).all()
        and (again.outcome == votes.outcome).all()
        and (again.voter == votes.voter).all()
        and (again.time == votes.time).all()
    )
    ratings = _check(again)
    data = json.loads(ratings.to_json(tmp_path / "r.json").read_text())
    assert data["rows"][0]["model"] == "A"
    result = CliRunner().invoke(
        command,
        [
            "rate",
            str(tmp_path / "votes.csv"),
            "--cluster",
            "voter",
            "--html",
            str(tmp_path / "b.html"),
            "--json",
            str(tmp_path / "b.json"),
            "--interval",
            "sandwich",
        ],
    )
    assert result.exit_code == 0, result.output
    assert "1085.3" in result.output
    frozen = json.loads((tmp_path / "b.json").read_text())["votes"]
    assert frozen["file_sha256"] == hashlib.sha256((tmp_path / "votes.csv").read_bytes()).hexdigest()
    assert (frozen["count"], frozen["voters"], frozen["interval"]) == (1515, 7, "sandwich, clustered by voter")
    page = (tmp_path / "b.html").read_text()
    assert page.count("<svg") == 2 and "http-equiv" in page


def test_a_hostile_model_name_stays_text(tmp_path):
    votes = arena.Votes.from_columns(
        ["<script>alert(1)</script>", "b", "b"], ["b", "<script>alert(1)</script>", "<script>alert(1)</script>"], ["left", "left", "tie"]
    )
    from gallop.arena.page import write_page

    page = write_page(arena.rate(votes), arena.diagnose(votes), tmp_path / "b.html").read_text()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_filters_and_boards(tmp_path):
    (tmp_path / "v.csv").write_text("left,right,winner,voter,board\n" + "a,b,left,v1,x\n" * 30 + "a,b,right,v2,x\nc,d,tie,v3,y\n")
    votes = arena.read_votes(tmp_path / "v.csv")
    kept, removed, absent = arena.filter_votes(votes)
    assert removed["F9"] == 30 and len(kept) == 2 and "F1" in absent
    assert votes.only("y").models == ["c", "d"]
    refused = CliRunner().invoke(command, ["rate", str(tmp_path / "v.csv")])
    assert refused.exit_code == 2 and "boards x, y" in refused.output


def test_refusals_name_the_groups():
    apart = arena.Votes.from_columns(["ant", "cat"], ["bee", "dog"], ["tie", "tie"])
    with pytest.raises(gallop.InvalidArgument, match=r"2 groups .*\{ant, bee\}, \{cat, dog\}"):
        arena.rate(apart)
    with pytest.raises(gallop.InvalidArgument, match=r"by wins: \{ant\}, \{bee\}"):
        arena.rate(arena.Votes.from_columns(["ant"], ["bee"], ["left"]))


def test_votes_needed():
    run = CliRunner()
    assert run.invoke(command, ["votes-needed", "--gap", "82", "--power", "0.8"]).output == "149\n"
    assert run.invoke(command, ["votes-needed", "--gap", "82", "--half-width", "10"]).output == "4901\n"
    assert run.invoke(command, ["votes-needed", "--gap", "82"]).exit_code == 2


def test_agreement():
    score = [0.90, 0.80, 0.70, 0.85, 0.85, 0.60, 0.70, 0.75, 0.72, 0.95, 0.60, 0.65]
    human = [1, 1, 1, 0.5, 1, 1, 1, 0.5, 0, 1, 1, 0.5]
    found = arena.agreement(np.reshape(score, (4, 1, 3)), np.reshape(human, (4, 1, 3)))
    assert found.pearson == pytest.approx(0.838628, rel=1e-5) and found.pearson_se == pytest.approx(0.357130, rel=1e-5)


def test_the_server_without_its_extra_says_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("gallop.arena.server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(arena, "server", raising=False)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    result = CliRunner().invoke(command, ["serve", "--clips", str(tmp_path), "--db", str(tmp_path / "v.db")])
    assert isinstance(result.exception, gallop.Unsupported)
    assert "pip install 'gallop[arena]'" in str(result.exception)
