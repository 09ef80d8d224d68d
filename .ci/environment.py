"""Install the packages into an environment, from the repository's folder, whole or not at all.

    python3 .ci/environment.py .venv

The stamp `.ready` is written when all is installed. An interrupted installation leaves the mark
`.partial` instead, and is begun again. A second installation waits for the first.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = ("requirements.txt", "pyproject.toml")


def is_ready(environment):
    """Return whether the environment is newer than what says which packages it has."""
    stamp = environment / ".ready"
    newest = max(Path(source).stat().st_mtime for source in SOURCES)
    return stamp.exists() and stamp.stat().st_mtime >= newest


def install(environment):
    """Install the pinned packages, and tconv as it stands here."""
    partial = environment / ".partial"
    if partial.exists():
        shutil.rmtree(environment)
    print(
        f"Installing the packages into {environment}: some minutes the first time ...", flush=True
    )
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    partial.touch()
    pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    what = ["--requirement", "requirements.txt", "--editable", "."]
    # Python compiles a module when it is first imported: most of these never are.
    subprocess.run([*pip, "install", "--no-compile", *what], check=True)
    partial.replace(environment / ".ready")


def main(environment):
    """Install, unless another process has done it meanwhile."""
    if not (3, 11) <= sys.version_info < (3, 14):
        this = sys.version.split()[0]
        sys.exit(
            f"Python 3.11, 3.12 or 3.13 is needed, this is {this}. Name one: make PYTHON=python3.12"
        )
    folder = os.open(".", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # ends with this process, however that ends
    if is_ready(environment):
        return
    try:
        install(environment)
    except subprocess.CalledProcessError as error:
        sys.exit(f"The environment {environment} could not be made: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
