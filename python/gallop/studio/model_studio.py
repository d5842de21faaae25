"""The hosted HappyHorse models: submit, poll, download (single_stream.md 1.2).

The key is read from an environment variable when a call is made; it is sent to the API's own host only and stored nowhere.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gallop._gallop import InvalidArgument, Unsupported
from gallop.studio.jobs import Expired, JobState, Refused, TryAgain

_SUBMIT = "/api/v1/services/aigc/video-generation/video-synthesis"
_TASK = "/api/v1/tasks/"
_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4")
_MOST_BYTES = 4 << 30


def _is_chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"


class ModelStudio:
    """Text-to-video, or image-to-video when the suite has pictures.

    Parameters
    ----------
    base : of the API, e.g. the regional host; there is no default: no network is touched unless one is named
    model : e.g. "happyhorse-1.0-t2v" or "happyhorse-1.0-i2v"
    resolution : "720P" or "1080P"
    ratio : "16:9", "9:16", "1:1", "4:3", "3:4"; image-to-video follows the picture
    duration : whole seconds, 3..15
    watermark : as the service adds it; clips for a benchmark want none
    key_variable : name of the environment variable that holds the key
    timeout : seconds without an answer before a call is tried again
    """

    def __init__(
        self,
        base: str,
        *,
        model: str = "happyhorse-1.0-t2v",
        resolution: str = "1080P",
        ratio: str = "16:9",
        duration: int = 5,
        watermark: bool = False,
        key_variable: str = "DASHSCOPE_API_KEY",
        timeout: float = 30.0,
    ):
        if resolution not in ("720P", "1080P"):
            raise InvalidArgument(f'resolution: "{resolution}"; expected 720P or 1080P')
        if ratio not in _RATIOS:
            raise InvalidArgument(f'ratio: "{ratio}"; expected one of {", ".join(_RATIOS)}')
        if not 3 <= duration <= 15:
            raise InvalidArgument(f"duration: {duration} s; expected 3 to 15")
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname:
            raise InvalidArgument(f'base: "{base}" is no http(s) address')
        try:
            import httpx
        except ImportError as error:
            raise Unsupported("httpx is not installed; pip install gallop[hosted]") from error
        self._httpx = httpx
        self._base, self._model, self._key_variable = base.rstrip("/"), model, key_variable
        self._parameters: dict[str, Any] = {"resolution": resolution, "duration": duration, "watermark": watermark}
        if not model.endswith("-i2v"):
            self._parameters["ratio"] = ratio
        self._client = httpx.Client(timeout=timeout, follow_redirects=False)
        self.facts = {"kind": "hosted", "model": model, "endpoint": self._base, "options": dict(self._parameters)}

    def submit(self, prompt: str, seed: int, image: Path | None) -> str:
        self._check_prompt(prompt)
        body: dict[str, Any] = {"model": self._model, "input": {"prompt": prompt}, "parameters": {**self._parameters, "seed": seed}}
        if image is not None:
            body["input"]["media"] = [{"type": "first_frame", "url": _data_url(image)}]
        answer = self._call("POST", _SUBMIT, json=body, headers={"X-DashScope-Async": "enable"})
        job = answer.get("output", {}).get("task_id")
        if not isinstance(job, str) or not job or "/" in job or len(job) > 200:
            raise TryAgain("the service accepted the job but named no task")
        return job

    def poll(self, job: str) -> JobState:
        output = self._call("GET", _TASK + job).get("output", {})
        status = output.get("task_status")
        if status in ("PENDING", "RUNNING", "SUSPENDED"):
            return JobState(done=False)
        if status == "SUCCEEDED":
            url = output.get("video_url")
            if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
                raise Refused("the job succeeded without the address of a clip")
            return JobState(done=True, url=url)
        if status == "UNKNOWN":
            raise Expired("the service no longer knows the job")
        raise Refused(f"the job ended as {status}: {output.get('code', '')} {output.get('message', '')}".strip())

    def download(self, url: str, target: Path) -> None:
        received, expected = 0, None
        try:
            # A signed address on a storage host: it gets no key.
            with self._client.stream("GET", url, follow_redirects=True) as answer:
                if answer.status_code in (403, 404, 410):
                    raise Expired(f"the clip's address answers {answer.status_code}")
                self._check_status(answer)
                if "content-encoding" not in answer.headers and answer.headers.get("content-length", "").isdigit():
                    expected = int(answer.headers["content-length"])
                with target.open("wb") as out:
                    for block in answer.iter_bytes(1 << 20):
                        received += len(block)
                        if received > _MOST_BYTES:
                            raise Refused("the clip is larger than 4 GiB")
                        out.write(block)
        except self._httpx.HTTPError as error:
            raise TryAgain(f"download: {type(error).__name__}") from error
        if expected is not None and received != expected:
            raise TryAgain(f"download: {received} of {expected} bytes came")

    def _check_prompt(self, prompt: str) -> None:
        if sum(map(_is_chinese, prompt)) * 2 + sum(not _is_chinese(char) for char in prompt) > 5000:
            raise Refused(f"the prompt has {len(prompt)} characters; the service would cut it at 5,000 (2,500 Chinese ones)")

    def _call(self, method: str, path: str, *, json: Any = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        key = os.environ.get(self._key_variable)
        if not key:
            raise InvalidArgument(f"{self._key_variable}: is not set; put the service's key into it")
        try:
            answer = self._client.request(
                method, self._base + path, json=json, headers={"Authorization": f"Bearer {key}", **(headers or {})}
            )
        except self._httpx.HTTPError as error:
            raise TryAgain(f"{method} {path}: {type(error).__name__}") from error
        self._check_status(answer)
        try:
            body = answer.json()
        except ValueError as error:
            raise TryAgain(f"{method} {path}: the answer is no JSON") from error
        return body if isinstance(body, dict) else {}

    def _check_status(self, answer) -> None:
        code = answer.status_code
        if code < 300:
            return
        if code == 429 or code >= 500 or code == 408:
            asked = answer.headers.get("retry-after", "")
            raise TryAgain(f"the service answers {code}", float(asked) if asked.replace(".", "", 1).isdigit() else None)
        if code in (401, 403):
            raise Refused(f"the service answers {code}: is {self._key_variable} the right key?")
        raise Refused(f"the service answers {code}")


def _data_url(image: Path) -> str:
    kind = mimetypes.guess_type(image.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(image.read_bytes()).decode()}"
