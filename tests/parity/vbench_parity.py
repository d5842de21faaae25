"""Live comparison of eleven VBench dimensions with the vbench 0.1.5 package on the same deterministic weights.

Needs GALLOP_VBENCH_PYTHON, the shared data, and GALLOP_VBENCH_WEIGHTS: a folder written by the shared fill_weights.py with
--pth (it is filled on demand when it does not exist). Tolerances are those of vbench.md 15, per clip; booleans must agree.
Both sides of subject_consistency use the DINO weights; its reference network is timm's (tests/parity/dino_hub).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gallop
from common import options, reference_python, shared

# Largest difference of a clip's value: vbench.md 15 and why it is not smaller is said there.
TOLERANCES = {
    "temporal_flickering": 1e-6,
    "motion_smoothness": 2e-4,
    "dynamic_degree": 0.0,
    "subject_consistency": 2e-4,
    "background_consistency": 1e-3,
    "appearance_style": 1e-3,
    "imaging_quality": 0.05,
    "aesthetic_quality": 5e-4,
    "temporal_style": 5e-4,
    "overall_consistency": 5e-4,
    "human_action": 0.0,
}
# Consistency of random networks is close to 1: its distance from 1 must agree as well.
RELATIVE_DISTANCE = {"subject_consistency": 1e-2, "background_consistency": 1e-2}
# 8 to 60 frames a second, odd sides, portrait, rotated, still, and (first of the long ones) more than 100 frames.
CLIPS = (
    "animation/bbb_mpeg4sp.mp4",
    "real/nasa_rotated.mp4",
    "codec_conformance/testsrc2_odd_height_and_width_444.mp4",
    "real/park_nonzero_start.mp4",
    "real/sunrise_slowmo_vfr.mp4",
    "derived/h264_gray_pixfmt.mp4",
    "derived/black_24frames.mp4",
    "codec_conformance/edit_list_preroll_only_sync.mp4",
)
LONG = ("real/skyline_pan_60fps.mp4", "real/carphone_pristine.mp4")
# Dimensions whose reference runs in float16 on a GPU: the same arithmetic, here on a CPU on both sides.
HALF = ("background_consistency", "appearance_style", "aesthetic_quality")
CHEAP = ("temporal_flickering", "background_consistency", "appearance_style")
WRITES = {
    "dino_vitb16": "dino_vitbase16_pretrain.pth",
    "raft_things": "raft-things.pth",
    "amt_s": "amt-s.pth",
    "musiq_spaq": "musiq_spaq_ckpt-358bb6af.pth",
    "clip_vit_b32": "ViT-B-32.pt",
    "clip_vit_l14": "ViT-L-14.pt",
    "viclip_l14": "ViClip-InternVid-10M-FLT.pth",
    "umt_l16_k400": "l16_ptk710_ftk710_ftk400_f16_res224.pth",
}
STYLE, PROMPT = "oil painting", "A cat walks on a red carpet, in cyberpunk style"
ACTION = "blowing glass"


def fill(python: str, root: Path) -> Path:
    """The folder of deterministic checkpoints, with the head and vocabulary that are published."""
    folder = Path(os.environ.get("GALLOP_VBENCH_WEIGHTS", Path(tempfile.gettempdir()) / "gallop-vbench-weights"))
    missing = [name for name, file in WRITES.items() if not (folder / file).exists()]
    start = time.monotonic()
    if missing:
        subprocess.run([python, str(root / "reference/fill_weights.py"), str(folder), "--pth", "--only", ",".join(missing)], check=True)
    for extra in ("data/models/aesthetic/sa_0_4_vit_l_14_linear.pth", "data/text/clip/bpe_simple_vocab_16e6.txt.gz"):
        if not (folder / Path(extra).name).exists():
            shutil.copyfile(root / extra, folder / Path(extra).name)
    print(f"  weights in {folder}, {time.monotonic() - start:.0f} s to write", flush=True)
    return folder


class Reference:
    """Runs dimensions of the vbench package in its own interpreter."""

    def __init__(self, python: str, root: Path, weights: Path, scratch: Path):
        self.python, self.weights, self.scratch = python, weights, scratch
        vocabulary = scratch / "cache/ViCLIP"
        vocabulary.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(weights / "bpe_simple_vocab_16e6.txt.gz", vocabulary / "bpe_simple_vocab_16e6.txt.gz")
        self.environment = os.environ | {"PYTHONPATH": str(root / "reference"), "VBENCH_CACHE_DIR": str(scratch / "cache")}

    def start(self, dimension: str, clips: list[Path], half: bool) -> tuple[subprocess.Popen, Path]:
        labels = {"appearance_style": {"appearance_style": STYLE}} if dimension == "appearance_style" else {}
        work = [{"prompt_en": PROMPT, "dimension": [dimension], "video_list": [str(clip) for clip in clips], "auxiliary_info": labels}]
        file, out = self.scratch / f"{dimension}.json", self.scratch / f"{dimension}.out.json"
        file.write_text(json.dumps(work))
        command = [
            self.python,
            str(Path(__file__).with_name("reference_vbench.py")),
            dimension,
            str(self.weights),
            str(file),
            str(out),
            "1",
        ]
        return subprocess.Popen(
            command, env=self.environment | {"CLIP_HALF": str(int(half))}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ), out

    @staticmethod
    def finish(running: tuple[subprocess.Popen, Path]) -> dict:
        process, out = running
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the reference failed:\n{errors[-3000:]}")
        return {Path(video["video_path"]).name: video for video in json.loads(out.read_text())["videos"]}


def compare(dimension: str, ours, theirs: float, half: bool) -> str | None:
    """What is wrong, or nothing."""
    if ours.problems:
        return f"ours has no score: {ours.problems[0].message}"
    value = ours.scores[0].value
    if abs(value - theirs) > TOLERANCES[dimension]:
        return f"{value:.9f}, reference {theirs:.9f}, tolerance {TOLERANCES[dimension]:g}"
    distance = None if half else RELATIVE_DISTANCE.get(dimension)  # half precision cannot tell 1 - score
    # Equal frames have cosines one or two float32 steps (1.2e-7) off 1 on both sides: less than two cannot be told apart.
    if distance and abs(value - theirs) > max(distance * abs(1 - theirs), 2**-22):
        return f"1 - value is {1 - value:.3e}, reference {1 - theirs:.3e}"
    return None


def links(dimension: str, names: tuple[str, ...], root: Path, folder: Path) -> list[Path]:
    """The clips under names of their own; human_action reads its question from the name on both sides."""
    folder.mkdir()
    clips = []
    for name in names:
        link = folder / (f"A person is {ACTION}-{len(clips)}.mp4" if dimension == "human_action" else Path(name).name)
        link.symlink_to((root / "data/videos" / name).resolve())
        clips.append(link)
    return clips


def main() -> int:
    settings = options(__doc__, tuple(TOLERANCES))
    root, python = shared(), reference_python("vbench")
    weights = fill(python, root)
    failures = compared = 0
    gallop.set_threads(1)  # one core for each side
    with tempfile.TemporaryDirectory() as folder:
        reference = Reference(python, root, weights, Path(folder))
        for dimension, half in [(name, False) for name in settings.only] + [(name, True) for name in HALF if name in settings.only]:
            names = CLIPS[:2] if settings.quick else CLIPS + LONG if dimension in CHEAP else CLIPS
            if dimension == "human_action" and settings.quick:
                names = CLIPS[:1]
            if half:
                names = names[:2]
            clips = links(dimension, names, root, Path(folder) / f"{dimension}{' half' if half else ''}")
            running = reference.start(dimension, clips, half)
            start = time.monotonic()
            table = gallop.score(
                clips,
                dimensions=[dimension],
                weights=weights,
                device="cpu",
                dtype="float16" if half else None,
                prompt=PROMPT,
                labels={"appearance_style": STYLE},
            )
            ours_took = time.monotonic() - start
            theirs, worst = reference.finish(running), 0.0
            for clip, ours in zip(clips, table.results, strict=True):
                value = float(theirs[clip.name]["video_results"])
                wrong = compare(dimension, ours, value, half)
                compared += 1
                worst = max(worst, abs(ours.scores[0].value - value) if ours.scores else float("inf"))
                if wrong:
                    failures += 1
                    print(f"  FAILED: {dimension} of {clip.name}: {wrong}")
            took = time.monotonic() - start
            print(
                f"  {dimension}{' in half precision' if half else ''}: {len(clips)} clips, largest difference {worst:.2e}, tolerance {TOLERANCES[dimension]:g} ({ours_took:.0f} s, reference {took:.0f} s)",
                flush=True,
            )
    print(f"vbench: {compared} values compared, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
