"""Clips with sound from a tiny joint audio-video model, from Python and from the command line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import gallop
import numpy as np
import pytest
from tiny_models import write_tiny_single_stream

QUICK = {"width": 96, "height": 64, "frames": 5, "steps": 2}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A complete tiny checkpoint in the published layout."""
    folder = tmp_path_factory.mktemp("single_stream") / "model"
    return write_tiny_single_stream(folder)


@pytest.fixture(scope="session")
def pipe(tiny):
    return gallop.Pipeline.load(tiny, device="cpu")


@pytest.fixture
def changed(tiny, tmp_path):
    """A copy of the checkpoint to damage."""
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def probe(file):
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-count_frames", "-of", "json", file], check=True, capture_output=True, text=True
    )
    return {stream["codec_type"]: stream for stream in json.loads(found.stdout)["streams"]}


def test_command_line_makes_a_clip_with_sound_of_the_exact_length(tiny, tmp_path):
    file = tmp_path / "clip.mp4"
    command = [
        "generate",
        "--model",
        tiny,
        "--prompt",
        "a horse runs on wet sand",
        "--out",
        file,
        "--size",
        "96x64",
        "--frames",
        9,
        "--steps",
        2,
        "--seed",
        3,
    ]
    done = subprocess.run([sys.executable, "-m", "gallop", *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    streams = probe(file)
    assert (streams["video"]["width"], streams["video"]["height"], streams["video"]["nb_read_frames"]) == (96, 64, "9")
    assert streams["video"]["avg_frame_rate"] == "25/1"
    assert (streams["audio"]["codec_name"], streams["audio"]["sample_rate"], streams["audio"]["channels"]) == ("aac", "44100", 2)
    assert float(streams["audio"]["duration"]) == pytest.approx(9 / 25, abs=1024 / 44100)
    clip = gallop.read_video(file)
    assert clip.frames == 9 and clip.audio is not None


def test_the_written_sound_is_what_sox_hears(pipe, tmp_path):
    """Length, rate, channels and level of the muxed track, by programs that share nothing with the writer."""
    if shutil.which("sox") is None:
        pytest.skip("the program sox is absent: apt-get install sox")
    made = pipe.generate("a bell", **QUICK | {"frames": 13}).video
    gallop.write_video(tmp_path / "clip.mp4", made, audio_kbps=320)
    wave = tmp_path / "track.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "clip.mp4", "-c:a", "pcm_f32le", wave], check=True)
    said = {
        flag: int(subprocess.run(["soxi", flag, wave], check=True, capture_output=True, text=True).stdout) for flag in ("-s", "-r", "-c")
    }
    assert (said["-r"], said["-c"]) == (44100, 2)
    assert said["-s"] == pytest.approx(made.audio.shape[0], abs=1024)  # a frame of AAC
    heard = subprocess.run(["sox", wave, "-n", "stat"], check=True, capture_output=True, text=True).stderr
    level = float(next(line for line in heard.splitlines() if line.startswith("RMS     amplitude")).split()[-1])
    assert level == pytest.approx(float(np.sqrt(np.mean(made.audio.astype(np.float64) ** 2))), rel=0.05)


def test_sound_is_as_long_as_the_picture_and_a_seed_means_its_bytes(pipe):
    once, again, other = (pipe.generate("a bell", **QUICK, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(once.video.numpy(), again.video.numpy())
    assert not np.array_equal(once.video.numpy(), other.video.numpy())
    sound = once.video.audio
    assert sound.shape == (round(5 / 25 * 44100), 2) and once.video.sample_rate == 44100
    assert np.isfinite(sound).all() and np.ptp(sound) > 0
    assert np.array_equal(sound, again.video.audio)
    silent = pipe.generate("a bell", **QUICK, seed=5, audio=False)
    assert silent.video.audio is None
    assert np.array_equal(silent.video.numpy(), once.video.numpy())
    said = once.provenance
    assert said["model"] == "single_stream-t2av" and said["stages"] == [{"model": "base", "width": 96, "height": 64}]
    assert said["negative_prompt_is_published"] is False
    assert len(said["weights"]) >= 8


def test_durations_make_the_documented_lengths(pipe):
    used = pipe.resolve("x", duration=5, resolution="256p")
    assert (used.frames, used.width, used.height, used.fps, used.steps, used.scheduler) == (125, 448, 256, 25.0, 32, "unipc")
    assert pipe.resolve("x", duration=4).frames == 101
    again = pipe.resolve(used)
    assert (again.frames, again.duration) == (125, 5.0)
    # 0.2 s: six sound latents for two latent frames; the sound is cut to the five frames that are decoded.
    clip = pipe.generate("x", width=64, height=64, duration=0.2, steps=1).video
    assert clip.frames == 5 and clip.audio.shape == (8820, 2)


@pytest.mark.parametrize(
    ("resolution", "model", "computed", "size"),
    [
        ("540p", "540p_sr", (512, 512), (512, 512)),
        ("1080p", "1080p_sr", (1088, 1088), (1080, 1080)),
    ],
)
def test_super_resolution_makes_the_size_that_was_asked_for(tiny, resolution, model, computed, size):
    pipe = gallop.Pipeline.load(tiny, device="cpu", dtype="bfloat16")
    made = pipe.generate("x", ratio="1:1", resolution=resolution, frames=1, steps=1)
    assert (made.video.width, made.video.height) == size
    assert (made.used.width, made.used.height) == size
    stage = made.provenance["stages"][1]
    assert stage == {"model": model, "width": computed[0], "height": computed[1]}


def test_the_distilled_stage_takes_eight_steps_without_guidance(pipe):
    made = pipe.generate("x", width=96, height=64, frames=5, scheduler="distilled")
    assert (made.used.steps, made.used.guidance) == (8, 1.0)
    assert made.used.negative_prompt is None


def test_a_first_picture_is_where_the_clip_begins(pipe, tmp_path):
    picture = np.zeros((80, 200, 3), np.uint8)
    picture[:, :, 0] = np.arange(200)
    gallop.write_image(tmp_path / "first.png", gallop.Image(picture))
    plain, driven = (pipe.generate("x", **QUICK, first_frame=first) for first in (None, tmp_path / "first.png"))
    assert not np.array_equal(plain.video.numpy(), driven.video.numpy())
    assert driven.provenance["model"] == "single_stream-i2av"
    # Without a size the clip takes the picture's shape.
    assert pipe.resolve("x", first_frame=tmp_path / "first.png", resolution="256p").width == 640


def test_a_given_sound_is_followed_from_the_command_line(tiny, pipe, tmp_path):
    time = np.arange(int(0.6 * 48000)) / 48000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    gallop.write_video(tmp_path / "tone.mp4", gallop.Video(np.zeros((15, 32, 32, 3), np.uint8), fps=25.0, audio=tone, sample_rate=48000))
    file = tmp_path / "driven.mp4"
    command = [
        "generate",
        "--model",
        tiny,
        "--prompt",
        "x",
        "--sound",
        tmp_path / "tone.mp4",
        "--size",
        "96x64",
        "--steps",
        2,
        "--out",
        file,
    ]
    done = subprocess.run([sys.executable, "-m", "gallop", *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    streams = probe(file)
    assert streams["video"]["nb_read_frames"] == "13"
    assert float(streams["audio"]["duration"]) == pytest.approx(13 / 25, abs=1024 / 44100)
    said = json.loads((tmp_path / "driven.mp4.json").read_text())
    assert said["options"]["sound"]["name"] == "tone.mp4" and len(said["options"]["sound"]["sha256"]) == 64
    with pytest.raises(gallop.InvalidArgument, match=r"generate\.sound: lasts"):
        pipe.resolve("x", sound=tmp_path / "tone.mp4", duration=2)


@pytest.mark.parametrize("stage", ["encode_text", "denoise", "decode"])
def test_cancelled_in_every_stage_it_stays_usable(pipe, stage):
    before = pipe.generate("kept", **QUICK, seed=1)

    def stop(progress):
        return not (progress.stage == stage and progress.done > 0)

    with pytest.raises(gallop.Cancelled):
        pipe.generate(f"another prompt for {stage}", **QUICK, seed=2, on_progress=stop)
    assert np.array_equal(pipe.generate("kept", **QUICK, seed=1).video.numpy(), before.video.numpy())


def test_progress_runs_through_the_stages_in_order(pipe):
    seen = []
    pipe.generate("never seen before", **QUICK, on_progress=lambda p: seen.append((p.stage, p.done, p.total)))
    stages = list(dict.fromkeys(stage for stage, _, _ in seen))
    assert stages == ["encode_text", "denoise", "decode"]
    assert all(0 <= done <= total for _, done, total in seen)


def test_streamed_and_released_plans_give_the_same_bytes(tiny, pipe):
    free = pipe.generate("x", **QUICK, seed=4)
    plans = [gallop.Pipeline.load(tiny, device="cpu", memory_limit=limit).describe(**QUICK) for limit in (0, 10**12)]
    assert all("denoise" in plan for plan in plans)
    least = 2**20
    for limit in (least * 40, least * 12, least * 9, least * 8):
        try:
            limited = gallop.Pipeline.load(tiny, device="cpu", memory_limit=limit).generate("x", **QUICK, seed=4)
        except gallop.OutOfMemory as error:
            assert "DOES NOT FIT" in str(error)
            continue
        assert np.array_equal(limited.video.numpy(), free.video.numpy())
    with pytest.raises(gallop.OutOfMemory, match=r"load\.memory_limit"):
        gallop.Pipeline.load(tiny, device="cpu", memory_limit=1000).generate("x", **QUICK)


def damage_shard(folder):
    shard = next((folder / "540p_sr").glob("*-00002-of-*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-1000])


def remove_shard(folder):
    next((folder / "540p_sr").glob("*-00001-of-*.safetensors")).unlink()


def widen_text_encoder(folder):
    config = json.loads((folder / "text_encoder/config.json").read_text())
    config["encoder"]["hidden_size"] = 48
    (folder / "text_encoder/config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("damage", "error", "says"),
    [
        (damage_shard, gallop.ModelError, "540p_sr"),
        (remove_shard, gallop.ModelError, "540p_sr"),
        (lambda f: shutil.rmtree(f / "audio_vae"), gallop.ModelError, "audio VAE"),
        (lambda f: (f / "audio_vae/model_config.json").unlink(), gallop.ModelError, "model_config.json"),
        (lambda f: shutil.rmtree(f / "text_encoder"), gallop.ModelError, "text encoder"),
        (lambda f: (f / "text_encoder/tokenizer.json").unlink(), gallop.ModelError, "tokenizer.json"),
        (widen_text_encoder, gallop.ModelError, "text encoder"),
        (lambda f: shutil.copy(f / "vae/Wan2.2_VAE.safetensors", f / "base/model.safetensors"), gallop.ModelError, "base"),
        (lambda f: (f / "base/model.safetensors").rename(f / "base/model.safetensors.zst"), gallop.Unsupported, "zstd"),
        (lambda f: (shutil.rmtree(f / "turbo_vae"), shutil.rmtree(f / "vae")), gallop.ModelError, "video decoder"),
    ],
)
def test_broken_checkpoints_are_refused_by_name(changed, damage, error, says):
    damage(changed)
    with pytest.raises(error, match=says):
        gallop.Pipeline.load(changed, device="cpu")


def test_without_parts_what_needs_them_is_refused(changed, tmp_path):
    for part in ("1080p_sr", "vae", "distill"):
        shutil.rmtree(changed / part)
    pipe = gallop.Pipeline.load(changed, device="cpu")
    assert pipe.name == "single_stream-t2av"
    assert pipe.resolve("x").height == 512  # the best super-resolution there is
    with pytest.raises(gallop.InvalidArgument, match="1080p_sr"):
        pipe.generate("x", resolution="1080p")
    with pytest.raises(gallop.InvalidArgument, match="distill"):
        pipe.generate("x", scheduler="distilled")
    with pytest.raises(gallop.InvalidArgument, match=r"generate\.first_frame"):
        pipe.generate("x", first_frame=tmp_path / "none.png")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": "  "}, "generate.prompt"),
        ({"frames": 6}, "generate.frames: 6 is not 4n"),
        ({"duration": 0.05}, "generate.duration"),
        ({"duration": 61}, "generate.duration"),
        ({"duration": 4, "frames": 5}, "generate.frames: 5 stands beside"),
        ({"width": 95, "height": 64}, "generate.width"),
        ({"width": 96}, "generate.height: is missing"),
        ({"width": 96, "height": 64, "ratio": "1:1"}, "generate.ratio"),
        ({"ratio": "3:1"}, "generate.ratio"),
        ({"resolution": "480p"}, "generate.resolution"),
        ({"fps": 24}, "generate.fps"),
        ({"scheduler": "euler"}, "generate.scheduler"),
        ({"scheduler": "distilled", "guidance": 5.0}, "generate.guidance"),
        ({"steps": 0}, "generate.steps"),
        ({"guidance": float("nan")}, "generate.guidance"),
        ({"last_frame": "x.png"}, "generate.last_frame"),
        ({"strength": 0.5}, "generate.strength"),
    ],
)
def test_impossible_requests_name_the_field(pipe, options, says):
    with pytest.raises(gallop.InvalidArgument, match=says):
        pipe.generate(options.pop("prompt", "x"), **options)
