"""The execution cache: a notebook runs again when it changed, and all run when what they use did.

jupyter-cache finds a notebook's outputs by its code cells. They depend on ``tconv`` and on the
installed packages as well, so each state of those has a cache of its own.
"""

import hashlib
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

EXTENSION = Path(__file__).parent
PACKAGE = EXTENSION.parent


def environment_digest(package):
    """Return a digest of Python, the installed packages and the files in the folder `package`.

    The version of a package that is being worked on says nothing, so its files count; all but those
    of this extension, which no notebook imports.
    """
    files = sorted(
        path
        for path in package.rglob("*")
        if path.suffix in {".py", ".js", ".css"} and EXTENSION.name not in path.parts
    )
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(f"{one.name}=={one.version}" for one in distributions()):
        digest.update(f"\n{name}".encode())
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\n{path.relative_to(package).as_posix()} {content}".encode())
    return digest.hexdigest()[:16]


def use_cache_of_environment(app, config):
    """Keep the outputs beside the built book, and drop those of other environments."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    current = caches / environment_digest(PACKAGE)
    for other in caches.glob("*"):
        if other != current:
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    config.nb_execution_cache_path = str(current)
