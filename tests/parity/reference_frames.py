"""Run by the reference interpreter: writes the frames decord or OpenCV reads from a clip as .npy, RGB."""

import sys

import numpy as np


def by_decord(file):
    import decord

    reader = decord.VideoReader(file, num_threads=1)
    return reader.get_batch(range(len(reader))).asnumpy()


def by_opencv(file):
    import cv2

    capture = cv2.VideoCapture(file)
    frames = []
    while True:
        good, frame = capture.read()
        if not good:
            break
        frames.append(frame[:, :, ::-1])
    return np.stack(frames)


if __name__ == "__main__":
    for line in sys.stdin:
        contract, file, out = line.rstrip("\n").split("\t")
        try:
            frames = {"decord": by_decord, "opencv": by_opencv}[contract](file)
            np.save(out, np.ascontiguousarray(frames))
            print("ok", flush=True)
        except Exception as error:
            print(f"error {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", flush=True)
