"""Renders a scene, writes it, reads it back by two reader contracts and says what the file holds.

python examples/python/hello_video.py out.mp4
"""

import sys

import gallop
import numpy as np
from gallop import world


def main(file: str) -> None:
    scene = world.Scene("horse", "white", "right", "field", "day", "clear", seed=5)
    frames = world.render(scene, width=320, height=192, frames=24, fps=12)  # uint8 [24, 192, 320, 3]
    gallop.write_video(file, gallop.Video(frames, fps=12.0), crf=14, comment=world.caption(scene))
    for contract in ("decord", "opencv"):
        video = gallop.read_video(file, contract=contract)
        away = np.abs(video.numpy().astype(int) - frames).mean()
        print(f"{contract:<7} {video}, {away:.2f} of 255 away from the rendered pixels")
    stream = gallop.probe(file)["streams"][0]
    print(f"{stream['codec']} {stream['width']}x{stream['height']}, {stream['fps']:g} fps, {stream['pixel_format']}")


if __name__ == "__main__":
    try:
        main(sys.argv[1]) if len(sys.argv) == 2 else sys.exit("usage: hello_video.py OUT.mp4")
    except gallop.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")
