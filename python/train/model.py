"""The networks of the embedded model, and a lean forward pass of the official transformer for training.

``velocity`` computes what ``WanTransformer3DModel.forward`` computes, with the padding of the text folded into one column and
time steps given by frame, so that clips, single images and continued first frames go through the same code.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from diffusers import WanTransformer3DModel
from latent import CODES
from transformers import UMT5Config, UMT5EncoderModel

WIDTH, HEADS, LAYERS, TEXT_WIDTH = 256, 4, 6, 128
#: Text columns used in training; the pipeline's 512 rows are these and copies of the last, which is always padding.
COLUMNS, ROWS = 24, 512


def build_transformer() -> WanTransformer3DModel:
    model = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=HEADS, attention_head_dim=WIDTH // HEADS, in_channels=CODES, out_channels=CODES,
        text_dim=TEXT_WIDTH, freq_dim=128, ffn_dim=3 * WIDTH, num_layers=LAYERS, rope_max_seq_len=64,
    )  # fmt: skip
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.ndim >= 2 and name.endswith("weight"):
                torch.nn.init.normal_(value, std=value[0].numel() ** -0.5)
            elif name.endswith("bias"):
                value.zero_()
        for block in model.blocks:
            # Branches start small and open: gates at one, outputs near zero.
            block.scale_shift_table.zero_()
            block.scale_shift_table[:, [2, 5]] = 1.0
            for layer in (block.attn1.to_out[0], block.attn2.to_out[0], block.ffn.net[2]):
                layer.weight.mul_(0.2)
        model.condition_embedder.time_proj.weight.mul_(0.1)
        model.scale_shift_table.zero_()
        model.proj_out.weight.zero_()
    return model


def build_text_encoder(pieces: int) -> UMT5EncoderModel:
    config = UMT5Config(
        vocab_size=pieces, d_model=TEXT_WIDTH, d_kv=32, d_ff=256, num_layers=2, num_heads=4, relative_attention_num_buckets=32,
        dropout_rate=0.0, feed_forward_proj="gated-gelu", is_encoder_decoder=True, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return UMT5EncoderModel(config)


def encode_text(encoder: UMT5EncoderModel, tokens: torch.Tensor) -> torch.Tensor:
    """Token ids [B, COLUMNS] (0 = padding) to embeddings [B, COLUMNS, TEXT_WIDTH], padding exactly zero as in the pipeline."""
    mask = (tokens != 0).long()
    return encoder(tokens, mask).last_hidden_state * mask[..., None]


def rope_table(model: WanTransformer3DModel, frames: int, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines [frames * rows * columns, 1, head width / 2]."""
    cos, sin = model.rope(torch.empty(1, 1, frames, 2 * rows, 2 * columns))
    return cos[0, :, :, 0::2].float(), sin[0, :, :, 1::2].float()


def _turned(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


def _attend(q, k, v, bias=None):
    """[B, N, heads, D] each; small sequences, so plain matrix products beat a blocked kernel."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    return (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).flatten(2)


def _block(block, x, text, bias, modulation, rope):
    """``x`` [B, T, S, width]; ``modulation`` [B, 1 or T, 6, width]."""
    b, t, s, width = x.shape
    dtype = text.dtype
    shift1, scale1, gate1, shift2, scale2, gate2 = (block.scale_shift_table[:, None] + modulation).unsqueeze(3).unbind(2)
    y = (F.layer_norm(x, (width,), eps=1e-6) * (1 + scale1) + shift1).to(dtype).flatten(1, 2)
    attn = block.attn1
    q = _turned(attn.norm_q(attn.to_q(y).float()).unflatten(-1, (HEADS, -1)), *rope).to(dtype)
    k = _turned(attn.norm_k(attn.to_k(y).float()).unflatten(-1, (HEADS, -1)), *rope).to(dtype)
    v = attn.to_v(y).unflatten(-1, (HEADS, -1))
    x = x + attn.to_out[0](_attend(q, k, v)).view(b, t, s, width) * gate1
    attn = block.attn2
    y = block.norm2(x).to(dtype).flatten(1, 2)
    q = attn.norm_q(attn.to_q(y).float()).to(dtype).unflatten(-1, (HEADS, -1))
    k = attn.norm_k(attn.to_k(text).float()).to(dtype).unflatten(-1, (HEADS, -1))
    v = attn.to_v(text).unflatten(-1, (HEADS, -1))
    x = x + attn.to_out[0](_attend(q, k, v, bias)).view(b, t, s, width)
    y = (F.layer_norm(x, (width,), eps=1e-6) * (1 + scale2) + shift2).to(dtype)
    return x + block.ffn.net[2](F.gelu(block.ffn.net[0].proj(y), approximate="tanh")) * gate2


def velocity(
    model: WanTransformer3DModel,
    latents: torch.Tensor,
    time: torch.Tensor,
    text: torch.Tensor,
    rope,
    dtype=torch.bfloat16,
) -> torch.Tensor:
    """``latents`` [B, C, T, h, w], ``time`` [B, 1 or T] in 0..1, ``text`` [B, COLUMNS, TEXT_WIDTH] -> velocity like ``latents``."""
    b, c, t, h, w = latents.shape
    embed = model.condition_embedder
    angles = time.flatten().float()[:, None] * 1000.0 * torch.exp(torch.arange(64) * (-math.log(10000.0) / 64))
    moment = embed.time_embedder(torch.cat([angles.cos(), angles.sin()], -1)).unflatten(0, time.shape)  # [B, 1 or T, width]
    modulation = embed.time_proj(F.silu(moment)).unflatten(-1, (6, WIDTH)).float()
    text = embed.text_embedder(text).to(dtype)
    bias = torch.zeros(COLUMNS)
    bias[-1] = math.log(ROWS - COLUMNS + 1)
    patches = latents.view(b, c, t, h // 2, 2, w // 2, 2).permute(0, 2, 3, 5, 1, 4, 6).reshape(b, t, h * w // 4, 4 * c)
    x = F.linear(patches, model.patch_embedding.weight.flatten(1), model.patch_embedding.bias).float()
    for block in model.blocks:
        x = _block(block, x, text, bias, modulation, rope).float()
    shift, scale = (model.scale_shift_table[:, None] + moment[:, :, None].float()).unsqueeze(3).unbind(2)
    y = (F.layer_norm(x, (WIDTH,), eps=1e-6) * (1 + scale) + shift).to(dtype)
    y = model.proj_out(y).float().view(b, t, h // 2, w // 2, 2, 2, c)
    return y.permute(0, 6, 1, 2, 4, 3, 5).reshape(b, c, t, h, w)
