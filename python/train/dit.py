"""Trains text encoder and transformer together by flow matching on cached latents. Can be stopped and continued at any moment.

    python dit.py --clips DIR --tokenizer FILE --out DIR --stage images --steps N     # single frames: what a scene looks like
    python dit.py --clips DIR --tokenizer FILE --out DIR --stage sparse --steps M     # three frames of a clip at their own times
    python dit.py --clips DIR --tokenizer FILE --out DIR --stage clips --steps L      # whole clips

Where there are several frames, three in ten continue a first frame that is given.

A step is decided by its number: stopping and continuing gives what an uninterrupted run gives.
"""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path

import model
import numpy as np
import state
import torch
import world_only  # noqa: F401
from clips import ATTRIBUTES, FRAMES, scene_from
from gallop import world
from muon import Muon, share_gradients
from tokenizers import Tokenizer

#: Frames of a clip and clips of a batch (of one process) in each stage.
STAGES = {"images": (1, 64), "sparse": (3, 32), "clips": (FRAMES, 16)}
#: Flow shift of the times seen in training: most of them noisy, where content is decided.
SHIFT = 2.5


class Latents:
    """Cached latents with labels and the part of each latent cell that the subject's box covers."""

    def __init__(self, folder: Path, shards: int | None, held_out: bool = False):
        files = sorted(folder.glob("held.latents.npy" if held_out else "train*.latents.npy"))[:shards]
        if not files:
            raise SystemExit(f"{folder}: no cached latents; run clips.py and cache.py first")
        self.latents = [np.load(file, mmap_mode="r") for file in files]
        self.labels = np.concatenate([np.load(str(file).replace(".latents.", ".labels.")) for file in files])
        self.boxes = np.concatenate([np.load(str(file).replace(".latents.", ".boxes.")) for file in files])
        self.shard = self.latents[0].shape[1]
        turned = self.labels.copy()
        turned[:, 2] = np.array([1, 0, 2])[turned[:, 2]]
        self.turned = turned
        # A clear night shows the moon on one side; seen on both sides it would be drawn twice.
        self.may_turn = np.array([not world.held_out(s) and (s.time, s.weather) != ("night", "clear") for s in map(scene_from, turned)])

    def batch(self, rng: np.random.Generator, size: int, frames: np.ndarray):
        rows = rng.integers(len(self.labels), size=size)
        turn = (rng.random(size) < 0.5) & self.may_turn[rows]
        x = np.stack([self.latents[r // self.shard][int(f), r % self.shard][frames] for r, f in zip(rows, turn, strict=True)])
        labels = np.where(turn[:, None], self.turned[rows], self.labels[rows])
        boxes = self.boxes[rows][:, frames]
        boxes[turn] = np.stack([64 - boxes[turn][..., 2], boxes[turn][..., 1], 64 - boxes[turn][..., 0], boxes[turn][..., 3]], -1)
        edge = np.arange(8) * 8.0
        across = np.clip(np.minimum(boxes[..., 2, None], edge + 8) - np.maximum(boxes[..., 0, None], edge), 0, 8) / 8
        down = np.clip(np.minimum(boxes[..., 3, None], edge + 8) - np.maximum(boxes[..., 1, None], edge), 0, 8) / 8
        mask = down[..., :, None] * across[..., None, :]  # [B, T, 8, 8]
        return torch.from_numpy(x).float().movedim(-1, 1), torch.from_numpy(mask).float(), labels


class Captions:
    """Token rows for labels: language, wording and omissions by chance."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer

    def rows(self, texts: list[str]) -> torch.Tensor:
        tokens = torch.zeros(len(texts), model.COLUMNS, dtype=torch.long)
        for i, encoding in enumerate(self.tokenizer.encode_batch(texts)):
            if len(encoding.ids) >= model.COLUMNS:
                raise ValueError(f'"{texts[i]}" has {len(encoding.ids)} tokens, at most {model.COLUMNS - 1} fit')
            tokens[i, : len(encoding.ids)] = torch.tensor(encoding.ids)
        return tokens

    def draw(self, rng: np.random.Generator, labels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens, and the attributes that each caption names (-100 where it does not)."""
        texts, named = [], torch.from_numpy(labels.astype(np.int64))
        for i, row in enumerate(labels):
            brief = rng.random() < 0.12
            language = "zh" if rng.random() < 0.35 else "en"
            text = world.caption(scene_from(row), language, int(rng.integers(1 << 30)), brief)
            if rng.random() < 0.3:
                text = text[0].upper() + text[1:] + ("." if language == "en" else "。")
            texts.append(text)
            if brief:
                named[i, 3] = -100
                if row[2] != 2:
                    named[i, 2] = -100
        return self.rows(texts), named


class Reader(torch.nn.Module):
    """Reads the attributes out of the text embeddings: it only teaches the text encoder early and is not shipped."""

    def __init__(self):
        super().__init__()
        self.heads = torch.nn.ModuleList([torch.nn.Linear(model.TEXT_WIDTH, len(choices)) for choices in ATTRIBUTES.values()])

    def loss(self, text: torch.Tensor, tokens: torch.Tensor, named: torch.Tensor) -> torch.Tensor:
        pooled = text.sum(1) / (tokens != 0).sum(1, keepdim=True)
        losses = [torch.nn.functional.cross_entropy(head(pooled), named[:, i], ignore_index=-100) for i, head in enumerate(self.heads)]
        return torch.stack(losses).mean()


def draw_times(generator: torch.Generator, size: int) -> torch.Tensor:
    u = torch.sigmoid(torch.randn(size, generator=generator))
    u = torch.where(torch.rand(size, generator=generator) < 0.1, torch.rand(size, generator=generator), u)
    return SHIFT * u / (1 + (SHIFT - 1) * u)


def flow_loss(nets, x, mask, text, generator, rope, continued: float) -> torch.Tensor:
    """Velocity error; ``continued`` is the share of clips whose first frame is given clean, at time zero."""
    b, _, frames = x.shape[:3]
    time_ = draw_times(generator, b)[:, None].repeat(1, frames)
    weight = 1 + 2 * mask
    if frames > 1:
        given = torch.rand(b, generator=generator) < continued
        time_[given, 0] = 0.0
        weight[given, 0] = 0.0
    noise = torch.randn(x.shape, generator=generator)
    level = time_[:, None, :, None, None]
    guess = model.velocity(nets["transformer"], x + level * (noise - x), time_, text, rope)
    error = (guess - (noise - x)).square().mean(1)
    return (error * weight).sum() / weight.sum()


class Run:
    """Networks, optimizers and average of one run, and how they are kept."""

    def __init__(self, options, pieces: int):
        self.nets = torch.nn.ModuleDict(
            {"transformer": model.build_transformer(), "text": model.build_text_encoder(pieces), "reader": Reader()}
        )
        self.parameters = {name: value for name, value in self.nets.named_parameters() if value.requires_grad}
        matrices = {
            name for name, value in self.parameters.items() if ".blocks." in name and name.startswith("transformer") and value.ndim == 2
        }
        self.muon = Muon([self.parameters[name] for name in sorted(matrices)], lr=options.matrix_rate)
        others = [value for name, value in self.parameters.items() if name not in matrices]
        self.adam = torch.optim.AdamW(others, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        self.average = state.Average(self.parameters, options.average)
        self.rates = (options.matrix_rate, options.rate)
        self.path = options.out / "dit.pt"
        self.step = 0
        if saved := state.load(self.path):
            self.nets.load_state_dict(saved["weights"])
            self.muon.load_state_dict(saved["muon"])
            self.adam.load_state_dict(saved["adam"])
            self.average.values, self.step = saved["average"], saved["step"]

    def save(self) -> None:
        state.save(
            self.path, weights=self.nets.state_dict(), muon=self.muon.state_dict(), adam=self.adam.state_dict(),
            average=self.average.values, step=self.step,
        )  # fmt: skip

    def advance(self, loss: torch.Tensor, factor: float) -> float:
        for optimizer, rate in zip((self.muon, self.adam), self.rates, strict=True):
            optimizer.zero_grad(set_to_none=True)
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        loss.backward()
        share_gradients(list(self.parameters.values()))
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), 1.0)
        self.muon.step()
        self.adam.step()
        self.average.update(self.parameters, self.step)
        self.step += 1
        return norm.item()


def losses(run: Run, data: Latents, captions: Captions, rope, count: int, batch: int, seed: list[int]):
    """Flow-matching loss and the reader's loss of one batch decided by ``seed``; ``count`` frames of each clip."""
    rng = np.random.default_rng([2, *seed])
    frames = np.sort(rng.permutation(FRAMES)[:count])
    rope = tuple(table.unflatten(0, (FRAMES, -1))[torch.from_numpy(frames)].flatten(0, 1) for table in rope)
    generator = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
    x, mask, labels = data.batch(rng, batch, frames)
    tokens, named = captions.draw(rng, labels)
    with torch.autocast("cpu", torch.bfloat16):
        text = model.encode_text(run.nets["text"], tokens).float()
        # One caption in ten is the empty one, exactly as the pipeline sends it: the end token alone.
        empty = model.encode_text(run.nets["text"], captions.rows([""])).float()
    reading = run.nets["reader"].loss(text, tokens, named)
    dropped = torch.rand(len(tokens), generator=generator) < 0.1
    text = torch.where(dropped[:, None, None], empty, text)
    with torch.autocast("cpu", torch.bfloat16):
        return flow_loss(run.nets, x, mask, text, generator, rope, continued=0.3), reading


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=tuple(STAGES), required=True)
    parser.add_argument("--steps", type=int, required=True, help="number of the last step, counted through both stages")
    parser.add_argument("--decay", type=int, default=0, help="steps at the end over which the rates fall to zero")
    parser.add_argument("--shards", type=int)
    parser.add_argument("--rate", type=float, default=1e-3, help="of AdamW")
    parser.add_argument("--matrix-rate", type=float, default=0.012, help="of Muon")
    parser.add_argument("--average", type=float, default=0.997)
    parser.add_argument("--ranks", type=int, default=1, help="processes that share each step, one thread each")
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--no-compile", action="store_true")
    return parser.parse_args()


def main() -> None:
    options = parse()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if options.ranks > 1:
        meeting = options.out / f"meeting.{options.stage}"
        options.out.mkdir(parents=True, exist_ok=True)
        torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=options.rank, world_size=options.ranks)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    data, captions, run = (
        Latents(options.clips, options.shards),
        Captions(tokenizer),
        Run(options, tokenizer.get_vocab_size()),
    )
    if not options.no_compile:
        model._block = torch.compile(model._block)
    stop = torch.zeros(1)
    signal.signal(signal.SIGTERM, lambda *_: stop.fill_(1))
    frames, batch = STAGES[options.stage]
    rope = model.rope_table(run.nets["transformer"], FRAMES, 4, 4)
    noted, mean, mean_read = time.monotonic(), None, 0.0
    while run.step < options.steps:
        left = 1.0 if options.decay == 0 else min(1.0, (options.steps - run.step) / options.decay)
        loss, reading = losses(run, data, captions, rope, frames, batch, [run.step, options.rank])
        norm = run.advance(loss + 0.05 * reading, min(1.0, (run.step + 1) / 100) * left)
        mean = loss.item() if mean is None else mean + 0.03 * (loss.item() - mean)
        mean_read += 0.05 * (reading.item() - mean_read)
        halt = stop.clone()
        if options.ranks > 1:
            torch.distributed.all_reduce(halt)
        if time.monotonic() - noted > 60 or run.step == options.steps or halt:
            noted = time.monotonic()
            if options.rank == 0:
                print(
                    f"step {run.step} frames {frames} loss {mean:.4f} reading {mean_read:.3f} gradient {norm:.2f}",
                    flush=True,
                )
                run.save()
        if halt:
            return


if __name__ == "__main__":
    main()
