"""Every page of the built book: opened once for each way to read it, and looked at from all sides."""

import gzip
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from audit import axe_findings
from contents import NOTEBOOKS, PAGES, ROOT
from contrast import too_pale

KIB_PER_PAGE = 500

#: Pictures whose sides are not in the proportion that they state.
DISTORTED = """(pictures) => pictures.filter((picture) => {
  const { width, height, paddingLeft, paddingTop } = getComputedStyle(picture);
  const [across, down] = [parseFloat(width) - 2 * parseFloat(paddingLeft), parseFloat(height) - 2 * parseFloat(paddingTop)];
  return !(Math.abs(across / down / (picture.getAttribute("width") / picture.getAttribute("height")) - 1) < 0.02);
}).map((picture) => picture.src)"""
BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}  # see contrast.py
FETCHED = "performance.getEntriesByType('resource').map((resource) => resource.name)"


def page_fixture(site, **view):
    """Make a fixture that opens each page once for all tests that want it; what they leave is quiet."""
    names = [
        pytest.param(name, marks=pytest.mark.xdist_group(f"{site} {view} {name}")) for name in PAGES
    ]

    @pytest.fixture(scope="module", params=names)
    def page(request, visit):
        with visit(request.getfixturevalue(site), f"{request.param}.html", **view) as opened:
            opened.name = request.param
            yield opened

    return page


wide = page_fixture("served_book", color_scheme="light")
from_disk = page_fixture("book_on_disk")
phone = page_fixture("served_book", width=360, height=740, color_scheme="dark")


def assert_is_alive(page):
    assert page.locator("h1:visible").count() == 1
    widgets = page.locator(".tconv-widget").count()
    assert page.locator(".tconv-widget > .tconv-stage").count() == widgets


def assert_mathematics_is_typeset(page):
    formulas = page.locator(".bd-article .math").count()
    assert page.locator(".bd-article .math mjx-container").count() == formulas
    assert page.locator(".bd-article mjx-assistive-mml math").count() == formulas
    assert page.locator("mjx-merror").count() == 0
    assert page.locator("link[href*='mathjax.css']").count() == (formulas > 0)


def test_page_is_alive(wide):
    assert_is_alive(wide)


def test_page_is_alive_without_a_server(from_disk):
    assert_is_alive(from_disk)


def test_mathematics_is_typeset(wide):
    assert_mathematics_is_typeset(wide)


def test_mathematics_is_typeset_without_a_server(from_disk):
    assert_mathematics_is_typeset(from_disk)


def test_page_is_light(wide, served_book, book):
    wide.wait_for_load_state("networkidle")
    addresses = {wide.url, *wide.evaluate(FETCHED)}
    files = [book / unquote(urlsplit(address).path).lstrip("/") for address in addresses]
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in files if file.is_file()}
    kib = sum(sizes.values()) / 1024
    assert {f"{Path(wide.name).name}.html", "book.css"} <= set(sizes)
    assert kib <= KIB_PER_PAGE, f"{kib:.0f} KiB\n{json.dumps(sizes, indent=1)}"


def test_notebook_can_be_downloaded(wide):
    link = wide.get_by_role("link", name="Download this notebook")
    assert link.count() == (wide.name in NOTEBOOKS)
    if wide.name not in NOTEBOOKS:
        return
    with wide.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"{Path(wide.name).name}.ipynb"
    notebook = nbformat.read(download.value.path(), as_version=4)
    source = nbformat.read(ROOT / f"{wide.name}.ipynb", as_version=4)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in source.cells]


def test_page_fits_a_phone(phone):
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"scrolls sideways: {width} pixels wide"
    distorted = phone.locator(".bd-article img").evaluate_all(DISTORTED)
    assert not distorted


def test_axe_finds_nothing(wide):
    assert axe_findings(wide, **BUT_CONTRAST) == []


def test_axe_finds_nothing_on_a_phone(phone):
    assert axe_findings(phone, **BUT_CONTRAST) == []


def test_words_stand_out_in_the_light(wide):
    assert wide.evaluate("document.documentElement.dataset.theme") == "light"
    assert too_pale(wide) == {}


def test_words_stand_out_in_the_dark(phone):
    assert phone.evaluate("document.documentElement.dataset.theme") == "dark"
    assert too_pale(phone) == {}
