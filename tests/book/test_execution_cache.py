"""`make book` runs what changed: a notebook alone, and everything when tconv changed."""

import shutil
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache

from tconv.sphinxext.execution import PACKAGE, environment_digest

# A cell that leaves a mark each time that it runs.
CELL = """
with open("runs.txt", "a") as runs:
    runs.write("{name} ")
"""


def write_notebook(folder, name, source):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    title = nbformat.v4.new_markdown_cell(f"# {name}\n\nA notebook of one cell.")
    cells = [title, nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")


def edit(path):
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


@pytest.mark.slow
def test_only_what_changed_runs_again(build_book, book_settings):
    folder = book_settings / "book"
    contents = "format: jb-book\nroot: book/a\nchapters:\n- file: book/b\n"
    (book_settings / "_toc.yml").write_text(contents, encoding="utf-8")
    write_notebook(folder, "a", CELL.format(name="a"))
    write_notebook(folder, "b", CELL.format(name="b") + "1 / 0")
    package = shutil.copytree(PACKAGE, book_settings / "packages" / "tconv")
    caches = book_settings / "_build" / ".jupyter_cache"

    def build():
        """Build; return whether that succeeded, and the names of the notebooks that ran."""
        (folder / "runs.txt").write_text("")
        process = build_book(book_settings, book_settings, PYTHONPATH=str(package.parent))
        return process.returncode == 0, (folder / "runs.txt").read_text().split()

    assert build() == (False, ["a", "b"])
    (cache,) = caches.iterdir()
    kept = [Path(record.uri).name for record in get_cache(cache).list_cache_records()]
    assert kept == ["a.ipynb"]  # and not the one that failed
    write_notebook(folder, "b", CELL.format(name="b"))
    assert build() == (True, ["b"])
    edit(package / "shapes.py")
    assert build() == (True, ["a", "b"])
    assert len(list(caches.iterdir())) == 1


def test_the_digest_sees_every_file_and_package(tmp_path, monkeypatch):
    package = shutil.copytree(PACKAGE, tmp_path / "tconv")
    digests = [environment_digest(package)]
    edit(package / "sphinxext" / "__init__.py")  # no notebook sees it
    assert environment_digest(shutil.copytree(package, tmp_path / "copy")) == digests[0]
    edit(package / "widgets" / "static" / "grid.js")
    digests.append(environment_digest(package))
    (package / "shapes.py").rename(package / "sizes.py")
    digests.append(environment_digest(package))
    monkeypatch.setattr("tconv.sphinxext.execution.distributions", list)
    digests.append(environment_digest(package))
    assert len(set(digests)) == len(digests)
