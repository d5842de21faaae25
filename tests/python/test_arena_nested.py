"""Public vote data that is not a flat table, Parquet of every shape, composites and drift."""

import json

import numpy as np
import pytest

gallop = pytest.importorskip("gallop")
from gallop import arena  # noqa: E402


def _log(a, b, preference, user="u1", time=100.0):
    listened = [["PLAY", 10.0], ["TICK", 12.0], ["PAUSE", 13.5], ["PLAY", 20.0], ["STOP", 21.0]]
    return {
        "uuid": f"{a}{b}{time}",
        "prompt": {"prompt": "a song"},
        "prompt_user": {"ip": None, "salted_ip": user},
        "a_metadata": {"system_key": {"system_tag": a, "variant_tag": "initial"}, "duration": 30.0},
        "b_metadata": {"system_key": {"system_tag": b, "variant_tag": "initial"}},
        "vote": {"preference": preference, "preference_time": time, "a_listen_data": listened, "b_listen_data": []} if preference else None,
    }


def test_battle_logs_in_a_folder_an_array_and_flat_records_say_the_same(tmp_path):
    logs = [_log("x", "y", "A"), _log("y", "x", "BOTH_BAD", "u2", 101.0), _log("x", "z", None), _log("z", "x", "TIE", "u1", 102.0)]
    for at, log in enumerate(logs):
        (tmp_path / f"{at}.json").write_text(json.dumps(log))
    flat = [
        {
            "system_a": log["a_metadata"]["system_key"]["system_tag"],
            "system_b": log["b_metadata"]["system_key"]["system_tag"],
            "preference": log["vote"]["preference"],
            "user_pseudonym": log["prompt_user"]["salted_ip"],
            "timestamp": log["vote"]["preference_time"],
            "total_listening_time_a": 4.5,
            "total_listening_time_b": 0.0,
        }
        for log in logs
        if log["vote"]
    ]
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "array.txt").write_text(json.dumps(logs))
    (tmp_path / "all" / "flat.ndjson").write_text("\n".join(map(json.dumps, flat)))
    for source in (tmp_path, tmp_path / "all" / "array.txt", tmp_path / "all" / "flat.ndjson"):
        votes = arena.read_battles(source)
        assert [votes.models[at] for at in votes.left] == ["x", "y", "z"] and [votes.models[at] for at in votes.right] == ["y", "x", "x"]
        assert votes.outcome.tolist() == [0, 3, 2]
        assert [votes.voters[at] for at in votes.voter] == ["u1", "u2", "u1"]
        assert votes.time.tolist() == [100.0, 101.0, 102.0]
        assert votes.watch_left.tolist() == [4.5, 4.5, 4.5] and votes.watch_right.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[{"system_a": "x", "system_b": "y", "preference": "a"}]', "element 0: unknown preference 'a'"),
        ('[{"vote": {"preference": "A"}, "b_metadata": {}}]', "no a_metadata.system_key.system_tag"),
        ('[{"system_a": "", "system_b": "y", "preference": "A"}]', "no a_metadata"),
        ('{"system_a": "x", "system_b": "y", "preference": "A"}\n{oops', ":2: not JSON"),
        ("[1]", "expected an object"),
        ("[]", "no battle"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_bad_battles_say_where(tmp_path, text, part):
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(gallop.FormatError) as told:
        arena.read_battles(tmp_path / "b.json")
    assert part in str(told.value)


def test_reward_bench_gives_one_board_per_aspect(tmp_path, shared):
    (tmp_path / "bench.csv").write_text(
        "path_A,path_B,prompt,VQ,MQ,TA,Overall\nm1/a.mp4,m2/b.mp4,p,A,same,B,B\nm2/c.mp4,m1/d.mp4,q,B,B,A,same\n"
    )
    votes = arena.read_reward_bench(tmp_path / "bench.csv")
    assert votes.models == ["m1", "m2"] and votes.boards == ["VQ", "MQ", "TA", "Overall"] and len(votes) == 8
    assert votes.only("MQ").outcome.tolist() == [2, 1]
    (tmp_path / "bench.csv").write_text("path_A,path_B,VQ\na,b,A\na,b,C\n")
    with pytest.raises(gallop.FormatError, match=":3: VQ is 'C'"):
        arena.read_reward_bench(tmp_path / "bench.csv")
    real = arena.read_reward_bench(shared / "data" / "votes" / "videoalign_pair1.csv")
    assert [(real.boards[board], int(outcome)) for board, outcome in zip(real.board, real.outcome, strict=True)] == [
        ("VQ", 1),
        ("MQ", 1),
        ("TA", 0),
    ]


def test_annotations_become_one_vote_for_each_judged_pair(tmp_path):
    table = {"m1": {"m2": [1, 0.5]}, "m2": {"m1": [0, 0.5], "m3": [0, None]}}
    videos = {model: [f"{model}/0.mp4", f"{model}/1.mp4"] for model in ("m1", "m2", "m3")}
    (tmp_path / "color.json").write_text(
        json.dumps([{"prompt_en": "a red car", "question_en": "?", "videos": videos, "human_anno": table}])
    )
    votes = arena.read_annotations(tmp_path / "color.json")
    found = sorted((votes.models[a], votes.models[b], int(o)) for a, b, o in zip(votes.left, votes.right, votes.outcome, strict=True))
    assert found == [("m1", "m2", 0), ("m1", "m2", 2), ("m2", "m3", 1)] and votes.boards == ["color"] and votes.prompts == ["a red car"]


def test_parquet_keeps_the_optional_columns_and_one_vote_per_conversation(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = {
        "model_a": ["a", "b", "a"],
        "model_b": ["b", "a", "b"],
        "winner": ["model_a", "tie", "both_bad"],
        "judge_hash": ["j", "k", "j"],
        "evaluation_order": [1, 2, 1],
        "timestamp": pa.array([1_700_000_000_000_000, 0, 1_700_000_001_500_000], pa.timestamp("us")),
    }
    parquet.write_table(pa.table(rows), tmp_path / "v.parquet")
    votes = arena.read_votes(tmp_path / "v.parquet")
    assert len(votes) == 2 and votes.outcome.tolist() == [0, 3]
    assert votes.time.tolist() == [1.7e9, 1_700_000_001.5]


def test_composite_of_votes_and_scores(tmp_path):
    people = arena.Votes.from_columns(list("ababac"), list("bacacb"), ["left", "right", "tie", "left", "left", "right"])
    scores = arena.Votes.from_columns(list("bca"), list("cab"), ["left", "left", "left"])
    one = arena.rate_composite([(people, 1.0)], phantom=0.5)
    assert one.models == ["a", "b", "c"]
    both = arena.rate_composite([(people, 0.7), (scores, 0.3)], phantom=0.5)
    assert both.options["shares"] == [0.7, 0.3] and both.rating.mean() == pytest.approx(1000)


def test_soft_outcomes_and_covariates():
    hard = arena.Votes.from_columns(list("aabb"), list("bbaa"), ["left", "right", "left", "tie"])
    soft = arena.Votes.from_columns(list("aabb"), list("bbaa"), ["tie"] * 4, soft=[1, 0, 1, 0.5])
    assert arena.rate(soft).rating == pytest.approx(arena.rate(hard).rating)
    assert arena.relative_difference([3, 1, 0], [1, 3, 0]) == pytest.approx([1.5**0.5, -(1.5**0.5), 0])


def test_drift_sees_a_change_and_no_change():
    rng = np.random.default_rng(0)
    n = 4000
    left = np.array(list("ab"), object)[rng.integers(0, 2, n)]
    right = np.where(left == "a", "b", "a")
    late = np.arange(n) >= n // 2
    a_wins = rng.random(n) < np.where(late, 0.65, 0.5)
    votes = arena.Votes.from_columns(left, right, np.where((left == "a") == a_wins, "left", "right"), time=np.arange(n, dtype=float))
    changed = {row["model"]: row["z"] for row in arena.drift(votes)}
    assert changed["a"] > 3 and changed["b"] < -3
    steady = arena.Votes.from_columns(left, right, np.where(rng.random(n) < 0.5, "left", "right"), time=np.arange(n, dtype=float))
    assert all(abs(row["z"]) < 4 for row in arena.drift(steady))
