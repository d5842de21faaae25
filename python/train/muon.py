"""Muon for the transformer's matrices and AdamW for everything else; several processes share the work.

Muon (Jordan et al. 2024) steps along the nearest orthogonal matrix of the momentum, found by Newton-Schulz iterations. On two
cores it needs fewer steps than AdamW for the same loss, and its products run at full speed in bfloat16.
"""

from __future__ import annotations

import torch
import torch.distributed as dist


def orthogonal(x: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """[batch, m, n] to matrices of the same row and column spaces whose singular values are near one."""
    tall = x.shape[-2] > x.shape[-1]
    y = x.mT if tall else x
    y = (y / (y.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        square = y @ y.mT
        y = torch.baddbmm(y, torch.baddbmm(square, square, square, beta=-4.7750, alpha=2.0315), y, beta=3.4445)
    return (y.mT if tall else y).float()


class Muon(torch.optim.Optimizer):
    """Matrices of equal shape are stepped as one batch; with several processes each orthogonalises its part of the batch."""

    def __init__(self, matrices: list[torch.nn.Parameter], lr: float, momentum: float = 0.95):
        shapes: dict[tuple, list] = {}
        for matrix in matrices:
            shapes.setdefault(tuple(matrix.shape), []).append(matrix)
        super().__init__([{"params": same} for same in shapes.values()], {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        ranks, rank = (dist.get_world_size(), dist.get_rank()) if dist.is_initialized() else (1, 0)
        for group in self.param_groups:
            updates = []
            for value in group["params"]:
                kept = self.state[value]
                if not kept:
                    kept["momentum"] = torch.zeros_like(value)
                kept["momentum"].lerp_(value.grad, 1 - group["momentum"])
                updates.append(value.grad.lerp(kept["momentum"], group["momentum"]))
            stacked = torch.stack(updates)
            if ranks > 1 and len(stacked) % ranks == 0:
                mine = orthogonal(stacked.chunk(ranks)[rank])
                parts = [torch.empty_like(mine) for _ in range(ranks)]
                dist.all_gather(parts, mine.contiguous())
                stacked = torch.cat(parts)
            else:
                stacked = orthogonal(stacked)
            rows, columns = stacked.shape[-2:]
            scale = max(1.0, rows / columns) ** 0.5
            for value, update in zip(group["params"], stacked.unbind(0), strict=True):
                value.add_(update, alpha=-group["lr"] * scale)


def share_gradients(parameters: list[torch.nn.Parameter]) -> None:
    """Averages the gradients over all processes."""
    if not dist.is_initialized():
        return
    flat = torch.cat([p.grad.flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    start = 0
    for p in parameters:
        p.grad.copy_(flat[start : start + p.numel()].view_as(p))
        start += p.numel()
