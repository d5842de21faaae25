"""Checkpoints of a training run: everything that is needed to go on as if never stopped, written atomically."""

from __future__ import annotations

import os
from pathlib import Path

import torch


def save(path: Path, **content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    torch.save(content, partial)
    os.replace(partial, path)


def load(path: Path) -> dict | None:
    return torch.load(path, weights_only=True) if path.exists() else None


class Average:
    """Exponential moving average of parameters; the decay rises with the steps so that the start is forgotten."""

    def __init__(self, parameters: dict[str, torch.Tensor], decay: float):
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in parameters.items()}

    @torch.no_grad()
    def update(self, parameters: dict[str, torch.Tensor], step: int) -> None:
        weight = 1 - min(self.decay, (step + 1) / (step + 20))
        names = list(self.values)
        torch._foreach_lerp_([self.values[name] for name in names], [parameters[name].detach() for name in names], weight)
