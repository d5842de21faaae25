"""Measures of sound against FFmpeg's, on files."""

import re
import subprocess

import gallop
import numpy as np
import pytest

RATE = 48000


def signal(kind, seconds=4.0):
    t = np.arange(int(RATE * seconds)) / RATE
    noise = np.random.default_rng(5).uniform(-1, 1, t.size)
    waves = {
        "noise": 0.2 * noise,
        "steps": 0.3 * np.sin(2 * np.pi * 440 * t) * np.where((t % 1.0) < 0.5, 1.0, 0.05),
        "syllables": 0.5 * noise * np.clip(np.sin(2 * np.pi * 3 * t), 0, 1) ** 2 * np.exp(-(((t % 2.0) - 0.5) ** 2)),
        "gaps": np.where((t > 1.0) & (t < 2.2), 0.0, 0.3 * np.sin(2 * np.pi * 300 * t)),
    }
    return waves[kind].astype(np.float32)


def written(path, left, right=None):
    """A clip with this sound, 25 frames a second, coded at a high rate."""
    right = left if right is None else right
    frames = np.zeros((int(25 * len(left) / RATE), 32, 32, 3), np.uint8)
    frames[:, 8:20, 8:20] = 200
    gallop.write_video(path, gallop.Video(frames, fps=25.0, audio=np.stack([left, right], 1), sample_rate=RATE), audio_kbps=320)
    return path


def ffmpeg(clip, *filters):
    return subprocess.run(
        ["ffmpeg", "-nostats", "-i", clip, "-vn", "-af", ",".join(filters), "-f", "null", "-"], check=True, capture_output=True, text=True
    ).stderr


def score(clip, name):
    return gallop.make_evaluator(name).score(str(clip))


@pytest.mark.parametrize("kind", ["noise", "steps", "syllables", "gaps"])
def test_loudness_is_that_of_ebur128(tmp_path, kind):
    clip = written(tmp_path / "clip.mp4", signal(kind), 0.5 * signal(kind))
    expected = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", ffmpeg(clip, "ebur128"))[-1])
    assert score(clip, "sound_loudness").value == pytest.approx(expected, abs=0.1)


def test_silence_is_that_of_silencedetect(tmp_path):
    clip = written(tmp_path / "clip.mp4", signal("gaps"))
    found = re.findall(r"silence_duration: ([\d.]+)", ffmpeg(clip, "silencedetect=noise=-60dB:d=0.3"))
    judged = score(clip, "sound_silence")
    assert judged.details["longest_seconds"] == pytest.approx(float(found[0]), abs=0.05)
    assert judged.value == pytest.approx(sum(map(float, found)) / 4.0, abs=0.02)


def end_of_spectrum(clip):
    """The same question answered with numpy, from the frames and samples as they decode."""
    video = gallop.read_video(clip)
    wave, count = video.audio.mean(1, dtype=np.float64), 2048
    turn = np.arange(count) * 2 * np.pi / count
    taper = 0.35875 - 0.48829 * np.cos(turn) + 0.14128 * np.cos(2 * turn) - 0.01168 * np.cos(3 * turn)
    spectra = [np.abs(np.fft.rfft(taper * wave[i : i + count])) ** 2 for i in range(0, len(wave) - count + 1, count // 2)]
    level = np.convolve(np.mean(spectra, 0), np.ones(7) / 7, "same")
    return np.flatnonzero(level >= 1e-6 * level.max())[-1] * video.sample_rate / count


@pytest.mark.parametrize("hertz", [4000, 8000, 16000])
def test_bandwidth_follows_a_low_pass(tmp_path, hertz):
    clip = written(tmp_path / "clip.mp4", signal("noise"))
    narrow = tmp_path / "narrow.mkv"
    # Long filters, because the default ones let noise through up to a sixth beyond their edge; no loss behind them, because AAC puts
    # noise just below -60 dB there.
    low_pass = f"aresample={2 * hertz}:filter_size=512,aresample={RATE}:filter_size=512"
    subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-c:v", "copy", "-af", low_pass, "-c:a", "flac", narrow], check=True)
    found = score(narrow, "sound_bandwidth").value
    assert found == pytest.approx(hertz, rel=0.08)
    assert found == pytest.approx(end_of_spectrum(narrow), abs=RATE / 2048)
    assert score(clip, "sound_bandwidth").value > 17000


def test_the_profile_names_itself_and_scores_a_file(tmp_path):
    names = {info.name for info in gallop.evaluators("sound")}
    assert names == {"sound_bandwidth", "sound_clipping", "sound_length", "sound_loudness", "sound_silence", "sound_synchrony"}
    clip = written(tmp_path / "clip.mp4", signal("noise"))
    assert score(clip, "sound_length").value < 0.05
    assert score(clip, "sound_clipping").value == 0.0
    # Nothing moves: there is nothing to be in time with.
    with pytest.raises(gallop.InvalidArgument, match="nothing in the picture"):
        score(clip, "sound_synchrony")
