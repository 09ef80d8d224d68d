"""Pack the notebooks: ``python tools/notebooks.py`` writes ``_build/html/notebooks.zip``.

The zip holds the notebooks, the wheel of tconv and the pins: all that a reader needs to run them.
If BOOK_REPOSITORY names the publisher's repository, ``_build/notebooks`` gets what its branch
`notebooks` serves to Colab and to a class's JupyterHub, where nothing is installed: the same
notebooks, each with a first cell that installs what it needs.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
ARCHIVE = ROOT / "_build" / "html" / "notebooks.zip"
BRANCH = ROOT / "_build" / "notebooks"
README = """The notebooks of the book Upsampling with Transposed Convolution

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/jupyter lab

Python 3.11, 3.12 or 3.13 is needed. On Windows, write .venv\\Scripts\\ for .venv/bin/.
"""


def notebooks():
    """Return the paths of the notebooks below ``book/``."""
    return sorted(ROOT.glob("book/**/[!._]*.ipynb"))


def build_wheel(folder):
    """Build tconv's wheel with the installed hatchling; return its path."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*pip, "wheel", *options, str(ROOT)], check=True)
    (wheel,) = folder.glob("tconv-*.whl")
    return wheel


def write_archive(path, wheel):
    """Write the zip; equal contents give equal bytes."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    files = {"README.txt": README, "requirements.txt": f"{pins}./{wheel.name}\n"}
    files |= {p.relative_to(ROOT / "book").as_posix(): p.read_bytes() for p in notebooks()}
    files[wheel.name] = wheel.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"notebooks/{name}")  # dated 1980
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def write_branch(folder, wheel, repository):
    """Write the branch: notebooks that install what they need, and the wheel they install."""
    shutil.rmtree(folder, ignore_errors=True)
    address = f"{repository}/raw/notebooks/{wheel.name}"
    for path in notebooks():
        notebook = nbformat.read(path, as_version=4)
        packages = " ".join([address, *packages_imported(notebook)])
        source = (
            f"# Where the book's packages are not installed yet.\n%pip install --quiet {packages}"
        )
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id="install"))
        target = folder / path.relative_to(ROOT / "book")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    shutil.copy(wheel, folder)


def packages_imported(notebook):
    """Return those of the book's packages that the notebook imports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {Requirement(text).name for text in project["optional-dependencies"]["book"]}
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return sorted(known & set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE)))


def main():
    """Pack the notebooks, and write the branch if its repository is known."""
    folder = ROOT / "_build" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    wheel = build_wheel(folder)
    write_archive(ARCHIVE, wheel)
    print(ARCHIVE.relative_to(ROOT))
    if repository := os.environ.get("BOOK_REPOSITORY"):
        write_branch(BRANCH, wheel, repository)
        print(BRANCH.relative_to(ROOT))


if __name__ == "__main__":
    main()
