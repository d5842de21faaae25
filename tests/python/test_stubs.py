"""The committed type stubs name exactly what the extension module has."""

import ast
import inspect
import re

import gallop
import pytest
from conftest import ROOT
from gallop import _gallop

STUBS = ROOT / "python/gallop/_gallop"
#: What every class gets from Python or pybind11 and a stub need not repeat.
INHERITED = set(dir(object)) | {"__module__", "__dict__", "__weakref__", "__firstlineno__", "__static_attributes__"}


def names(body):
    found = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = [node]
    return found


def own(kind):
    return {name for name in vars(kind) if name not in INHERITED and not name.startswith("_pybind11")}


@pytest.mark.parametrize(
    "file,module",
    [("__init__.pyi", _gallop), ("arena.pyi", _gallop.arena), ("benchmark.pyi", _gallop.benchmark), ("card.pyi", _gallop.card)],
)
def test_stubs_and_module_name_the_same_things(file, module):
    stub = names(ast.parse((STUBS / file).read_text()).body)
    stub.pop("__all__", None)
    real = {
        name for name, value in vars(module).items() if (name == "__version__" or not name.startswith("__")) and not inspect.ismodule(value)
    }
    assert set(stub) == real
    for name in real:
        value = getattr(module, name)
        if inspect.isclass(value) and not issubclass(value, Exception):
            declared = {member for member in names(stub[name][0].body) if member not in INHERITED}
            assert declared == own(value), name
        elif inspect.isbuiltin(value):
            check_parameters(stub[name], value)


def check_parameters(nodes, function):
    """pybind11 writes the signature as the first lines of the docstring."""
    signature = re.search(rf"{function.__name__}\((.*)\) ->", function.__doc__).group(1)
    for node in nodes:
        given = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        for name in given:
            assert name.startswith("arg") or re.search(rf"\b{name}:", signature) or len(nodes) > 1, f"{function.__name__}: {name}"
        if len(nodes) == 1:
            assert signature.count(": ") >= len(given)


def test_error_classes_have_the_bases_of_the_stub():
    stub = names(ast.parse((STUBS / "__init__.pyi").read_text()).body)
    for name in ("Error", "MediaError", "NotFound", "Cancelled", "FileNotFound"):
        declared = {base.attr if isinstance(base, ast.Attribute) else base.id for base in stub[name][0].bases}
        assert declared == {base.__name__ for base in getattr(gallop, name).__bases__}
