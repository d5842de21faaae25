"""Makes a clip with sound from a joint audio-video model, writes it, and judges its sound track.

python examples/python/clip_with_sound.py MODEL_FOLDER "a bell is struck" out.mp4 [SIZE DURATION STEPS]
SIZE is WxH, DURATION in seconds (docs/models/single_stream.md says what a model folder holds).
"""

import sys

import gallop


def main(folder: str, prompt: str, file: str, size: str = "", duration: str = "", steps: str = "") -> None:
    pipe = gallop.Pipeline.load(folder)
    chosen = {}
    if size:
        chosen["width"], chosen["height"] = map(int, size.split("x"))
    if duration:
        chosen["duration"] = float(duration)
    if steps:
        chosen["steps"] = int(steps)
    print(pipe.describe(**chosen))  # sizes that are computed, memory plan
    made = pipe.generate(prompt, seed=7, **chosen)
    gallop.write_video(file, made.video, comment=made.provenance_json)
    print(f"{file}: {made.video}")
    for measure in gallop.evaluators("sound"):
        try:
            score = gallop.make_evaluator(measure.name).score(file)
            print(f"{measure.name:<16} {score.value:.4g} {'; '.join(score.flags)}")
        except gallop.Error as error:  # a sound without events has no synchrony: a problem, not a zero
            print(f"{measure.name:<16} no score: {error}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:]) if 4 <= len(sys.argv) <= 7 else sys.exit(__doc__)
    except gallop.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")
