"""The model inside the package: its folder, its size, and that it does what a prompt says."""

import json

import gallop
import numpy as np
import pytest
from gallop import world

FOLDER = gallop.pony()


def test_the_folder_is_a_complete_diffusers_checkpoint_of_at_most_24_mib():
    index = json.loads((FOLDER / "model_index.json").read_text())
    assert index["_class_name"] == "WanPipeline"
    assert index["expand_timesteps"] is True
    files = [file for file in FOLDER.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 24 * 2**20
    for part in ("transformer", "vae", "text_encoder"):
        weights = next(file for file in files if file.parent.name == part and file.suffix == ".safetensors")
        assert {str(info.dtype) for info in gallop.inspect_weights(str(weights))} == {"F16"}
    assert "licence" in (FOLDER / "README.md").read_text(encoding="utf-8").lower()


def test_every_caption_of_the_world_is_made_of_known_pieces():
    known = {piece for piece, _ in json.loads((FOLDER / "tokenizer" / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]}
    for scene in world.all_scenes():
        for seed in range(4):
            assert all(f"▁{word}" in known for word in world.caption(scene, "en", seed).replace(",", "").split())
            assert set(world.caption(scene, "zh", seed)) <= set("".join(known))


@pytest.fixture(scope="module")
def pipe():
    return gallop.Pipeline.load(FOLDER)


def test_the_defaults_are_the_models_own_and_the_same_seed_gives_the_same_clip(pipe):
    made = pipe.generate("a blue car driving to the right on a road by day", seed=3, steps=4)
    frames = made.video.numpy()
    assert frames.shape == (9, 64, 64, 3)
    assert made.video.fps == 8
    assert np.array_equal(frames, pipe.generate("a blue car driving to the right on a road by day", seed=3, steps=4).video.numpy())
    assert not np.array_equal(frames, pipe.generate("a blue car driving to the right on a road by day", seed=4, steps=4).video.numpy())


@pytest.mark.parametrize(
    "prompt,colors,night",
    [
        ("a {} boat floating still on the sea by day", ("red", "blue"), "a red boat floating still on the sea at night"),
        ("白天，一艘{}的船在海上静止不动", ("红色", "蓝色"), "夜晚，一艘红色的船在海上静止不动"),
    ],
)
def test_a_prompt_says_the_colour_and_the_light(pipe, prompt, colors, night):
    def frame(text):
        return pipe.generate(text, seed=1, steps=6).video.numpy()[4].astype(float)

    red, blue, dark = frame(prompt.format(colors[0])), frame(prompt.format(colors[1])), frame(night)
    subject = np.s_[20:50, 16:48]
    assert red[subject][..., 0].mean() > blue[subject][..., 0].mean() + 15
    assert red[subject][..., 2].mean() < blue[subject][..., 2].mean() - 5
    assert dark[:16].mean() < red[:16].mean() - 60


def test_a_clip_begins_with_the_given_picture(pipe):
    scene = world.Scene("car", "red", "right", "road", "day", "clear", seed=3)
    picture = world.render(scene, 64, 64, 1, 8, plain=True)[0]
    made = pipe.generate(world.caption(scene), seed=0, steps=4, first_frame=gallop.Image(picture)).video.numpy()
    error = ((made[0].astype(float) - picture) / 255) ** 2
    assert -10 * np.log10(error.mean()) > 26  # what the VAE alone keeps of a picture is above 30 dB


def test_generate_uses_it_unless_told_otherwise(tmp_path):
    from gallop.cli.main import main

    assert main(["generate", "--prompt", "一辆红色的汽车在夜雨中漂移", "--steps", "2", "--out", str(tmp_path / "car.mp4")]) == 0
    assert gallop.read_video(tmp_path / "car.mp4").numpy().shape == (9, 64, 64, 3)
    assert json.loads((tmp_path / "car.mp4.json").read_text())["model"] == "pony"


def test_matrices_in_8_bits_show_the_same_clip_at_a_third_of_the_memory(pipe):
    small = gallop.Pipeline.load(FOLDER, weights="int8")
    prompt = "a red boat floating still on the sea by day"
    full, made = pipe.generate(prompt, seed=1, steps=6), small.generate(prompt, seed=1, steps=6)
    error = np.mean((full.video.numpy().astype(float) - made.video.numpy()) ** 2)
    assert 10 * np.log10(255**2 / error) > 30
    assert np.array_equal(made.video.numpy(), small.generate(prompt, seed=1, steps=6).video.numpy())
    assert made.provenance["weight_form"] == "int8"
    assert "weight_form" not in full.provenance
    assert "int8" in small.describe()
    with pytest.raises(gallop.InvalidArgument, match="full or int8"):
        gallop.Pipeline.load(FOLDER, weights="int4")
