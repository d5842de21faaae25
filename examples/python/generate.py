"""Makes a clip from a prompt with a model folder, writes it, and says what was used and how long each stage took.

python examples/python/generate.py MODEL_FOLDER "a horse at full gallop" out.mp4 [WIDTH HEIGHT FRAMES STEPS]
"""

import sys

import gallop


def main(folder: str, prompt: str, file: str, *sizes: str) -> None:
    pipe = gallop.Pipeline.load(folder)
    reached = {}  # seconds since the run began

    def on_progress(progress):
        reached[progress.stage] = progress.seconds

    # What is unset takes the model's default and comes back in `used`.
    chosen = dict(zip(("width", "height", "frames", "steps"), map(int, sizes), strict=False))
    made = pipe.generate(prompt, seed=7, on_progress=on_progress, **chosen)
    gallop.write_video(file, made.video, comment=made.provenance_json)
    used = made.used
    print(f"{pipe.name}: {made.video}, {used.steps} steps, guidance {used.guidance:g}, seed {used.seed}")
    for stage, seconds in reached.items():
        print(f"{stage:<12} done after {seconds:.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:]) if len(sys.argv) in (4, 8) else sys.exit(
            "usage: generate.py MODEL_FOLDER PROMPT OUT.mp4 [WIDTH HEIGHT FRAMES STEPS]"
        )
    except gallop.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")
