"""Captions of single frames by the reference Tag2Text, as JSON lines; run by the interpreter that has the vbench package.

usage: reference_tag2text.py CHECKPOINT VOCABULARY STEP CLIP...
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path


def bert_folder(vocabulary: str) -> str:
    """A folder with the files that the reference reads at construction; the weights in them are overwritten afterwards."""
    import torch

    root = tempfile.mkdtemp(prefix="gallop-tag2text-")
    folder = Path(root) / "bert-base-uncased"
    folder.mkdir()
    shutil.copyfile(vocabulary, folder / "vocab.txt")
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertForMaskedLM"]}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
    torch.save({"bert.embeddings.LayerNorm.weight": torch.ones(768)}, folder / "pytorch_model.bin")
    return root


def main() -> None:
    checkpoint, vocabulary, step, clips = (
        sys.argv[1],
        os.path.abspath(sys.argv[2]),
        int(sys.argv[3]),
        [os.path.abspath(clip) for clip in sys.argv[4:]],
    )
    checkpoint = os.path.abspath(checkpoint)
    import torch

    torch.set_num_threads(1)
    import torchvision_cpu_ops  # noqa: F401  (must come first: torchvision's own library wants CUDA)

    root = bert_folder(vocabulary)
    os.chdir(root)
    from vbench.third_party.tag2Text.tag2text import tag2text_caption
    from vbench.utils import load_video, tag2text_transform

    generated = []
    with torch.no_grad():
        model = tag2text_caption(pretrained=checkpoint, image_size=384, vit="swin_b").eval()
        original = model.text_decoder.generate

        def keep_ids(*args, **kwargs):
            ids = original(*args, **kwargs)
            generated.append(ids)
            return ids

        model.text_decoder.generate = keep_ids
        names = {name: index for index, name in reversed(list(enumerate(model.tag_array)))}
        print(
            json.dumps({"same_names": {index: names[name] for index, name in enumerate(model.tag_array) if names[name] != index}}),
            flush=True,
        )
        transform = tag2text_transform(384)
        for clip in clips:
            try:
                frames = load_video(clip, num_frames=16, return_tensor=False, width=384, height=384)
            except Exception as error:  # decord's own class; it cannot open AV1, for one
                print(json.dumps({"clip": clip, "error": str(error).splitlines()[0]}), flush=True)
                continue
            for number, frame in enumerate(frames):
                if number % step:
                    continue
                start = time.process_time()
                captions, tags = model.generate(transform(frame).unsqueeze(0), tag_input=None, return_tag_predict=True)
                seconds = time.process_time() - start
                ids = [token for token in generated.pop()[0].tolist() if token not in (102, 0)]
                given = [names[name] for name in tags[0].split(" | ") if name]
                answer = {"clip": clip, "frame": number, "tags": given, "ids": ids, "text": captions[0], "seconds": seconds}
                print(json.dumps(answer), flush=True)
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
