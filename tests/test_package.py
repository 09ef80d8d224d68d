"""The package as a whole: what importing it needs, how its modules depend, what a wheel holds."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tconv"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Each module imports only those above it.
ORDER = [
    "_validation",
    "shapes",
    "solver",
    "relationships",
    "_core",
    "_arguments",
    "operators",
    "matrix",
    "constructions",
    "kernels",
    "frameworks",
    "plotting",
    "exercises",
    "widgets",
    "sphinxext",
    "__main__",
]
NUMERICS = ORDER[: ORDER.index("plotting")]


def relative(path):
    return path.relative_to(PACKAGE).as_posix()


def run_python(code):
    """Run code in a fresh interpreter without a display; return the finished process."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"}
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True)


IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
for name in ("torch", "jax", "keras", "onnx", "tkinter"):
    sys.modules[name] = None  # importing it now raises ImportError
import tconv
for module in pkgutil.walk_packages(tconv.__path__, "tconv."):
    importlib.import_module(module.name)
    print(module.name)
"""


@pytest.mark.slow
def test_every_module_imports_without_torch_and_without_display():
    process = run_python(IMPORT_EVERYTHING)
    assert process.returncode == 0, process.stderr
    assert {"tconv.operators", "tconv.widgets"} <= set(process.stdout.split())


def test_import_tconv_loads_numerics_only():
    process = run_python("import sys, tconv; print(*sys.modules)")
    assert process.returncode == 0, process.stderr
    loaded = set(process.stdout.split())
    assert "tconv.operators" in loaded
    assert not loaded & {"matplotlib", "anywidget", "ipywidgets", "IPython", "sphinx"}


def imported_modules(tree, package):
    """Return the modules of tconv that a syntax tree imports, by their first name below tconv."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*base, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "tconv" else [base]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("tconv.")}
    return found


@pytest.mark.parametrize(
    ("code", "package", "expected"),
    [
        ("import tconv.shapes", ["tconv"], {"shapes"}),
        ("from tconv import matrix, shapes as s", ["tconv"], {"matrix", "shapes"}),
        ("from tconv.widgets import _assets", ["tconv"], {"widgets"}),
        ("def f():\n    from . import plotting", ["tconv"], {"plotting"}),
        ("from .kernels import bilinear_kernel", ["tconv"], {"kernels"}),
        ("from .. import matrix", ["tconv", "widgets"], {"matrix"}),
        ("from . import _assets", ["tconv", "widgets"], {"widgets"}),
        ("import numpy as np\nfrom scipy import sparse", ["tconv"], set()),
    ],
)
def test_imported_modules(code, package, expected):
    assert imported_modules(ast.parse(code), package) == expected


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_imports_only_those_above_it(path):
    module = path.relative_to(PACKAGE).with_suffix("").parts
    imported = imported_modules(
        ast.parse(path.read_text(encoding="utf-8")), ["tconv", *module[:-1]]
    )
    name = module[0]
    allowed = NUMERICS if name == "__init__" else ORDER[: ORDER.index(name)]
    own = {name} if len(module) > 1 else set()
    assert imported - own <= set(allowed)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*")) if path.suffix in {".py", ".js", ".css"}],
    ids=relative,
)
def test_file_is_short(path):
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= 300


def lines_of_code(text):
    """Count lines that are neither blank, nor a comment, nor part of a docstring."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    docstrings = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            docstrings |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return sum(
        1
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in docstrings and line.strip() and not line.strip().startswith("#")
    )


def test_lines_of_code():
    assert (
        lines_of_code('"""Module.\n\nMore."""\n\n# why\ndef f():\n    """F."""\n    return 1\n')
        == 2
    )


def test_numerics_are_small():
    texts = [(PACKAGE / f"{name}.py").read_text(encoding="utf-8") for name in NUMERICS]
    assert sum(map(lines_of_code, texts)) <= 794


@pytest.mark.slow
def test_wheel_holds_the_package_and_nothing_else(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    (wheel,) = tmp_path.glob("tconv-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    files = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {Path(name).suffix for name in files} == {".py", ".js", ".css"}
    assert {name for name in names if ".dist-info/" not in name} == files
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
