"""A measure of one's own beside the built-in ones, on frames in memory, with a flawed twin for comparison.

python examples/python/own_measure.py
"""

import gallop
import numpy as np
from gallop import world


def brightness_drift(request: gallop.ClipRequest) -> gallop.Score:
    """Largest step of mean brightness between neighbouring frames, 0 to 255; lower is better."""
    means = request.clip.numpy().mean(axis=(1, 2, 3))  # [frames]
    steps = np.abs(np.diff(means))
    return gallop.Score(float(steps.max()), parts=steps.tolist())


def main() -> None:
    gallop.register_evaluator(brightness_drift, "brightness_drift", profile="mine", low=0.0, high=255.0, higher_is_better=False)
    scene = world.Scene("car", "red", "right", "road", "night", "rain", seed=3)
    clean = world.render(scene, width=160, height=96, frames=16, fps=8)
    flickering = world.flawed(clean, "flicker", seed=3)
    table = gallop.score([clean, flickering], fps=8.0, dimensions=["brightness_drift", "temporal_flickering"])
    print(table.table())
    assert table.value(0, "brightness_drift") < table.value(1, "brightness_drift")


if __name__ == "__main__":
    main()
