"""Make slides of the chapters: ``python tools/slides.py`` writes ``_build/slides/*.html``.

nbconvert's reveal.js writer does it, from the notebooks with their stored outputs. Which cell
begins a slide is read off the text where the cell's ``slideshow`` metadata does not say. The
explorers are alive, and the slides ask no other site for anything.
"""

import re
import shutil
import sys
from copy import deepcopy
from functools import cache
from html import escape
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, directives, roles
from myst_parser.docutils_ import Parser
from nbconvert.exporters import SlidesExporter
from pybtex.database import parse_file

from tconv.sphinxext import CONTENT_SECURITY_POLICY
from tconv.sphinxext.mathematics import typeset_written, write_style
from tconv.widgets import page_script, page_style

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
SLIDES = ROOT / "_build" / "slides"
TEMPLATE = Path(__file__).with_name("slides_template")
CHAPTERS = sorted(BOOK.glob("[0-9]*.ipynb"))

HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
EXPLORER = re.compile(r'class="tconv-widget" data-widget="(?!Quiz")')
MYST = {
    "myst_enable_extensions": ["amsmath", "colon_fence", "deflist", "dollarmath"],
    # A slide begins at any level, and does not know the others: the book checks its links.
    "myst_suppress_warnings": ["myst.header", "myst.xref_missing"],
    "doctitle_xform": False,
    "math_output": "MathJax unused",  # it is typeset here
    "halt_level": 2,  # a warning ends it
}


# The text, which is the book's own kind of Markdown


class Fold(Directive):
    """``{dropdown}``: hints and answers, folded."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        """Return what is folded between the tags of an HTML fold."""
        inside = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, inside)
        head = f"<details><summary>{escape(self.arguments[0])}</summary>"
        return [
            nodes.raw("", head, format="html"),
            *inside.children,
            nodes.raw("", "</details>", format="html"),
        ]


def term(name, rawtext, text, lineno, inliner, options=None, content=()):
    """``{term}``: its words; the glossary is in the book."""
    return [nodes.inline(text=text.split(" <")[0])], []


def chapter(name, rawtext, text, lineno, inliner, options=None, content=()):
    """``{doc}``: the title of the page, with a link if it has slides."""
    source = next(BOOK.glob(f"{text}.*"))
    if source in CHAPTERS:
        return [nodes.reference(text=title_of(source), refuri=f"{text}.html")], []
    return [nodes.inline(text=title_of(source))], []


def citation(name, rawtext, text, lineno, inliner, options=None, content=()):
    """``{cite}``: first author and year; the bibliography is in the book."""
    found = [bibliography()[key.strip()] for key in text.split(",")]
    named = [f"{e.persons['author'][0].last_names[-1]} {e.fields['year']}" for e in found]
    return [nodes.inline(text=f"({'; '.join(named)})")], []


@cache
def bibliography():
    """Return the entries of the bibliography by their keys."""
    return parse_file(BOOK / "references.bib").entries


def render(text):
    """Return the text of a cell as HTML; its heading, if any, keeps its level."""
    heading = HEADING.match(text)
    level = {"initial_header_level": len(heading[1])} if heading else {}
    parts = publish_parts(
        text, parser=Parser(), writer_name="html5", settings_overrides=MYST | level
    )
    html = BeautifulSoup(parts["fragment"], "html.parser")
    for section in html("section"):  # to reveal.js each of these is a slide
        section.name = "div"
    for link in html.select("a[href^='#']"):  # a place in the page is none in the slides
        link.unwrap()
    for formula in html.select(".math"):
        drawn = typeset_written(formula.decode_contents(), stop_at)
        formula.clear()
        formula.append(BeautifulSoup(drawn, "html.parser"))
    return str(html)


def stop_at(fault):
    """Stop at what is no formula."""
    sys.exit(f"no formula: {fault}")


def title_of(path):
    """Return the title of a page, which is its first heading."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = nbformat.reads(text, as_version=4).cells[0].source
    return HEADING.search(text)[2]


# The slides


def split_at_headings(cell):
    """Return a text cell as several, each with one heading at most, at its beginning."""
    blocks = [match.span() for match in CODE_BLOCK.finditer(cell.source)]
    starts = [
        match.start()
        for match in HEADING.finditer(cell.source)
        if not any(start < match.start() < end for start, end in blocks)
    ]
    bounds = sorted({0, *starts, len(cell.source)})
    parts = []
    for begin, end in pairwise(bounds):
        part = deepcopy(cell)
        part.source = cell.source[begin:end].strip()
        if begin:
            part.id = f"{cell.id}-{begin}"
        parts.append(part)
    return parts


def outputs(cell, mime):
    """Return what the cell's outputs hold of that type."""
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [forms[mime] for forms in data if mime in forms]


def is_explorer(cell):
    """Whether the cell shows a widget, other than the small one with a question."""
    return any(EXPLORER.search(html) for html in outputs(cell, "text/html"))


def slide_type(cell, before):
    """Return what a cell begins: a slide, one below it, or nothing.

    Sections go to the right. Below them follow their parts: a text with the code after it. An
    explorer has a slide for itself, and so has a picture that would stand under other code.
    """
    if cell.cell_type == "markdown":
        heading = HEADING.match(cell.source)
        return "slide" if heading and len(heading[1]) <= 2 else "subslide"
    picture_after_code = outputs(cell, "image/png") and before.cell_type == "code"
    return "subslide" if is_explorer(cell) or picture_after_code else "-"


def as_slides(notebook):
    """Return the notebook with every cell's place in the slides, where it does not say itself."""
    cells = []
    for cell in notebook.cells:
        cells += split_at_headings(cell) if cell.cell_type == "markdown" else [cell]
    for before, cell in zip([None, *cells], cells, strict=False):
        place = cell.metadata.setdefault("slideshow", {})
        place.setdefault("slide_type", slide_type(cell, before))
        if is_explorer(cell):
            cell.metadata.tags = [*cell.metadata.get("tags", []), "hide-input"]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def exporter():
    """Return nbconvert's writer of slides, with this book's text and template."""
    for role in ("cite", "cite:p", "cite:t"):
        roles.register_local_role(role, citation)
    roles.register_local_role("term", term)
    roles.register_local_role("doc", chapter)
    directives.register_directive("dropdown", Fold)
    writer = SlidesExporter(
        extra_template_basedirs=[str(TEMPLATE.parent)], template_name=TEMPLATE.name
    )
    writer.register_filter("markdown2html", render)
    return writer


def write_assets(folder):
    """Put what every chapter's slides load beside them."""
    reveal = package("sphinx_revealjs") / "_static" / "revealjs" / "dist"
    for name in ("reveal.js", "reveal.css"):
        shutil.copy(reveal / name, folder)
    (folder / "widgets.js").write_text(page_script(), encoding="utf-8")
    (folder / "widgets.css").write_text(page_style(), encoding="utf-8")
    for name in ("slides.js", "slides.css"):
        shutil.copy(TEMPLATE / name, folder)


def package(name):
    """Return the folder of an installed package without importing it."""
    return Path(find_spec(name).origin).parent


def write_slides(folder, paths=CHAPTERS):
    """Write the slides of the notebooks into a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_assets(folder)
    writer = exporter()
    for path in paths:
        notebook = as_slides(nbformat.read(path, as_version=4))
        resources = {"title": title_of(path), "policy": CONTENT_SECURITY_POLICY}
        html, _ = writer.from_notebook_node(notebook, resources)
        (folder / f"{path.stem}.html").write_text(html, encoding="utf-8")
    write_style(folder / "mathjax")


if __name__ == "__main__":
    write_slides(SLIDES)
    print(SLIDES.relative_to(ROOT))
