"""Nothing that a voter receives before the vote names a model or links two clips of one."""

import re

import pytest

from . import support


@pytest.fixture
def seen(site, clock):
    """(answers before the votes, (url, headers, body) of each clip, exported rows) of one voter's whole tournament."""
    app = site()
    voter = site.voter(app)
    before, clips = [("page", voter.client.get("/").content)], []
    for _ in range(9):
        pair = voter.next()
        before.append(("next", voter.received[-1][1]))
        for side, clip in zip(("left", "right"), voter.load(pair), strict=True):
            clips.append((pair[side], clip.headers, clip.content))
            head = voter.client.head(pair[side])
            assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == clip.headers["content-length"]
        answer = voter.post("/api/ready", {"pairing": pair["pairing"]})
        before.append(("ready", answer.content))
        clock.pass_by(4)
        assert voter.vote(pair).status_code == 200
    return before, clips


def test_no_name_is_received_before_the_vote(seen):
    before, clips = seen
    received = b"".join(body for _, body in before) + b"".join(str(dict(headers)).encode() + body for _, headers, body in clips)
    for model in support.MODELS:
        for form in (
            model,
            model.replace("<", "&lt;"),
            model.encode("unicode_escape").decode(),
            model.split()[0],
            model.split("_")[0].split("-")[0],
        ):
            assert form.lower().encode() not in received.lower(), form


def test_clips_of_a_model_cannot_be_linked(seen):
    _, clips = seen
    assert len(clips) == 18 and len({url for url, _, _ in clips}) == 18
    assert all(re.fullmatch(r"/clip/[\w-]{22}", url) for url, _, _ in clips)
    same = [{name: value for name, value in headers.items() if name != "content-length"} for _, headers, _ in clips]
    assert all(entry == same[0] for entry in same), "headers are the same for every clip"
    assert not {"etag", "last-modified", "date", "server", "content-disposition"} & same[0].keys()
    assert {headers["content-length"] for _, headers, _ in clips} == {str(len(clips[0][2]))}, "one length for all"


def test_copies_carry_no_trace_of_their_encoder(seen):
    _, clips = seen
    for _, _, body in clips:
        for trace in (b"Lavf", b"x264 - core", b"made by", b"title", b"creation"):
            assert trace not in body, trace
    # The compressor's name in the sample description is FFmpeg's, the same for all and without a version.
    assert {tuple(re.findall(rb"Lavc[ -~]*", body)) for _, _, body in clips} == {(b"Lavc libx264",)}
    # The user data box that the muxer always writes is the same for all, and empty.
    boxes = {body[(at := body.index(b"udta")) - 4 : at - 4 + int.from_bytes(body[at - 4 : at], "big")] for _, _, body in clips}
    assert len(boxes) == 1 and boxes.pop().endswith((8).to_bytes(4, "big") + b"ilst")
    # Frame size and codec configuration are equal.
    sizes = {body[body.index(b"avc1", 200) + 28 : body.index(b"avc1", 200) + 32] for _, _, body in clips}
    configurations = {body[body.index(b"avcC") : body.index(b"avcC") + 10] for _, _, body in clips}
    assert len(sizes) == len(configurations) == 1


def test_an_address_is_for_its_voter_only(site, clock):
    app = site()
    first, second = site.voter(app), site.voter(app)
    pair = first.next()
    assert first.client.get(pair["left"]).status_code == 200
    assert second.client.get(pair["left"]).status_code == 404
    assert second.post("/api/ready", {"pairing": pair["pairing"]}).status_code == 404
    assert second.vote(pair).status_code == 404


def test_ranges(site):
    voter = site.voter(site())
    pair = voter.next()
    whole = voter.client.get(pair["left"]).content
    for asked, part in (("bytes=0-0", whole[:1]), ("bytes=5-", whole[5:]), ("bytes=-7", whole[-7:]), (f"bytes=3-{10**15}", whole[3:])):
        answer = voter.client.get(pair["left"], headers={"range": asked})
        assert answer.status_code == 206 and answer.content == part
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    for asked in (f"bytes={len(whole)}-", "bytes=9-3", "bytes=-0"):
        assert voter.client.get(pair["left"], headers={"range": asked}).status_code == 416
    for odd in ("bytes=", "lines=1-2", "bytes=0-1,3-4", "bytes=a-b"):
        assert voter.client.get(pair["left"], headers={"range": odd}).content == whole
