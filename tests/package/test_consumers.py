"""Projects outside the tree build against gallop: from the installed wheel, from `cmake --install`, by add_subdirectory."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = ROOT / "tests/package/consumer"
BUILD = Path(os.environ.get("GALLOP_BUILD", ROOT / "build/python"))
CMAKE = shutil.which("cmake", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
EXPECTED = ["mean_red 200.000", "temporal_flickering 1.000", 'evaluator: "mean_rad" is not known; did you mean "mean_red"?']

needs_cmake = pytest.mark.skipif(CMAKE is None, reason="cmake is not installed")


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source, folder, *options):
    """Configures and builds a project that is not ours; its folder of programs."""
    run(CMAKE, "-S", source, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", *options)
    run(CMAKE, "--build", folder)
    return folder


def wheel_prefix():
    """Where an installed wheel keeps its CMake package; None when gallop runs from its source folder."""
    gallop = pytest.importorskip("gallop")
    prefix = Path(gallop.cmake_prefix())
    return prefix if (prefix / "lib/cmake/gallop").is_dir() else None


@contextmanager
def plain_layout():
    """The build tree without the wheel's layout. No object depends on it, so that linking again is all it costs."""
    wheel = re.search(r"^SKBUILD:\w+=(.+)$", (BUILD / "CMakeCache.txt").read_text(), re.M)
    if wheel is None:
        yield
        return
    try:
        run(CMAKE, "-S", ROOT, "-B", BUILD, "-DSKBUILD=OFF")
        run(CMAKE, "--build", BUILD, "--target", "gallop")
        yield
    finally:
        run(CMAKE, "-S", ROOT, "-B", BUILD, f"-DSKBUILD={wheel[1]}")
        run(CMAKE, "--build", BUILD, "--target", "gallop")


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A prefix made by `cmake --install`."""
    if not (BUILD / "CMakeCache.txt").exists():
        pytest.skip(f"no build in {BUILD}; run `make build` or set GALLOP_BUILD")
    prefix = tmp_path_factory.mktemp("prefix")
    with plain_layout():
        run(CMAKE, "--install", BUILD, "--prefix", prefix)
    return prefix


def check_consumer(prefix, folder):
    build(CONSUMER, folder, f"-DCMAKE_PREFIX_PATH={prefix}", "-G", "Unix Makefiles")
    flags = (folder / "CMakeFiles/consumer.dir/flags.make").read_text()
    assert str(prefix) in flags
    assert "torch" not in flags.replace(str(prefix), ""), "LibTorch headers reached the consumer"
    assert run(folder / "consumer").splitlines() == EXPECTED


@needs_cmake
def test_installed_package_serves_a_cpp_project(tmp_path):
    prefix = wheel_prefix()
    if prefix is None:
        pytest.skip("gallop runs from its source folder here, not from an installed wheel")
    assert run(sys.executable, "-m", "gallop", "--cmake-prefix").strip() == str(prefix)
    check_consumer(prefix, tmp_path)


@needs_cmake
def test_cmake_install_serves_a_cpp_project(installed, tmp_path):
    check_consumer(installed, tmp_path)


@needs_cmake
@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples/cpp").iterdir()))
def test_cpp_examples_build_and_run(name, request, tmp_path):
    prefix = wheel_prefix() or request.getfixturevalue("installed")
    program = build(ROOT / "examples/cpp" / name, tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}") / name
    EXAMPLES[name](program, tmp_path)


def hello_video(program, folder):
    lines = run(program, folder / "out.mp4").splitlines()
    assert lines[0].startswith("decord  24 frames, 192x320, 12 fps")
    assert lines[1].startswith("opencv  24 frames, 192x320, 12 fps")
    assert lines[2] == "h264 320x192, 12 fps, yuv420p"
    assert all(float(line.split()[-8]) < 3.0 for line in lines[:2])


def score(program, folder):
    import gallop

    clip = folder / "clip.mp4"
    gallop.write_video(clip, gallop.Video(np.random.default_rng(0).integers(0, 255, (8, 64, 96, 3), np.uint8), fps=8.0))
    values = {line.split()[0]: float(line.split()[1]) for line in run(program, clip).splitlines() if "parts" in line}
    table = gallop.score(clip, dimensions=["sharpness", "temporal_flickering"])
    assert values == {name: pytest.approx(table.value(0, name), abs=1e-6) for name in table.dimensions}
    absent = subprocess.run([program, folder / "none.mp4"], capture_output=True, text=True, check=False)
    assert absent.returncode == 3
    assert "no such clip" in absent.stdout


def embed_in_cmake(program, folder):
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "frames[16]@64x64: brightness_drift 0.000",
        "frames[16]@64x64: temporal_flickering 1.000",
        "frames[16]@64x64: brightness_drift 12.000",
        "frames[16]@64x64: temporal_flickering 0.953",
    ]
    assert "score 2 of 2" in done.stderr


def generate(program, folder):
    shared = Path(os.environ.get("GALLOP_SHARED", ROOT.parent / "shared"))
    if not (shared / "reference").is_dir():
        pytest.skip(f"shared test data is absent from {shared}; set GALLOP_SHARED")
    sys.path.insert(0, str(ROOT / "tests/python"))
    from tiny_models import write_tiny_wan

    model = write_tiny_wan(folder / "model", "wan2.1-t2v", shared)
    lines = run(program, model, "a horse", folder / "out.mp4", 64, 64, 5, 2).splitlines()
    assert lines[0] == "wan2.1-t2v: 5 frames, 64x64, 2 steps, guidance 5, seed 7"
    assert [line.split()[0] for line in lines[1:]] == ["encode_text", "denoise", "decode"]
    refused = subprocess.run(
        [program, model, "a horse", folder / "out.mp4", "64", "64", "6", "2"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "frames" in refused.stderr


def suite(program, folder):
    import gallop
    from gallop import benchmark

    (folder / "suite.csv").write_text("prompt,dimensions\na red car,sharpness;contrast\na horse,sharpness;contrast\n")
    (folder / "clips").mkdir()
    noise = np.random.default_rng(0)
    for prompt in ("a red car", "a horse"):
        for sample in range(5):
            frames = gallop.Video(noise.integers(0, 255, (4, 64, 96, 3), np.uint8), fps=8.0)
            gallop.write_video(folder / f"clips/{prompt}-{sample}.mp4", frames, preset="ultrafast")
    arguments = [folder / "suite.csv", folder / "clips", folder / "run"]
    lines = run(program, *arguments).splitlines()
    assert lines[:2] == ["suite: 2 prompts, 10 clips found, 0 missing", "0 clips were judged already"]
    values = {line.split()[0]: float(line.split()[1]) for line in lines if "scored" in line}
    results = benchmark.read_results(folder / "run")
    assert values == {name: pytest.approx(results.value(name), abs=1e-4) for name in ("sharpness", "contrast")}
    assert "10 clips were judged already" in run(program, *arguments)
    (folder / "clips/a horse-4.mp4").unlink()
    lacking = subprocess.run([program, *arguments[:2], folder / "another"], capture_output=True, text=True, check=False)
    assert lacking.returncode == 3
    assert "a horse-4: sharpness: missing" in lacking.stdout


EXAMPLES = {"generate": generate, "suite": suite, "hello_video": hello_video, "score": score, "embed_in_cmake": embed_in_cmake}


@needs_cmake
@pytest.mark.slow
def test_nested_project_builds_and_runs(tmp_path):
    folder = build(
        ROOT / "tests/package/nested",
        tmp_path,
        "-G",
        "Ninja",
        f"-DGALLOP_CHECKOUT={ROOT}",
        f"-DPython3_EXECUTABLE={sys.executable}",
        f"-DCMAKE_MAKE_PROGRAM={shutil.which('ninja', path=str(Path(sys.executable).parent))}",
    )
    assert run(folder / "nested").splitlines() == EXPECTED


@needs_cmake
def test_nested_project_configures(tmp_path):
    out = run(
        CMAKE, "-S", ROOT / "tests/package/nested", "-B", tmp_path, f"-DGALLOP_CHECKOUT={ROOT}", f"-DPython3_EXECUTABLE={sys.executable}"
    )
    assert "Generating done" in out


def test_public_headers_compile_alone(tmp_path):
    """Each public header by itself, with only include/ (and the generated version.h) on the path."""
    generated = tmp_path / "gallop"
    generated.mkdir()
    version = (ROOT / "include/gallop/version.h.in").read_text()
    (generated / "version.h").write_text(
        "\n".join(line.replace("@", "0") if "@" not in line or '"' in line else line.split("@")[0] + "0" for line in version.splitlines())
    )
    headers = [path for path in sorted((ROOT / "include/gallop").glob("*.h"))]
    assert headers
    for header in headers:
        source = tmp_path / f"{header.stem}.cpp"
        source.write_text(f"#include <gallop/{header.name}>\nint main() {{}}\n")
        run(
            "g++",
            "-std=c++20",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fsyntax-only",
            "-I",
            ROOT / "include",
            "-I",
            tmp_path,
            source,
        )
