"""Deliberately flawed twins of clips, to see whether a measure notices."""

from __future__ import annotations

import numpy as np

#: Name -> the quick measures that should see it.
FLAWS = {
    "flicker": ("luminance_flicker",),
    "freeze": ("frozen_frames",),
    "jump_cut": ("flow_smoothness",),
    "stutter": ("repeated_frames",),
    "shuffle": ("frame_order",),
    "blur": ("sharpness",),
    "noise": ("noise_level",),
    "washed_out": ("contrast",),
}


def flawed(frames: np.ndarray, flaw: str, seed: int = 0) -> np.ndarray:
    """A twin of ``frames`` (uint8 [frames, height, width, 3]) with one flaw, same shape."""
    if flaw not in FLAWS:
        raise ValueError(f'flaw: "{flaw}" is not known; use one of {", ".join(FLAWS)}')
    rng = np.random.default_rng([17, seed])
    return globals()[f"_{flaw}"](frames, rng).astype(np.uint8)


def _flicker(frames, rng):
    gain = np.where(np.arange(len(frames)) % 2 == 0, 1.16, 0.84) + rng.uniform(-0.03, 0.03, len(frames))
    return np.clip(frames * gain[:, None, None, None], 0, 255)


def _freeze(frames, rng):
    out = frames.copy()
    first, last = len(frames) // 4, len(frames) - max(2, len(frames) // 8)
    out[first:last] = frames[first]
    return out


def _jump_cut(frames, rng):
    # Every few frames a part of the action is missing: the subject leaps.
    order, position = [], 0
    for i in range(len(frames)):
        order.append(position % len(frames))
        position += len(frames) // 3 if i % 4 == 3 else 1
    return frames[order]


def _stutter(frames, rng):
    return frames[(np.arange(len(frames)) // 3) * 3]


def _shuffle(frames, rng):
    return frames[rng.permutation(len(frames))]


def _blur(frames, rng):
    out = frames.astype(np.float32)
    radius = max(2, frames.shape[1] // 64)
    for axis in (1, 2):
        for _ in range(2):
            padded = np.pad(out, [(radius + 1, radius) if a == axis else (0, 0) for a in range(4)], mode="edge")
            total = np.cumsum(padded, axis=axis, dtype=np.float64)
            n = out.shape[axis]
            high, low = np.take(total, range(2 * radius + 1, 2 * radius + 1 + n), axis), np.take(total, range(n), axis)
            out = ((high - low) / (2 * radius + 1)).astype(np.float32)
    return np.clip(out + 0.5, 0, 255)


def _noise(frames, rng):
    return np.clip(frames + rng.normal(0.0, 18.0, frames.shape), 0, 255)


def _washed_out(frames, rng):
    return 128 + (frames.astype(np.float32) - 128) * 0.30
