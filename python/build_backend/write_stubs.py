"""Writes the type stubs of the extension module; run it after a change of the bindings (needs pybind11-stubgen).

    python python/build_backend/write_stubs.py

The module is loaded alone, without package gallop, so that its classes keep their own names.
"""

import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "gallop"


def error_classes(module) -> str:
    """The exceptions, which carry the name of the package and would otherwise be imported from it in a circle."""
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)]
    classes.sort(key=lambda kind: (len(kind.__mro__), kind.__name__))
    lines = []
    for kind in classes:
        bases = ", ".join(base.__name__ if base.__module__ in ("builtins", kind.__module__) else "Exception" for base in kind.__bases__)
        bases = bases.replace("FileNotFoundError", "builtins.FileNotFoundError")
        lines.append(f'class {kind.__name__}({bases}):\n    """\n    {kind.__doc__}\n    """')
    return "import builtins\n" + "\n".join(lines) + "\n"


def main() -> None:
    library = next(PACKAGE.glob("_gallop*.so"))
    spec = importlib.util.spec_from_file_location("_gallop", library)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory() as folder:
        generate = "import sys; from pybind11_stubgen import main; sys.exit(main())"
        subprocess.run(
            [sys.executable, "-c", generate, "_gallop", "-o", folder],
            check=True,
            cwd=PACKAGE,
            env={"PYTHONPATH": str(PACKAGE), "PATH": ""},
        )
        (PACKAGE / "_gallop").mkdir(exist_ok=True)
        for file in Path(folder, "_gallop").glob("*.pyi"):
            text = file.read_text()
            if file.name == "__init__.pyi":
                text = re.sub(r"^from gallop import \w+\n", "", text, flags=re.M)
                text = text.replace("from . import arena\n", "from . import arena\n" + error_classes(module), 1)
                text = (
                    text.replace("def _components() -> list:", "__version__: str\ndef _components() -> list:", 1)
                    if "__version__" not in text
                    else text
                )
            (PACKAGE / "_gallop" / file.name).write_text(text)


if __name__ == "__main__":
    main()
