"""Live comparison with transformers and diffusers: the T5Gemma encoder, byte-pair tokenizers of the Gemma kind, and the
Stable Audio autoencoder, on small random models that the reference packages write themselves; and with sox: resampling.

Tolerances: float32 results differ by summation order only, 2e-5 of values around 1 to 3; bfloat16 ones by two roundings of
such sums through five layers. Token ids are equal or wrong.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import common

FLOAT32, BFLOAT16 = 2e-5, 8e-2
SOX = 1e-4  # another filter: its pass band ripples by less than this on noise of amplitude 0.3


def main() -> int:
    options = common.options(__doc__)
    reference = common.reference_python("wan")
    peer = Path(options.build) / "tests/parity/single_stream_peer"
    if not peer.exists():
        common.skip(f"{peer} is not built; build with GALLOP_BUILD_TESTS=ON")
    if shutil.which("sox") is None:
        common.skip("the program sox is absent: apt-get install sox")
    info = json.loads((common.shared() / "data/text/vbench/VBench_full_info.json").read_text(encoding="utf-8"))
    corpus = [entry["prompt_en"] for entry in info]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "corpus.json").write_text(json.dumps(corpus[: 100 if options.quick else None]), encoding="utf-8")
        here = Path(__file__).parent
        versions = subprocess.run(
            [reference, here / "reference_single_stream.py", folder, f"{folder}/corpus.json"], check=True, capture_output=True, text=True
        )
        report = json.loads(subprocess.run([peer, folder], check=True, capture_output=True, text=True).stdout)
    print(f"single_stream: {versions.stdout.strip()}: {json.dumps(report)}")
    wrong = []
    if report["wrong_texts"] or report["texts"] < 50:
        wrong.append(f"{report['wrong_texts']} of {report['texts']} texts have other ids, the first: {report.get('first_wrong_text')!r}")
    wrong += [
        f"encoder {name}: {gap}" for name, gap in report["encoder"].items() if gap > (FLOAT32 if name.endswith("float32") else BFLOAT16)
    ]
    size = report["audio"].pop("decoded_size")
    wrong += [f"audio {name}: {gap}" for name, gap in report["audio"].items() if gap > FLOAT32 * max(1.0, size)]
    rates = report["resampled"]
    if rates["samples"] != rates["sox_samples"] or rates.get("sox", 1.0) > SOX or rates["scipy"] > FLOAT32:
        wrong.append(f"resampled: {rates}")
    for line in wrong:
        print(f"single_stream: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
