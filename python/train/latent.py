"""The latent space of the embedded model: linear codes of 8x8 patches, and the official VAE class made to compute them.

The encoder is an exact linear map and is never trained: the principal components of patches, those on the subject counted
five times. So the latents are known before anything is trained, and the decoder and the transformer can learn side by side.
"""

from __future__ import annotations

import numpy as np
import torch
from diffusers import AutoencoderKLWan

PATCH, CODES = 8, 32
ENCODER_WIDTH, DECODER_WIDTH = 36, 128
#: The encoder's own constant channel and offset: so large that its norms and activations leave the codes as they are.
_CONSTANT, _OFFSET = 4000.0, 20.0
#: The same of the decoder, small enough to be trained through.
_DECODER_CONSTANT = 40.0


def patches(frames: torch.Tensor) -> torch.Tensor:
    """[..., H, W, 3] in -1..1 to [..., H/8, W/8, 192] in the order of the VAE's own patchify: channel, column, row."""
    *lead, height, width, _ = frames.shape
    x = frames.view(*lead, height // PATCH, PATCH, width // PATCH, PATCH, 3)
    n = len(lead)
    return x.permute(*range(n), n, n + 2, n + 4, n + 3, n + 1).reshape(*lead, height // PATCH, width // PATCH, 3 * PATCH * PATCH)


def box_weight(boxes: np.ndarray, size: int) -> torch.Tensor:
    """[..., 4] pixel boxes to a mask [..., size, size]: 1 inside."""
    edge = torch.arange(size) + 0.5
    x0, y0, x1, y1 = (torch.as_tensor(boxes)[..., i, None] for i in range(4))
    columns, rows = (edge > x0) & (edge < x1), (edge > y0) & (edge < y1)
    return (rows[..., :, None] & columns[..., None, :]).float()


def fit_codes(frames: np.ndarray, boxes: np.ndarray) -> dict[str, torch.Tensor]:
    """Principal components of the patches of uint8 frames [N, H, W, 3]: ``mean`` [192], ``basis`` [192, CODES], ``std`` [CODES]."""
    x = patches(torch.as_tensor(frames).float() / 127.5 - 1).double()
    weight = 1 + 4 * box_weight(boxes, frames.shape[1]).unflatten(-1, (-1, PATCH)).unflatten(-3, (-1, PATCH)).mean((-3, -1)).double()
    x, weight = x.flatten(0, -2), weight.flatten()[:, None]
    mean = (x * weight).sum(0) / weight.sum()
    x = x - mean
    values, vectors = torch.linalg.eigh((x * weight).T @ x / weight.sum())
    order = values.argsort(descending=True)[:CODES]
    basis = vectors[:, order]
    basis = basis * torch.sign(basis.sum(0))
    return {"mean": mean.float(), "basis": basis.float(), "std": values[order].sqrt().float()}


def scales(codes: dict[str, torch.Tensor]) -> torch.Tensor:
    """What the transformer's latents are divided by, per channel, where codes are in units of their deviation.

    Half way to equal variance: coarse codes stay larger than fine ones, so that sampling settles what a picture shows before
    its edges. The mean variance over channels is 1.
    """
    return (codes["std"].mean() / codes["std"]).sqrt()


def encode(codes: dict[str, torch.Tensor], frames: torch.Tensor) -> torch.Tensor:
    """Frames [B, T, H, W, 3] in -1..1 to the transformer's latents [B, CODES, T, H/8, W/8]."""
    z = (patches(frames) - codes["mean"]) @ (codes["basis"] / (codes["std"] * scales(codes)))
    return z.movedim(-1, 1)


def build_vae(codes: dict[str, torch.Tensor]) -> AutoencoderKLWan:
    """The VAE whose encoder computes the codes and whose decoder starts as their linear inverse."""
    vae = AutoencoderKLWan(
        base_dim=ENCODER_WIDTH, decoder_base_dim=DECODER_WIDTH, z_dim=CODES, dim_mult=[1], num_res_blocks=1,
        temperal_downsample=[], in_channels=192, out_channels=192, patch_size=PATCH, scale_factor_temporal=1,
        scale_factor_spatial=PATCH, latents_mean=[0.0] * CODES, latents_std=[float(v) for v in scales(codes)],
    )  # fmt: skip
    with torch.no_grad():
        _linear_encoder(vae, codes)
        _linear_decoder(vae, codes)
    return vae


def _linear_encoder(vae: AutoencoderKLWan, codes: dict[str, torch.Tensor]) -> None:
    encoder, width = vae.encoder, ENCODER_WIDTH
    for name, value in encoder.named_parameters():
        value.zero_() if not name.endswith("gamma") else value.fill_(1.0)
    forward = codes["basis"] / codes["std"]  # [192, CODES]
    encoder.conv_in.weight[:CODES, :, 2, 1, 1] = forward.T
    encoder.conv_in.bias[:CODES] = _OFFSET - codes["mean"] @ forward
    encoder.conv_in.bias[CODES] = _CONSTANT
    # The norm divides by the length of all channels, which the constant and the offsets make up.
    length = (_CONSTANT**2 + CODES * (_OFFSET**2 + 1)) ** 0.5
    encoder.norm_out.gamma[:] = length / width**0.5
    encoder.norm_out.gamma[CODES] = 1.0 / width**0.5
    encoder.conv_out.weight[range(CODES), range(CODES), 2, 1, 1] = 1.0
    encoder.conv_out.bias[:CODES] = -_OFFSET
    vae.quant_conv.weight.zero_()
    vae.quant_conv.bias.zero_()
    vae.quant_conv.weight[range(CODES), range(CODES), 0, 0, 0] = 1.0
    vae.quant_conv.bias[CODES:] = -20.0  # log-variance


def _linear_decoder(vae: AutoencoderKLWan, codes: dict[str, torch.Tensor]) -> None:
    vae.post_quant_conv.weight.zero_()
    vae.post_quant_conv.bias.zero_()
    vae.post_quant_conv.weight[range(CODES), range(CODES), 0, 0, 0] = 1.0
    decoder, width = vae.decoder, DECODER_WIDTH
    gain = _DECODER_CONSTANT / width**0.5
    decoder.conv_in.weight[: 2 * CODES].zero_()
    decoder.conv_in.bias.zero_()
    for sign, start in ((1.0, 0), (-1.0, CODES)):
        decoder.conv_in.weight[range(start, start + CODES), range(CODES), 2, 1, 1] = sign
    decoder.conv_in.weight[-1].zero_()
    decoder.conv_in.bias[-1] = _DECODER_CONSTANT
    decoder.conv_in.weight[2 * CODES : -1] *= 0.5
    blocks = [*decoder.mid_block.resnets, *decoder.up_blocks[0].resnets]
    for norm in [decoder.norm_out, decoder.mid_block.attentions[0].norm, *(block.norm1 for block in blocks)]:
        norm.gamma[:] = gain
        norm.gamma[-1] = 1.0 / width**0.5
    for block in blocks:
        block.conv2.weight.zero_()
        block.conv2.bias.zero_()
        block.conv1.weight[:, :, :2] *= 0.3  # the frame itself matters most
    decoder.mid_block.attentions[0].proj.weight.zero_()
    decoder.mid_block.attentions[0].proj.bias.zero_()
    # silu(x) - silu(-x) = x
    back = codes["basis"] * codes["std"]
    decoder.conv_out.weight.zero_()
    decoder.conv_out.weight[:, :CODES, 2, 1, 1] = back
    decoder.conv_out.weight[:, CODES : 2 * CODES, 2, 1, 1] = -back
    decoder.conv_out.bias[:] = codes["mean"]


def decode(vae: AutoencoderKLWan, latents: torch.Tensor) -> torch.Tensor:
    """The transformer's latents [B, CODES, T, h, w] to patches [B, T, h, w, 192], all frames at once.

    Equal to the official frame-by-frame decoding: with the stages of this VAE there is nothing to resample.
    """
    z = latents * torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
    return vae.decoder(vae.post_quant_conv(z)).movedim(1, -1)
