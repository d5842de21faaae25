"""What the tests of the voting server share: clips, a voter, a clock, a PostgreSQL of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import gallop
import numpy as np

#: Odd names: they must never reach a voter before the vote, and never break a page after it.
MODELS = ("Aurora-Vid 9000", "borealis_xl", "Cirrus <b>2")
PROMPTS = ("a red kite over dunes", "two otters & a ball", "夜晚的街道")


def make_clips(folder: Path, models=MODELS, prompts=PROMPTS, sound: bool = False, frames: int = 12, fps: float = 12.0) -> Path:
    """One short clip per model and prompt; sizes and encoders' metadata differ between models."""
    for m, model in enumerate(models):
        (folder / model).mkdir(parents=True)
        for p, prompt in enumerate(prompts):
            pixels = np.random.default_rng(10 * m + p).integers(0, 255, (frames, 64 + 16 * (m % 2), 96, 3)).astype(np.uint8)
            pixels[:, :, : 30 * (m + 1) % 90] = 40 * m % 200
            kept = {}
            if sound:
                rate = 48000
                wave = (0.02 * (m + 1) * np.sin(2 * np.pi * 440 * np.arange(int(rate * frames / fps)) / rate)).astype(np.float32)
                kept = {"audio": np.stack([wave, wave], 1), "sample_rate": rate}
            plain = folder / model / f".{p}.mp4"
            gallop.write_video(plain, gallop.Video(pixels, fps=fps, **kept))
            # A name in the container, as real tools leave it.
            subprocess.run(
                [
                    "ffmpeg",
                    "-v",
                    "error",
                    "-i",
                    str(plain),
                    "-c",
                    "copy",
                    "-metadata",
                    f"title={model}",
                    "-metadata",
                    f"comment=made by {model}",
                    str(folder / model / f"{prompt}-0.mp4"),
                ],
                check=True,
            )
            plain.unlink()
    return folder


class Voter:
    """A browser without a screen: keeps cookies and the page's token, remembers everything it received."""

    def __init__(self, client):
        self.client, self.received = client, []
        page = client.get("/")
        assert page.status_code == 200, page.text
        self.token = re.search(r'name="gallop-page" content="([0-9a-f]+)"', page.text)[1]

    def post(self, path: str, body: dict, **headers):
        answer = self.client.post(path, json=body, headers={"x-gallop-page": self.token, **headers})
        self.received.append((dict(answer.headers), answer.content))
        return answer

    def next(self) -> dict:
        answer = self.post("/api/next", {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def load(self, pair: dict) -> list:
        clips = [self.client.get(pair[side]) for side in ("left", "right")]
        for clip in clips:
            assert clip.status_code == 200
            self.received.append((dict(clip.headers), clip.content))
        return clips

    def ready(self, pair: dict):
        self.load(pair)
        return self.post("/api/ready", {"pairing": pair["pairing"]})

    def vote(self, pair: dict, outcome: str = "left", left: float = 3.0, right: float = 3.0):
        return self.post("/api/vote", {"pairing": pair["pairing"], "outcome": outcome, "watch_left": left, "watch_right": right})

    def judge(self, clock, outcome: str = "left", seconds: float = 4.0) -> dict:
        pair = self.next()
        assert self.ready(pair).status_code == 200
        clock.pass_by(seconds)
        answer = self.vote(pair, outcome)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Clock:
    """The server's time, moved by hand."""

    def __init__(self, now: float = 1_800_000_000.0):
        self.now = now

    def time(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


def postgres_folder() -> Path | None:
    """Where initdb and pg_ctl are, or None."""
    found = (
        sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if Path("/usr/lib/postgresql").is_dir()
        else []
    )
    if found:
        return found[-1]
    path = shutil.which("initdb")
    return Path(path).parent if path and shutil.which("pg_ctl") else None


class Postgres:
    """A cluster on a Unix socket in a folder of its own."""

    def __init__(self, binaries: Path, folder: Path):
        self._binaries, self.folder = binaries, folder
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self._user = "postgres" if self._as else os.environ.get("USER", "postgres")

    def run(self, *command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [str(self._binaries / command[0]), *command[1:]],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
            **self._as,
        )
        assert done.returncode == 0, f"{command[0]}: {done.stdout}"

    def start(self) -> None:
        self.run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-t",
            "100",
            "-l",
            str(self.folder / "log"),
            "-o",
            f"-c listen_addresses= -c unix_socket_directories={self.folder} -c shared_buffers=32MB",
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def create(self, name: str) -> str:
        """A fresh database's address."""
        self.run("createdb", "-h", str(self.folder), "-U", self._user, name)
        return f"postgresql://{self._user}@/{name}?host={self.folder}"


@contextmanager
def running_postgres():
    """A started cluster; removed afterwards. Needs ``postgres_folder()``."""
    # Not below pytest's folder: the server's own user must be able to enter, and socket paths are short.
    folder = Path(tempfile.mkdtemp(prefix="gallop-pg-"))
    cluster = Postgres(postgres_folder(), folder)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        cluster.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", cluster._user, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
