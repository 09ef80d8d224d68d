"""What axe-core finds: nothing, on any page, light and wide or dark and narrow."""

from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [
    TOC["root"],
    *(page["file"] for part in TOC["parts"] for page in part["chapters"]),
]
# Without preloading, axe itself asks for nothing.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
# MathJax's drawing of a formula is hidden from assistive technology, which gets the MathML beside it.
CONTEXT = {"exclude": [["mjx-container > mjx-math"]]}
VIEWS = [("light", 1280), ("dark", 360)]


@pytest.mark.parametrize("page_name", PAGES)
def test_axe_finds_nothing(visit, served_book, page_name):
    for scheme, width in VIEWS:
        with visit(served_book, f"{page_name}.html", width=width, color_scheme=scheme) as page:
            assert page.evaluate("document.documentElement.dataset.theme") == scheme
            found = Axe().run(page, context=CONTEXT, options=OPTIONS)
            assert found.violations_count == 0, f"{scheme}, {width}: {found.generate_report()}"


def test_axe_finds_what_is_wrong(visit, served_book):
    """The check itself can fail."""
    with visit(served_book, "book/index.html") as page:
        page.evaluate("document.body.append(document.createElement('button'))")
        assert Axe().run(page, context=CONTEXT, options=OPTIONS).violations_count > 0
