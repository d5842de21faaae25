"""The eleven detector-free VBench dimensions against the vbench 0.1.5 package: same weights, same clips, same threads.

Both sides sit loaded in processes of their own and are asked in turn, three rounds, so that whatever else the machine does
meets both; processor seconds stand beside those of the clock. Loading is timed apart. The limit beside it is the sum over our heavy operators of the best time each takes alone
at the same shapes. Needs what tests/parity/vbench_parity.py needs; takes about half an hour on two quiet cores.

  --dimensions a,b   only these      --rounds N      --threads N      --out FILE (JSON; finished dimensions are kept)
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
import vbench_parity
from common import reference_python, shared
from vbench_peer import ELEVEN

CLIPS = ("animation/bbb_mpeg4sp.mp4", "ladder/base.mp4", "real/nasa_rotated.mp4", "derived/black_24frames.mp4")


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
    ours = Worker(sys.executable, dimension, weights, settings.threads, {}, own=True)
    theirs = Worker(python, dimension, weights, settings.threads, environment, own=False)
    row = {side: {c.name: [] for c in clips} for side in ("ours", "theirs", "our_cpu", "their_cpu")} | {
        "values": {},
        "load": ours.load,
        "their_load": theirs.load,
    }
    for round_ in range(settings.rounds):
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
    row["profile"] = ours.ask(op="profile", clip=str(clips[1]))
    ours.end()
    return row


def median_sum(side):
    return sum(statistics.median(times) for times in side.values())


def spread(side):
    """Largest relative distance of a repetition from its clip's median."""
    return max(abs(t - statistics.median(times)) / statistics.median(times) for times in side.values() for t in times)


def report(rows, clips):
    print(
        f"\n{'dimension':<24}{'ours s':>8}{'vbench s':>10}{'ratio':>7}{'spread':>13}{'CPU s':>8}{'theirs':>8}{'ratio':>7}{'load s':>14}{'peak MB':>14}"
    )
    total = [0.0] * 4
    for name, row in rows.items():
        a, b, c, d = (median_sum(row[side]) for side in ("ours", "theirs", "our_cpu", "their_cpu"))
        total = [x + y for x, y in zip(total, (a, b, c, d), strict=True)]
        print(
            f"{name:<24}{a:>8.2f}{b:>10.2f}{b / a:>7.2f}{spread(row['ours']):>6.0%}{spread(row['theirs']):>6.0%}{c:>9.2f}{d:>8.2f}{d / c:>7.2f}{row['load']:>6.1f}{row['their_load']:>7.1f}{row['peak_mb']:>7.0f}{row['their_peak_mb']:>7.0f}"
        )
    if total[0]:
        print(
            f"{'sum':<24}{total[0]:>8.2f}{total[1]:>10.2f}{total[1] / total[0]:>7.2f}             {total[2]:>9.2f}{total[3]:>8.2f}{total[3] / total[2]:>7.2f}   over {', '.join(clip.name for clip in clips)}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="")
    parser.add_argument("--dimensions", default=",".join(ELEVEN))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=None)
    settings = parser.parse_args()
    root, python = shared(), reference_python("vbench")
    weights = vbench_parity.fill(python, root)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        vbench_parity.Reference(python, root, weights, scratch)  # lays the vocabulary where the package looks for it
        names = vbench_parity.links("human_action", CLIPS, root, scratch / "actions")  # names that human_action can read
        plain = [root / "data/videos" / name for name in CLIPS]
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
