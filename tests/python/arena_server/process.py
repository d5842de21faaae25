"""The server as its users start it: a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading


class ServerProcess:
    """``gallop arena serve`` on a free port, or on the one it had before when started again."""

    def __init__(self, *options: str):
        self._options, self.port, self.process, self.log = list(options), 0, None, []

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self, timeout: float = 120.0) -> str:
        """Waits for the address and returns it."""
        command = [sys.executable, "-u", "-m", "gallop", "arena", "serve", "--port", str(self.port), *self._options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ)
        up, found = threading.Event(), []

        def read():
            for line in self.process.stdout:
                self.log.append(line)
                match = re.match(r"voting at (http://\S+)", line)
                if match:
                    found.append(match[1])
                    up.set()
            up.set()

        threading.Thread(target=read, daemon=True).start()
        assert up.wait(timeout) and found, f"the server did not start: {''.join(self.log[-20:])}"
        self.port = int(re.search(r":(\d+)/", found[0])[1])
        return found[0]

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
