"""What ``gallop demo`` makes: pony's clips, the renderer's own of the same prompts, and flawed ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

#: Entrants of the comparison.
PONY, TRUTH, FLAWED = "pony", "renderer (ground truth)", "flawed baseline"
SIZE, FRAMES, FPS = 64, 9, 8.0


@dataclass
class Showcase:
    """``contests`` for the report, ``prompts`` by file, ``seconds`` spent on each of pony's clips."""

    contests: list = field(default_factory=list)
    prompts: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        return [Path(clip) for contest in self.contests for clip in contest.clips.values()]


def _jobs():
    """Prompt, scene of the same content, flaw of the baseline, and whether the clip continues a given first frame."""
    from gallop.world import Scene, caption

    scenes = (
        (Scene("car", "red", "right", "road", "night", "rain", seed=3), "noise"),
        (Scene("horse", "white", "right", "field", "day", "clear", seed=5), "freeze"),
        (Scene("boat", "yellow", "left", "sea", "day", "clear", seed=8), "blur"),
        (Scene("ball", "purple", "left", "field", "day", "rain", seed=2), "washed_out"),
    )
    yield "a red car drifting through rain at night", *scenes[0], False
    yield caption(scenes[0][0], "zh"), *scenes[0], False
    for scene, flaw in scenes[2:]:
        yield caption(scene), scene, flaw, False
    yield caption(scenes[1][0]), *scenes[1], True


def make_showcase(folder: Path, on_progress=None, steps: int | None = None) -> Showcase:
    """Writes three clips for each prompt into ``folder``; ``steps`` of the solver, None for the model's own."""
    import gallop
    from gallop import world
    from gallop.report import Contest

    result, pipe = Showcase(), gallop.Pipeline.load(gallop.pony())
    for number, (prompt, scene, flaw, continued) in enumerate(_jobs()):
        truth = world.render(scene, SIZE, SIZE, FRAMES, FPS, plain=True)
        start = time.monotonic()
        extra = {"first_frame": gallop.Image(truth[0])} if continued else {}
        extra |= {"steps": steps} if steps else {}
        extra |= {"on_progress": on_progress} if on_progress else {}
        made = pipe.generate(prompt, seed=number, **extra)
        result.seconds.append(time.monotonic() - start)
        title = f"{prompt} (continues a given first frame)" if continued else prompt
        clips = {}
        for entrant, frames in (
            (PONY, made.video.numpy()),
            (TRUTH, truth),
            (FLAWED, world.flawed(truth, flaw, number)),
        ):
            file = folder / f"{number}_{entrant.split()[0]}.mp4"
            gallop.write_video(file, gallop.Video(frames, fps=FPS), crf=10, preset="veryfast", comment=title)
            clips[entrant] = str(file)
            result.prompts[str(file)] = f"{title} – {entrant}"
        result.contests.append(Contest(title, clips))
    return result
