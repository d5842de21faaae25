"""Safetensors files as NumPy arrays; the comparisons need no more than this of the format."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "U8": np.uint8, "BOOL": np.bool_}


def read(file: Path) -> dict[str, np.ndarray]:
    data = np.memmap(file, dtype=np.uint8, mode="r")
    length = int(data[:8].view(np.uint64)[0])
    header = json.loads(bytes(data[8 : 8 + length]))
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {name: body[slice(*entry["data_offsets"])].view(TYPES[entry["dtype"]]).reshape(entry["shape"]) for name, entry in header.items()}
