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


def make(model, out, *options):
    """Runs the command line; the streams of the written clip and its provenance."""
    command = ["generate", "--model", model, "--prompt", "a horse runs on wet sand", "--out", out, *options]
    done = subprocess.run([sys.executable, "-m", "gallop", *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return probe(out), json.loads(Path(f"{out}.json").read_text())


@pytest.mark.parametrize(
    ("options", "size", "frames", "models"),
    [
        (["--size", "96x64", "--frames", 9, "--steps", 2, "--seed", 3], (96, 64), 9, ["base"]),
        (["--resolution", "256p", "--duration", 0.36, "--steps", 1], (448, 256), 9, ["base"]),
        (["--resolution", "256p", "--ratio", "3:4", "--duration", 0.2, "--scheduler", "distilled"], (256, 320), 5, ["distill"]),
        (["--resolution", "540p", "--ratio", "1:1", "--duration", 0.2, "--steps", 1], (512, 512), 5, ["base", "540p_sr"]),
        pytest.param(
            ["--resolution", "1080p", "--duration", 0.2, "--steps", 1, "--dtype", "bfloat16"],
            (1920, 1080),
            5,
            ["base", "1080p_sr"],
            marks=pytest.mark.slow,
        ),
    ],
    ids=["small", "256p", "distilled", "540p", "1080p"],
)
def test_command_line_makes_a_clip_with_sound_of_the_exact_length(tiny, tmp_path, options, size, frames, models):
    file = tmp_path / "clip.mp4"
    streams, said = make(tiny, file, *options)
    assert (streams["video"]["width"], streams["video"]["height"]) == size
    assert streams["video"]["nb_read_frames"] == str(frames)
    assert streams["video"]["avg_frame_rate"] == "25/1"
    assert (streams["audio"]["codec_name"], streams["audio"]["sample_rate"], streams["audio"]["channels"]) == ("aac", "44100", 2)
    assert float(streams["audio"]["duration"]) == pytest.approx(frames / 25, abs=1 / 44100)
    assert [stage["model"] for stage in said["stages"]] == models
    clip = gallop.read_video(file)
    assert clip.frames == frames and clip.audio is not None


def test_command_line_leaves_the_sound_out_on_request(tiny, tmp_path):
    streams, said = make(tiny, tmp_path / "silent.mp4", "--size", "64x64", "--frames", 5, "--steps", 1, "--no-audio")
    assert "audio" not in streams and said["options"]["audio"] is False


def level(*inputs, effects=()):
    """Root mean square as sox measures it."""
    heard = subprocess.run(["sox", *map(str, inputs), "-n", *effects, "stat"], check=True, capture_output=True, text=True).stderr
    return float(next(line for line in heard.splitlines() if line.startswith("RMS     amplitude")).split()[-1])


def test_the_written_sound_is_what_sox_hears(pipe, tmp_path):
    """Length, rate, channels and samples of the muxed track, by programs that share nothing with the writer. AAC loses a few per cent
    of such noise, so the track has to be as near to the samples as what FFmpeg's program makes of them."""
    if shutil.which("sox") is None:
        pytest.skip("the program sox is absent: apt-get install sox")
    made = pipe.generate("a bell", **QUICK | {"frames": 13}).video
    gallop.write_video(tmp_path / "clip.mp4", made, audio_kbps=320)
    made.audio.astype(np.float32).tofile(tmp_path / "made.raw")
    ffmpeg = ["ffmpeg", "-v", "error"]
    program = [*ffmpeg, "-f", "f32le", "-ar", "44100", "-ac", "2", "-i", tmp_path / "made.raw", "-c:a", "aac", "-b:a", "320k"]
    subprocess.run([*program, tmp_path / "peer.mp4"], check=True)
    track, peer = tmp_path / "clip.wav", tmp_path / "peer.wav"
    for wave in (track, peer):
        subprocess.run([*ffmpeg, "-i", wave.with_suffix(".mp4"), "-c:a", "pcm_f32le", wave], check=True)
    said = {
        flag: int(subprocess.run(["soxi", flag, track], check=True, capture_output=True, text=True).stdout) for flag in ("-s", "-r", "-c")
    }
    assert (said["-r"], said["-c"]) == (44100, 2)
    assert 0 <= said["-s"] - made.audio.shape[0] < 1024  # whole frames of AAC
    whole = ["trim", "0", f"{made.audio.shape[0]}s"]
    raw = ["-t", "raw", "-e", "floating-point", "-b", "32", "-c", "2", "-r", "44100", tmp_path / "made.raw"]
    assert level(track, effects=whole) == pytest.approx(level(peer, effects=whole), rel=0.01)
    ours, theirs = (level("-m", "-v", 1, wave, "-v", -1, *raw, effects=whole) for wave in (track, peer))
    assert ours < 1.05 * theirs and ours < 0.2 * level(*raw)


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
    shards = {f"540p_sr/model-0000{n}-of-00002.safetensors" for n in (1, 2)}
    parts = {"base", "distill", "540p_sr", "1080p_sr", "turbo_decoder", "vae", "text_encoder", "tokenizer", "audio_vae"}
    assert set(said["weights"]) == parts | shards


def test_durations_make_the_documented_lengths(pipe):
    used = pipe.resolve("x", duration=5, resolution="256p")
    assert (used.frames, used.width, used.height, used.fps, used.steps, used.scheduler) == (125, 448, 256, 25.0, 32, "unipc")
    assert pipe.resolve("x", duration=4).frames == 101
    again = pipe.resolve(used)
    assert (again.frames, again.duration) == (125, 5.0)
    # 0.2 s: six sound latents for two latent frames; the sound is cut to the five frames that are decoded.
    clip = pipe.generate("x", width=64, height=64, duration=0.2, steps=1).video
    assert clip.frames == 5 and clip.audio.shape == (8820, 2)


def test_super_resolution_cuts_out_the_size_that_was_asked_for(changed):
    shutil.rmtree(changed / "turbo_vae")  # then the Wan VAE decodes, which makes one frame of one latent frame
    pipe = gallop.Pipeline.load(changed, device="cpu", dtype="bfloat16")
    made = pipe.generate("x", width=900, height=902, frames=1, steps=1)
    assert (made.video.width, made.video.height) == (900, 902)
    assert (made.used.width, made.used.height) == (900, 902)
    assert made.provenance["stages"][1] == {"model": "1080p_sr", "width": 928, "height": 928}
    assert "turbo_decoder" not in made.provenance["weights"]


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
    streams, said = make(tiny, tmp_path / "driven.mp4", "--sound", tmp_path / "tone.mp4", "--size", "96x64", "--steps", 2)
    assert streams["video"]["nb_read_frames"] == "13"
    assert float(streams["audio"]["duration"]) == pytest.approx(13 / 25, abs=1 / 44100)
    assert said["options"]["sound"]["name"] == "tone.mp4" and len(said["options"]["sound"]["sha256"]) == 64
    with pytest.raises(gallop.InvalidArgument, match=r"generate\.sound: lasts"):
        pipe.resolve("x", sound=tmp_path / "tone.mp4", duration=2)


# Super-resolution counts on behind the steps of the first stage: one of them here.
@pytest.mark.parametrize(
    ("stage", "after", "more"),
    [
        ("encode_text", 0, {}),
        ("encode_image", -1, {"first_frame": np.full((64, 96, 3), 90, np.uint8)}),
        ("denoise", 0, {}),
        ("denoise", 1, {"width": None, "height": None, "resolution": "540p", "ratio": "1:1", "frames": 1, "steps": 1}),
        ("decode", 0, {}),
    ],
    ids=["text", "picture", "first stage", "super-resolution", "decode"],
)
def test_cancelled_in_every_stage_it_stays_usable(pipe, stage, after, more):
    before = pipe.generate("kept", **QUICK, seed=1)
    options = {name: value for name, value in (QUICK | more).items() if value is not None}
    seen = []

    def stop(progress):
        seen.append((progress.stage, progress.done))
        return not (progress.stage == stage and progress.done > after)

    with pytest.raises(gallop.Cancelled):
        pipe.generate(f"another prompt for {stage} {after}", **options, seed=2, on_progress=stop)
    assert seen[-1][0] == stage and seen[-1][1] > after
    assert np.array_equal(pipe.generate("kept", **QUICK, seed=1).video.numpy(), before.video.numpy())


def test_cancelled_while_loading_there_is_no_pipeline(tiny):
    with pytest.raises(gallop.Cancelled):
        gallop.Pipeline.load(tiny, device="cpu", on_progress=lambda progress: progress.stage != "load")


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
