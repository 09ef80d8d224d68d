"""Pages of the book as sections: a heading, and what stands under it."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "book").glob("**/[!._]*.md")) + sorted(
    (ROOT / "book").glob("**/[!.]*.ipynb")
)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass
class Section:
    """What a reader finds between one heading and the next."""

    heading: str
    says: str = ""
    shows: str = ""


@functools.cache
def read_sections(page):
    """Split a page: `says` is its text and code, `shows` what its cells have printed."""
    sections = [Section("")]
    for kind, source, output in _cells(page):
        headings = [] if kind == "code" else _headings(source)
        start = 0
        for match in headings:
            sections[-1].says += source[start : match.start()] + "\n"
            sections.append(Section(match[1].strip()))
            start = match.end()
        sections[-1].says += source[start:] + "\n"
        sections[-1].shows += output + "\n"
    return sections


def find_section(page, heading):
    """Return the one section of the page with this heading."""
    found = [section for section in read_sections(page) if section.heading == heading]
    if len(found) != 1:
        raise LookupError(f"{page.stem} has {len(found)} sections {heading!r}, and must have 1")
    return found[0]


def _headings(markdown):
    fenced = [match.span() for match in FENCE.finditer(markdown)]
    return [
        match
        for match in HEADING.finditer(markdown)
        if not any(start <= match.start() < end for start, end in fenced)
    ]


def _cells(page):
    if page.suffix == ".md":
        return [("markdown", page.read_text(encoding="utf-8"), "")]
    cells = nbformat.read(page, as_version=4).cells
    return [(cell.cell_type, cell.source, _printed(cell)) for cell in cells]


def _printed(cell):
    outputs = cell.get("outputs", [])
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)
