"""The joint audio-video transformer's forward against the rate of its own matrix products; the aim is 75 %."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/python")
    program = Path(parser.parse_args().build) / "tests/bench/joint_bench"
    if not program.exists():
        print(f"SKIPPED: {program} is not built (GALLOP_BUILD_BENCH=ON)")
        return 77
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    for dtype in ("float32", "bfloat16"):
        report = json.loads(subprocess.run([program, dtype], check=True, capture_output=True, text=True, env=one_thread).stdout)
        print(
            f"joint forward, {dtype}, {report['threads']} threads: {report['forward_seconds']:.3f} s of processor time "
            f"({report['fastest']:.3f} to {report['slowest']:.3f}), "
            f"{report['gflop_per_s']:.0f} of {report['product_gflop_per_s']:.0f} GFLOP/s = {report['share']:.0%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
