"""Formulas are typeset when the book is built: a page holds them as MathJax writes them.

MathJax runs in V8, in this process; it comes with its fonts in the package sphinx-mathjax-offline.
A page then needs no script for them, and nothing moves when it is read.
"""

import atexit
import json
import re
import shutil
from contextlib import suppress
from functools import cache
from html import unescape
from importlib.metadata import distribution
from pathlib import Path

from docutils.nodes import SkipNode
from py_mini_racer import MiniRacer
from sphinx.ext import mathjax
from sphinx.util import logging

#: MathJax's own components, each after those it needs.
COMPONENTS = (
    "startup",
    "core",
    "adaptors/liteDOM",
    "input/tex-base",
    "input/tex/extensions/ams",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)
FONTS = "output/chtml/fonts/woff-v2"
SETTINGS = {
    "loader": {"load": []},  # all components are there
    "tex": {"packages": {"[+]": ["ams"]}},
    "chtml": {"adaptiveCSS": False, "fontURL": "fonts"},
}
FUNCTIONS = """
const {adaptor} = MathJax.startup;
const typeset = (tex, display) => adaptor.outerHTML(MathJax.tex2chtml(tex, {display}));
const styleSheet = () => adaptor.textContent(MathJax.chtmlStylesheet());
"""

#: A formula as Sphinx writes it, with MathJax's delimiters or as an environment of LaTeX.
FORMULA = re.compile(
    r"\\\((?P<inline>.*)\\\)|\\\[(?P<display>.*)\\\]|(?P<environment>\\begin\{.*\\end\{[^}]*\})",
    re.DOTALL,
)
FAULT = re.compile('data-mjx-error="([^"]*)"')

logger = logging.getLogger(__name__)


def _folder():
    """Return the folder of MathJax's components and fonts."""
    return Path(
        distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax")
    )


@cache
def _engine():
    """Return a V8 in which MathJax is ready.

    MathJax starts when a script has run to its end: by then all components must be there.
    """
    engine = MiniRacer()
    atexit.register(engine.close)  # left to itself, it waits for its own thread for ever
    parts = [(_folder() / f"{name}.js").read_text(encoding="utf-8") for name in COMPONENTS]
    engine.eval("\n".join([f"var MathJax = {json.dumps(SETTINGS)};", *parts]))
    engine.eval(FUNCTIONS)
    return engine


@cache  # a page says k and s a hundred times
def typeset(tex, *, display):
    """Return a formula as HTML: drawn for the eye, and as MathML for a screen reader."""
    return _engine().call("typeset", tex, display)


def typeset_written(html, report):
    """Return HTML with the formula in it, as Sphinx and docutils write it, typeset.

    ``report(fault)`` takes what MathJax says of a formula that is none.
    """

    def replace(match):
        drawn = typeset(unescape(match[match.lastgroup]), display=match["inline"] is None)
        if fault := FAULT.search(drawn):
            report(fault[1])
        return drawn

    return FORMULA.sub(replace, html)


def _renderer(visit):
    """Return Sphinx's visitor `visit` with the formula that it writes typeset."""

    def visit_and_typeset(translator, node):
        def warn(fault):
            logger.warning("%s: %s", fault, node.astext(), location=node)

        start = len(translator.body)
        with suppress(SkipNode):
            visit(translator, node)
        written = "".join(translator.body[start:])
        translator.body[start:] = [typeset_written(written, warn)]
        raise SkipNode

    return visit_and_typeset


def write_style(folder):
    """Write MathJax's style sheet, and the fonts that it names."""
    shutil.copytree(_folder() / FONTS, folder / "fonts", dirs_exist_ok=True)
    (folder / "mathjax.css").write_text(_engine().call("styleSheet"), encoding="utf-8")


def _write_style_of_book(app, exception):
    if exception is None and app.builder.format == "html":
        write_style(Path(app.outdir, "_static", "mathjax"))


def setup(app):
    """Offer the renderer ``typeset`` for ``html_math_renderer``."""
    app.setup_extension("sphinx.ext.mathjax")
    app.add_html_math_renderer(
        "typeset",
        (_renderer(mathjax.html_visit_math), None),
        (_renderer(mathjax.html_visit_displaymath), None),
    )
    app.connect("build-finished", _write_style_of_book)
