"""The run-time requirements of the wheel: the torch release it is built with, pinned, and the few others.

The library links the LibTorch inside the torch package and its C++ ABI changes with every release, so the wheel asks for
exactly the release that was installed when it was built.
"""

from importlib.metadata import PackageNotFoundError, version

REQUIREMENTS = ["numpy>=1.26", "click>=8.1", "rich>=13", "jinja2>=3.1", "matplotlib>=3.8"]


def dynamic_metadata(field, settings=None, *_):
    """Called by scikit-build-core for the field ``dependencies``."""
    if field != "dependencies":
        raise ValueError(f"torch_pin provides dependencies only, not {field}")
    try:
        release = version("torch").split("+")[0]
    except PackageNotFoundError as error:
        raise RuntimeError(
            "gallop is built against the torch package of this environment and there is none: run "
            "`pip install torch==2.13.0` first, then `pip install --no-build-isolation .`"
        ) from error
    return [f"torch=={release}", *REQUIREMENTS]
