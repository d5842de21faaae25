"""PSNR and SSIM against the ffmpeg program, live."""

import re
import shutil
import subprocess

import gallop
import pytest

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the ffmpeg program is not installed")


def ffmpeg_filter(name, clip, reference):
    """The summary line of a full-reference filter, computed by FFmpeg's plain code: its vector code miscounts SSIM windows."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-cpuflags", "0", "-i", clip, "-i", reference, "-lavfi", name, "-f", "null", "-"]
    text = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stderr
    line = next(line for line in text.splitlines() if f"Parsed_{name}" in line)
    return {key.lower(): float(value) for key, value in re.findall(r"(\w+):([0-9.]+|inf)", line.split("]", 1)[1])}


@pytest.mark.parametrize("name", ["blur1", "noise30", "crf51", "shuffled"])
def test_full_reference_measures_equal_ffmpeg(shared, name):
    clip, base = (shared / f"data/videos/ladder/{step}.mp4" for step in (name, "base"))
    table = gallop.score(clip, profile="reference", reference=base)
    ssim, psnr = ffmpeg_filter("ssim", clip, base), ffmpeg_filter("psnr", clip, base)
    assert table.value(0, "ssim") == pytest.approx(ssim["all"], abs=2e-6)
    assert table.value(0, "psnr") == pytest.approx(psnr["average"], abs=1e-4)
    details = {score.dimension: score.details for score in table[0].scores}
    assert details["ssim"]["ssim_y"] == pytest.approx(ssim["y"], abs=2e-6)
    assert details["psnr"]["psnr_y"] == pytest.approx(psnr["y"], abs=1e-4)
