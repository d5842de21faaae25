"""Writes tiny models of the reference packages and what they compute, for single_stream_parity.py. Runs in the interpreter
with transformers, tokenizers and diffusers: ``reference_single_stream.py FOLDER``."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy
import torch
import transformers
from diffusers import AutoencoderOobleck
from safetensors.torch import save_file
from scipy.signal import resample
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.models.t5gemma.configuration_t5gemma import T5GemmaModuleConfig
from transformers.models.t5gemma.modeling_t5gemma import T5GemmaEncoder

PROMPTS = [
    "a horse at full gallop over wet sand, the camera follows",
    "",
    " ",
    "  two  blanks   and\ttabs\n\nand lines\n",
    'Dialogue:\n<speaker, English>: "Where are you going?"\n\nBackground Sound:\nrain on a tin roof',
    "Ein Pferd läuft über die Brücke; çà et là, naïve café",
    "一 匹 马 在 沙 滩 上 奔 跑。",
    "馬が走る 🐎🐎 emoji 👩‍👩‍👧 and e\u0301 combining",
    "<start_of_turn>user speaks<end_of_turn><bos> inside <unused1>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "1234567890 3.14159 -- __init__ (x) [y] {z} \\ / | ~ ^",
    "▁▁ literal marks ▁ between",
    "\u00a0non-breaking\u2003em space\u200bzero width",
]


def tokenizer(folder: Path, corpus: list[str]) -> None:
    """A byte-pair tokenizer with the steps of Gemma's file, trained on the given text."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Replace(" ", "▁")
    tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<0x{b:02X}>" for b in range(256))]
    tok.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=900, special_tokens=special, show_progress=False))
    layout = json.loads(tok.to_str())
    # Bytes are pieces of the model, not tokens to be found in the text.
    layout["added_tokens"] = [t for t in layout["added_tokens"] if not t["content"].startswith("<0x")]
    tok = Tokenizer.from_str(json.dumps(layout))
    tok.add_tokens([AddedToken(text, normalized=False) for text in ("\n\n", "\n\n\n", "▁▁", "▁▁▁▁", "<unused1>")])
    tok.add_special_tokens(["<start_of_turn>", "<end_of_turn>"])
    tok.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", tok.token_to_id("<bos>"))]
    )
    tok.save(str(folder / "tokenizer.json"))
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    texts = PROMPTS + corpus
    with open(folder / "tokens.json", "w", encoding="utf-8") as out:
        json.dump([{"text": text, "ids": wrapped(text)["input_ids"]} for text in texts], out, ensure_ascii=False)


def text_encoder(folder: Path) -> None:
    torch.manual_seed(5)
    config = T5GemmaModuleConfig(
        vocab_size=300,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=5,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        query_pre_attn_scalar=48,
        sliding_window=7,
        attn_logit_softcapping=3.0,
        max_position_embeddings=128,
    )
    config.dropout_rate = 0.0
    model = T5GemmaEncoder(config).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            scale = 0.3 if "norm" in name else 2.0 / value.shape[-1] ** 0.5
            value.copy_(torch.randn_like(value) * scale)
    save_file({"model.encoder." + k: v.contiguous() for k, v in model.state_dict().items()}, folder / "encoder.safetensors")
    (folder / "encoder.json").write_text(json.dumps({"model_type": "t5gemma", "encoder": config.to_dict()}, default=str))
    ids = torch.randint(3, 300, (1, 7))  # within the window, where both kinds of layer are the same
    results = {"ids": ids.to(torch.int64)}
    frequencies = model.rotary_emb.inv_freq.clone()
    for backend in ("sdpa", "eager"):
        for dtype in (torch.float32, torch.bfloat16):
            run = copy.deepcopy(model).to(dtype)
            run.rotary_emb.inv_freq = frequencies.clone()  # stays float32 in a model that is loaded in bfloat16
            run.config._attn_implementation = backend
            for layer in run.layers:  # releases that run this backend leave the cap out; later ones refuse it
                layer.self_attn.attn_logit_softcapping = None if backend == "sdpa" else config.attn_logit_softcapping
            with torch.no_grad():
                states = run(input_ids=ids).last_hidden_state[0].float().contiguous()
            results[f"{backend}.{str(dtype).removeprefix('torch.')}"] = states
    save_file(results, folder / "encoded.safetensors")


def original_name(name: str, depth: int) -> str:
    """The name of a diffusers tensor in the published Stable Audio layout."""
    side, rest = name.split(".", 1)
    place = {"conv1": 0, "snake1": depth + 1, "conv2": depth + 2}
    head, tail = rest.split(".", 1)
    if head in place:
        return f"pretransform.model.{side}.layers.{place[head]}.{tail}"
    index, part, tail = tail.split(".", 2)
    first = 2 if side == "decoder" else 0
    if part.startswith("res_unit"):
        layer, (inner, tail) = first + int(part[-1]) - 1, tail.split(".", 1)
        inside = {"snake1": 0, "conv1": 1, "snake2": 2, "conv2": 3}[inner]
        return f"pretransform.model.{side}.layers.{int(index) + 1}.layers.{layer}.layers.{inside}.{tail}"
    layer = {"snake1": 0 if side == "decoder" else 3, "conv_t1": 1, "conv1": 4}[part]
    return f"pretransform.model.{side}.layers.{int(index) + 1}.layers.{layer}.{tail}"


def audio_vae(folder: Path) -> None:
    torch.manual_seed(6)
    model = AutoencoderOobleck(
        encoder_hidden_size=16,
        downsampling_ratios=[2, 4, 8],
        channel_multiples=[1, 2, 4],
        decoder_channels=16,
        decoder_input_channels=8,
        audio_channels=2,
        sampling_rate=44100,
    ).eval()
    # The package keeps the weight norm in a parametrisation of its own; the published file has the two factors by name.
    tensors = {}
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(torch.randn_like(value) * (0.3 if name.endswith(("alpha", "beta")) else 0.5))
            published = original_name(name, 3)
            if published.endswith(("alpha", "beta")):
                tensors[published] = value.reshape(-1).clone()
            else:
                tensors[
                    published.replace("parametrizations.weight.original0", "weight_g").replace(
                        "parametrizations.weight.original1", "weight_v"
                    )
                ] = value.clone()
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "audio.safetensors")
    shapes = {"channels": 16, "c_mults": [1, 2, 4], "strides": [2, 4, 8], "use_snake": True}
    config = {
        "encoder": {"type": "oobleck", "config": {**shapes, "in_channels": 2, "latent_dim": 16}},
        "decoder": {"type": "oobleck", "config": {**shapes, "out_channels": 2, "latent_dim": 8, "final_tanh": False}},
        "bottleneck": {"type": "vae"},
        "latent_dim": 8,
        "downsampling_ratio": 64,
        "io_channels": 2,
    }
    (folder / "audio.json").write_text(json.dumps({"model": {"pretransform": {"type": "autoencoder", "config": config}}}))
    latents, wave = torch.randn(1, 8, 9), torch.randn(1, 2, 64 * 7)
    with torch.no_grad():
        posterior = model.encode(wave).latent_dist
        save_file(
            {
                "latents": latents[0],
                "decoded": model.decode(latents).sample[0].contiguous(),
                "wave": wave[0],
                "mean": posterior.mean[0].contiguous(),
                "deviation": posterior.std[0].contiguous(),
            },
            folder / "sounds.safetensors",
        )


def resampled(folder: Path) -> None:
    """Noise below 15 kHz that fades in and out, from 51.2 to 44.1 kHz: by scipy's Fourier method and by sox's best filter."""
    torch.manual_seed(7)
    samples = 2048 * 26
    spectrum = torch.fft.rfft(torch.randn(2, samples, dtype=torch.float64))
    spectrum[:, int(15000 / 51200 * samples) :] = 0
    fade = torch.sin(torch.linspace(0, torch.pi, samples, dtype=torch.float64)) ** 2
    wave = (0.1 * torch.fft.irfft(spectrum, n=samples) * fade).float()
    raw = ["-t", "raw", "-e", "floating-point", "-b", "32", "-c", "2"]
    wave.t().contiguous().numpy().tofile(folder / "wave.raw")
    command = ["sox", "-D", *raw, "-r", "51200", folder / "wave.raw", *raw, "-r", "44100", folder / "sox.raw", "rate", "-v", "-L", "44100"]
    subprocess.run(command, check=True, capture_output=True)
    by_sox = torch.from_numpy(numpy.fromfile(folder / "sox.raw", numpy.float32)).view(-1, 2).t()
    count = samples * 441 // 512
    by_scipy = torch.from_numpy(resample(wave.numpy().astype(numpy.float64), count, axis=1)).float()
    save_file({"wave": wave, "scipy": by_scipy.contiguous(), "sox": by_sox[:, :count].contiguous()}, folder / "resampled.safetensors")


def main() -> None:
    folder = Path(sys.argv[1])
    corpus = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")) if len(sys.argv) > 2 else PROMPTS
    tokenizer(folder, corpus)
    text_encoder(folder)
    audio_vae(folder)
    resampled(folder)
    print(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
