"""The arrows between the layers point one way: reads the #include lines and fails on a forbidden one (docs/design/layers.md)."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)

# Layer -> layers its files may include. Everything may use base and the public headers.
ALLOWED = {
    "base": set(),
    "tensor": set(),
    "text": set(),
    "arena": set(),
    "weights": {"tensor"},
    "media": set(),
    "nn": {"tensor"},
    "models": {"nn", "weights", "tensor"},
    "schedulers": {"tensor"},
    "pipelines": {"models", "schedulers", "text", "media", "weights", "nn", "tensor"},
    "evaluators": {"models", "text", "media", "weights", "nn", "tensor"},
    "benchmark": {"evaluators", "media", "arena"},
    "studio": {"pipelines", "benchmark", "media"},
    "api": {"pipelines", "evaluators", "benchmark", "studio", "arena", "media", "models", "schedulers", "text", "weights", "nn", "tensor"},
}
THIRD_PARTY = re.compile(r"^(ATen|torch|c10|fmt|nlohmann|libav\w*|libsw\w*|Eigen|sqlite3|openssl|utf8proc|pybind11)\b")
HEAVY = {"torch/torch.h", "torch/extension.h", "ATen/ATen.h", "torch/script.h"}


def includes(folder, *endings):
    for path in sorted(folder.rglob("*")):
        if path.suffix in endings:
            for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
                yield path.relative_to(ROOT).as_posix(), name


def forbidden_arrows(pairs, allowed):
    """Arrows of (file, included name) pairs that the table does not allow."""
    wrong = []
    for file, name in pairs:
        layer, target = file.split("/")[1], name.split("/")[0]
        if target in allowed and target not in {layer, "base"} and target not in allowed[layer]:
            wrong.append(f"{file} includes {name}")
    return wrong


def test_every_source_folder_has_a_layer():
    folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir() and path.name != "cmake"}
    assert folders <= set(ALLOWED), f"give these folders a place in the table: {folders - set(ALLOWED)}"


def test_no_forbidden_arrow():
    assert forbidden_arrows(includes(ROOT / "src", ".h", ".cpp"), ALLOWED) == []


def test_the_check_itself_can_fail():
    assert forbidden_arrows([("src/models/wan/vae.cpp", "media/probe.h")], ALLOWED)
    assert not forbidden_arrows([("src/models/wan/vae.cpp", "nn/linear.h")], ALLOWED)


def test_the_layer_table_has_no_cycle():
    done, rank = set(), dict(ALLOWED)
    while rank:
        free = [layer for layer, below in rank.items() if below <= done]
        assert free, f"the table runs in a circle among {sorted(rank)}"
        for layer in free:
            done.add(layer)
            del rank[layer]


def test_public_headers_hold_no_third_party_types():
    wrong = [(file, name) for file, name in includes(ROOT / "include", ".h", ".in") if THIRD_PARTY.match(name) and "/interop/" not in file]
    assert wrong == []


def test_bindings_and_examples_see_only_the_public_headers():
    for folder in ("python/bindings", "examples/cpp"):
        names = {name for _, name in includes(ROOT / folder, ".h", ".cpp") if name.split("/")[0] in ALLOWED}
        assert names == set(), f"{folder} reaches into src"


def test_one_door_to_libtorch():
    doors = {file for file, name in includes(ROOT / "src", ".h", ".cpp") if name.startswith(("ATen/", "torch/", "c10/"))}
    assert doors <= {"src/tensor/aten.h", "src/tensor/record.h"}
    heavy = [(f, n) for folder in ("src", "tests", "python/bindings") for f, n in includes(ROOT / folder, ".h", ".cpp") if n in HEAVY]
    assert heavy == []
