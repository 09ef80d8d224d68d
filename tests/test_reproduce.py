"""The comparison of two builds: `make reproduce` builds them."""

import pytest
import reproduce

PAGE = """<div class="cell tag_timing docutils container"><div class="cell_input">code</div>
<div class="cell_output">0.12 s</div></div><p>Text</p>
<tr><td><p>Padding</p></td><td><p>2026-11-24 10:11</p></td> <td><p>5.4</p></td></tr>"""


@pytest.fixture
def two_books(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "book").mkdir(parents=True)
        (tmp_path / name / "book" / "page.html").write_text(PAGE, encoding="utf-8")
    return tmp_path / "one", tmp_path / "two"


def change(book, old, new):
    page = book / "book" / "page.html"
    page.write_text(page.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("old", "new"), [("0.12", "0.34"), ("10:11", "12:13"), ("5.4", "61.7")])
def test_timings_may_differ(two_books, old, new):
    change(two_books[1], old, new)
    assert reproduce.differing(*two_books) == []


@pytest.mark.parametrize(
    ("old", "new"), [("Text", "text"), ("code", "Code"), ("Padding", "padding")]
)
def test_nothing_else_may(two_books, old, new):
    change(two_books[1], old, new)
    assert reproduce.differing(*two_books) == ["book/page.html"]


def test_a_page_may_not_be_missing(two_books):
    (two_books[0] / "more.html").write_text(PAGE, encoding="utf-8")
    assert reproduce.differing(*two_books) == ["more.html"]
