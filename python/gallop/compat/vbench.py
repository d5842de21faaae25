"""``from gallop.compat.vbench import VBench`` in place of ``from vbench import VBench``.

The constructor, the arguments of ``evaluate`` and the two files it writes are those of the vbench package 0.1.5; the scores are
those of one process there. What differs, on purpose: nothing is downloaded, a clip that cannot be decoded is an error that names
it, a second call with the same name goes on where the first one stopped, and any clip ending is found.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from gallop._gallop import InvalidArgument, MediaError
from gallop._gallop.benchmark import Suite
from gallop.atomic import write_text
from gallop.benchmark.running import run_suite
from gallop.compat.category_prompts import category_prompts

_DIMENSIONS = [
    "subject_consistency",
    "background_consistency",
    "aesthetic_quality",
    "imaging_quality",
    "object_class",
    "multiple_objects",
    "color",
    "spatial_relationship",
    "scene",
    "temporal_style",
    "overall_consistency",
    "human_action",
    "temporal_flickering",
    "motion_smoothness",
    "dynamic_degree",
    "appearance_style",
]
_NEED_LABELS = {"object_class", "multiple_objects", "scene", "appearance_style", "color", "spatial_relationship"}
_ENDINGS = {".mp4", ".gif", ".jpg", ".png"}
_NESTED = {"scene", "spatial_relationship"}


def _prompt_of(name: str) -> str:
    """The stem without a trailing ``-<digits>``."""
    return re.sub(r"-\d+$", "", Path(name).stem)


class VBench:
    """Judges folders of clips as the vbench package does.

    Parameters
    ----------
    device : "cuda", "cpu", or an object whose text form is one of these (torch.device)
    full_info_dir : path of VBench_full_info.json (the name is the package's)
    output_path : folder of the result files; made when absent
    weights : folder with the checkpoints; None: VBENCH_CACHE_DIR, else .cache/vbench in the home folder
    """

    def __init__(self, device, full_info_dir, output_path, *, weights=None):
        self.device = device
        self.full_info_dir = full_info_dir
        self.output_path = output_path
        self.weights = weights or os.environ.get("VBENCH_CACHE_DIR") or Path.home() / ".cache" / "vbench"
        os.makedirs(output_path, exist_ok=True)

    def build_full_dimension_list(self) -> list[str]:
        """The sixteen dimensions in the package's order."""
        return list(_DIMENSIONS)

    def check_dimension_requires_extra_info(self, dimension_list) -> None:
        """InvalidArgument for dimensions that need a suite's labels."""
        refused = sorted(_NEED_LABELS & set(dimension_list))
        if refused:
            raise InvalidArgument(
                f"dimensions {', '.join(refused)} need the labels of a suite and are not judged on custom input; give them in a suite file of your own (gallop bench run)"
            )

    def build_full_info_json(
        self, videos_path, name, dimension_list, prompt_list=(), special_str="", verbose=False, mode="vbench_standard", **kwargs
    ) -> str:
        """Writes ``<name>_full_info.json``, the work list, and returns its path."""
        if mode == "custom_input":
            records = self._custom(videos_path, dimension_list, prompt_list)
        elif mode == "vbench_category":
            records = self._category(videos_path, dimension_list, kwargs)
        elif mode == "vbench_standard":
            records = self._standard(videos_path, dimension_list, special_str, verbose)
        else:
            raise InvalidArgument(f'mode: "{mode}"; expected vbench_standard, custom_input or vbench_category')
        file = os.path.join(self.output_path, f"{name}_full_info.json")
        write_text(file, json.dumps(records, indent=4))
        print(f"Evaluation meta data saved to {file}")
        return file

    def evaluate(
        self, videos_path, name, prompt_list=(), dimension_list=None, local=False, read_frame=False, mode="vbench_standard", **kwargs
    ):
        """Judges ``videos_path`` and writes ``<name>_full_info.json`` and ``<name>_eval_results.json``.

        Parameters
        ----------
        videos_path : folder of clips; with mode "custom_input" also one file
        name : stem of the result files
        prompt_list : with mode "custom_input": one prompt, or {file name: prompt}
        dimension_list : None: all sixteen
        local : accepted; weights are always local
        read_frame : False; folders of frames are not read
        mode : "vbench_standard", "custom_input" or "vbench_category" (with category=)

        Returns
        -------
        gallop.benchmark.Results, which the package does not return

        Raises
        ------
        MediaError
            A clip or dimension without score, after everything else was judged and stored; call again to go on.
        """
        if read_frame:
            raise InvalidArgument("read_frame: folders of frames are not read; encode them as clips")
        dimensions = list(dimension_list) if dimension_list is not None else self.build_full_dimension_list()
        full_info = self.build_full_info_json(videos_path, name, dimensions, prompt_list, mode=mode, **kwargs)
        root = Path(videos_path)
        folder = root if root.is_dir() else root.parent
        work = Path(self.output_path) / f"{name}.run"
        work.mkdir(parents=True, exist_ok=True)
        suite = self._suite(full_info, folder, dimensions, work / "suite.json")
        results = run_suite(suite, folder, run=work, weights=self.weights, device=str(self.device))
        bad = [(dimension, clip, reason) for dimension, clip, reason in results.missing if dimension in dimensions]
        if bad:
            raise MediaError(
                f"{len(bad)} scores are missing, first {bad[0][0]} on {bad[0][1]}: {bad[0][2]}; the others are stored in {work}"
            )
        scores = json.loads(results.vbench_results())
        file = os.path.join(self.output_path, f"{name}_eval_results.json")
        write_text(file, json.dumps({d: scores[d] for d in dimensions if d in scores}, indent=4))
        print(f"Evaluation results saved to {file}")
        return results

    def _standard(self, videos_path, dimension_list, special_str, verbose) -> list[dict]:
        names = {Path(name).stem: name for name in sorted(os.listdir(videos_path), reverse=True) if Path(name).suffix.lower() in _ENDINGS}
        records = []
        for record in json.loads(Path(self.full_info_dir).read_text(encoding="utf-8")):
            if not set(dimension_list) & set(record["dimension"]):
                continue
            record["video_list"] = []
            for index in range(5):
                wanted = f"{record['prompt_en']}{special_str}-{index}"
                if wanted in names:
                    record["video_list"].append(os.path.join(videos_path, names[wanted]))
                    if verbose:
                        print(f"Successfully found video: {names[wanted]}")
                else:
                    print(
                        f"WARNING!!! This required video is not found! Missing benchmark videos can lead to unfair evaluation result. The missing video is: {wanted}",
                        file=sys.stderr,
                    )
            records.append(record)
        return records

    def _custom(self, videos_path, dimension_list, prompt_list) -> list[dict]:
        self.check_dimension_requires_extra_info(dimension_list)
        if os.path.isfile(videos_path):
            prompt = prompt_list[0] if len(prompt_list) == 1 and not isinstance(prompt_list, dict) else _prompt_of(videos_path)
            return [{"prompt_en": prompt, "dimension": dimension_list, "video_list": [str(videos_path)]}]
        names = sorted(name for name in os.listdir(videos_path) if Path(name).suffix.lower() in _ENDINGS)
        prompts = {os.path.normpath(key): prompt_list[key] for key in prompt_list} if len(prompt_list) > 0 else None
        lacking = [] if prompts is None else [name for name in names if name not in prompts]
        if lacking:
            raise InvalidArgument(
                f"prompt_list: no prompt for {len(lacking)} clips, first {lacking[0]!r}; every file of the folder must be a key"
            )
        return [
            {
                "prompt_en": prompts[name] if prompts else _prompt_of(name),
                "dimension": dimension_list,
                "video_list": [os.path.join(videos_path, name)],
            }
            for name in names
        ]

    def _category(self, videos_path, dimension_list, kwargs) -> list[dict]:
        self.check_dimension_requires_extra_info(dimension_list)
        names = sorted(name for name in os.listdir(videos_path) if Path(name).suffix.lower() in _ENDINGS)
        prompts = category_prompts(self.full_info_dir, kwargs.get("category"))
        return [
            {
                "prompt_en": prompt,
                "dimension": dimension_list,
                "video_list": [os.path.join(videos_path, name) for name in names if Path(name).stem.startswith(prompt)],
            }
            for prompt in prompts
        ]

    @staticmethod
    def _suite(full_info, folder: Path, dimensions, file: Path) -> Suite:
        """Every clip of the work list as a record of its own, in its order."""
        entries, seen = [], set()
        for record in json.loads(Path(full_info).read_text(encoding="utf-8")):
            wanted = [name for name in record["dimension"] if name in dimensions]
            labels = {}
            for name, payload in record.get("auxiliary_info", {}).items():
                labels[name] = payload[name] if name in _NESTED and isinstance(payload.get(name), dict) else payload
            for path in record["video_list"]:
                own = [name for name in wanted if (path, name) not in seen]
                seen.update((path, name) for name in own)
                if own:
                    entry = {"prompt": record["prompt_en"], "file": Path(path).relative_to(folder).as_posix(), "dimensions": own}
                    entries.append(entry | {"labels": {name: labels[name] for name in own if name in labels}})
        if not entries:
            raise InvalidArgument(
                f'"{folder}": no clip of the work list is there; expected names such as "<prompt>-0.mp4" (gallop bench check lists near misses)'
            )
        write_text(
            file, json.dumps({"schema": "gallop/suite-v1", "name": "vbench-files", "samples": 1, "records": entries}, ensure_ascii=False)
        )
        return Suite.load(file)
