"""diffusers' and transformers' side of the speed comparison; executed by the reference interpreter.

wan_peer.py write FOLDER            random models of the measured sizes
wan_peer.py write_large FOLDER      the published 1.3B transformer in bfloat16
wan_peer.py serve PART FOLDER THREADS   reads "run", "save FILE", "peak" from standard input
"""

import os
import resource
import sys
import time
from pathlib import Path

import torch

torch.set_grad_enabled(False)
#: Sizes are the published 1.3B ones with two blocks; the decoder and the text encoder (two layers, fewer words) have the published width.
TRANSFORMER = dict(
    num_attention_heads=12,
    attention_head_dim=128,
    in_channels=16,
    out_channels=16,
    text_dim=4096,
    freq_dim=256,
    ffn_dim=8960,
    num_layers=2,
    cross_attn_norm=True,
    qk_norm="rms_norm_across_heads",
)
LATENT = (1, 16, 3, 60, 104)  # 4,680 tokens
SENTENCE = 60  # tokens of a long sentence
DECODE = (1, 16, 2, 30, 52)  # 5 frames of 416 x 240


def draw(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def write(folder: Path):
    from diffusers import AutoencoderKLWan, WanTransformer3DModel
    from safetensors.torch import save_file
    from transformers import UMT5Config, UMT5EncoderModel

    torch.manual_seed(0)
    WanTransformer3DModel(**TRANSFORMER).save_pretrained(folder / "transformer")
    AutoencoderKLWan().save_pretrained(folder / "vae")
    config = UMT5Config(
        vocab_size=32128,
        d_model=4096,
        d_kv=64,
        d_ff=10240,
        num_layers=2,
        num_decoder_layers=2,
        num_heads=64,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
    )
    encoder = UMT5EncoderModel(config)
    encoder.save_pretrained(folder / "text_encoder")
    rows = draw((1, 512, 4096), 2)
    save_file(
        {
            "latents": draw(LATENT, 1),
            "text": rows,
            "z": draw(DECODE, 3),
            "ids": torch.randint(3, 32000, (512,), generator=torch.Generator().manual_seed(4)),
        },
        folder / "inputs.safetensors",
    )


def write_large(folder: Path):
    from diffusers import WanTransformer3DModel

    torch.set_default_dtype(torch.bfloat16)
    WanTransformer3DModel(**(TRANSFORMER | {"num_layers": 30})).save_pretrained(folder, max_shard_size="10GB")


def prepare(part: str, folder: Path):
    """A function that runs the part once."""
    from safetensors.torch import load_file

    inputs = load_file(folder / "inputs.safetensors")
    if part.startswith("transformer"):
        from diffusers import WanTransformer3DModel

        model = WanTransformer3DModel.from_pretrained(folder / "transformer").eval()
        latents = inputs["latents"][:, :, :1] if part == "transformer-short" else inputs["latents"]
        return lambda: model(latents, torch.tensor([731.0]), inputs["text"], return_dict=False)[0]
    if part == "vae":
        from diffusers import AutoencoderKLWan

        vae = AutoencoderKLWan.from_pretrained(folder / "vae").eval()
        return lambda: vae.decode(inputs["z"], return_dict=False)[0][0]
    from transformers import UMT5EncoderModel

    encoder = UMT5EncoderModel.from_pretrained(folder / "text_encoder").eval()
    # A prompt is padded to 512 tokens, as the pipeline calls the encoder.
    length = 512 if part == "text" else SENTENCE
    ids, mask = inputs["ids"][None].clone(), torch.ones(1, 512, dtype=torch.int64)
    ids[:, length:], mask[:, length:] = 0, 0
    return lambda: encoder(ids, mask).last_hidden_state[0, :length]


def serve(part: str, folder: Path, threads: int):
    torch.set_num_threads(threads)
    from safetensors.torch import save_file

    run = prepare(part, folder)
    result = None
    print("ready", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "run":
            start, before = time.perf_counter(), time.process_time()
            result = run()
            print(time.perf_counter() - start, time.process_time() - before, flush=True)
        elif command == "save":
            save_file({"result": result.contiguous()}, rest[0])
            print("saved", flush=True)
        elif command == "peak":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    elif sys.argv[1] == "write_large":
        write_large(Path(sys.argv[2]))
    else:
        serve(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
