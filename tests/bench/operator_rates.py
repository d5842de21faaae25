"""What the heavy operators of a run would take alone: the limit the benchmark of the networks is held against.

``heavy`` lists the products and convolutions of one run by shape; ``alone`` times each at its shape with LibTorch's operators on
warm data, in float32 and as three products of bfloat16 (which hold 16 bits between them), and keeps the best of some repetitions.
"""

import ast
import time
from collections import Counter

KINDS = {
    "gallop::linear": "linear",
    "gallop::convolution": "convolution",
    "gallop::attention": "attention",
    "aten::conv2d": "convolution",
    "aten::conv_transpose2d": "convolution",
    "aten::addmm": "linear",
    "aten::mm": "linear",
    "aten::bmm": "linear",
    "aten::baddbmm": "linear",
    "aten::_scaled_dot_product_flash_attention_for_cpu": "attention",
}


def heavy(run):
    """Calls and seconds of the heavy operators of one run, profiled: [{op, shapes, options, count, seconds}]."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as recorded:
        run()
    counts, seconds = Counter(), Counter()
    for event in recorded.profiler.kineto_results.events():
        if event.name() in KINDS:
            key = (event.name(), repr(event.shapes()), repr(event.concrete_inputs()))
            counts[key] += 1
            seconds[key] += event.duration_ns() / 1e9
    return [
        {"op": name, "shapes": shapes, "options": options, "count": count, "seconds": seconds[name, shapes, options]}
        for (name, shapes, options), count in counts.items()
    ]


def _operator(op, shapes, options):
    """The same work by LibTorch's operators: (operations, tensors' shapes, function of tensors)."""
    import torch
    from torch.nn import functional

    if op == "gallop::linear":
        x, weight, out = shapes[0], shapes[1], options[2]
        rows = 1
        for side in x[:-1]:
            rows *= side
        return 2 * rows * x[-1] * out, [(rows, x[-1]), (out, weight[1])], functional.linear
    if op == "gallop::convolution":
        x, weight, out = shapes[0], shapes[1], options[2]
        kernel = weight[1:3]
        work = 2 * x[0] * x[2] * x[3] * x[1] * out * kernel[0] * kernel[1]
        return work, [x, (out, x[1], *kernel)], lambda a, w: functional.conv2d(a, w, None, 1, (kernel[0] // 2, kernel[1] // 2))
    if op in ("aten::conv2d", "aten::conv_transpose2d"):
        x, weight, (stride, padding) = shapes[0], shapes[1], (pair * 2 if len(pair) == 1 else pair for pair in options[3:5])
        over = x[2] * x[3] if op.endswith("transpose2d") else x[2] * x[3] // (stride[0] * stride[1])
        work = 2 * x[0] * over * weight[0] * weight[1] * weight[2] * weight[3]
        call = functional.conv_transpose2d if op.endswith("transpose2d") else functional.conv2d
        return work, [x, weight], lambda a, w: call(a, w, None, stride, padding)
    if KINDS[op] == "attention":
        q, k = shapes[0], shapes[1]
        flat = (q[0] * q[1], q[2], q[3]), (k[0] * k[1], k[2], k[3])
        return 4 * flat[0][0] * q[2] * k[2] * q[3], flat, lambda a, b: torch.bmm(torch.bmm(a, b.transpose(1, 2)), b)
    a, b = (shapes[1], shapes[2]) if op in ("aten::addmm", "aten::baddbmm") else (shapes[0], shapes[1])
    work = 2 * b[-1]
    for side in a:
        work *= side
    return work, [a, b], torch.matmul


def _best(function, tensors, seconds=0.15):
    """The shortest of repeated calls, in processor seconds of this thread."""
    best, spent, calls = float("inf"), 0.0, 0
    while calls < 2 or (spent < seconds and calls < 200):
        start = time.thread_time()
        function(*tensors)
        took = time.thread_time() - start
        spent, calls, best = spent + took, calls + 1, min(best, took)
    return best


def alone(rows):
    """Adds ``operations``, ``float32`` and ``bfloat16`` (three products), the seconds of one call alone, to each row."""
    import torch

    torch.set_num_threads(1)
    with torch.inference_mode():
        for row in rows:
            work, shapes, function = _operator(row["op"], ast.literal_eval(row["shapes"]), ast.literal_eval(row["options"]))
            row["operations"] = work
            for name, dtype, factor in (("float32", torch.float32, 1), ("bfloat16", torch.bfloat16, 3)):
                tensors = [torch.randn(shape).to(dtype) for shape in shapes]
                times = [_best(function, tensors)]
                if KINDS[row["op"]] == "convolution":  # whichever order of memory suits it
                    times.append(_best(function, [t.contiguous(memory_format=torch.channels_last) for t in tensors]))
                row[name] = factor * min(times)
    return rows


def limit(rows, kinds=("float32",)):
    """Seconds of all calls at the best rate of ``kinds``."""
    return sum(row["count"] * min(row[kind] for kind in kinds) for row in rows)
