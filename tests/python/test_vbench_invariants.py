"""What must hold of the VBench dimensions whatever their weights. Needs GALLOP_VBENCH_WEIGHTS: a folder of checkpoints."""

import os

import gallop
import numpy as np
import pytest

pytestmark = pytest.mark.slow

# Per-clip tolerances of vbench.md 15; thread counts may move a value by a tenth of them.
TOLERANCE = {
    "subject_consistency": 2e-4,
    "background_consistency": 1e-3,
    "temporal_flickering": 1e-6,
    "motion_smoothness": 2e-4,
    "aesthetic_quality": 5e-4,
    "imaging_quality": 0.05,
    "temporal_style": 5e-4,
    "appearance_style": 1e-3,
    "overall_consistency": 5e-4,
}
QUICK = [name for name in TOLERANCE if name not in ("temporal_style", "overall_consistency")]
GIVEN = {"prompt": "a cat", "labels": {"appearance_style": "oil painting", "action": "blowing glass"}, "device": "cpu"}


@pytest.fixture(scope="module")
def weights():
    folder = os.environ.get("GALLOP_VBENCH_WEIGHTS")
    if not folder:
        pytest.skip("no checkpoints: set GALLOP_VBENCH_WEIGHTS to a folder of them")
    return folder


@pytest.fixture(scope="module")
def base(shared):
    return gallop.read_video(shared / "data/videos/ladder/base.mp4", contract="opencv").numpy()[:7, :144, :192].copy()


def values(clips, weights, dimensions=QUICK):
    table = gallop.score(
        [clip if not isinstance(clip, np.ndarray) else gallop.Video(clip, fps=8.0) for clip in clips],
        dimensions=dimensions,
        weights=weights,
        **GIVEN,
    )
    assert table.complete, table.problems
    return [{score.dimension: score for score in result.scores} for result in table.results]


def test_identical_frames(base, weights):
    (still,) = values([np.repeat(base[:1], 5, axis=0)], weights)
    for name in ("subject_consistency", "background_consistency"):
        assert still[name].value == pytest.approx(1.0, abs=1e-6)
    assert still["temporal_flickering"].value == 1.0
    for name in ("aesthetic_quality", "imaging_quality", "appearance_style"):
        assert len(set(still[name].parts)) == 1  # the same bits at every place of a batch


def test_reversed_clips(base, weights):
    forward, backward = values([base, base[::-1].copy()], weights)
    for name in ("aesthetic_quality", "imaging_quality", "appearance_style"):
        assert forward[name].parts == backward[name].parts[::-1]
    assert forward["temporal_flickering"].parts == backward["temporal_flickering"].parts[::-1]
    for name in ("subject_consistency", "background_consistency"):  # the last frame's similarity to the first looks both ways
        assert 0.0 <= backward[name].value <= 1.0 + 1e-6


def test_scaled_brightness(base, weights):
    even = base // 2 * 2
    bright, dark = values([even, even // 2], weights)
    assert (1 - dark["temporal_flickering"].value) == pytest.approx((1 - bright["temporal_flickering"].value) / 2, rel=1e-9)
    for name in QUICK:
        assert np.isfinite(dark[name].value)
    assert dark["imaging_quality"].value != bright["imaging_quality"].value


def test_one_and_two_frames(base, weights):
    table = gallop.score(
        [gallop.Video(base[:1], fps=8.0), gallop.Video(base[:2], fps=8.0)],
        dimensions=[*TOLERANCE, "dynamic_degree"],
        weights=weights,
        **GIVEN,
    )
    one, two = table.results
    needs_two = {"subject_consistency", "background_consistency", "temporal_flickering"}
    assert {problem.dimension for problem in one.problems} == needs_two | {"motion_smoothness"}
    assert {problem.dimension for problem in two.problems} == {"motion_smoothness"}
    assert all(problem.kind == "InvalidArgument" for result in table.results for problem in result.problems)
    (single,) = [score for score in one.scores if score.dimension == "dynamic_degree"]
    assert single.value == 0.0 and single.flags


def test_company_and_order_change_no_bit(base, weights):
    other = base[:3, :128, :160].copy()
    alone = values([base], weights)[0]
    for clips, place in (([other, base], 1), ([base, other, base[:4].copy()], 0), ([base[2:].copy(), base], 1)):
        company = values(clips, weights)[place]
        for name in QUICK:
            assert company[name].value == alone[name].value, name
            assert company[name].parts == alone[name].parts, name


def test_thread_counts_agree(base, weights):
    before, by_threads = gallop.threads(), {}
    try:
        for threads in (1, 2, 3):
            gallop.set_threads(threads)
            (by_threads[threads],) = values([base], weights, [*TOLERANCE, "dynamic_degree", "human_action"])
    finally:
        gallop.set_threads(before)
    for threads in (2, 3):
        for name, one in by_threads[1].items():
            assert abs(one.value - by_threads[threads][name].value) <= TOLERANCE.get(name, 0.0) / 10, (name, threads)


def test_half_precision_is_near(base, weights):
    names = ["background_consistency", "appearance_style", "aesthetic_quality"]
    full = values([base], weights, names)[0]
    table = gallop.score(gallop.Video(base, fps=8.0), dimensions=names, weights=weights, dtype="float16", **GIVEN)
    for score in table.results[0].scores:
        assert score.value == pytest.approx(full[score.dimension].value, abs=5e-3)
        assert score.value != full[score.dimension].value  # it did run in half precision
    refused = gallop.score(gallop.Video(base, fps=8.0), dimensions=names[:1], weights=weights, dtype="bfloat16", **GIVEN)
    assert refused.results[0].problems[0].kind == "Unsupported"


def test_a_shared_tensor_scores_the_same_bits(base, weights):
    torch = pytest.importorskip("torch")
    (video,) = values([base], weights)
    (shared,) = values([gallop.DeviceFrames(torch.from_numpy(base), fps=8.0)], weights)
    assert {name: score.parts for name, score in video.items()} == {name: score.parts for name, score in shared.items()}
