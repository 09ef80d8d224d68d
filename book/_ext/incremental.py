"""Sphinx extension: a build reads the pages that changed, and writes them all.

Sphinx sees when a page, a file that it names or a setting changed. It does not see when the code
that reads pages did, that every page names others, and what an earlier build warned of.
"""

import hashlib
from pathlib import Path

from tconv import sphinxext

FOLDERS = (Path(__file__).parent, Path(sphinxext.__file__).parent)


def note_code(app, config):
    """Make the extensions' code a setting: when it changes, every page is read again.

    ``tconv`` and the packages are one already, the folder of the execution cache.
    """
    files = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    config.code_of_extensions = digests


def write_every_page(app, env):
    """Write also those pages that were not read: each names others, and the status page all.

    After a warning the next build reads everything, or would not repeat it.
    """
    if app._warncount:
        env.config.code_of_extensions = None
    return env.found_docs


def setup(app):
    """Connect both."""
    app.add_config_value("code_of_extensions", None, "env")
    app.connect("config-inited", note_code)
    # By then the warnings of reading are counted.
    app.connect("env-get-updated", write_every_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
