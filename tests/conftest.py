"""Settings and fixtures shared by the tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]

# Hypothesis draws the same examples on every run; in `make fuzz` many more, and others each time.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000, print_blob=True)
settings.register_profile(  # that a test fails is enough, its example need not be made small
    "mutants", settings.get_profile("repeatable"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def build_book():
    """Build the book in `source` as the Makefile does, and return the finished process."""

    def run(source, output, **environment):
        jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
        command = [jupyter_book, "build", ".", "-W", "-n", "--keep-going"]
        command += ["--path-output", str(output)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=source, env=os.environ | environment
        )

    return run


@pytest.fixture
def book_settings(tmp_path):
    """A folder with all of the book but its pages and its contents."""
    folder = tmp_path / "book"
    for name in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, folder / name)
    shutil.copy(ROOT / "book" / "references.bib", folder)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["redirects"] = {}  # they lead to pages
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return tmp_path
