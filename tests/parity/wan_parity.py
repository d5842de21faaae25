"""Live comparison of the Wan pipelines with diffusers 0.42.1 on the same random weights, stage by stage and end to end.

Needs GALLOP_WAN_PYTHON and the shared data. GALLOP_WAN_SEED seeds the weights ("#live"), GALLOP_WAN_MODELS keeps the
folders, GALLOP_WAN_ONLY names the models to compare (all).
float32, two threads on both sides. Token ids, masks, timesteps and resized bytes must be equal; sub-modules within 1e-5 of
their size, latents within 1e-4, frames within one step in at most one percent of the values; bfloat16 blocks have a cosine
above 0.999. Prints a table of stages for every model.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import gallop
import numpy as np
from common import ROOT, options, reference_python, shared, skip
from tensor_file import read

THREADS = 2
NEGATIVE = "色调艳丽，过曝，静态，细节模糊不清，字幕"
#: Known: unknown letters are <unk> by tokenizer.json and id 2 in transformers 5 (the tiny tokenizer has <unk> = 2, so none here).
SUITES = {
    "wan2.1-t2v": [
        {"scheduler": "unipc", "steps": 5},
        {"scheduler": "dpm++", "steps": 5, "shift": 5.0},
        {"scheduler": "euler", "steps": 4},
        {"scheduler": "heun", "steps": 4},
        {"scheduler": "unipc", "steps": 4, "frames": 1},
        {"scheduler": "unipc", "steps": 3, "guidance": 1.0, "width": 96},
        {"scheduler": "unipc", "steps": 6, "video": [80, 64], "strength": 0.7},
        {"scheduler": "euler", "steps": 5, "video": [64, 64], "strength": 0.4},
    ],
    "wan2.1-i2v": [{"scheduler": kind, "steps": 4, "first_frame": [90, 64]} for kind in ("unipc", "heun", "euler", "dpm++")],
    "wan2.1-flf2v": [
        {"scheduler": kind, "steps": 4, "shift": 16.0, "first_frame": [64, 64], "last_frame": [50, 70]}
        for kind in ("unipc", "heun", "euler", "dpm++")
    ],
    "wan2.2-ti2v-5b": [
        {"scheduler": kind, "steps": 4, "shift": 5.0} | extra
        for kind in ("unipc", "heun", "euler", "dpm++")
        for extra in ({}, {"first_frame": [77, 64]})
    ],
    "wan2.2-t2v-a14b": [{"scheduler": kind, "steps": 6, "shift": 5.0, "guidance_2": 3.0} for kind in ("unipc", "heun", "euler", "dpm++")],
    "wan2.2-i2v-a14b": [
        {"scheduler": kind, "steps": 5, "shift": 5.0, "guidance": 3.5, "guidance_2": 3.5, "first_frame": [64, 64]}
        for kind in ("unipc", "heun", "euler", "dpm++")
    ]
    + [{"scheduler": "unipc", "steps": 4, "shift": 5.0, "guidance_2": 2.0, "first_frame": [64, 64], "last_frame": [64, 48]}],
}
QUICK = {"wan2.1-t2v": (0, 3, 6), "wan2.2-ti2v-5b": (0, 1)}
EXACT = ("ids.", "mask.", "resized.")


def write_models(python: str, root: Path, folder: Path, seed: str, names: list[str]) -> Path:
    if not all((folder / name / "model_index.json").exists() for name in names):
        subprocess.run(
            [python, str(root / "reference/wan_tiny.py"), str(folder), "--seed", seed, "--only", ",".join(names)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


def complete(index: int, case: dict) -> dict:
    defaults = {
        "prompt": "a cat running happily on the beach",
        "negative_prompt": NEGATIVE,
        "width": 64,
        "height": 64,
        "frames": 9,
        "guidance": 5.0,
        "shift": 3.0,
        "seed": 40 + index,
    }
    return defaults | case | {"name": f"case{index}.{case['scheduler']}"}


def stage_program(build: str) -> Path:
    for folder in (ROOT / build, ROOT / "build/dev"):
        program = folder / "tests/parity/wan_stages"
        if program.exists():
            return program
    skip(f"no program wan_stages in {build}; configure with GALLOP_BUILD_TESTS=ON and build")


class Table:
    """Worst difference of every group of stages, and what failed."""

    def __init__(self, model: str):
        self.model, self.rows, self.failed, self.compared = model, {}, 0, 0

    def see(self, group: str, name: str, value: float, limit: float, good: bool):
        self.compared += 1
        worst = self.rows.setdefault(group, [value, limit, 0])
        worst[0] = min(worst[0], value) if group.startswith("cosine") else max(worst[0], value)
        worst[2] += 1
        if not good:
            self.failed += 1
            print(f"  FAILED: {self.model} {name}: {value:.3g}, allowed {limit:g}", flush=True)

    def show(self):
        print(f"  {self.model}", flush=True)
        for group, (value, limit, count) in self.rows.items():
            print(f"    {group:<34}{count:5d} compared   worst {value:.3g}   allowed {limit:g}", flush=True)


def group_of(name: str) -> str:
    head, *rest = name.split(".")
    if head == "grid":
        return f"grid {rest[0]} {rest[-1]}"
    if head.startswith("transformer"):
        stage = rest[0] if rest[0] != "blocks" else "blocks." + ".".join(rest[2:]) if len(rest) > 2 else "blocks"
        return f"{head} {stage}"
    return head if head not in ("vae",) else name


def fit(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Their layout to ours where the two keep the same numbers differently: patches [B, D, T, h, w], modulations [B, 6 D]."""
    if ours.shape == theirs.shape:
        return theirs
    if theirs.ndim == 5 and ours.ndim == 3:
        return theirs.reshape(*theirs.shape[:2], -1).transpose(0, 2, 1)
    if theirs.size == ours.size:
        return theirs.reshape(ours.shape)
    # A time per token: ours keeps one row for each run of equal times.
    rows = theirs.reshape(theirs.shape[0], theirs.shape[1], -1)
    distinct = rows[:, [0, -1]] if ours.shape[1] == 2 else rows[:, :1]
    return distinct.reshape(ours.shape)


def compare_stages(table: Table, ours: dict, theirs: dict):
    for name, found in ours.items():
        assert name in theirs, f"{table.model}: the reference has no stage {name}"
        expected = fit(found, theirs[name])
        group = group_of(name)
        if name.startswith(EXACT) or name.endswith(".timesteps"):
            same = found.shape == expected.shape and np.array_equal(found, expected)
            table.see(group, name, 0.0 if same else 1.0, 0.0, same)
        elif "_bf16" in name:
            a, b = found.ravel().astype(np.float64), expected.ravel().astype(np.float64)
            cosine = float(a @ b / np.sqrt((a @ a) * (b @ b)))
            table.see("cosine " + group, name, cosine, 0.999, cosine > 0.999)
        else:
            gap = float(np.abs(found.astype(np.float64) - expected).max() / max(1.0, np.abs(expected).max()))
            table.see(group, name, gap, 1e-5, gap <= 1e-5)


def compare_cases(table: Table, folder: Path, cases: list[dict], theirs: dict):
    pipe = gallop.Pipeline.load(folder, device="cpu")
    for case in cases:
        name = case["name"]
        request = {key: value for key, value in case.items() if key not in ("name", "seed", "first_frame", "last_frame", "video")}
        for key in ("first_frame", "last_frame"):
            if key in case:
                request[key] = np.array(theirs[f"in.{name}.{key}"])
        if "video" in case:
            request["video"] = gallop.Video(np.array(theirs[f"in.{name}.video"]), fps=16.0)
        made = pipe.generate(initial_noise=theirs[f"in.{name}.noise"], return_latents=True, **request)
        # The reference hands out latents before the picture takes its place in the first latent frame again.
        first = 1 if table.model == "wan2.2-ti2v-5b" and "first_frame" in case else 0
        gap = float(np.abs(made.latents - theirs[f"{name}.latents"])[:, first:].max())
        table.see("latents", name, gap, 1e-4, gap <= 1e-4)
        step = np.abs(made.video.numpy().astype(int) - theirs[f"{name}.frames"])
        share = float((step > 0).mean())
        table.see("frames: largest step", name, float(step.max()), 1, step.max() <= 1)
        table.see("frames: share that differs", name, share, 0.01, share <= 0.01)
        spread = float(made.video.numpy().std())
        if spread <= 20:
            table.see("cosine frames: deviation", name, spread, 20, False)


def compare_layouts(table: Table, folder: Path, root: Path):
    """The official and the separate-file layouts give the bits of the diffusers one."""
    request = {"prompt": "a dog", "width": 64, "height": 64, "frames": 5, "steps": 2, "seed": 3, "return_latents": True}
    expected = gallop.Pipeline.load(folder / "wan2.1-t2v", device="cpu").generate(**request).latents
    comfy = folder / "wan2.1-t2v-comfy"
    config = (folder / "wan2.1-t2v/transformer/config.json").read_text()
    (comfy / "diffusion_models/config.json").write_text(config)
    for name in ("wan2.1-t2v-original", "wan2.1-t2v-comfy"):
        found = gallop.Pipeline.load(folder / name, device="cpu").generate(**request).latents
        gap = float(np.abs(found - expected).max())
        table.see("layouts", name, gap, 1e-6, gap <= 1e-6)


def compare_model(model: str, cases: list[dict], python: str, folder: Path, program: Path, scratch: Path) -> Table:
    table = Table(model)
    theirs, ours, work = scratch / "theirs.safetensors", scratch / "ours.safetensors", scratch / "cases.json"
    work.write_text(json.dumps(cases))
    script = Path(__file__).with_name("reference_wan.py")
    subprocess.run([python, str(script), str(folder / model), str(work), str(theirs), str(THREADS)], check=True)
    subprocess.run([str(program), str(folder / model), str(theirs), str(ours), str(THREADS)], check=True)
    reference = read(theirs)
    compare_stages(table, read(ours), reference)
    compare_cases(table, folder / model, cases, reference)
    return table


def main() -> int:
    settings = options(__doc__)
    root, python = shared(), reference_python("wan")
    program = stage_program(settings.build)
    gallop.set_threads(THREADS)
    seed = os.environ.get("GALLOP_WAN_SEED", "#live")
    failed = compared = 0
    with tempfile.TemporaryDirectory() as temporary:
        chosen = os.environ.get("GALLOP_WAN_ONLY", "").split(",")
        names = [name for name in SUITES if (not settings.quick or name in QUICK) and (chosen == [""] or name in chosen)]
        folder = write_models(python, root, Path(os.environ.get("GALLOP_WAN_MODELS", Path(temporary) / "models")), seed, names)
        for model in names:
            cases = [complete(index, case) for index, case in enumerate(SUITES[model]) if not settings.quick or index in QUICK[model]]
            table = compare_model(model, cases, python, folder, program, Path(temporary))
            if model == "wan2.1-t2v":
                compare_layouts(table, folder, root)
            table.show()
            failed, compared = failed + table.failed, compared + table.compared
    print(f"wan: {compared} values compared, {failed} failed (weights {seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
