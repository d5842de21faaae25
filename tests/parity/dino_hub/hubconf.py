"""A stand-in for the hub repository of DINO, whose code is on no package index: timm's class has the same arithmetic and the same
tensor names; position tables are resampled as DINO does it. Used by the reference interpreter only."""

import os

import torch
from timm.models.vision_transformer import VisionTransformer

dependencies = ["torch", "timm"]


class Dino(VisionTransformer):
    """ViT-B/16 that takes any size: the table is stretched by factors that are a tenth of a cell too large."""

    def _pos_embed(self, x):
        batch, rows, columns, width = x.shape
        side = int((self.pos_embed.shape[1] - 1) ** 0.5)
        table = self.pos_embed
        if (rows, columns) != (side, side):
            grid = table[:, 1:].reshape(1, side, side, width).permute(0, 3, 1, 2)
            grid = torch.nn.functional.interpolate(grid, scale_factor=((rows + 0.1) / side, (columns + 0.1) / side), mode="bicubic")
            assert grid.shape[-2:] == (rows, columns)
            table = torch.cat((table[:, :1], grid.permute(0, 2, 3, 1).reshape(1, rows * columns, width)), 1)
        return torch.cat((self.cls_token.expand(batch, -1, -1), x.reshape(batch, rows * columns, width)), 1) + table


class CutToPatches(torch.nn.Module):
    """Sides that are no multiples of the patch lose their last pixels, as a strided convolution does."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        height, width = image.shape[-2:]
        return self.model(image[..., : height // 16 * 16, : width // 16 * 16])


def dino_vitb16(**_unused):
    """The network with the weights of DINO_CHECKPOINT."""
    model = Dino(img_size=224, patch_size=16, embed_dim=768, depth=12, num_heads=12, num_classes=0, dynamic_img_size=True)
    model.load_state_dict(torch.load(os.environ["DINO_CHECKPOINT"], map_location="cpu"), strict=True)
    return CutToPatches(model.eval())
