"""The vocabulary of the embedded model: a unigram model of the world's words in both languages, saved as tokenizer.json.

Words are whole pieces, so that a new combination is made of known tokens; single characters stand in for unknown words.
"""

from __future__ import annotations

import argparse
import re
import string
from pathlib import Path

import world_only  # noqa: F401
from gallop import world
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

#: Chinese has no spaces: the grammar's words, where a longer one must not swallow an attribute.
_CHINESE = (
    "一辆 一匹 一个 一艘 红色 蓝色 绿色 黄色 白色 紫色 的 汽车 小汽车 马 球 皮球 船 帆船 向左 向右 行驶 漂移 静止 不动 停着 奔跑 飞奔 静静 站着 "
    "滚动 航行 停泊着 在 路上 公路上 田野里 草地上 海上 水面上 白天 夜晚 夜里 天气 晴朗 雨中 下着雨 夜雨中 的雨中 ，"
)
_WORD, _CHARACTER = -3.0, -12.0


def captions() -> list[str]:
    return [
        world.caption(scene, language, seed, brief=seed % 4 == 3)
        for scene in world.all_scenes()
        for language in ("en", "zh")
        for seed in range(8)
    ]


def build() -> Tokenizer:
    texts = captions()
    english = {word for text in texts for word in re.findall(r"[A-Za-z]+", text)}
    english |= {word.capitalize() for word in english}
    words = [*(f"▁{word}" for word in sorted(english)), *_CHINESE.split(), "▁", ",", ".", "。"]
    singles = set(string.ascii_letters) | {character for text in texts for character in text if not character.isspace()}
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((word, _WORD) for word in words)]
    vocabulary += [(character, _CHARACTER) for character in sorted(singles - set(words))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    tokenizer = build()
    lengths = [len(tokenizer.encode(text).ids) for text in captions()]
    print(f"{tokenizer.get_vocab_size()} pieces, longest caption {max(lengths)} tokens, mean {sum(lengths) / len(lengths):.1f}")
    for text in captions()[3:4] + captions()[12:16]:
        print(text, tokenizer.encode(text).tokens)
    tokenizer.save(str(out))


if __name__ == "__main__":
    main()
