"""Live comparison of ten VBench dimensions with the vbench 0.1.5 package on the same deterministic weights.

Needs GALLOP_VBENCH_PYTHON, the shared data, and GALLOP_VBENCH_WEIGHTS: a folder written by the shared fill_weights.py with
--pth (it is filled on demand when it does not exist). Tolerances are those of vbench.md 15, per clip; booleans must agree.
subject_consistency is compared with recorded values by another test, because its network is not on the package index.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import options, reference_python, shared

import gallop

# Largest difference of a clip's value: vbench.md 15 and why it is not smaller is said there.
TOLERANCES = {
    "temporal_flickering": 1e-6,
    "motion_smoothness": 2e-4,
    "dynamic_degree": 0.0,
    "background_consistency": 1e-3,
    "appearance_style": 1e-3,
    "aesthetic_quality": 5e-4,
    "imaging_quality": 0.05,
    "temporal_style": 5e-4,
    "overall_consistency": 5e-4,
    "human_action": 0.0,
}
# Consistency of random networks is close to 1: its distance from 1 must agree as well.
RELATIVE_DISTANCE = {"background_consistency": 1e-2}
CLIPS = (
    "animation/bbb_mpeg4sp.mp4", "real/nasa_rotated.mp4", "derived/h264_gray_pixfmt.mp4", "real/park_nonzero_start.mp4",
    "real/sunrise_slowmo_vfr.mp4", "real/carphone_pristine.mp4", "derived/h264_vfr.mp4", "ladder/base.mp4",
)
QUICK = {"dimensions": ("temporal_flickering", "motion_smoothness", "dynamic_degree", "imaging_quality"), "clips": CLIPS[:2]}
SLOW = ("human_action", "temporal_style", "overall_consistency", "aesthetic_quality")  # minutes a clip in the reference
# The manifest a dimension's checkpoint is filled from, and its official file name.
CHECKPOINTS = {
    "motion_smoothness": ("amt_s", "amt-s.pth"),
    "dynamic_degree": ("raft_things", "raft-things.pth"),
    "imaging_quality": ("musiq_spaq", "musiq_spaq_ckpt-358bb6af.pth"),
    "background_consistency": ("clip_vit_b32", "ViT-B-32.pt"),
    "appearance_style": ("clip_vit_b32", "ViT-B-32.pt"),
    "aesthetic_quality": ("clip_vit_l14", "ViT-L-14.pt"),
    "temporal_style": ("viclip_l14", "ViClip-InternVid-10M-FLT.pth"),
    "overall_consistency": ("viclip_l14", "ViClip-InternVid-10M-FLT.pth"),
    "human_action": ("umt_l16_k400", "l16_ptk710_ftk710_ftk400_f16_res224.pth"),
}
STYLE, PROMPT = "oil painting", "A cat walks on a red carpet, in cyberpunk style"
ACTION = "blowing glass"


def fill(python: str, root: Path, dimensions) -> Path:
    """The folder of deterministic checkpoints for these dimensions, with the head and vocabulary that are published."""
    folder = Path(os.environ.get("GALLOP_VBENCH_WEIGHTS", Path(tempfile.gettempdir()) / "gallop-vbench-weights"))
    wanted = {CHECKPOINTS[name] for name in dimensions if name in CHECKPOINTS}
    names = sorted(manifest for manifest, file in wanted if not (folder / file).exists())
    if names:
        subprocess.run([python, str(root / "reference/fill_weights.py"), str(folder), "--pth", "--only", ",".join(names)], check=True)
    for extra in ("data/models/aesthetic/sa_0_4_vit_l_14_linear.pth", "data/text/clip/bpe_simple_vocab_16e6.txt.gz"):
        if not (folder / Path(extra).name).exists():
            shutil.copyfile(root / extra, folder / Path(extra).name)
    return folder


def reference(python: str, root: Path, weights: Path, dimension: str, clips: list[Path], scratch: Path) -> dict:
    labels = {"appearance_style": {"appearance_style": STYLE}} if dimension == "appearance_style" else {}
    work = [{"prompt_en": PROMPT, "dimension": [dimension], "video_list": [str(clip) for clip in clips], "auxiliary_info": labels}]
    (scratch / "work.json").write_text(json.dumps(work))
    vocabulary = scratch / "cache/ViCLIP"
    vocabulary.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights / "bpe_simple_vocab_16e6.txt.gz", vocabulary / "bpe_simple_vocab_16e6.txt.gz")
    environment = os.environ | {"PYTHONPATH": str(root / "reference"), "VBENCH_CACHE_DIR": str(scratch / "cache")}
    out = scratch / "out.json"
    command = [python, str(Path(__file__).with_name("reference_vbench.py")), dimension, str(weights), str(scratch / "work.json"), str(out)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return {Path(video["video_path"]).name: video for video in json.loads(out.read_text())["videos"]}


def compare(dimension: str, ours, theirs: float) -> str | None:
    """What is wrong, or nothing."""
    if ours.problems:
        return f"ours has no score: {ours.problems[0].message}"
    value = ours.scores[0].value
    if abs(value - theirs) > TOLERANCES[dimension]:
        return f"{value:.9f}, reference {theirs:.9f}, tolerance {TOLERANCES[dimension]:g}"
    distance = RELATIVE_DISTANCE.get(dimension)
    # Below 1e-5 the distance is a few float32 steps of the cosine itself.
    if distance and abs(value - theirs) > max(distance * abs(1 - theirs), 1e-7):
        return f"1 - value is {1 - value:.3e}, reference {1 - theirs:.3e}"
    return None


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("vbench")
    dimensions = QUICK["dimensions"] if settings.quick else tuple(TOLERANCES)
    weights = fill(python, root, dimensions)
    failures = compared = 0
    for dimension in dimensions:
        names = QUICK["clips"] if settings.quick else CLIPS[:3] if dimension in SLOW else CLIPS
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            clips = []
            for name in names:
                # The action is read from the file name by both sides.
                link = scratch / f"A person is {ACTION}-{len(clips)}.mp4" if dimension == "human_action" else scratch / Path(name).name
                link.symlink_to((root / "data/videos" / name).resolve())
                clips.append(link)
            theirs = reference(python, root, weights, dimension, clips, scratch)
            table = gallop.score(clips, dimensions=[dimension], weights=weights, device="cpu", prompt=PROMPT, labels={"appearance_style": STYLE})
            worst = 0.0
            for clip, ours in zip(clips, table.results, strict=True):
                value = float(theirs[clip.name]["video_results"])
                wrong = compare(dimension, ours, value)
                compared += 1
                worst = max(worst, abs(ours.scores[0].value - value) if ours.scores else float("inf"))
                if wrong:
                    failures += 1
                    print(f"  FAILED: {dimension} of {clip.name}: {wrong}")
            print(f"  {dimension}: {len(clips)} clips, largest difference {worst:.2e}, tolerance {TOLERANCES[dimension]:g}", flush=True)
    print(f"vbench: {compared} values compared, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
