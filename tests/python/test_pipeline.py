"""Making clips from Python and from the command line, on tiny models."""

import copy
import json
import pickle
import subprocess

import gallop
import numpy as np
import pytest
from gallop.cli.main import main
from tiny_models import write_tiny_wan

SMALL = {"width": 64, "height": 64, "frames": 5, "steps": 3}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    gallop.set_threads(1)  # small models only lose time to more
    yield
    gallop.set_threads(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, shared):
    return write_tiny_wan(tmp_path_factory.mktemp("t2v"), "wan2.1-t2v", shared)


@pytest.fixture(scope="module")
def ti2v_folder(tmp_path_factory, shared):
    return write_tiny_wan(tmp_path_factory.mktemp("ti2v"), "wan2.2-ti2v-5b", shared)


@pytest.fixture(scope="module")
def pipe(folder):
    return gallop.Pipeline.load(folder, device="cpu")


@pytest.fixture(scope="module")
def made(pipe):
    return pipe.generate("a horse at full gallop", seed=7, return_latents=True, **SMALL)


def test_a_clip_carries_its_options_and_provenance(pipe, made):
    assert repr(pipe) == "Pipeline('wan2.1-t2v', device='cpu', dtype='float32')"
    assert made.video.numpy().shape == (5, 64, 64, 3) and made.video.fps == 16.0
    assert made.used.guidance == 5.0 and made.used.scheduler == "unipc" and made.used.steps == 3
    assert made.latents.shape == (16, 2, 8, 8) and made.latents.dtype == np.float32
    provenance = made.provenance
    assert provenance["schema"] == "gallop/generated-v1" and provenance["options"]["prompt"] == "a horse at full gallop"
    assert all(value.startswith("sha256:") for value in provenance["weights"].values()) and len(provenance["weights"]) == 3


def test_same_seed_same_bytes_and_another_seed_another_clip(pipe, made):
    again = pipe.generate("a horse at full gallop", seed=7, **SMALL)
    other = pipe.generate("a horse at full gallop", seed=8, **SMALL)
    assert np.array_equal(again.video.numpy(), made.video.numpy()) and again.latents is None
    assert again.provenance_json == made.provenance_json
    assert not np.array_equal(other.video.numpy(), made.video.numpy())


def test_how_to_run_never_changes_the_clip(pipe, made, tmp_path):
    seen, previews, frames = [], [], []
    again = pipe.generate(
        "a horse at full gallop",
        seed=7,
        **SMALL,
        on_progress=seen.append,
        on_preview=lambda step, video: previews.append((step, video.numpy().shape)),
        preview_every=2,
        on_frames=lambda first, video: frames.append((first, video.numpy().copy())),
        checkpoint=tmp_path / "state.safetensors",
    )
    assert np.array_equal(again.video.numpy(), made.video.numpy())
    assert {progress.stage for progress in seen} >= {"encode_text", "denoise", "decode"}
    assert previews == [(2, (2, 8, 8, 3))]
    assert np.array_equal(np.concatenate([part for _, part in frames]), made.video.numpy())
    assert not (tmp_path / "state.safetensors").exists()


def test_a_stopped_run_goes_on_to_the_same_bits(pipe, made, tmp_path):
    state = tmp_path / "state.safetensors"
    with pytest.raises(gallop.Cancelled):
        pipe.generate(
            "a horse at full gallop", seed=7, **SMALL, checkpoint=state, on_progress=lambda p: not (p.stage == "denoise" and p.done == 2)
        )
    assert state.exists()
    with pytest.raises(gallop.InvalidArgument, match="other options"):
        pipe.generate("another prompt", seed=7, **SMALL, checkpoint=state)
    steps = []
    again = pipe.generate(
        "a horse at full gallop",
        seed=7,
        **SMALL,
        return_latents=True,
        checkpoint=state,
        on_progress=lambda p: steps.append(p.done) if p.stage == "denoise" else None,
    )
    assert min(steps) == 2
    assert np.array_equal(again.latents, made.latents)


def test_stages_one_by_one_give_what_generate_gives(pipe, made):
    options = pipe.resolve("a horse at full gallop", seed=7, **SMALL)
    rows, negative = pipe.encode_prompt(options.prompt), pipe.encode_prompt(options.negative_prompt)
    assert rows.shape == (512, 32)
    image = pipe.encode_image(options)
    assert image == {"features": None, "condition": None}
    latents = pipe.denoise(options, prompt_embedding=rows, negative_embedding=negative, image=image)
    assert np.array_equal(latents, made.latents)
    assert np.array_equal(pipe.decode(latents).numpy(), made.video.numpy())


def test_a_batch_equals_its_own_runs(pipe, made):
    batch = pipe.generate_batch([gallop.GenerateOptions(prompt="a horse at full gallop", seed=seed, **SMALL) for seed in (7, 8)])
    assert np.array_equal(batch[0].video.numpy(), made.video.numpy())
    assert np.array_equal(batch[1].video.numpy(), pipe.generate("a horse at full gallop", seed=8, **SMALL).video.numpy())


def test_pictures_as_files_images_and_arrays(ti2v_folder, tmp_path):
    pipe = gallop.Pipeline.load(ti2v_folder, device="cpu")
    pixels = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)
    gallop.write_image(tmp_path / "first.png", gallop.Image(pixels))
    clips = [
        pipe.generate("a cat", first_frame=source, width=64, height=64, frames=5, steps=2).video.numpy()
        for source in (pixels, gallop.Image(pixels), tmp_path / "first.png")
    ]
    assert all(np.array_equal(clip, clips[0]) for clip in clips)
    # The size follows the picture's aspect where none is given: 80 x 48 at the model's area.
    used = pipe.resolve("a cat", first_frame=pixels, frames=5, resolution="480p")
    assert used.width % 32 == 0 and abs(used.width / used.height - 80 / 48) < 0.1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames": 80}, "80 is not 4n \\+ 1; use 77 or 81"),
        ({"width": 100}, "generate.width: 100 is not a multiple of 16; use 96 or 112"),
        ({"prompt": "  "}, "generate.prompt: is empty"),
        ({"first_frame": np.zeros((1, 1, 3), np.uint8)}, "generate.first_frame"),
        ({"scheduler": "magic"}, "generate.scheduler"),
        ({"steps": 0}, "generate.steps"),
        ({"guidance_2": 3.0}, "generate.guidance_2"),
        ({"guidance": float("nan")}, "generate.guidance"),
        ({"shift": -1.0}, "generate.shift"),
        ({"strength": 0.5}, "generate.strength"),
        ({"ratio": "wide"}, "generate.ratio"),
        ({"resolution": "4K"}, "generate.resolution"),
        ({"duration": 1.0, "frames": 5}, "generate.duration"),
        ({"audio": True}, "generate.audio"),
        ({"initial_noise": np.zeros((16, 9, 8, 8), np.float32)}, "generate.initial_noise"),
        ({"frames": 4101}, "generate.frames"),
        ({"width": "64"}, "generate.width"),
    ],
)
def test_bad_input_names_the_field_and_leaves_the_pipeline_usable(pipe, made, options, words):
    request = {"prompt": "a horse at full gallop", "seed": 7} | SMALL | options
    if "ratio" in options or "resolution" in options:
        request.pop("width"), request.pop("height")
    with pytest.raises(gallop.InvalidArgument, match=words):
        pipe.generate(**request)
    assert np.array_equal(pipe.generate("a horse at full gallop", seed=7, **SMALL).video.numpy(), made.video.numpy())


def test_unknown_options_are_type_errors(pipe):
    with pytest.raises(TypeError, match="stepz"):
        pipe.generate("x", stepz=3)


@pytest.mark.parametrize("stage", ["encode_text", "denoise", "decode"])
def test_cancel_in_every_stage(folder, made, stage):
    pipe = gallop.Pipeline.load(folder, device="cpu")
    token = gallop.CancelToken()
    with pytest.raises(gallop.Cancelled):
        pipe.generate(
            "a horse at full gallop",
            seed=7,
            **SMALL,
            cancel=token,
            on_progress=lambda progress: token.cancel() if progress.stage == stage else None,
        )
    assert np.array_equal(pipe.generate("a horse at full gallop", seed=7, **SMALL).video.numpy(), made.video.numpy())


def test_a_throwing_callback_reaches_the_caller(pipe):
    def fail(progress):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        pipe.generate("x", **SMALL, on_progress=fail)


def test_options_are_values(pipe):
    options = gallop.GenerateOptions(prompt="a", steps=3)
    assert options.replace(steps=4).steps == 4 and options.steps == 3
    assert copy.replace(options, seed=5).seed == 5 if hasattr(copy, "replace") else True
    assert "steps=3" in repr(options)
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(pipe)


def test_memory_limit_refuses_with_numbers_and_changes_no_bit(folder, made):
    with pytest.raises(gallop.OutOfMemory, match=r"would fit|set a higher"):
        gallop.Pipeline.load(folder, device="cpu", memory_limit=1_000_000).generate("x", **SMALL)
    limited = gallop.Pipeline.load(folder, device="cpu", memory_limit=120_000_000)
    assert np.array_equal(limited.generate("a horse at full gallop", seed=7, **SMALL).video.numpy(), made.video.numpy())
    assert "denoise" in limited.describe(**{k: v for k, v in SMALL.items() if k != "steps"})


def test_saved_models_give_the_same_clip(pipe, made, tmp_path):
    pipe.save(tmp_path / "again", dtype="float32")
    again = gallop.Pipeline.load(tmp_path / "again", device="cpu").generate("a horse at full gallop", seed=7, return_latents=True, **SMALL)
    assert np.array_equal(again.latents, made.latents)
    with pytest.raises(gallop.InvalidArgument, match="not empty"):
        pipe.save(tmp_path / "again")


def test_generate_on_the_command_line(folder, tmp_path, capfd):
    out = tmp_path / "clip.mp4"
    arguments = [
        "generate",
        "--model",
        str(folder),
        "--prompt",
        "a horse",
        "--size",
        "64x64",
        "--frames",
        "5",
        "--steps",
        "2",
        "--seed",
        "0..1",
        "--out",
        str(out),
    ]
    assert main(arguments) == 0
    for seed in (0, 1):
        file = tmp_path / f"clip-{seed}.mp4"
        assert gallop.read_video(file).frames == 5
        record = json.loads((tmp_path / f"clip-{seed}.mp4.json").read_text())
        assert record["options"]["seed"] == seed and record["options"]["steps"] == 2
        comment = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "format_tags=comment", "-of", "default=nk=1:nw=1", str(file)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert json.loads(comment) == record
    assert main([*arguments, "--frames", "6"]) == 2
    assert "use 5 or 9" in capfd.readouterr().err


def test_inspect_and_convert_on_the_command_line(folder, tmp_path, capfd):
    assert main(["inspect", str(folder), "--size", "64x64", "--frames", "5"]) == 0
    text = capfd.readouterr().out
    assert "wan2.1-t2v" in text and "denoise" in text and "194 tensors" in text
    assert main(["convert", str(folder), "--dtype", "bf16", "--out", str(tmp_path / "half")]) == 0
    half = gallop.Pipeline.load(tmp_path / "half", device="cpu")
    assert half.name == "wan2.1-t2v"
    types = {each.name: each.dtype for each in gallop.inspect_weights(tmp_path / "half/transformer/diffusion_pytorch_model.safetensors")}
    assert types["blocks.0.attn1.to_q.weight"] == "BF16" and types["blocks.0.scale_shift_table"] == "F32"
