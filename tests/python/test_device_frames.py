"""Frames shared by DLPack; a CPU tensor stands for one on a GPU and takes the same way."""

import gc

import gallop
import pytest

torch = pytest.importorskip("torch")


def test_shared_frames_score_like_a_video_and_are_released(frames):
    tensor = torch.from_numpy(frames.copy())
    shared = gallop.DeviceFrames(tensor, fps=8.0)
    assert (shared.frames, shared.height, shared.width, shared.fps, str(shared.device)) == (12, 48, 64, 8.0, "cpu")
    ours = gallop.score(shared, dimensions=["temporal_flickering"]).results[0].scores[0]
    assert ours.value == gallop.score(gallop.Video(frames, fps=8.0), dimensions=["temporal_flickering"]).results[0].scores[0].value
    tensor[:] = 0  # no copy was made
    assert gallop.score(shared, dimensions=["temporal_flickering"]).results[0].scores[0].value == 1.0
    del tensor
    gc.collect()
    assert gallop.score(shared, dimensions=["temporal_flickering"]).results[0].scores[0].value == 1.0


def test_measures_that_need_host_memory_say_so(frames):
    result = gallop.score(
        gallop.DeviceFrames(torch.from_numpy(frames.copy()), fps=8.0), dimensions=["contrast", "temporal_flickering", "psnr"]
    ).results[0]
    assert [score.dimension for score in result.scores] == ["temporal_flickering"]
    assert {problem.dimension: problem.kind for problem in result.problems}["contrast"] == "Unsupported"


@pytest.mark.parametrize(
    "tensor",
    [torch.zeros(2, 4, 4, 3), torch.zeros(4, 4, 3, dtype=torch.uint8), torch.zeros(2, 3, 4, 4, dtype=torch.uint8).permute(0, 2, 3, 1)],
)
def test_other_layouts_are_refused(tensor):
    with pytest.raises(gallop.InvalidArgument, match="contiguous uint8"):
        gallop.DeviceFrames(tensor, fps=8.0)


def test_no_frames_at_all():
    with pytest.raises(gallop.InvalidArgument, match="DLPack"):
        gallop.DeviceFrames([1, 2], fps=8.0)
    with pytest.raises(gallop.InvalidArgument, match="fps"):
        gallop.DeviceFrames(torch.zeros(2, 4, 4, 3, dtype=torch.uint8), fps=0.0)
