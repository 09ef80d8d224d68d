"""Sphinx extension: where a chapter's notebook runs, once the publisher's repository is known.

Binder builds the repository's own environment, from ``.binder/``. Colab and a class's JupyterHub
open the branch `notebooks`, whose notebooks install what they need: ``tools/notebooks.py``.
"""

import os
from urllib.parse import quote, urlencode

BRANCH = "notebooks"


def launch_links(repository, page, hub=None):
    """Return name and address of each service that runs the notebook of `page`.

    Examples
    --------
    >>> dict(launch_links("https://github.com/someone/notes", "book/04-padding"))["Colab"]
    'https://colab.research.google.com/github/someone/notes/blob/notebooks/04-padding.ipynb'
    """
    slug = repository.removeprefix("https://github.com/")
    notebook = f"{page}.ipynb"
    on_branch = notebook.removeprefix("book/")
    links = [
        (
            "Binder",
            f"https://mybinder.org/v2/gh/{slug}/HEAD?urlpath={quote(f'lab/tree/{notebook}')}",
        ),
        ("Colab", f"https://colab.research.google.com/github/{slug}/blob/{BRANCH}/{on_branch}"),
    ]
    if hub:
        links.append(("JupyterHub", class_link(repository, hub, on_branch)))
    return links


def class_link(repository, hub, notebook):
    """Return nbgitpuller's link: it copies the branch to whoever follows it, and opens it."""
    folder = repository.rsplit("/", 1)[1]
    query = {"repo": repository, "branch": BRANCH, "urlpath": f"lab/tree/{folder}/{notebook}"}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(query)}"


def offer_launch(app, pagename, templatename, context, doctree):
    """Give a notebook's page its links, of which the template makes a menu."""
    repository = os.environ.get("BOOK_REPOSITORY", "")
    if repository.startswith("https://github.com/") and context.get("sourcename", "").endswith(
        ".ipynb"
    ):
        hub = os.environ.get("BOOK_HUB")
        context["launch_links"] = launch_links(repository, pagename, hub)


def mark_published(app, config):
    """Show what stands under ``{only} published``: links to files that publishing adds."""
    if os.environ.get("BOOK_URL"):
        app.tags.add("published")


def setup(app):
    """Connect both."""
    app.connect("config-inited", mark_published)
    app.connect("html-page-context", offer_launch)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
