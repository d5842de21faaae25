"""The eleven detector-free VBench dimensions, and `scene`, `i2v_subject` and `i2v_background` when named, against the vbench 0.1.5 package: same
weights, same clips, same threads.

Both sides sit loaded in processes of their own and are asked in turn, so that whatever else the machine does meets both;
processor seconds stand beside those of the clock. Loading is timed apart. The limit beside them is what the products and
convolutions of one run of ours take alone at the same shapes (operator_rates.py): in float32, and at the better of float32 and
three products of bfloat16. Needs what tests/parity/vbench_parity.py needs (i2v_parity.py for the last two); about two hours of one core.

  --dimensions a,b   only these (scene takes minutes a clip) --rounds N      --slow-rounds N (of human_action, minutes a clip for the reference)
  --threads N        --clips N (only the last)      --out FILE (JSON; finished dimensions are kept)
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parity"))
import operator_rates
import vbench_parity
from common import dreamsim_folders, reference_python, shared
from vbench_peer import ELEVEN, IMAGE_TO_VIDEO

CLIPS = ("animation/bbb_mpeg4sp.mp4", "ladder/base.mp4", "derived/black_24frames.mp4", "real/nasa_rotated.mp4")


class Worker:
    """A process with one dimension loaded."""

    def __init__(self, python, dimension, weights, threads, environment, own):
        command = [
            python,
            str(Path(__file__).with_name("vbench_peer.py")),
            *(["--own"] if own else []),
            dimension,
            str(weights),
            str(threads),
            str(shared() / "data/images/kodim03.png"),
        ]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115, lives as long as the process
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=os.environ | environment
        )
        self.load = self._read()["load"]
        self.peak = 0.0

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError("the worker died:\n" + self.log.read()[-3000:])
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self._read()
        self.peak = answer["peak_mb"]
        return answer

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(dimension, clips, weights, settings, python, root, scratch):
    """One row: seconds of every clip and round of both sides, loading, peak memory, values, and where our time goes."""
    environment = {"PYTHONPATH": str(root / "reference"), "VBENCH_CACHE_DIR": str(scratch / "cache")}
    if dimension in IMAGE_TO_VIDEO:
        packages, weights = dreamsim_folders()
        environment["PYTHONPATH"] += os.pathsep + str(packages)
    theirs = Worker(python, dimension, weights, settings.threads, environment, own=False)
    ours = Worker(sys.executable, dimension, weights, settings.threads, {}, own=True)
    row = {side: {c.name: [] for c in clips} for side in ("ours", "theirs", "our_cpu", "their_cpu")} | {
        "values": {},
        "load": ours.load,
        "their_load": theirs.load,
    }
    for round_ in range(settings.slow_rounds if dimension == "human_action" else settings.rounds):
        for clip in clips:
            a, b = ours.ask(op="score", clip=str(clip)), theirs.ask(op="score", clip=str(clip))
            row["ours"][clip.name].append(a["seconds"])
            row["theirs"][clip.name].append(b["seconds"])
            row["their_load"] += b["loading"] if round_ == 0 else 0.0
            row["our_cpu"][clip.name].append(a["cpu"])
            row["their_cpu"][clip.name].append(b["cpu"])
            row["values"][clip.name] = [a["value"], b["value"]]
    row["peak_mb"], row["their_peak_mb"] = ours.peak, theirs.peak  # before the profile, which keeps every event
    theirs.end()
    row["profiled"], row["operators"] = clips[-1].name, ours.ask(op="profile", clip=str(clips[-1]))["rows"]
    ours.end()
    return row


def median_sum(side):
    return sum(statistics.median(times) for times in side.values())


def spread(side):
    """Largest relative distance of a repetition from its clip's median."""
    return max(abs(t - statistics.median(times)) / statistics.median(times) for times in side.values() for t in times)


def report(rows, clips):
    """Processor seconds of all clips (sum of medians), and of the profiled clip beside its limits."""
    print(
        f"\n{'dimension':<24}{'ours CPU s':>11}{'vbench':>9}{'ratio':>7}{'spread':>12}{'load s':>13}{'peak MB':>13}{'float32 rate':>14}{'best rate':>11}"
    )
    total = [0.0] * 2
    for name, row in rows.items():
        ours, theirs = median_sum(row["our_cpu"]), median_sum(row["their_cpu"])
        total = [total[0] + ours, total[1] + theirs]
        print(
            f"{name:<24}{ours:>11.2f}{theirs:>9.2f}{theirs / ours:>7.2f}{spread(row['our_cpu']):>6.0%}{spread(row['their_cpu']):>6.0%}"
            f"{row['load']:>6.1f}{row['their_load']:>7.1f}{row['peak_mb']:>7.0f}{row['their_peak_mb']:>6.0f}",
            end="",
        )
        took = statistics.median(row["our_cpu"][row["profiled"]])
        shares = [operator_rates.limit(row["operators"], kinds) / took for kinds in (("float32",), ("float32", "bfloat16"))]
        print(f"{shares[0]:>14.0%}{shares[1]:>11.0%}" if row["operators"] else "")
        for kind in ("linear", "attention", "convolution"):
            chosen = [one for one in row["operators"] if operator_rates.KINDS[one["op"]] == kind]
            if not chosen:
                continue
            work = sum(one["count"] * one["operations"] for one in chosen)
            spent, float32 = sum(one["seconds"] for one in chosen), operator_rates.limit(chosen)
            best = operator_rates.limit(chosen, ("float32", "bfloat16"))
            print(
                f"    {kind}: {work / 1e9:.0f} G operations, {spent / took:.0%} of the time at {work / spent / 1e9:.0f} G/s; "
                f"alone {work / float32 / 1e9:.0f} in float32, {work / best / 1e9:.0f} at best"
            )
    if total[0]:
        print(f"{'sum':<24}{total[0]:>11.2f}{total[1]:>9.2f}{total[1] / total[0]:>7.2f}   over {', '.join(clip.name for clip in clips)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="")
    parser.add_argument("--dimensions", default=",".join(ELEVEN))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow-rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clips", type=int, default=len(CLIPS))
    parser.add_argument("--out", type=Path, default=None)
    settings = parser.parse_args()
    root, python, chosen = shared(), reference_python("vbench"), CLIPS[-settings.clips :]
    weights = vbench_parity.fill(python, root)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        vbench_parity.Reference(python, root, weights, scratch)  # lays the vocabulary where the package looks for it
        names = vbench_parity.links("human_action", chosen, root, scratch / "actions")  # names that human_action can read
        plain = [root / "data/videos" / name for name in chosen]
        rows = json.loads(settings.out.read_text()) if settings.out and settings.out.exists() else {}
        for dimension in settings.dimensions.split(","):
            if dimension in rows:
                continue
            rows[dimension] = measure(dimension, names if dimension == "human_action" else plain, weights, settings, python, root, scratch)
            if settings.out:
                settings.out.write_text(json.dumps(rows))
            report({dimension: rows[dimension]}, plain)
    report(rows, plain)
    return 0


if __name__ == "__main__":
    sys.exit(main())
