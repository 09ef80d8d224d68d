"""The files around the book: pins, workflows, and statements that must agree."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def normal_name(requirement):
    """Return the package a requirement names, spelt as indexes spell it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def pins():
    return [line for line in read("requirements.txt").splitlines() if not line.startswith("#")]


def test_requirements_pin_versions_that_every_index_has():
    # No options such as an index's address, and no local version such as 2.13.0+cpu.
    pin = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .+)?")
    assert [line for line in pins() if not pin.fullmatch(line)] == []


def test_requirements_pin_every_direct_dependency():
    extras = PROJECT["optional-dependencies"].values()
    direct = {normal_name(r) for group in [PROJECT["dependencies"], *extras] for r in group}
    assert direct <= set(map(normal_name, pins()))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_pins_actions_and_writes_nothing_by_default(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = workflow["jobs"].values()
    used = [step["uses"] for job in jobs for step in job.get("steps", []) if "uses" in step]
    used += [job["uses"] for job in jobs if "uses" in job]
    assert [use for use in used if not re.fullmatch(r"\./\S+|\S+@[0-9a-f]{40}", use)] == []
    assert workflow["permissions"] == {"contents": "read"}


with_make = pytest.mark.skipif(os.name != "posix", reason="make's environment")


@with_make
def test_an_installation_waits_for_another(tmp_path):
    """And when its turn comes, nothing is left to install."""
    import fcntl

    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    second = subprocess.Popen(
        [sys.executable, ROOT / ".ci" / "environment.py", "venv"], cwd=tmp_path
    )
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1)
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / ".ready").touch()
    os.close(folder)
    assert second.wait(60) == 0
    assert [path.name for path in (tmp_path / "venv").iterdir()] == [".ready"]


@with_make
@pytest.mark.slow
def test_an_installation_that_fails_is_begun_again(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements.txt").write_text("no such package", encoding="utf-8")
    command = [sys.executable, ROOT / ".ci" / "environment.py", "venv"]
    for _ in range(2):
        process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert process.returncode == 1
        assert "no such package" in process.stderr
        assert "The environment venv could not be made" in process.stderr
        assert (tmp_path / "venv" / ".partial").exists()
        assert not (tmp_path / "venv" / ".ready").exists()
        assert not (tmp_path / "venv" / "rest").exists()
        (tmp_path / "venv" / "rest").touch()


def commands(workflow, job):
    """Return the shell lines of a workflow's job."""
    steps = yaml.safe_load(read(f".github/workflows/{workflow}.yml"))["jobs"][job]["steps"]
    return [step["run"] for step in steps if "run" in step]


def test_the_newest_packages_are_not_held_back(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    subprocess.run(["sh", "-ec", commands("weekly", "test")[0]], cwd=tmp_path, check=True)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    held = [package for group in groups for package in group if re.search("==|<", package)]
    assert [normal_name(package) for package in held] == ["jupyter-book"]
    assert project["requires-python"] == PROJECT["requires-python"]


def test_the_branch_of_notebooks_has_one_commit_each_time(tmp_path):
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    *_, push = commands("publish", "notebooks")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ipynb").touch()
        variables = os.environ | {"REPOSITORY": str(remote), "GITHUB_SHA": name}
        subprocess.run(["sh", "-ec", push], cwd=tmp_path / name, env=variables, check=True)
    git = ["git", "-C", remote]
    log = subprocess.check_output([*git, "log", "--format=%s", "notebooks"], text=True)
    files = subprocess.check_output([*git, "ls-tree", "--name-only", "notebooks"], text=True)
    assert (log, files) == ("Notebooks of two\n", "two.ipynb\n")


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load(read("CITATION.cff"))
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)[1]
    assert citation["version"] == newest == PROJECT["version"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_relative_links_lead_somewhere(name):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", read(name))
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_named_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`| {4})make ([a-z-]+)", read(name)))
    assert named
    assert named <= targets
