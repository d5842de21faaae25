"""One dimension at work for vbench_bench.py: loads once, scores clips on request. Run by the reference interpreter, or with
--own by the one that has gallop. Speaks JSON lines: {"op": "score", "clip": ...} and so on.

usage: vbench_peer.py [--own] DIMENSION WEIGHTS THREADS PICTURE (the last is what the image-to-video dimensions compare with)
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import operator_rates

STYLE, SCENE, PROMPT = "oil painting", "alley", "A cat walks on a red carpet, in cyberpunk style"


def own(dimension, weights, threads, picture):
    """A function from a clip to its score, by gallop. ``dimension`` "all": the eleven in one pass."""
    import gallop

    gallop.set_threads(threads)
    gallop.set_log_level("error")
    if dimension == "all":
        labels = {"appearance_style": STYLE, "action": "blowing glass"}
        kept = [gallop.make_evaluator(name, weights, device="cpu") for name in ELEVEN]  # models stay loaded between clips

        def every(clip):
            assert kept
            table = gallop.score(clip, dimensions=ELEVEN, weights=weights, device="cpu", prompt=PROMPT, labels=labels)
            assert table.complete, table.problems
            return {score.dimension: score.value for score in table.results[0].scores}

        return every
    evaluator = gallop.make_evaluator(dimension, weights, device="cpu")
    labels = {"appearance_style": {"appearance_style": STYLE}, "human_action": {"action": "blowing glass"}, "scene": {"scene": SCENE}}.get(
        dimension, {}
    )
    if dimension in IMAGE_TO_VIDEO:
        return lambda clip: evaluator.score(clip, image=gallop.read_image(picture)).value
    return lambda clip: evaluator.score(clip, prompt=PROMPT, labels=labels).value


ELEVEN = (
    "subject_consistency",
    "background_consistency",
    "temporal_flickering",
    "motion_smoothness",
    "dynamic_degree",
    "aesthetic_quality",
    "imaging_quality",
    "human_action",
    "temporal_style",
    "appearance_style",
    "overall_consistency",
)

IMAGE_TO_VIDEO = ("i2v_subject", "i2v_background")


def reference(dimension, weights, threads, picture):
    """The same by the vbench package; its models are kept between clips by remembering what its loaders return."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parity"))
    import importlib
    import tempfile

    import reference_vbench
    import torch
    import torchvision_cpu_ops  # noqa: F401

    torch.set_num_threads(threads)
    if dimension in IMAGE_TO_VIDEO:
        import reference_i2v

        reference_i2v.write_weights(weights / "dreamsim_model")
        value, _ = reference_i2v.dimension_of(dimension, weights / "dreamsim_model")
        return lambda clip: value(clip, picture), {"seconds": 0.0}
    os.environ["DINO_CHECKPOINT"] = str(weights / "dino_vitbase16_pretrain.pth")
    torch.jit.load = reference_vbench.not_torchscript
    import vbench

    if dimension == "scene":  # its tokenizer's files are read from the current folder
        from reference_tag2text import bert_folder

        os.chdir(bert_folder(str(weights / "vocab.txt")))
    module = importlib.import_module(f"vbench.{dimension}")
    arguments = reference_vbench.submodules(dimension, weights, Path(vbench.__file__).parent)
    compute = getattr(module, f"compute_{dimension}")
    loaded = remember_models(module)
    folder = Path(tempfile.mkdtemp())

    def score(clip):
        labels = {"appearance_style": {"appearance_style": STYLE}, "scene": {"scene": {"scene": SCENE}}}
        labels = {dimension: labels[dimension]} if dimension in labels else {}
        file = folder / "work.json"
        file.write_text(json.dumps([{"prompt_en": PROMPT, "dimension": [dimension], "video_list": [clip], "auxiliary_info": labels}]))
        with torch.no_grad():
            _, videos = compute(str(file), torch.device("cpu"), arguments)
        return float(videos[0]["video_results"])

    return score, loaded


def remember_models(module):
    """Makes what builds or loads a network in ``module`` return its first result again; counts the seconds spent there."""
    import torch

    spent = {"seconds": 0.0, "cpu": 0.0, "depth": 0}

    def timed(function, once):
        kept = []

        def call(*arguments, **options):
            if once and kept:
                return kept[0]
            result = clocked(spent, function, *arguments, **options)
            if once:
                kept.append(result)
            return result

        return call

    for name in (
        "create_model",
        "DynamicDegree",
        "MotionSmoothness",
        "MUSIQ",
        "ViCLIP",
        "SimpleTokenizer",
        "get_aesthetic_model",
        "tag2text_caption",
    ):
        if hasattr(module, name):
            setattr(module, name, timed(getattr(module, name), once=True))
    if hasattr(module, "clip"):
        module.clip.load = timed(module.clip.load, once=True)
    torch.hub.load = timed(torch.hub.load, once=True)
    torch.load = timed(torch.load, once=module.__name__.endswith("human_action"))
    load_state = torch.nn.Module.load_state_dict
    torch.nn.Module.load_state_dict = lambda self, *arguments, **options: clocked(spent, load_state, self, *arguments, **options)
    return spent


def clocked(spent, function, *arguments, **options):
    """Calls and adds the time to ``spent``; of nested calls the outermost counts."""
    start, cpu = time.perf_counter(), time.process_time()
    spent["depth"] += 1
    try:
        return function(*arguments, **options)
    finally:
        spent["depth"] -= 1
        if spent["depth"] == 0:
            spent["seconds"] += time.perf_counter() - start
            spent["cpu"] += time.process_time() - cpu


def main():
    mine = "--own" in sys.argv
    dimension, weights, threads, picture = [a for a in sys.argv[1:] if a != "--own"]
    weights, threads = Path(weights), int(threads)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the log
    start = time.perf_counter()
    spent = {"seconds": 0.0}
    score = own(dimension, weights, threads, picture) if mine else None
    if not mine:
        score, spent = reference(dimension, weights, threads, picture)
    answers.write(json.dumps({"load": time.perf_counter() - start}) + "\n")
    answers.flush()
    for line in sys.stdin:
        request = json.loads(line)
        before, start, cpu = dict(spent), time.perf_counter(), time.process_time()
        if request["op"] == "score":
            value = score(request["clip"])
            loading = spent["seconds"] - before["seconds"]
            answer = {
                "seconds": time.perf_counter() - start - loading,
                "cpu": time.process_time() - cpu - (spent.get("cpu", 0.0) - before.get("cpu", 0.0)),
                "loading": loading,
                "value": value,
            }
        else:
            answer = {"rows": operator_rates.alone(operator_rates.heavy(lambda clip=request["clip"]: score(clip)))}
        answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
