"""`make refresh` stores a notebook's outputs whole, or leaves it as it was and says why."""

import resource
import signal
import subprocess
import sys
import time

import nbformat
import pytest
import refresh
from nbformat.v4 import new_code_cell, new_notebook

COMMAND = [sys.executable, refresh.__file__]
# Says that it runs, then takes its time.
SLOW = "from pathlib import Path\nPath('running').touch()\nimport time\ntime.sleep({seconds})"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(SLOW.format(seconds=600))]), path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_refresh_leaves_the_notebook_as_it_was(path, blow):
    before = path.read_bytes()
    with subprocess.Popen([*COMMAND, path], stderr=subprocess.PIPE, text=True) as process:
        while not (path.parent / "running").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(blow)
        said = process.communicate()[1]
    assert process.returncode != 0
    assert blow is signal.SIGKILL or f"{path} is left as it was: " in said
    assert path.read_bytes() == before
    assert {one.name for one in path.parent.iterdir()} == {"a.ipynb", "running"}
    path.write_text(path.read_text().replace("600", "0"))
    subprocess.run([*COMMAND, path], check=True, capture_output=True)  # and it can be run again
    (cell,) = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1


def test_a_full_disk_leaves_the_notebook_as_it_was_and_is_named(path, monkeypatch):
    monkeypatch.setattr(refresh, "run", lambda notebook, folder: None)
    before, allowed = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (99, allowed[1]))  # as good as full
    try:
        with pytest.raises(SystemExit, match=f"{path} is left as it was: OSError .* too large"):
            refresh.main([path])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_unreadable_notebook_is_named(path):
    path.write_text(path.read_text()[:-9])
    with pytest.raises(SystemExit, match=f"{path} is left as it was: NotJSONError"):
        refresh.main([path])
