"""The execution cache: a notebook runs again when it changed, and all run when what they use did.

jupyter-cache finds a notebook's outputs by its code cells. They depend on ``tconv`` and on the
installed packages as well, so each state of those has a cache of its own.

A build may be killed, or its disk be full, while it writes: what it left half written is dropped
by the next one. Builds of one book into one folder run one after the other.
"""

import functools
import hashlib
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

from filelock import FileLock, Timeout
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.execute import cache as execution
from sphinx.util import logging

logger = logging.getLogger(__name__)

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


def wait_for_other_build(folder):
    """Lock the folder until this process ends; first wait for one that has locked it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        logger.info("Another build writes to %s: this one waits for it to end ...", folder)
        lock.acquire()
    return lock


def forget_half_written_outputs(cache):
    """Have those notebooks run again whose outputs in the cache are not whole."""
    for record in cache.list_cache_records():
        try:
            cache.get_cache_bundle(record.pk)
        except (KeyError, ValueError):  # no file, or one that is no notebook
            NbCacheRecord.remove_record(record.pk, cache.db)


def drop_half_written_pictures(folder):
    """Drop pictures whose name is not the digest of their content: an existing one is kept."""
    for path in folder.rglob("*.png"):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            path.unlink()


def join_what_is_printed():
    """Have nbclient join the pieces of what a cell prints, as they are.

    A kernel that is busy sends a line in pieces. MyST-NB's own ``nb_merge_streams`` strips each of
    them and ends it with a new line, so what it makes depends on where they end.
    """
    execution.single_nb_execution = functools.partial(single_nb_execution, coalesce_streams=True)


def use_cache_of_environment(app, config):
    """Keep the outputs beside the built book, and drop those of other environments."""
    built = Path(app.outdir).parent
    app.lock_of_build = wait_for_other_build(built)
    caches = built / ".jupyter_cache"
    current = caches / environment_digest(PACKAGE)
    for other in caches.glob("*"):
        if other != current:
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    forget_half_written_outputs(get_cache(current))
    drop_half_written_pictures(built / "jupyter_execute")
    config.nb_execution_cache_path = str(current)
