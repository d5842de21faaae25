"""Writes the model card from the measured figures, so that the card cannot say what was not measured.

python card.py --measured measured.json --model FOLDER
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

_ROWS = ("subject", "color", "motion", "place", "time", "weather", "all")
#: What the model is meant to reach: share of clips in English and Chinese, per attribute and all at once.
_WANTED = {"en": (0.90, 0.70), "zh": (0.85, 0.60)}

_MEASURED = """## Measured

`make pony-eval`: a small classifier, trained on rendered clips only and never on pony's, reads each attribute. Held-out combinations only;
share of clips read as asked, with Wilson's 95 % interval. *Renders* and *through the VAE* are the ceiling of what can be measured.
{clips} prompts in each language, seeds 0 to {last_seed}; products of the measured run: {products}.

| attribute | renders | through the VAE | English | Chinese |
|---|---|---|---|---|
{table}

Wanted: 90 % each and 70 % at once in English, 85 % and 60 % in Chinese. {verdict}

| | |
|---|---|
| VAE, held-out clips | {vae_psnr:.1f} dB |
| given first frame: PSNR in the clip / of the VAE alone | {first:.1f} / {first_vae:.1f} dB |
| continued clips: subject still read in the last frame | {last} |
| continued clips: asked motion read | {motion} |
| difference between seeds (RMS of 255): generated / renders | {diverse:.1f} / {diverse_renders:.1f} |
| change between frames of still, clear clips (of 255): generated / renders | {flicker:.2f} / {flicker_renders:.2f} |
"""

_NOT_MEASURED = """## Measured

These weights have not been measured yet; `make pony-eval` does it and fills this section in.
"""

_CARD = """---
license: apache-2.0
pipeline_tag: text-to-video
---
# pony

A text-and-image-to-video model of {size:.1f} MiB that comes inside gallop and runs in seconds on a laptop's processor. A complete
checkpoint folder in the diffusers layout of the Wan family (`WanPipeline`, `expand_timesteps`), for newcomers, tests and notebooks: it goes
through exactly the code of the large models. It is no product of its own: it knows one small drawn world and nothing else.

- **Makes**: clips of 64x64 pixels, nine frames, eight a second; from a prompt, or from a prompt and a first frame.
- **World** (`gallop.world`, plain form): car, horse, ball or boat; red, blue, green, yellow, white or purple; moving left, right, or still;
  road, field or sea (boats and only boats are at sea); day or night; clear or rain.
- **Prompts**: English or Chinese, in the wordings of `gallop.world.caption`, up to 23 tokens. Other words are unknown to it.
- **Defaults**: 20 UniPC steps, flow shift {shift:g}, guidance {guidance:g}, text padded to 512 rows, empty negative prompt.
- **Licence**: Apache-2.0, weights and data. Nothing was taken from another model; every training clip was drawn by `gallop.world`.

## Parts

| part | class | parameters |
|---|---|---|
| text encoder | `UMT5EncoderModel`, width 128, 2 layers, own vocabulary of {pieces} pieces | {text:.2f} M |
| transformer | `WanTransformer3DModel`, width 256, 6 layers, 4 heads, 32 channels, patch 1x2x2 | {transformer:.2f} M |
| VAE | `AutoencoderKLWan`, one stage, patch 8, 32 channels, no compression in time | {vae:.2f} M |

Half precision in the files, float32 on the processor. The VAE's encoder is a fixed linear map (principal components of 8x8 patches); its
decoder was trained.

## Training

{training}

A tenth of the combinations of attributes (51 of 504, by a hash of their labels) was never shown in training, neither as a clip nor
mirrored. `make pony` repeats the training, docs/pony.md explains it.

{measured}
## Limits

One subject, a still camera, one size and length were trained; other sizes run and look worse. Small things (a horse's legs, single rain
streaks, stars) are where its pictures are least like the renders. The moon is often doubled, and red is
darker than drawn. Prompts outside the grammar give something of the world or a blur.
diffusers rounds `num_frames` up by one for a VAE without compression in time: ask it for 8 to get nine.
"""


def percent(entry: dict) -> str:
    low, high = entry["interval"]
    return f"{100 * entry['share']:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def verdict(measured: dict) -> str:
    missed = []
    for language, (each, together) in _WANTED.items():
        shares = measured[f"generated_{language}"]
        missed += [f"{name} ({language})" for name in _ROWS if shares[name]["share"] < (together if name == "all" else each)]
    return "All reached." if not missed else "Not reached: " + ", ".join(missed) + "."


def figures(measured: dict) -> str:
    kinds = ("renders", "through_vae", "generated_en", "generated_zh")
    continued = measured["continued"]
    return _MEASURED.format(
        table="\n".join(f"| {row} | " + " | ".join(percent(measured[kind][row]) for kind in kinds) + " |" for row in _ROWS),
        products=measured["products"],
        clips=measured["generated_en"]["all"]["clips"],
        last_seed=measured["generated_en"]["all"]["clips"] - 1,
        verdict=verdict(measured),
        vae_psnr=measured["vae_psnr"],
        first=continued["first_frame_psnr"],
        first_vae=continued["first_frame_psnr_of_vae"],
        last=percent(continued["subject_in_last_frame"]),
        motion=percent(continued["motion"]),
        diverse=measured["diversity"]["generated"],
        diverse_renders=measured["diversity"]["renders"],
        flicker=measured["flicker_en"],
        flicker_renders=measured["flicker_renders"],
    )


def parameters(folder: Path) -> float:
    from safetensors import safe_open

    with safe_open(str(next(folder.glob("*.safetensors"))), "pt") as file:
        return sum(file.get_tensor(name).numel() for name in file.keys()) / 1e6  # noqa: SIM118


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measured", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    folder = options.model
    own = json.loads((folder / "gallop.json").read_text())
    text = _CARD.format(
        size=sum(file.stat().st_size for file in folder.rglob("*.safetensors")) / 2**20,
        shift=own["defaults"]["shift"],
        guidance=own["defaults"]["guidance"],
        pieces=len(json.loads((folder / "tokenizer" / "tokenizer.json").read_text())["model"]["vocab"]),
        text=parameters(folder / "text_encoder"),
        transformer=parameters(folder / "transformer"),
        vae=parameters(folder / "vae"),
        training=own["comment"],
        measured=figures(json.loads(options.measured.read_text())) if options.measured.exists() else _NOT_MEASURED,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
