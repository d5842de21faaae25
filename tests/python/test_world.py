"""The procedural world: labels, captions, determinism, flaws."""

import numpy as np
import pytest
from gallop import world


def test_every_scene_renders_and_is_deterministic():
    scenes = list(world.all_scenes())
    assert len(scenes) == len({tuple(scene.labels().items()) for scene in scenes}) == 504
    for scene in scenes[::41]:
        frames = world.render(scene, 64, 48, frames=3)
        assert frames.shape == (3, 48, 64, 3)
        assert frames.dtype == np.uint8
        assert np.array_equal(frames, world.render(scene, 64, 48, frames=3))
        assert frames.std() > 10


@pytest.mark.parametrize("motion,sign", [("left", -1), ("right", 1), ("still", 0)])
def test_the_subject_moves_as_its_label_says(motion, sign):
    scene = world.Scene("ball", "purple", motion, "field", "day", "clear", seed=3)
    frames = world.render(scene, 96, 64, frames=9, fps=8).astype(int)
    purple = (frames[..., 0] > frames[..., 1] + 40) & (frames[..., 2] > frames[..., 1] + 60)
    centre = [np.nonzero(mask)[1].mean() for mask in purple]
    moved = centre[-1] - centre[0]
    assert moved * sign > 10 if sign else abs(moved) < 3


def test_the_subject_is_large():
    for subject, place in (("car", "road"), ("boat", "sea")):
        scene = world.Scene(subject, "red", "still", place)
        frame = world.render(scene, 128, 80, frames=1)[0].astype(int)
        red = (frame[..., 0] > frame[..., 1] + 60) & (frame[..., 0] > frame[..., 2] + 60)
        columns = np.nonzero(red.any(0))[0]
        assert 0.3 <= (columns.max() - columns.min() + 1) / 128 <= 0.55


def test_captions_name_every_attribute_in_both_languages():
    scene = world.Scene("car", "red", "right", "road", "night", "rain")
    assert world.caption(scene) == "a red car driving to the right on a road at night in the rain"
    assert world.caption(scene, "zh") == "夜晚雨中，一辆红色的汽车在路上向右行驶"
    forms = {world.caption(scene, "en", seed=seed) for seed in range(200)}
    assert len(forms) > 20
    assert all("red" in form for form in forms)
    with pytest.raises(ValueError, match="fr"):
        world.caption(scene, "fr")


def test_held_out_scenes_are_a_fixed_tenth():
    held = [scene for scene in world.all_scenes() if world.held_out(scene)]
    assert len(held) == 51
    assert all(world.held_out(world.Scene(**scene.labels(), seed=99)) for scene in held)


def test_a_scene_that_makes_no_sense_says_why():
    with pytest.raises(ValueError, match="boat"):
        world.Scene("boat", "red", "left", "road")
    with pytest.raises(ValueError, match="pink"):
        world.Scene(color="pink")


@pytest.mark.parametrize("flaw", sorted(world.FLAWS))
def test_a_flaw_changes_the_clip_and_keeps_its_shape(flaw):
    clean = world.render(world.Scene(), 64, 48, frames=12)
    bad = world.flawed(clean, flaw)
    assert bad.shape == clean.shape
    assert bad.dtype == np.uint8
    assert not np.array_equal(bad, clean)
    assert np.array_equal(bad, world.flawed(clean, flaw))


def test_the_plain_world_has_a_still_background():
    scene = world.Scene("boat", "red", "right", "sea", "day", "clear", seed=4)
    frames = world.render(scene, 64, 64, 9, 8, plain=True)
    boxes = world.subject_boxes(scene, 64, 64, 9, 8)
    assert np.array_equal(frames, world.render(scene, 64, 64, 9, 8, plain=True))
    left = int(boxes[:, 0].min())
    assert left > 2 and np.array_equal(frames[0, :, : left - 1], frames[8, :, : left - 1])
    assert boxes.shape == (9, 4)
    assert boxes[8, 0] - boxes[0, 0] > 6


@pytest.mark.parametrize("subject,place", [("car", "road"), ("horse", "field"), ("ball", "road"), ("boat", "sea")])
def test_the_box_holds_the_subject(subject, place):
    scene = world.Scene(subject, "purple", "left", place, "day", "clear", seed=6)
    frames = world.render(scene, 64, 64, 9, 8, plain=True).astype(int)
    for frame, (x0, y0, x1, y1) in zip(frames, world.subject_boxes(scene, 64, 64, 9, 8), strict=True):
        purple = (frame[..., 0] > frame[..., 1] + 40) & (frame[..., 2] > frame[..., 1] + 60)
        rows, columns = np.nonzero(purple)
        assert len(rows) > 60
        assert x0 - 2 <= columns.min() and columns.max() <= x1 + 2
        assert y0 - 2 <= rows.min() and rows.max() <= y1 + 2


def test_a_brief_caption_leaves_place_and_direction_open():
    scene = world.Scene("car", "red", "right", "road", "night", "rain")
    english = {world.caption(scene, "en", seed, brief=True) for seed in range(200)}
    assert "a red car drifting through rain at night" in english
    assert not any(word in text for text in english for word in ("right", "road", "street"))
    chinese = {world.caption(scene, "zh", seed, brief=True) for seed in range(200)}
    assert "一辆红色的汽车在夜雨中漂移" in chinese
