"""gallop makes video and judges video.

    >>> import gallop
    >>> gallop.score("clip.mp4")                  # quick profile, no weights needed
    >>> gallop.score("clips/", dimensions=["sharpness", "temporal_flickering"])
    >>> video = gallop.read_video("clip.mp4")     # Video(24 frames, 240x360, 8 fps, silent)
    >>> video.numpy().shape                       # (24, 240, 360, 3), uint8, no copy

Names, defaults and meanings equal those of the C++ headers (``gallop.cmake_prefix()`` leads there).
"""

from gallop._runtime import check_torch as _check_torch

_check_torch()

from gallop._gallop import (  # noqa: E402
    Cancelled,
    CancelToken,
    CheckpointInfo,
    CheckpointReport,
    ClipRequest,
    ClipResult,
    Device,
    DeviceFrames,
    Error,
    Evaluator,
    EvaluatorInfo,
    FileNotFound,
    FormatError,
    Generated,
    GenerateOptions,
    Image,
    InternalError,
    InvalidArgument,
    IoError,
    LoraFile,
    MediaError,
    ModelError,
    NotFound,
    OutOfMemory,
    Pipeline,
    PipelineInfo,
    Problem,
    Progress,
    Score,
    TensorInfo,
    Unsupported,
    Video,
    __version__,
    check_checkpoints,
    checkpoints,
    convert_weights,
    evaluators,
    inspect_weights,
    make_evaluator,
    pipelines,
    probe,
    read_image,
    read_video,
    register_evaluator,
    set_log_level,
    set_threads,
    threads,
    write_image,
    write_video,
)
from gallop._runtime import cmake_prefix  # noqa: E402
from gallop.embedded import pony  # noqa: E402
from gallop.scoring import score  # noqa: E402
from gallop.table import ScoreTable  # noqa: E402

# A class is printed and pickled under the name its users import it by.
for _name in (
    "CancelToken",
    "CheckpointInfo",
    "CheckpointReport",
    "ClipRequest",
    "ClipResult",
    "Device",
    "DeviceFrames",
    "Evaluator",
    "EvaluatorInfo",
    "GenerateOptions",
    "Generated",
    "Image",
    "LoraFile",
    "Pipeline",
    "PipelineInfo",
    "Problem",
    "Progress",
    "Score",
    "Video",
):
    globals()[_name].__module__ = "gallop"
del _name

__all__ = [
    "CancelToken",
    "Cancelled",
    "CheckpointInfo",
    "CheckpointReport",
    "ClipRequest",
    "ClipResult",
    "Device",
    "DeviceFrames",
    "Error",
    "Evaluator",
    "EvaluatorInfo",
    "FileNotFound",
    "FormatError",
    "GenerateOptions",
    "Generated",
    "Image",
    "InternalError",
    "InvalidArgument",
    "IoError",
    "LoraFile",
    "MediaError",
    "ModelError",
    "NotFound",
    "OutOfMemory",
    "Pipeline",
    "PipelineInfo",
    "Problem",
    "Progress",
    "Score",
    "ScoreTable",
    "TensorInfo",
    "Unsupported",
    "Video",
    "__version__",
    "check_checkpoints",
    "checkpoints",
    "cmake_prefix",
    "convert_weights",
    "evaluators",
    "inspect_weights",
    "make_evaluator",
    "pipelines",
    "pony",
    "probe",
    "read_image",
    "read_video",
    "register_evaluator",
    "score",
    "set_log_level",
    "set_threads",
    "threads",
    "write_image",
    "write_video",
]
