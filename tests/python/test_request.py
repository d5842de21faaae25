"""What a request carries reaches the evaluator, whoever scores it."""

import gallop
import numpy as np


def test_a_requests_prompt_and_labels_reach_the_evaluator():
    seen = []

    def told(request):
        seen.append((request.prompt, dict(request.labels)))
        return 1.0

    gallop.register_evaluator(told, "told_in_request", low=0.0, high=1.0)
    frames = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    request = gallop.ClipRequest(gallop.Video(frames, fps=8.0), prompt="a red car", labels={"color": "red"})
    judge = gallop.make_evaluator("told_in_request")
    judge.score(request)
    judge.score(request, prompt="a horse")
    assert seen == [("a red car", {"color": "red"}), ("a horse", {"color": "red"})]
