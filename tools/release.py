"""Check a release before it is tagged: ``python tools/release.py``.

``pyproject.toml`` says which version it is. The newest section of ``CHANGELOG.md`` and
``CITATION.cff`` must name the same one and the same day, nothing may be uncommitted, and the tag
must be free or on this very commit.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
SECTION = re.compile(r"^## (\S+) \((.+)\)$", re.MULTILINE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def git(root, *arguments):
    """Return what git prints, or None if it fails."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def version_of(root):
    """Return the version in ``pyproject.toml``."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def disagreements(root):
    """Return a line for each thing that is in the way of the release."""
    version = version_of(root)
    section = SECTION.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    logged, day = section.groups() if section else ("missing", "missing")
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    released = str(citation.get("date-released", "missing"))
    tagged = git(root, "rev-parse", "--verify", "--quiet", f"v{version}^{{commit}}")

    found = []
    if logged != version:
        found.append(f"CHANGELOG.md: the newest section is {logged}, pyproject.toml says {version}")
    if not DAY.fullmatch(day):
        found.append(f"CHANGELOG.md: {logged} must be dated, (YYYY-MM-DD), it is ({day})")
    if citation["version"] != version:
        found.append(
            f"CITATION.cff: version is {citation['version']}, pyproject.toml says {version}"
        )
    if released != day:
        found.append(f"CITATION.cff: date-released is {released}, CHANGELOG.md says {day}")
    if git(root, "status", "--porcelain"):
        found.append("git: there are changes that are not committed")
    if tagged and tagged != git(root, "rev-parse", "HEAD"):
        found.append(f"git: the tag v{version} is on another commit; is this a new version?")
    return found


def next_step(root):
    """Return what is left to do once all agree."""
    tag = f"v{version_of(root)}"
    tagged = git(root, "tag", "--list", tag)
    step = f"git push origin {tag}" if tagged else f"git tag {tag} && git push origin main {tag}"
    return f"All agree on {tag}. Once `make test` has passed, publish it with:\n\n    {step}"


def main(root):
    """Say what to do next, or what is in the way."""
    if found := disagreements(root):
        sys.exit("Not ready to be released:\n" + "\n".join(f"- {line}" for line in found))
    print(next_step(root))


if __name__ == "__main__":
    main(ROOT)
