"""The tools that publish the book: what they pack and print."""

import subprocess
import zipfile
from pathlib import Path

import nbformat
import notebooks
import paper
import pytest
import release
import slides

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


def test_slides_begin_where_the_text_or_the_cell_says():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    picture = nbformat.v4.new_output("display_data", {"image/png": ""})
    explorer, quiz = (
        nbformat.v4.new_output(
            "display_data", {"text/html": f'<div class="tconv-widget" data-widget="{name}">'}
        )
        for name in ("ShapeSolver", "Quiz")
    )
    cells = [
        text("# Title"),
        text("Text.\n\n```python\n# a comment\n```\n\n### Part\n\n## Section"),
        code("1"),
        code("draw()", outputs=[picture]),
        code("solver", outputs=[explorer]),
        text("## Exercises"),
        code("quiz", outputs=[quiz]),
        text("## Left out\n\n### All of it", metadata={"slideshow": {"slide_type": "skip"}}),
        code("2", metadata={"slideshow": {"slide_type": "fragment"}}),
    ]
    made = slides.as_slides(nbformat.v4.new_notebook(cells=cells)).cells
    assert [
        (cell.source.split("\n")[0], cell.metadata["slideshow"]["slide_type"]) for cell in made
    ] == [
        ("# Title", "slide"),
        ("Text.", "subslide"),
        ("### Part", "subslide"),
        ("## Section", "slide"),
        ("1", "-"),
        ("draw()", "subslide"),
        ("solver", "subslide"),
        ("## Exercises", "slide"),
        ("quiz", "-"),
        ("## Left out", "skip"),
        ("### All of it", "skip"),
        ("2", "fragment"),
    ]
    assert [cell.source for cell in made if "hide-input" in cell.metadata.get("tags", [])] == [
        "solver"
    ]


def test_the_text_of_slides_is_the_books():
    slides.exporter()
    html = slides.render(
        "### A {term}`stamp <stamp>`\n\nSee {doc}`04-padding`, {doc}`reference/formulas` and "
        "{cite:p}`dumoulin2016guide`: $k$, [above](#here).\n\n:::{dropdown} Answer\n42 < 43\n:::\n"
    )
    assert "<h3>A <span>stamp</span></h3>" in html
    assert '<a class="reference external" href="04-padding.html">Padding</a>' in html
    assert "Formulas" in html
    assert "(Dumoulin 2016)" in html
    assert ", above." in html
    assert "<math" in html
    assert "<mi>k</mi>" in html
    assert "<details><summary>Answer</summary><p>42 &lt; 43</p>" in html
    assert "<section" not in html


def test_a_word_unknown_to_the_slides_stops_them():
    slides.exporter()
    with pytest.raises(Exception, match="unheard"):
        slides.render("{unheard}`of`")


@pytest.mark.slow
def test_every_chapter_becomes_slides(tmp_path):
    slides.write_slides(tmp_path / "slides")
    made = {path.stem for path in (tmp_path / "slides").glob("*.html")}
    assert made == {path.stem for path in slides.CHAPTERS}


def commit(folder):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    command = ["git", *identity, "commit", "--quiet", "--allow-empty", "--message", "Commit"]
    subprocess.run(command, cwd=folder, check=True)


@pytest.fixture
def repository(tmp_path):
    """A repository that is ready for its release 1.2.0."""
    files = {
        "pyproject.toml": '[project]\nversion = "1.2.0"\n',
        "CHANGELOG.md": "# Changelog\n\n## 1.2.0 (2026-03-04)\n\n## 1.1.0 (2025-01-01)\n",
        "CITATION.cff": "version: 1.2.0\ndate-released: 2026-03-04\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    commit(tmp_path)
    return tmp_path


def test_a_release_that_agrees_says_what_is_next(repository, capsys):
    release.main(repository)
    assert "git tag v1.2.0 && git push origin main v1.2.0" in capsys.readouterr().out
    subprocess.run(["git", "tag", "v1.2.0"], cwd=repository, check=True)
    release.main(repository)
    assert "    git push origin v1.2.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("pyproject.toml", "1.2.0", "1.3.0", "newest section is 1.2.0, pyproject.toml says 1.3.0"),
        (
            "CHANGELOG.md",
            "2026-03-04",
            "not yet released",
            r"must be dated, .* \(not yet released\)",
        ),
        ("CITATION.cff", "1.2.0", "1.1.0", "version is 1.1.0, pyproject.toml says 1.2.0"),
        (
            "CITATION.cff",
            "03-04",
            "03-05",
            "date-released is 2026-03-05, CHANGELOG.md says 2026-03-04",
        ),
        ("CITATION.cff", "date-released: 2026-03-04", "", "date-released is missing"),
    ],
)
def test_a_release_that_disagrees_is_refused(repository, name, old, new, message):
    path = repository / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit, match=message):
        release.main(repository)
    with pytest.raises(SystemExit, match="not committed"):
        release.main(repository)
    commit(repository)
    with pytest.raises(SystemExit, match=r"^Not ready to be released:\n- C"):
        release.main(repository)


def test_a_tag_is_not_moved(repository):
    subprocess.run(["git", "tag", "v1.2.0"], cwd=repository, check=True)
    commit(repository)
    with pytest.raises(SystemExit, match=r"v1\.2\.0 is on another commit"):
        release.main(repository)
