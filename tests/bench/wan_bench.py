"""Speed beside diffusers 0.42.1 on identical weights: transformer (4,680 and 1,560 tokens, and with 8-bit weights), VAE decode,
text encoder (512 tokens, and a sentence of 60); float32, two threads. Besides: how fast 2.8 GB of weights load (--parts load).

Two processes a part, called in turn; medians and spread of the rounds. The limit is the float32 matrix product of the model's
own size, measured between the rounds. Prints a table; results must agree within 1e-4 of their size.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/parity"))
from tensor_file import read  # noqa: E402

#: Operations of one run (multiply-adds count two): matrix products and attention of the sizes in wan_peer.py.
TOKENS, WIDTH, FFN, ROWS = 4680, 1536, 8960, 512


def block_operations(tokens: int) -> int:
    linear = 12 * tokens * WIDTH**2 + 4 * ROWS * WIDTH**2 + 4 * tokens * WIDTH * FFN
    return linear + 4 * tokens**2 * WIDTH + 4 * tokens * ROWS * WIDTH


PRODUCT = 2 * TOKENS * WIDTH * FFN
OUTSIDE = 2 * ROWS * (4096 * WIDTH + WIDTH**2)
SHORT = TOKENS // 3
OPERATIONS = {
    "transformer": 2 * block_operations(TOKENS) + OUTSIDE,
    "transformer-short": 2 * block_operations(SHORT) + OUTSIDE,
    "transformer-int8": 2 * block_operations(TOKENS) + OUTSIDE,
}
#: How much results may differ, in parts of their size.
ALLOWED = {"transformer-int8": 5e-2}


class Side:
    """A process that runs one part on command."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def _expect(self, word: str):
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise RuntimeError(f"the process ended before it said {word}")

    def ask(self, command: str) -> str:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(part: str, program: Path, python: str, folder: Path, threads: int, rounds: int, clock: int) -> dict:
    ours = Side([str(program), part, str(folder), str(threads)])
    theirs = Side([python, str(Path(__file__).with_name("wan_peer.py")), "serve", part, str(folder), str(threads)])
    times, rates = {"ours": [], "theirs": []}, []
    for number in range(rounds + 1):  # the first warms up
        for name, side in (("ours", ours), ("theirs", theirs)):
            seconds = float(side.ask("run").split()[clock])
            if number:
                times[name].append(seconds)
        rates.append(PRODUCT / float(ours.ask("gemm").split()[clock]))
    files = {name: folder / f"{part}-{name}.safetensors" for name in times}
    ours.ask(f"save {files['ours']}")
    theirs.ask(f"save {files['theirs']}")
    a, b = read(files["ours"])["result"], read(files["theirs"])["result"]
    result = {
        "times": times,
        "gap": float(np.abs(a - b).max() / max(1.0, np.abs(b).max())),
        "gemm": statistics.median(rates),
        "peak": {"ours": int(ours.ask("peak")), "theirs": int(theirs.ask("peak"))},
    }
    ours.close()
    theirs.close()
    return result


def show(part: str, result: dict) -> None:
    ours, theirs = (statistics.median(result["times"][name]) for name in ("ours", "theirs"))
    spread = {name: (min(values), max(values)) for name, values in result["times"].items()}
    print(
        f"{part}: ours {ours:.3f} s ({spread['ours'][0]:.3f} to {spread['ours'][1]:.3f}), diffusers {theirs:.3f} s ({spread['theirs'][0]:.3f} to {spread['theirs'][1]:.3f}), ratio {theirs / ours:.2f}x"
    )
    print(
        f"  largest difference {result['gap']:.2e} of the size; peak memory {result['peak']['ours'] / 1e6:.0f} MB against {result['peak']['theirs'] / 1e6:.0f} MB ({result['peak']['ours'] / result['peak']['theirs']:.2f}x)"
    )
    print(f"  float32 matrix product 4680x1536x8960: {result['gemm'] / 1e9:.1f} GFLOP/s", end="")
    if part in OPERATIONS:
        print(
            f"; this part at {OPERATIONS[part] / ours / 1e9:.1f} GFLOP/s, {100 * OPERATIONS[part] / ours / result['gemm']:.0f} % of it",
            end="",
        )
    print(flush=True)


def load(program: Path, python: str, folder: Path) -> None:
    """The published 1.3B transformer in bfloat16, from a file that is not in the system's cache; beside plain reading."""
    large = folder / "large"
    if not (large / "config.json").exists():
        subprocess.run([python, str(Path(__file__).with_name("wan_peer.py")), "write_large", str(large)], check=True)
    file = large / "diffusion_pytorch_model.safetensors"
    size = file.stat().st_size

    def forget():
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)

    reads, loads = [], []
    for _ in range(3):
        forget()
        start = time.perf_counter()
        with open(file, "rb", buffering=0) as stream:
            while stream.read(1 << 24):
                pass
        reads.append(time.perf_counter() - start)
        forget()
        loads.append([float(value) for value in subprocess.check_output([program, "load", large, "1"], text=True).split()])
    ready, read, peak = (statistics.median(each[i] for each in loads) for i in (1, 2, 3))
    print(
        f"load: {size / 1e9:.2f} GB checked and mapped in {ready:.3f} s, all of it read in {read:.2f} s; plain reading of the file {statistics.median(reads):.2f} s; peak memory {peak / 1e6:.0f} MB ({peak / size:.2f} of the file)",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cpu-time", action="store_true", help="count processor time instead: for a busy machine, with --threads 1")
    parser.add_argument("--parts", default="transformer,transformer-short,transformer-int8,vae,text,sentence,load")
    parser.add_argument("--models", help="keep the random models here")
    options = parser.parse_args()
    python = os.environ.get("GALLOP_WAN_PYTHON", str(ROOT / ".venv-wan/bin/python"))
    program = ROOT / options.build / "tests/bench/wan_bench"
    if not Path(python).exists() or not program.exists():
        print(f"SKIPPED: wan_bench: needs GALLOP_WAN_PYTHON and {program} (GALLOP_BUILD_BENCH=ON)")
        return 77
    wrong = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.models or temporary)
        if not (folder / "inputs.safetensors").exists():
            subprocess.run([python, str(Path(__file__).with_name("wan_peer.py")), "write", str(folder)], check=True)
        for part in options.parts.split(","):
            if part == "load":
                load(program, python, folder)
                continue
            result = measure(part, program, python, folder, options.threads, options.rounds, int(options.cpu_time))
            show(part, result)
            wrong = wrong or result["gap"] > ALLOWED.get(part, 1e-4)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
