"""
The compiled half of gallop; use the names of package gallop instead.
"""
from __future__ import annotations
import collections.abc
import numpy
import os
import pathlib
import typing
from . import arena
import builtins
class Error(Exception):
    """
    Every failure of gallop.
    """
class Cancelled(Error):
    """
    A callback or a token said stop; the object stays usable.
    """
class FormatError(Error, ValueError):
    """
    A file exists but breaks its format.
    """
class InternalError(Error, RuntimeError):
    """
    An invariant of the library broke; please report it.
    """
class InvalidArgument(Error, ValueError):
    """
    The caller passed something impossible.
    """
class IoError(Error, OSError):
    """
    Open, read, write, rename, disk full.
    """
class MediaError(Error, OSError):
    """
    A clip or picture could not be decoded or encoded.
    """
class ModelError(Error, RuntimeError):
    """
    Weights do not fit the model.
    """
class NotFound(Error, LookupError):
    """
    A file, tensor, dimension or pipeline is absent.
    """
class OutOfMemory(Error, MemoryError):
    """
    An allocation failed; says which option lowers it.
    """
class Unsupported(Error, NotImplementedError):
    """
    Known, but not built in or impossible on this device.
    """
class FileNotFound(NotFound, builtins.FileNotFoundError):
    """
    A file is absent.
    """
from . import benchmark
from . import card
__all__: list[str] = ['CancelToken', 'Cancelled', 'CheckpointInfo', 'CheckpointReport', 'ClipRequest', 'ClipResult', 'Device', 'DeviceFrames', 'Error', 'Evaluator', 'EvaluatorInfo', 'FileNotFound', 'FormatError', 'GenerateOptions', 'Generated', 'Image', 'InternalError', 'InvalidArgument', 'IoError', 'LoraFile', 'MediaError', 'ModelError', 'NotFound', 'OutOfMemory', 'Pipeline', 'PipelineInfo', 'Problem', 'Progress', 'Score', 'TensorInfo', 'Unsupported', 'Video', 'arena', 'benchmark', 'card', 'check_checkpoints', 'checkpoints', 'convert_weights', 'evaluators', 'inspect_weights', 'make_evaluator', 'pipelines', 'probe', 'read_image', 'read_video', 'register_evaluator', 'set_log_level', 'set_threads', 'threads', 'write_image', 'write_video']
class Device:
    """
    Where models run: "cpu" or "cuda:<index>".
    """
    @staticmethod
    def best() -> Device:
        """
        The first usable GPU, otherwise the CPU.
        """
    def __eq__(self, arg0: Device) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __init__(self, text: str) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
class Progress:
    """
    Where a run stands: stage, done of total, seconds since it began, what is at work.
    """
    def __repr__(self) -> str:
        ...
    @property
    def detail(self) -> str:
        ...
    @property
    def done(self) -> int:
        ...
    @property
    def seconds(self) -> float:
        ...
    @property
    def stage(self) -> str:
        ...
    @property
    def total(self) -> int:
        ...
class CancelToken:
    """
    Asks a run to stop; may be set from any thread.
    """
    def __init__(self) -> None:
        ...
    def cancel(self) -> None:
        ...
    @property
    def cancelled(self) -> bool:
        ...
class Video:
    """
    RGB frames in host memory, uint8 [frames, height, width, 3]; immutable.
    """
    def __array__(self, dtype: typing.Any = None, copy: typing.Any = None) -> typing.Any:
        ...
    def __dlpack__(self, **kwargs) -> typing.Any:
        ...
    def __dlpack_device__(self) -> typing.Any:
        ...
    def __getitem__(self, arg0: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> tuple[numpy.ndarray, float, typing.Any, int]:
        ...
    def __init__(self, frames: typing.Any, fps: typing.SupportsFloat | typing.SupportsIndex, audio: typing.Any = None, sample_rate: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    def _repr_html_(self) -> typing.Any:
        """
        A preview that plays inside a notebook.
        """
    def numpy(self) -> numpy.ndarray:
        """
        A read-only view, uint8 [frames, height, width, 3]; no copy.
        """
    def slice(self, first: typing.SupportsInt | typing.SupportsIndex, count: typing.SupportsInt | typing.SupportsIndex) -> Video:
        ...
    @property
    def audio(self) -> typing.Any:
        """
        float32 [samples, channels], or None when silent.
        """
    @property
    def fps(self) -> float:
        ...
    @property
    def frames(self) -> int:
        ...
    @property
    def height(self) -> int:
        ...
    @property
    def sample_rate(self) -> int:
        ...
    @property
    def seconds(self) -> float:
        ...
    @property
    def width(self) -> int:
        ...
class Image:
    """
    An RGB picture, uint8 [height, width, 3]; immutable.
    """
    def __array__(self, dtype: typing.Any = None, copy: typing.Any = None) -> typing.Any:
        ...
    def __dlpack__(self, **kwargs) -> typing.Any:
        ...
    def __dlpack_device__(self) -> typing.Any:
        ...
    def __getstate__(self) -> tuple[numpy.ndarray]:
        ...
    def __init__(self, pixels: typing.Any) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    def _repr_html_(self) -> typing.Any:
        """
        The picture inside a notebook.
        """
    def numpy(self) -> numpy.ndarray:
        """
        A read-only view, uint8 [height, width, 3]; no copy.
        """
    @property
    def height(self) -> int:
        ...
    @property
    def width(self) -> int:
        ...
class DeviceFrames:
    """
    RGB frames in the memory of a device, uint8 [frames, height, width, 3], shared by DLPack; immutable.
    """
    def __init__(self, frames: typing.Any, *, fps: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def device(self) -> Device:
        ...
    @property
    def fps(self) -> float:
        ...
    @property
    def frames(self) -> int:
        ...
    @property
    def height(self) -> int:
        ...
    @property
    def width(self) -> int:
        ...
class TensorInfo:
    """
    Name, number type, shape and optional hash of a tensor in a checkpoint.
    """
    def __repr__(self) -> str:
        ...
    @property
    def dtype(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def sha256(self) -> str:
        ...
    @property
    def shape(self) -> list[int]:
        ...
class CheckpointInfo:
    """
    A checkpoint that evaluators load: where it comes from and where it belongs.
    """
    def __repr__(self) -> str:
        ...
    @property
    def bytes(self) -> int:
        ...
    @property
    def dimensions(self) -> list[str]:
        ...
    @property
    def file(self) -> str:
        ...
    @property
    def folder(self) -> str:
        ...
    @property
    def licence(self) -> str:
        ...
    @property
    def origin(self) -> str:
        ...
    @property
    def sha256(self) -> str:
        ...
class CheckpointReport:
    """
    What became of one checkpoint: state "good", "missing" or "bad", and the reason.
    """
    def __repr__(self) -> str:
        ...
    @property
    def info(self) -> CheckpointInfo:
        ...
    @property
    def message(self) -> str:
        ...
    @property
    def path(self) -> pathlib.Path:
        ...
    @property
    def sha256(self) -> str:
        ...
    @property
    def state(self) -> str:
        ...
class Score:
    """
    One number with its parts (per frame, pair or segment) and flags.
    """
    def __float__(self) -> float:
        ...
    def __init__(self, value: typing.SupportsFloat | typing.SupportsIndex, parts: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = [], flags: collections.abc.Sequence[str] = []) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def details(self) -> dict[str, float]:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def flags(self) -> list[str]:
        ...
    @property
    def parts(self) -> list[float]:
        ...
    @property
    def value(self) -> float:
        ...
class Problem:
    """
    Why a dimension has no score for a clip.
    """
    def __repr__(self) -> str:
        ...
    @property
    def dimension(self) -> str:
        ...
    @property
    def kind(self) -> str:
        ...
    @property
    def message(self) -> str:
        ...
class ClipResult:
    """
    The scores of one clip, and the problems in place of missing ones.
    """
    @property
    def clip(self) -> str:
        ...
    @property
    def problems(self) -> list[Problem]:
        ...
    @property
    def scores(self) -> list[Score]:
        ...
class EvaluatorInfo:
    """
    Name, profile, needs, range and direction of an evaluator.
    """
    def __repr__(self) -> str:
        ...
    @property
    def high(self) -> float:
        ...
    @property
    def higher_is_better(self) -> bool | None:
        ...
    @property
    def licence(self) -> str:
        ...
    @property
    def low(self) -> float:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def needs(self) -> list[str]:
        ...
    @property
    def profile(self) -> str:
        ...
    @property
    def summary(self) -> str:
        ...
    @property
    def version(self) -> int:
        ...
class Evaluator:
    """
    One dimension with its models loaded; one thread at a time.
    """
    def __reduce__(self) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def score(self, clip: typing.Any, *, prompt: str = '', labels: collections.abc.Mapping[str, str] = {}, image: Image | None = None, reference: typing.Any = None, on_progress: typing.Any = None, cancel: CancelToken | None = None) -> Score:
        ...
    @property
    def info(self) -> EvaluatorInfo:
        ...
class ClipRequest:
    """
    One clip to judge and what is known about it.
    """
    def __init__(self, clip: typing.Any, *, prompt: str = '', labels: collections.abc.Mapping[str, str] = {}, image: Image | None = None, reference: typing.Any = None) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def clip(self) -> typing.Any:
        ...
    @property
    def labels(self) -> dict[str, str]:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def prompt(self) -> str:
        ...
class GenerateOptions:
    """
    What to make. Keywords: prompt, negative_prompt, first_frame, last_frame, video, strength, width, height, frames, steps, guidance, guidance_2, scheduler, shift, seed, initial_noise, return_latents, resolution, ratio, duration, fps, audio, batch_guidance, sound; checkpoint, checkpoint_every and on_frames say how to run. Pictures are files, Image or uint8 arrays; what is unset takes the model's default.
    """
    def __init__(self, **kwargs) -> None:
        ...
    def __replace__(self, **kwargs) -> GenerateOptions:
        ...
    def __repr__(self) -> str:
        ...
    def replace(self, **kwargs) -> GenerateOptions:
        """
        A copy with some fields changed.
        """
    @property
    def audio(self) -> bool | None:
        ...
    @property
    def batch_guidance(self) -> bool:
        ...
    @property
    def duration(self) -> float | None:
        ...
    @property
    def first_frame(self) -> typing.Any:
        ...
    @property
    def fps(self) -> float | None:
        ...
    @property
    def frames(self) -> int | None:
        ...
    @property
    def guidance(self) -> float | None:
        ...
    @property
    def guidance_2(self) -> float | None:
        ...
    @property
    def height(self) -> int | None:
        ...
    @property
    def initial_noise(self) -> typing.Any:
        ...
    @property
    def last_frame(self) -> typing.Any:
        ...
    @property
    def negative_prompt(self) -> str | None:
        ...
    @property
    def prompt(self) -> str:
        ...
    @property
    def ratio(self) -> str | None:
        ...
    @property
    def resolution(self) -> str | None:
        ...
    @property
    def return_latents(self) -> bool:
        ...
    @property
    def scheduler(self) -> str | None:
        ...
    @property
    def seed(self) -> int:
        ...
    @property
    def shift(self) -> float | None:
        ...
    @property
    def sound(self) -> pathlib.Path | None:
        ...
    @property
    def steps(self) -> int | None:
        ...
    @property
    def strength(self) -> float | None:
        ...
    @property
    def video(self) -> typing.Any:
        ...
    @property
    def width(self) -> int | None:
        ...
class Generated:
    """
    A clip with the options and the provenance it was made with.
    """
    def __repr__(self) -> str:
        ...
    @property
    def latents(self) -> typing.Any:
        """
        float32 [z, t, h, w] when return_latents was set, else None.
        """
    @property
    def provenance(self) -> typing.Any:
        """
        Model, options, hashes, versions, as a dict.
        """
    @property
    def provenance_json(self) -> str:
        ...
    @property
    def used(self) -> GenerateOptions:
        ...
    @property
    def video(self) -> Video:
        ...
class LoraFile:
    """
    An adapter: file, strength, and the expert it belongs to ('high', 'low' or '' for both).
    """
    def __init__(self, file: os.PathLike | str | bytes, strength: typing.SupportsFloat | typing.SupportsIndex = 1.0, expert: str = '') -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def expert(self) -> str:
        ...
    @property
    def file(self) -> pathlib.Path:
        ...
    @property
    def strength(self) -> float:
        ...
class PipelineInfo:
    """
    A family of models and the names it opens.
    """
    def __repr__(self) -> str:
        ...
    @property
    def family(self) -> str:
        ...
    @property
    def models(self) -> list[str]:
        ...
    @property
    def summary(self) -> str:
        ...
class Pipeline:
    """
    A generator with its models; one run at a time.
    """
    @staticmethod
    def load(folder: os.PathLike | str | bytes | None = None, *, device: Device | None = None, dtype: str | None = None, memory_limit: typing.SupportsInt | typing.SupportsIndex = 0, weights: str = 'full', transformer: os.PathLike | str | bytes | None = None, transformer_2: os.PathLike | str | bytes | None = None, vae: os.PathLike | str | bytes | None = None, text_encoder: os.PathLike | str | bytes | None = None, tokenizer: os.PathLike | str | bytes | None = None, image_encoder: os.PathLike | str | bytes | None = None, on_progress: typing.Any = None, cancel: CancelToken | None = None) -> Pipeline:
        """
        Opens a diffusers folder, an official folder, a folder of separate files, or the files one by one. weights: full, or int8 for the transformer's matrices in 8 bits.
        """
    def __reduce__(self) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def decode(self, latents: typing.Any, **kwargs) -> Video:
        ...
    def defaults(self) -> GenerateOptions:
        ...
    def denoise(self, options: typing.Any = None, *, prompt_embedding: typing.Any, negative_embedding: typing.Any = None, image: typing.Any = None, **kwargs) -> numpy.ndarray:
        """
        Latents float32 [z, t, h, w].
        """
    def describe(self, options: typing.Any = None, **kwargs) -> str:
        """
        Sizes, number types and the memory plan, as text.
        """
    def encode_image(self, options: typing.Any = None, **kwargs) -> dict:
        """
        {'features', 'condition'}: arrays or None.
        """
    def encode_prompt(self, prompt: str, **kwargs) -> numpy.ndarray:
        """
        float32 [512, text width]; rows beyond the prompt are zero.
        """
    def generate(self, options: typing.Any = None, **kwargs) -> Generated:
        """
        generate(prompt or GenerateOptions, **options) -> Generated. Besides the options: on_progress, cancel, on_preview, preview_every.
        """
    def generate_batch(self, options: collections.abc.Sequence[GenerateOptions], **kwargs) -> list[Generated]:
        ...
    def resolve(self, options: typing.Any = None, **kwargs) -> GenerateOptions:
        ...
    def save(self, folder: os.PathLike | str | bytes, dtype: str | None = None, **kwargs) -> None:
        """
        Writes the model as a diffusers folder, weights in dtype with the adapters in them.
        """
    def set_loras(self, loras: collections.abc.Sequence[LoraFile]) -> None:
        """
        Merges adapters, replacing those set before; an empty list restores the weights exactly.
        """
    @property
    def device(self) -> str:
        ...
    @property
    def dtype(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
def _components() -> list:
    ...
def _score_clips(clips: collections.abc.Iterable, *, dimensions: collections.abc.Sequence[str], profile: str, weights: os.PathLike | str | bytes, normalized_fps: typing.SupportsFloat | typing.SupportsIndex | None, device: Device | None, dtype: str | None, on_progress: typing.Any, cancel: CancelToken | None) -> list[ClipResult]:
    ...
def check_checkpoints(folder: os.PathLike | str | bytes, *, dimensions: collections.abc.Sequence[str] = [], hash: bool = False) -> list[CheckpointReport]:
    """
    Verifies names, shapes and values of every checkpoint of a weights folder.
    """
def checkpoints() -> list[CheckpointInfo]:
    """
    Every checkpoint the built-in evaluators load.
    """
def convert_weights(file: os.PathLike | str | bytes, target: os.PathLike | str | bytes) -> None:
    """
    Writes the tensors of a checkpoint as one safetensors file.
    """
def evaluators(profile: str = '') -> list[EvaluatorInfo]:
    """
    Everything registered, sorted by name; an empty profile means all.
    """
def inspect_weights(file: os.PathLike | str | bytes, *, hash: bool = False) -> list[TensorInfo]:
    """
    The tensors of a checkpoint file, sorted by name; nothing in it is executed.
    """
def make_evaluator(name: str, weights: os.PathLike | str | bytes = ..., *, device: Device | None = None, dtype: str | None = None) -> Evaluator:
    ...
def pipelines() -> list[PipelineInfo]:
    """
    Every family of models this build can run.
    """
def probe(file: os.PathLike | str | bytes) -> dict:
    """
    What a media file declares about itself, as a dict; reads headers only.
    """
def read_image(file: os.PathLike | str | bytes) -> Image:
    ...
def read_video(file: os.PathLike | str | bytes, *, contract: str = 'native', first: typing.SupportsInt | typing.SupportsIndex = 0, count: typing.SupportsInt | typing.SupportsIndex | None = None, audio: bool = True, threads: typing.SupportsInt | typing.SupportsIndex = 0) -> Video:
    ...
def register_evaluator(function: typing.Any, name: str, *, profile: str = 'custom', summary: str = '', low: typing.SupportsFloat | typing.SupportsIndex = 0.0, high: typing.SupportsFloat | typing.SupportsIndex = 1.0, higher_is_better: bool | None = True, version: typing.SupportsInt | typing.SupportsIndex = 1) -> None:
    """
    Adds an evaluator: function(ClipRequest) -> float or Score. An exception of the function ends the run. Raise `version` when a change gives the same clip another value: stored results of this evaluator are then computed again.
    """
def set_log_level(level: str) -> None:
    ...
def set_threads(count: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    Threads used inside one operation; 0 restores the default.
    """
def threads() -> int:
    """
    Threads used inside one operation.
    """
def write_image(file: os.PathLike | str | bytes, image: Image) -> None:
    ...
def write_video(file: os.PathLike | str | bytes, video: Video, *, crf: typing.SupportsInt | typing.SupportsIndex = 18, preset: str = 'medium', audio_kbps: typing.SupportsInt | typing.SupportsIndex = 192, comment: str = '') -> None:
    ...
__version__: str = '0.1.0'
