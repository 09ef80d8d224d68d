"""The tools that publish the book: what they pack and print."""

import zipfile
from pathlib import Path

import nbformat
import notebooks
import paper
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return notebooks.build_wheel(tmp_path_factory.mktemp("wheel"))


def test_archive_holds_notebooks_pins_and_package(tmp_path, wheel):
    notebooks.write_archive(tmp_path / "one.zip", wheel)
    notebooks.write_archive(tmp_path / "two.zip", wheel)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = {name.removeprefix("notebooks/") for name in archive.namelist()}
        pins = archive.read("notebooks/requirements.txt").decode().splitlines()
    chapters = {path.relative_to(ROOT / "book").as_posix() for path in notebooks.notebooks()}
    assert names == chapters | {"README.txt", "requirements.txt", wheel.name}
    assert pins[-1] == f"./{wheel.name}"


def test_notebooks_of_the_branch_install_what_they_import(tmp_path, wheel):
    repository = "https://github.com/someone/something"
    notebooks.write_branch(tmp_path, wheel, repository)
    for path in notebooks.notebooks():
        written = nbformat.read(tmp_path / path.relative_to(ROOT / "book"), as_version=4)
        source = nbformat.read(path, as_version=4)
        assert [c.source for c in written.cells[1:]] == [c.source for c in source.cells]
        install = written.cells[0].source
        assert (
            f"\n%pip install --quiet https://github.com/someone/something/raw/notebooks/{wheel.name}"
            in install
        )
        assert ("torch" in install.split()) == any("torch" in c.source for c in source.cells)
    assert (tmp_path / wheel.name).is_file()


def test_answers_go_to_the_end_of_the_paper(tmp_path):
    page = """<article class="bd-article"><section id="x"><h1>Chapter</h1>
      <section id="exercises"><h2>Exercises</h2><section id="one"><h3>1. Try</h3>
        <details><summary>Hint</summary>look</details>
        <details><summary>Answer</summary>42</details></section></section>
      <a href="02.html#place">there</a><a href="02.html#Explorer1.stride=2">set</a>
      <img loading="lazy" src="../_images/a.png"></section></article>"""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "01.html").write_text(page, encoding="utf-8")
    article = paper.read_page(tmp_path, "book/01")
    answers = paper.take_answers(article)
    assert "42" not in article.get_text()
    assert "look" in article.get_text()
    assert "42" in answers.get_text()
    assert answers.h3.a["href"] == "#book/01--one"
    links = [link["href"] for link in article.select("a")]
    assert links == ["#book/02--place", "#book/02"]
    assert article.img.attrs == {"src": "_images/a.png"}
