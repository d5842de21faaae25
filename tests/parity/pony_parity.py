"""pony in diffusers and in gallop: the same clip from the same noise, from text and from a first frame."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SKIPPED = 77
PROMPTS = ("a red car drifting through rain at night", "白天，一艘黄色的船在海上向左航行")
STEPS, FRAMES, GUIDANCE = 20, 9, 3.0

_REFERENCE = """
import json, sys
import numpy as np, torch
from diffusers import WanImageToVideoPipeline, WanPipeline
from PIL import Image

folder, work = sys.argv[1], sys.argv[2]
job = json.load(open(work + "/job.json"))
torch.set_num_threads(2)
text = WanPipeline.from_pretrained(folder, torch_dtype=torch.float32)
picture = WanImageToVideoPipeline(
    tokenizer=text.tokenizer, text_encoder=text.text_encoder, vae=text.vae, scheduler=text.scheduler,
    transformer=text.transformer, expand_timesteps=True,
)
for number, prompt in enumerate(job["prompts"]):
    noise = torch.from_numpy(np.load(f"{work}/noise{number}.npy"))[None]
    # A VAE without compression in time: num_frames is rounded up by one.
    options = dict(prompt=prompt, height=64, width=64, num_frames=job["frames"] - 1, num_inference_steps=job["steps"],
                   guidance_scale=job["guidance"], latents=noise, output_type="np", negative_prompt="")
    frames = text(**options).frames[0]
    np.save(f"{work}/text{number}.npy", (frames * 255).astype(np.uint8))
    frames = picture(image=Image.open(work + "/first.png"), **options).frames[0]
    np.save(f"{work}/picture{number}.npy", (frames * 255).astype(np.uint8))
"""


def compare(name: str, ours: np.ndarray, theirs: np.ndarray) -> bool:
    gap = np.abs(ours.astype(int) - theirs.astype(int))
    share = float((gap > 0).mean())
    print(f"pony_parity: {name}: largest difference {gap.max()}, {100 * share:.3f} % of values differ")
    return gap.max() <= 1 and share <= 0.01


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/python")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    python = os.environ.get("GALLOP_WAN_PYTHON", ".venv-wan/bin/python")
    if not Path(python).exists():
        print("pony_parity: SKIPPED: no interpreter with diffusers (GALLOP_WAN_PYTHON)")
        return SKIPPED
    import gallop
    from gallop import world

    prompts = PROMPTS[:1] if options.quick else PROMPTS
    first = world.render(world.Scene("car", "red", "right", "road", "day", "clear", seed=3), 64, 64, 1, 8, plain=True)[0]
    pipe, good = gallop.Pipeline.load(gallop.pony()), True
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "job.json").write_text(json.dumps({"prompts": prompts, "frames": FRAMES, "steps": STEPS, "guidance": GUIDANCE}))
        gallop.write_image(work / "first.png", gallop.Image(first))
        for number in range(len(prompts)):
            np.save(work / f"noise{number}.npy", np.random.default_rng(number).standard_normal((32, FRAMES, 8, 8)).astype(np.float32))
        subprocess.run([python, "-c", _REFERENCE, str(gallop.pony()), folder], check=True)
        for number, prompt in enumerate(prompts):
            noise = np.load(work / f"noise{number}.npy")
            for kind, extra in (("text", {}), ("picture", {"first_frame": gallop.Image(first)})):
                made = pipe.generate(prompt, initial_noise=noise, steps=STEPS, guidance=GUIDANCE, **extra)
                good &= compare(f"{kind} {number}", made.video.numpy(), np.load(work / f"{kind}{number}.npy"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
