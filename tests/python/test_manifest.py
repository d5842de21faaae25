"""Lists of clips with prompts and labels, and what the file name says when no prompt is given."""

import json

import gallop
import pytest
from gallop.manifest import read_manifest


def test_entries_become_requests_in_order(tmp_path, clip):
    (tmp_path / "list.json").write_text(
        json.dumps([{"path": "clip.mp4", "prompt": "a square", "labels": {"color": "red"}}, {"path": str(clip), "reference": "clip.mp4"}])
    )
    first, second = read_manifest(tmp_path / "list.json")
    assert (first.prompt, first.clip, second.prompt) == ("a square", clip, "")
    assert gallop.score([first, second], dimensions=["contrast"]).complete
    assert gallop.score(second, dimensions=["psnr"]).complete


def test_json_lines_and_prompt_objects(tmp_path, clip):
    (tmp_path / "list.jsonl").write_text('{"path": "clip.mp4"}\n\n{"path": "clip.mp4", "prompt": "b"}\n')
    assert [request.prompt for request in read_manifest(tmp_path / "list.jsonl")] == ["", "b"]
    (tmp_path / "prompts.json").write_text('{"clip.mp4": "c"}')
    assert read_manifest(tmp_path / "prompts.json")[0].prompt == "c"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("{", gallop.FormatError, "not JSON"),
        ("[]", gallop.InvalidArgument, "at least one entry"),
        ("[3]", gallop.InvalidArgument, "entry 1: int"),
        ('[{"path": "a.mp4"}, {"prompt": "b"}]', gallop.InvalidArgument, 'entry 2: "path" is missing'),
        ('[{"path": "a.mp4", "promt": "b"}]', gallop.InvalidArgument, 'unknown key "promt"'),
        ('[{"path": "a.mp4", "labels": {"color": 3}}]', gallop.InvalidArgument, "labels"),
        ('[{"path": 3}]', gallop.InvalidArgument, "path: int"),
    ],
)
def test_a_bad_entry_is_told_by_its_place(tmp_path, text, kind, words):
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(kind, match=words):
        read_manifest(tmp_path / "list.json")


def test_a_missing_manifest_is_not_found(tmp_path):
    with pytest.raises(gallop.NotFound):
        read_manifest(tmp_path / "none.json")
