"""Puts the widgets' ES modules together: one module for a notebook, one classic script for a page.

A browser loads a notebook's widget from a Blob, which can import nothing, and refuses a module on
``file://``. So each file of ``static/`` becomes a function's scope that returns what the file
exports, in the order of their imports.
"""

import re
from functools import cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
# A comment with its lines to itself. Those who read it read the file, not what the page loads.
_COMMENT = re.compile(r"^ *(?://.*|/\*(?s:.*?)\*/)\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)

# The widget classes and the modules that draw them.
WIDGETS = {
    "ConvolutionExplorer": "convolution_explorer",
    "AdjointExplorer": "adjoint_explorer",
    "OverlapExplorer": "overlap_explorer",
    "ShapeSolver": "shape_solver",
    "GeneratorExplorer": "generator_explorer",
    "Quiz": "quiz",
}
_STYLES = (
    "widgets.css",
    "adjoint_explorer.css",
    "overlap_explorer.css",
    "shape_solver.css",
    "generator_explorer.css",
    "quiz.css",
)


@cache
def source(name):
    """Return the text of a file in ``static/``."""
    return (_STATIC / name).read_text(encoding="utf-8")


def _in_import_order(module, found):
    """Add to ``found`` the modules that ``module`` imports, then ``module``."""
    for _, imported in _IMPORT.findall(source(f"{module}.js")):
        _in_import_order(imported, found)
    if module not in found:
        found.append(module)


def bundle(modules):
    """Return the modules, and all they import, as one script of constants named after the files."""
    order = []
    for module in modules:
        _in_import_order(module, order)
    scopes = []
    for module in order:
        text = _COMMENT.sub("", source(f"{module}.js"))
        exports = ", ".join(name for _, name in _EXPORT.findall(text))
        body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const {\1} = $\2;", text))
        scopes.append(f"const ${module} = (() => {{\n{body}return {{ {exports} }};\n}})();\n")
    return "".join(scopes)


def notebook_module(module):
    """Return one widget as an ES module in anywidget's form."""
    return f"{bundle([module])}export default {{ render: ${module}.render }};\n"


def page_script(names=tuple(WIDGETS)):
    """Return the named widgets as one classic script that mounts those of its page."""
    table = ", ".join(f"{name}: ${WIDGETS[name]}" for name in names)
    return (
        '(() => {\n"use strict";\n'
        + bundle([*(WIDGETS[name] for name in names), "page"])
        + f"$page.mountAll({{ {table} }});\n}})();\n"
    )


def page_style():
    """Return the style sheet of the widgets, static form included."""
    return "".join(map(source, _STYLES))
