"""The copies that are served: same container, codec, frame size, length in bytes; no metadata; nothing that names a model.

Every clip is encoded anew by FFmpeg with the same settings, because what an encoder leaves behind (profile, group of pictures,
user data, creation time) tells models apart as well as a name. The copy is padded with an MP4 ``free`` box to the length of the
longest copy of the board. Copies are kept in a cache folder under the hash of their source and settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gallop._gallop import MediaError, Unsupported
from gallop.arena.server.contest import Clip

_VERSION = 1  # of the settings below; part of the cache's keys
_LOUDNESS, _TOLERANCE = -23.0, 0.5  # LUFS


@dataclass(frozen=True)
class Served:
    """A copy ready to be sent."""

    file: Path
    sha256: str  #: of the original
    seconds: float
    media_bytes: int  #: before the padding
    length: int  #: with it; the same for every clip of the board


def prepare(
    clips: list[Clip], cache: Path, audio: bool, longest_side: int, report: Callable[[str], None] = lambda _: None
) -> dict[Clip, Served]:
    """Encodes what the cache lacks. MediaError lists every clip that cannot be shown; nothing is left out silently."""
    for tool in ("ffmpeg", "ffprobe"):
        if not shutil.which(tool):
            raise Unsupported(f"{tool} is not installed; the server needs it to make anonymous copies: apt-get install ffmpeg")
    cache.mkdir(parents=True, exist_ok=True)
    workers = max(1, min(4, (os.cpu_count() or 2) // 2))
    with ThreadPoolExecutor(workers) as pool:
        facts = list(pool.map(_facts, clips))
        problems = [fact for fact in facts if isinstance(fact, str)]
        if audio:
            problems += [
                f'"{clip.file}": has no sound, expected a track on a board with audio'
                for clip, fact in zip(clips, facts, strict=True)
                if not isinstance(fact, str) and not fact["audio"]
            ]
        if problems:
            raise MediaError(f"{len(problems)} clips cannot be shown:\n  " + "\n  ".join(problems[:20]))
        size = _canvas(facts, longest_side)
        report(_differences(clips, facts))
        made = list(pool.map(lambda pair: _copy(*pair, cache, size, audio), zip(clips, facts, strict=True)))
    problems = [copy for copy in made if isinstance(copy, str)]
    if problems:
        raise MediaError(f"{len(problems)} clips cannot be encoded:\n  " + "\n  ".join(problems[:20]))
    length = max(own for _, own in made) + 8
    served = {}
    for clip, fact, (copy, own) in zip(clips, facts, made, strict=True):
        served[clip] = Served(_padded(copy, own, length), fact["sha256"], fact["seconds"], own, length)
    return served


def _run(command: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False)


def _facts(clip: Clip) -> dict | str:
    probe = _run(
        [
            "ffprobe",
            "-v",
            "error",
            "-show_entries",
            "stream=codec_type,width,height,avg_frame_rate,duration:format=duration",
            "-of",
            "json",
            f"file:{clip.file}",
        ]
    )
    try:
        data = json.loads(probe.stdout)
        video = next(stream for stream in data["streams"] if stream["codec_type"] == "video")
        seconds = float(video.get("duration") or data["format"]["duration"])
        facts = {"width": int(video["width"]), "height": int(video["height"]), "rate": video["avg_frame_rate"], "seconds": seconds}
    except (ValueError, KeyError, StopIteration):
        return f'"{clip.file}": not readable as video: {probe.stderr.strip()[-200:] or "no video stream with a duration"}'
    digest = hashlib.sha256()
    with open(clip.file, "rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return facts | {"audio": any(stream["codec_type"] == "audio" for stream in data["streams"]), "sha256": digest.hexdigest()}


def _canvas(facts: list[dict], longest_side: int) -> tuple[int, int]:
    """One frame size for the board: the largest width and height, shrunk to the limit, even."""
    width, height = (max(fact[key] for fact in facts) for key in ("width", "height"))
    scale = min(1.0, longest_side / max(width, height))
    return tuple(max(2, 2 * round(side * scale / 2)) for side in (width, height))


def _differences(clips: list[Clip], facts: list[dict]) -> str:
    """What people could tell models apart by although the copies are alike; for whoever runs the board."""
    told = []
    for key, what in (("rate", "frame rate"), ("seconds", "length")):
        values = {}
        for clip, fact in zip(clips, facts, strict=True):
            values.setdefault(round(fact[key], 1) if key == "seconds" else fact[key], set()).add(clip.model)
        if len(values) > 1:
            told.append(f"{what} ({', '.join(map(str, sorted(values, key=str)[:6]))})")
    return f"clips differ in {' and '.join(told)}: voters may learn to recognise models by it" if told else ""


def _copy(clip: Clip, fact: dict, cache: Path, size: tuple[int, int], audio: bool) -> tuple[Path, int] | str:
    key = hashlib.sha256(f"{_VERSION} {fact['sha256']} {size} {audio}".encode()).hexdigest()
    target = cache / f"{key}.mp4"
    if not target.is_file():
        handle, temporary = tempfile.mkstemp(dir=cache, prefix=".making-", suffix=".mp4")
        os.close(handle)
        try:
            filters = _loudness_filter(clip.file) if audio else None
            if filters is not None and not filters:
                return f'"{clip.file}": its sound is silent, expected something to hear on a board with audio'
            done = _run(_command(clip.file, temporary, size, filters))
            if done.returncode:
                return f'"{clip.file}": {done.stderr.strip()[-300:]}'
            if audio and abs(_loudness(temporary)[0] - _LOUDNESS) > _TOLERANCE:
                return f'"{clip.file}": {_loudness(temporary)[0]:.1f} LUFS after normalisation, expected {_LOUDNESS} +- {_TOLERANCE}'
            with open(temporary, "rb") as whole:
                os.fsync(whole.fileno())
            os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)
    return target, _media_bytes(target)


def _command(source: Path, target: str, size: tuple[int, int], filters: str | None) -> list[str]:
    width, height = size
    picture = f"scale={width}:{height}:force_original_aspect_ratio=decrease:flags=lanczos,pad={width}:{height}:-1:-1:black,setsar=1,format=yuv420p"
    rate = max(1_000_000, width * height * 8)  # bits a second; about 7 Mbit at 720p
    sound = ["-map", "0:a:0", "-af", filters, "-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"] if filters else ["-an"]
    return [
        *(
            "ffmpeg",
            "-nostdin",
            "-y",
            "-v",
            "error",
            "-i",
            f"file:{source}",
            "-map",
            "0:v:0",
            "-map_metadata",
            "-1",
            "-map_chapters",
            "-1",
            "-sn",
            "-dn",
        ),
        *(
            "-vf",
            picture,
            "-c:v",
            "libx264",
            "-preset",
            "medium",
            "-profile:v",
            "high",
            "-crf",
            "17",
            "-maxrate",
            str(rate),
            "-bufsize",
            str(2 * rate),
        ),
        *(
            "-g",
            "48",
            "-threads",
            "2",
            "-fps_mode",
            "passthrough",
            "-video_track_timescale",
            "90000",
            "-bsf:v",
            "filter_units=remove_types=6",
        ),
        *sound,
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart", "-f", "mp4", target),
    ]


def _loudness(file: Path | str) -> tuple[float, dict]:
    told = _run(
        [
            "ffmpeg",
            "-nostdin",
            "-v",
            "info",
            "-i",
            f"file:{file}",
            "-map",
            "0:a:0",
            "-af",
            f"loudnorm=I={_LOUDNESS}:TP=-1:LRA=20:print_format=json",
            "-f",
            "null",
            "-",
        ]
    ).stderr
    try:
        values = json.loads(told[told.rindex("{") : told.rindex("}") + 1])
        return float(values["input_i"]), values
    except (ValueError, KeyError) as error:
        raise MediaError(f'"{file}": its loudness cannot be measured: {told.strip()[-200:]}') from error


def _loudness_filter(file: Path) -> str:
    """A second pass with the measured values; empty for silence."""
    loudness, m = _loudness(file)
    if loudness < -70:
        return ""
    return f"loudnorm=I={_LOUDNESS}:TP=-1:LRA=20:linear=true:measured_I={m['input_i']}:measured_TP={m['input_tp']}:measured_LRA={m['input_lra']}:measured_thresh={m['input_thresh']}:offset={m['target_offset']}"


def _media_bytes(file: Path) -> int:
    """Length without a trailing ``free`` box: the end of the last box that holds media."""
    end = at = 0
    size = file.stat().st_size
    with open(file, "rb") as data:
        while at + 8 <= size:
            data.seek(at)
            length, kind = struct.unpack(">I4s", data.read(8))
            if length == 1:
                length = struct.unpack(">Q", data.read(8))[0]
            at += length if length >= 8 else size
            if kind != b"free":
                end = at
    return end


def _padded(file: Path, own: int, length: int) -> Path:
    """Sets the file's length; a copy already in service keeps its media bytes, so readers never see a hole."""
    if file.stat().st_size == length:
        return file
    with open(file, "r+b") as data:
        data.truncate(own)
        data.seek(own)
        data.write(struct.pack(">I4s", length - own, b"free"))
        data.truncate(length)
        data.flush()
        os.fsync(data.fileno())
    return file
