"""Build the book twice from nothing, and see that every page comes out the same, byte by byte.

Each build has a folder and a seed for Python's hashes of its own, and runs every notebook. What may
differ is left out of the comparison: the outputs of cells that time something, and, on the status
page, when each notebook ran and for how long. Nothing else is: the identities that Jupyter and
anywidget make up at random are not in the pages; the pictures are, by the digests in their names.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
RUN = re.compile(r"(<td><p>)\d{4}-\d\d-\d\d \d\d:\d\d(</p></td>\s*<td><p>)\d+\.\d(</p></td>)")


def build(folder, seed):
    """Build a copy of the repository in `folder`; return where its pages are."""
    source = shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "_build"))
    command = [shutil.which("jupyter-book", path=Path(sys.executable).parent), "build", "."]
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "JUPYTER_PREFER_ENV_PATH": "1"}
    subprocess.run([*command, "-W", "-n"], cwd=source, env=environment, check=True)
    return source / "_build" / "html"


def comparable(page):
    """Return the text of a page without what may differ."""
    if "tag_timing" in page:
        soup = BeautifulSoup(page, "html.parser")
        for output in soup.select(".tag_timing > .cell_output"):
            output.decompose()
        page = str(soup)
    return RUN.sub(r"\1\2\3", page)


def differing(one, two):
    """Return the names of the pages that are not the same in both books."""
    names = {path.relative_to(book) for book in (one, two) for path in book.rglob("*.html")}

    def text(book, name):
        path = book / name
        return comparable(path.read_text(encoding="utf-8")) if path.exists() else None

    return sorted(name.as_posix() for name in names if text(one, name) != text(two, name))


def main():
    """Build twice; say what differs, and exit accordingly."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = (build(Path(folder, f"copy-{seed}"), seed) for seed in (1, 2))
        found = differing(one, two)
        print(
            f"{sum(1 for _ in one.rglob('*.html'))} pages, {len(found)} of them differ",
            *found,
            sep="\n",
        )
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
