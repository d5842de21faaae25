"""Runs diffusers' Wan classes on one tiny model, stage by stage and as whole pipelines; executed by the reference interpreter.

usage: reference_wan.py MODEL CASES.json OUT.safetensors THREADS. Inputs are stored beside results, as "in.*".
"""

import json
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import torch

torch.set_grad_enabled(False)
SOLVERS = ("unipc", "dpm++", "euler", "heun")
PROMPTS = (
    "A person is walking through a tranquil tableau of a city street",
    "海滩上的一只猫，正在奔跑",
    "a cat &amp; a dog,  一只猫 running 🙂 on the beach",
    "word " * 700,
    "",
)


def draw(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def solver(kind, base, shift):
    from diffusers import (
        DPMSolverMultistepScheduler,
        FlowMatchEulerDiscreteScheduler,
        FlowMatchHeunDiscreteScheduler,
        UniPCMultistepScheduler,
    )

    if kind == "unipc":
        return UniPCMultistepScheduler.from_config(base, flow_shift=shift)
    if kind == "euler":
        return FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=shift)
    if kind == "heun":
        return FlowMatchHeunDiscreteScheduler(num_train_timesteps=1000, shift=shift)
    return DPMSolverMultistepScheduler.from_config(base, flow_shift=shift, algorithm_type="dpmsolver++")


def picture(width, height, seed):
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x + y) % 256], -1)
    return ((values.astype(int) + 3 * smooth) // 4).astype(np.uint8)


def text_stage(pipe, out):
    from diffusers.pipelines.wan.pipeline_wan import prompt_clean

    for index, prompt in enumerate(PROMPTS):
        out[f"in.prompt.{index}"] = torch.tensor(list(prompt.encode()), dtype=torch.uint8)
        tokens = pipe.tokenizer([prompt_clean(prompt)], padding="max_length", max_length=512, truncation=True, return_tensors="pt")
        length = int(tokens.attention_mask.sum())
        out[f"ids.{index}"] = tokens.input_ids[0, :length]
        out[f"mask.{index}"] = tokens.attention_mask[0]
        out[f"text.{index}"] = pipe.encode_prompt(prompt, do_classifier_free_guidance=False, max_sequence_length=512)[0][0]


def picture_stage(pipe, out):
    for index, (width, height, to) in enumerate([(97, 61, (64, 96)), (40, 120, (96, 64)), (64, 64, (64, 64))]):
        image = PIL.Image.fromarray(picture(width, height, index))
        out[f"in.picture.{index}"] = torch.from_numpy(np.asarray(image).copy())
        out[f"in.size.{index}"] = torch.tensor([to[1], to[0]])
        resized = pipe.video_processor.preprocess(image, height=to[1], width=to[0])
        out[f"resized.{index}"] = ((resized[0].permute(1, 2, 0) + 1) * 127.5).round().to(torch.uint8)
        if getattr(pipe, "image_encoder", None) is not None:
            out[f"pixels.{index}"] = pipe.image_processor(images=image, return_tensors="pt").pixel_values
            out[f"features.{index}"] = pipe.encode_image(image, torch.device("cpu"))


def grid_stage(pipe, out):
    for kind in SOLVERS:
        for shift in (3.0, 8.0):
            for steps in (4, 7, 30):
                table = solver(kind, pipe.scheduler.config, shift)
                table.set_timesteps(steps)
                out[f"grid.{kind}.{shift:g}.{steps}.timesteps"] = table.timesteps.to(torch.float32)
                out[f"grid.{kind}.{shift:g}.{steps}.sigmas"] = table.sigmas.to(torch.float32)


def watch(model, stages):
    """Keeps the output of every sub-module that the other side names too."""
    names = ["patch_embedding", "condition_embedder", "proj_out"]
    for index in range(model.config.num_layers):
        names += [f"blocks.{index}.attn1", f"blocks.{index}.attn2", f"blocks.{index}.ffn", f"blocks.{index}"]

    def keep(name):
        def hook(_module, _arguments, output):
            for number, value in enumerate(output if isinstance(output, tuple) else [output]):
                if value is not None:
                    stages[f"{name}.{number}" if isinstance(output, tuple) else name] = value

        return hook

    return [model.get_submodule(name).register_forward_hook(keep(name)) for name in names]


def transformer_stage(pipe, out):
    for part in ("transformer", "transformer_2"):
        model = getattr(pipe, part, None)
        if model is None:
            continue
        x, rows = draw((1, model.config.in_channels, 3, 4, 6), 1), draw((1, 512, model.config.text_dim), 2)
        rows[:, 9:] = 0
        picture_rows = (
            draw((2 if model.config.pos_embed_seq_len else 1, 257, model.config.image_dim), 3) if model.config.image_dim else None
        )
        time = torch.tensor([731.0])
        if pipe.config.get("expand_timesteps"):
            time = torch.full((1, 18), 731.0)
            time[:, :6] = 0
        out |= {f"in.{part}.latents": x, f"in.{part}.text": rows, f"in.{part}.timestep": time}
        if picture_rows is not None:
            out[f"in.{part}.image"] = picture_rows
        for dtype in (torch.float32, torch.bfloat16):
            name = part if dtype == torch.float32 else f"{part}_bf16"
            folder = Path(pipe.config._name_or_path) / part
            network = model if dtype == torch.float32 else type(model).from_pretrained(folder, torch_dtype=dtype).eval()
            stages = {}
            hooks = watch(network, stages)
            cast = None if picture_rows is None else picture_rows.to(dtype)
            stages["output"] = network(x.to(dtype), time, rows.to(dtype), cast, return_dict=False)[0]
            for hook in hooks:
                hook.remove()
            out |= {f"{name}.{stage}": value.float() for stage, value in stages.items()}


def vae_stage(pipe, out):
    side = pipe.vae.config.scale_factor_spatial
    video, z = draw((1, 3, 9, 2 * side, 3 * side), 4).clamp(-1, 1), draw((1, pipe.vae.config.z_dim, 3, 2, 3), 5)
    moments = pipe.vae.encode(video).latent_dist
    out |= {"in.vae.video": video[0], "in.vae.z": z[0], "vae.mean": moments.mode()[0], "vae.logvar": moments.logvar[0]}
    out["vae.decode"] = pipe.vae.decode(z, return_dict=False)[0][0]


def run_case(root, case, out):
    """A whole pipeline; the class follows from what is given, as its users choose it."""
    import diffusers

    kind = "WanImageToVideoPipeline" if "first_frame" in case else "WanVideoToVideoPipeline" if "video" in case else "WanPipeline"
    pipe = getattr(diffusers, kind).from_pretrained(root)
    pipe.set_progress_bar_config(disable=True)
    base = pipe.scheduler.config
    pipe.scheduler = solver(case["scheduler"], base, case["shift"])
    space, time = pipe.vae.config.scale_factor_spatial, pipe.vae.config.scale_factor_temporal
    shape = (1, pipe.vae.config.z_dim, (case["frames"] - 1) // time + 1, case["height"] // space, case["width"] // space)
    noise = draw(shape, case["seed"])
    call = dict(
        prompt=case["prompt"],
        negative_prompt=case["negative_prompt"],
        height=case["height"],
        width=case["width"],
        num_inference_steps=case["steps"],
        guidance_scale=case["guidance"],
        output_type="np",
        callback_on_step_end=lambda _pipe, _index, _time, values: last.update(latents=values["latents"]) or {},
    )
    if kind == "WanVideoToVideoPipeline":
        frames = [PIL.Image.fromarray(picture(*case["video"], seed=100 + i)) for i in range(case["frames"])]
        out[f"in.{case['name']}.video"] = torch.from_numpy(np.stack([np.asarray(frame) for frame in frames]))
        call |= dict(video=frames, strength=case["strength"], generator=torch.Generator().manual_seed(case["seed"]))
    else:
        call |= dict(latents=noise, num_frames=case["frames"])
    if "guidance_2" in case:
        call["guidance_scale_2"] = case["guidance_2"]
    for key, argument in (("first_frame", "image"), ("last_frame", "last_image")):
        if key in case:
            call[argument] = PIL.Image.fromarray(picture(*case[key], seed=7 + len(key)))
            out[f"in.{case['name']}.{key}"] = torch.from_numpy(np.asarray(call[argument]).copy())
    last = {}
    video = pipe(**call).frames[0]
    out |= {f"in.{case['name']}.noise": noise[0], f"{case['name']}.latents": last["latents"][0]}
    out[f"{case['name']}.frames"] = torch.from_numpy((video * 255).astype(np.uint8))


def main() -> None:
    root, cases, target, threads = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), sys.argv[3], int(sys.argv[4])
    torch.set_num_threads(threads)
    import diffusers
    import transformers
    from safetensors.torch import save_file

    for package in (diffusers, transformers):
        package.utils.logging.set_verbosity_error()
        package.utils.logging.disable_progress_bar()
    index = json.loads((Path(root) / "model_index.json").read_text())
    pipe = getattr(diffusers, index["_class_name"]).from_pretrained(root)
    out = {}
    text_stage(pipe, out)
    picture_stage(pipe, out)
    grid_stage(pipe, out)
    transformer_stage(pipe, out)
    vae_stage(pipe, out)
    for case in cases:
        run_case(root, case, out)
    save_file({name: value.contiguous().clone() for name, value in out.items()}, target)


if __name__ == "__main__":
    main()
