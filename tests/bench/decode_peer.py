"""The peers' side of decode_bench.py, run by the interpreter that has the readers: decodes a clip to RGB once a line of JSON."""

import json
import sys
import time


def decord_frames(file, threads):
    import decord

    reader = decord.VideoReader(file, num_threads=threads)
    count = 0
    for _ in range(len(reader)):
        count += reader.next().shape[0] > 0
    return count


def opencv_frames(file, threads):
    import cv2

    cv2.setNumThreads(threads)
    capture = cv2.VideoCapture(file, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, threads])  # the decoder's own setting
    count = 0
    while capture.read()[0]:  # BGR, the order it works in
        count += 1
    return count


def without_cuda():
    """torchcodec's wheel is linked against CUDA, whose libraries reading on a CPU never calls: empty ones satisfy the loader."""
    import ctypes
    import subprocess
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp())
    (folder / "empty.c").write_text("void aoti_torch_get_current_cuda_stream(void) { __builtin_trap(); }\n")
    for name in ("libnvrtc.so.13", "libc10_cuda.so", "libtorch_cuda.so"):
        subprocess.run(["gcc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", folder / name, folder / "empty.c"], check=True)
        ctypes.CDLL(str(folder / name), mode=ctypes.RTLD_GLOBAL)


def torchcodec_frames(file, threads):
    if "torchcodec" not in sys.modules:
        without_cuda()
    from torchcodec.decoders import VideoDecoder

    decoder = VideoDecoder(file, num_ffmpeg_threads=threads, seek_mode="approximate", dimension_order="NHWC")
    count = 0
    for first in range(0, len(decoder), 16):  # bounded memory, as an evaluator needs it
        count += len(decoder.get_frames_in_range(first, min(first + 16, len(decoder))))
    return count


def pyav_frames(file, threads):
    import av

    count = 0
    with av.open(file) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "AUTO", threads
        for frame in container.decode(stream):
            count += frame.to_ndarray(format="rgb24").shape[0] > 0
    return count


READERS = {"decord": decord_frames, "opencv": opencv_frames, "torchcodec": torchcodec_frames, "pyav": pyav_frames}

if __name__ == "__main__":
    for line in sys.stdin:
        task = json.loads(line)
        try:
            start, used = time.perf_counter(), time.process_time()
            frames = READERS[task["reader"]](task["file"], task["threads"])
            answer = {"frames": frames, "wall": time.perf_counter() - start, "cpu": time.process_time() - used}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
        print(json.dumps(answer), flush=True)
