"""Draws clips from a training checkpoint to look at: one row a prompt.

python sample.py --run DIR --out FILE.png [--frames 1] [--prompts "a red car ..." ...]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import model
import numpy as np
import state
import torch
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanTransformer3DModel
from dit import Captions, Reader
from latent import CODES, build_vae, decode
from PIL import Image
from tokenizers import Tokenizer
from transformers import UMT5EncoderModel

#: The scheduler that is shipped with the model.
SCHEDULER = {
    "num_train_timesteps": 1000,
    "prediction_type": "flow_prediction",
    "use_flow_sigmas": True,
    "flow_shift": 3.0,
    "solver_order": 2,
}
PROMPTS = (
    "a red car drifting through rain at night",
    "一辆红色的汽车在夜雨中漂移",
    "a white horse galloping to the right in a field by day",
    "a yellow boat sailing to the left on the sea by day",
    "a purple ball rolling to the left in a field at night",
    "a blue car driving to the right on a road by day in the rain",
    "a green horse standing still on a road at night in the rain",
    "一艘红色的帆船在海上向右航行，夜晚",
)


class Model:
    """Networks that draw: the averaged ones of a run, or those of an exported folder."""

    def __init__(self, run: Path):
        self.tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
        self.transformer, self.text = (
            model.build_transformer(),
            model.build_text_encoder(self.tokenizer.get_vocab_size()),
        )
        nets = torch.nn.ModuleDict({"transformer": self.transformer, "text": self.text, "reader": Reader()})
        saved = state.load(run / "dit" / "dit.pt")
        nets.load_state_dict(saved["weights"] | saved["average"])
        self.step = saved["step"]
        self.vae = build_vae(state.load(run / "vae" / "codes.pt"))
        if trained := state.load(run / "vae" / "vae.pt"):
            self.vae.decoder.load_state_dict(trained["average"])
        self.dtype = torch.bfloat16

    @classmethod
    def exported(cls, folder: Path, dtype: torch.dtype = torch.float32) -> Model:
        """The shipped folder, read by the reference libraries; ``dtype`` of the products."""
        self = cls.__new__(cls)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer" / "tokenizer.json"))
        self.transformer = WanTransformer3DModel.from_pretrained(folder / "transformer", dtype=torch.float32)
        self.text = UMT5EncoderModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
        self.vae = AutoencoderKLWan.from_pretrained(folder / "vae", dtype=torch.float32)
        self.step, self.dtype = None, dtype
        return self

    def encode_text(self, prompts: list[str]) -> torch.Tensor:
        return model.encode_text(self.text, Captions(self.tokenizer).rows(prompts))

    @torch.no_grad()
    def latents(
        self,
        prompts: list[str],
        frames: int,
        noise: torch.Tensor,
        steps=20,
        guidance=4.0,
        first: torch.Tensor | None = None,
        shift=3.0,
    ) -> torch.Tensor:
        """``noise`` [B, CODES, T, 8, 8]; ``first`` a clean first latent frame [B, CODES, 1, 8, 8] to continue."""
        text, empty = self.encode_text(prompts), self.encode_text([""]).expand(len(prompts), -1, -1)
        scheduler = UniPCMultistepScheduler(**SCHEDULER | {"flow_shift": shift})
        scheduler.set_timesteps(steps)
        rope = model.rope_table(self.transformer, frames, 4, 4)
        x, both = noise, torch.cat([text, empty])
        for t in scheduler.timesteps:
            moments = torch.full((len(both), frames), float(t) / 1000)
            if first is not None:
                x = torch.cat([first, x[:, :, 1:]], 2)
                moments[:, 0] = 0.0
            with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == torch.bfloat16):
                v, free = model.velocity(self.transformer, torch.cat([x, x]), moments, both, rope, self.dtype).float().chunk(2)
            x = scheduler.step(free + guidance * (v - free), t, x, return_dict=False)[0]
        return torch.cat([first, x[:, :, 1:]], 2) if first is not None else x

    @torch.no_grad()
    def frames(self, latents: torch.Tensor) -> np.ndarray:
        """uint8 [B, T, H, W, 3]."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            y = decode(self.vae, latents).float().clamp(-1, 1)
        b, t, h, w, _ = y.shape
        y = y.view(b, t, h, w, 3, 8, 8).permute(0, 1, 2, 6, 3, 5, 4).reshape(b, t, h * 8, w * 8, 3)
        return ((y + 1) * 127.5).round().to(torch.uint8).numpy()


def noise_of(seed: int, frames: int) -> torch.Tensor:
    return torch.randn(CODES, frames, 8, 8, generator=torch.Generator().manual_seed(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=9)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--shift", type=float, default=3.0)
    parser.add_argument("--prompts", nargs="*", default=list(PROMPTS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    drawn = Model(options.run)
    prompts = [p for p in options.prompts for _ in range(options.seeds)]
    noise = torch.stack(
        [torch.randn(CODES, options.frames, 8, 8, generator=torch.Generator().manual_seed(i % options.seeds)) for i in range(len(prompts))]
    )
    clips = drawn.frames(drawn.latents(prompts, options.frames, noise, options.steps, options.guidance, shift=options.shift))
    if options.frames == 1:
        rows = clips[:, 0].reshape(-1, options.seeds, 64, 64, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 64 * options.seeds, 3)
    else:
        rows = clips[:, ::2].transpose(0, 2, 1, 3, 4).reshape(len(prompts) * 64, -1, 3)
    image = Image.fromarray(rows)
    image.resize((image.width * 3, image.height * 3), 0).save(options.out)
    print("step", drawn.step)


if __name__ == "__main__":
    main()
