"""`make book` reads and runs what changed: a page alone, and everything when tconv changed.

What a build that was killed left half written runs again as well, and no two builds meet.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import incremental
import nbformat
import pytest
from bs4 import BeautifulSoup
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from tconv.sphinxext.execution import (
    PACKAGE,
    drop_half_written_pictures,
    environment_digest,
    forget_half_written_outputs,
    logger,
    wait_for_other_build,
)

ROOT = Path(__file__).parents[2]

# A cell that leaves a mark each time that it runs.
CELL = """
with open("runs.txt", "a") as runs:
    runs.write("{name} ")
"""

# One that prints as a busy kernel does: a line, and the empty one after it, each in two pieces.
PRINT_IN_PIECES = """
for piece in ("one ", "line\\n", "\\n", "another\\n"):
    print(piece, end="", flush=True)
"""


def write_notebook(folder, name, source):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    title = nbformat.v4.new_markdown_cell(f"# {name}\n\nA notebook of one cell.")
    cells = [title, nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")


def edit(path):
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def folder_of_pages(book, root, *chapters):
    """Have the book consist of these pages; return their folder."""
    files = "".join(f"- file: book/{name}\n" for name in chapters)
    contents = f"format: jb-book\nroot: book/{root}\nchapters:\n{files}"
    (book / "_toc.yml").write_text(contents, encoding="utf-8")
    return book / "book"


@pytest.mark.slow
def test_only_what_changed_runs_again(build_book, book_settings):
    folder = folder_of_pages(book_settings, "a", "b")
    write_notebook(folder, "a", CELL.format(name="a") + PRINT_IN_PIECES)
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
    page = (book_settings / "_build" / "html" / "book" / "a.html").read_text(encoding="utf-8")
    assert "<span></span>one line\n\nanother\n</pre>" in page
    edit(package / "shapes.py")
    assert build() == (True, ["a", "b"])
    assert len(list(caches.iterdir())) == 1


@pytest.mark.slow
def test_only_what_changed_is_read_again_but_no_page_is_stale(build_book, book_settings):
    folder = folder_of_pages(book_settings, "a", "b", "c")

    def build(b):
        """Build with this page b; return the pages that were read, and what was wrong."""
        (folder / "b.md").write_text(b, encoding="utf-8")
        process = build_book(book_settings, book_settings)
        read = re.findall(r"reading sources\.\.\..*?book/(\w)", process.stdout)
        assert (process.returncode == 0) == (process.stderr == "")
        return read, process.stderr

    for name in "ac":
        (folder / f"{name}.md").write_text(f"# Page {name}\n\nText.\n", encoding="utf-8")
    read, faults = build("# Second\n\n```{no-directive}\n```\n")
    assert read == ["a", "b", "c"]
    assert "Unknown directive type: 'no-directive'" in faults
    # All are read, or a warning of another page would have been lost.
    assert build("# Second\n\nText.\n") == (["a", "b", "c"], "")
    assert build("# Another\n\nText.\n") == (["b"], "")
    next_page = (book_settings / "_build" / "html" / "book" / "c.html").read_text(encoding="utf-8")
    assert "Another" in next_page
    assert "Second" not in next_page


@pytest.mark.slow
def test_the_citation_follows_the_address(build_book, book_settings):
    shutil.copy(ROOT / "CITATION.cff", book_settings)
    folder = folder_of_pages(book_settings, "a", "b")
    (folder / "a.md").write_text("# First\n\nText.\n", encoding="utf-8")
    (folder / "b.md").write_text("# Second\n\nText.\n\n```{citation}\n```\n", encoding="utf-8")
    page = book_settings / "_build" / "html" / "book" / "b.html"
    for address in ("https://one.example/", "https://two.example/"):
        process = build_book(book_settings, book_settings, BOOK_URL=address)
        assert process.returncode == 0, process.stderr
        assert f"url     = {{{address}}}" in BeautifulSoup(page.read_text(), "html.parser").text


def test_the_code_of_the_extensions_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(incremental, "FOLDERS", (tmp_path,))
    config = SimpleNamespace()
    settings = []
    for code in ("one = 1", "one = 2"):
        (tmp_path / "extension.py").write_text(code)
        incremental.note_code(None, config)
        settings.append(config.code_of_extensions)
    assert settings[0] != settings[1]


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


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-9])


def test_outputs_that_are_not_whole_are_forgotten(tmp_path):
    cache = get_cache(tmp_path)
    for name in ("whole", "short", "none"):
        cell = nbformat.v4.new_code_cell(f"print('{name}')", execution_count=1)
        cache.cache_notebook_bundle(CacheBundleIn(nbformat.v4.new_notebook(cells=[cell]), name))
    folders = {record.uri: tmp_path / "executed" / record.hashkey for record in records(cache)}
    cut_short(folders["short"] / "base.ipynb")
    shutil.rmtree(folders["none"])
    forget_half_written_outputs(cache)
    assert [record.uri for record in records(cache)] == ["whole"]


def records(cache):
    return cache.list_cache_records()


def test_pictures_that_are_not_whole_are_dropped(tmp_path):
    for content in (b"a whole picture", b"another picture"):
        (tmp_path / f"{hashlib.sha256(content).hexdigest()}.png").write_bytes(content)
    whole, short = sorted(tmp_path.iterdir())
    cut_short(short)
    drop_half_written_pictures(tmp_path)
    assert list(tmp_path.iterdir()) == [whole]


HOLD_LOCK = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_build_waits_for_another_one_and_says_so(tmp_path, monkeypatch):
    said = []
    told = threading.Event()
    monkeypatch.setattr(
        logger, "info", lambda *words: (said.append(words[0] % words[1:]), told.set())
    )
    folder = tmp_path / "_build"
    first = wait_for_other_build(folder)
    assert said == []
    first.release()
    command = [sys.executable, "-c", HOLD_LOCK, str(folder / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        ours = threading.Thread(target=wait_for_other_build, args=[folder], daemon=True)
        ours.start()
        assert told.wait(60)
        assert said == [f"Another build writes to {folder}: this one waits for it to end ..."]
        assert ours.is_alive()
        other.kill()  # which leaves no lock behind
    ours.join(60)
    assert not ours.is_alive()
