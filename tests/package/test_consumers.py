"""Projects outside the tree build against gallop: from the installed wheel, from `cmake --install`, by add_subdirectory."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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


def build_and_run(prefix, folder):
    run(CMAKE, "-S", CONSUMER, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run(CMAKE, "--build", folder)
    commands = (folder / "CMakeFiles/consumer.dir/flags.make").read_text() if (folder / "CMakeFiles/consumer.dir/flags.make").exists() else ""
    assert "torch" not in commands, "LibTorch headers reached the consumer"
    assert run(folder / "consumer").splitlines() == EXPECTED


@needs_cmake
def test_installed_package_serves_a_cpp_project(tmp_path):
    gallop = pytest.importorskip("gallop")
    prefix = gallop.cmake_prefix()
    if not (Path(prefix) / "lib/cmake/gallop").is_dir():
        pytest.skip(f"gallop runs from its source folder here, not from an installed wheel: no CMake package in {prefix}")
    assert run(sys.executable, "-m", "gallop", "--cmake-prefix").strip() == str(prefix)
    build_and_run(prefix, tmp_path)


@needs_cmake
def test_cmake_install_serves_a_cpp_project(tmp_path):
    if not (BUILD / "CMakeCache.txt").exists():
        pytest.skip(f"no build in {BUILD}; run `make build` or set GALLOP_BUILD")
    if "SKBUILD:" in (BUILD / "CMakeCache.txt").read_text():
        # The wheel's build has the wheel's layout; a plain configuration that borrows nothing but the compiler's cache.
        plain = BUILD.parent / "plain"
        run(CMAKE, "-S", ROOT, "-B", plain, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-DPython3_EXECUTABLE={sys.executable}",
            f"-DCMAKE_MAKE_PROGRAM={shutil.which('ninja', path=str(Path(sys.executable).parent))}")
        run(CMAKE, "--build", plain, "--target", "gallop")
        build = plain
    else:
        build = BUILD
    prefix = tmp_path / "prefix"
    run(CMAKE, "--install", build, "--prefix", prefix)
    build_and_run(prefix, tmp_path / "consumer")


@needs_cmake
def test_nested_project_configures(tmp_path):
    out = run(CMAKE, "-S", ROOT / "tests/package/nested", "-B", tmp_path, f"-DGALLOP_CHECKOUT={ROOT}", f"-DPython3_EXECUTABLE={sys.executable}")
    assert "Generating done" in out


def test_public_headers_compile_alone(tmp_path):
    """Each public header by itself, with only include/ (and the generated version.h) on the path."""
    generated = tmp_path / "gallop"
    generated.mkdir()
    version = (ROOT / "include/gallop/version.h.in").read_text()
    (generated / "version.h").write_text("\n".join(line.replace("@", "0") if "@" not in line or '"' in line else line.split("@")[0] + "0" for line in version.splitlines()))
    headers = [path for path in sorted((ROOT / "include/gallop").glob("*.h"))]
    assert headers
    for header in headers:
        source = tmp_path / f"{header.stem}.cpp"
        source.write_text(f"#include <gallop/{header.name}>\nint main() {{}}\n")
        run("g++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", ROOT / "include", "-I", tmp_path, source)
