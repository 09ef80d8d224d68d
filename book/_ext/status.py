"""Sphinx extension: what the book was run with, when, and for how long."""

import platform
from datetime import UTC, datetime
from importlib.metadata import requires, version

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from packaging.requirements import Requirement
from packaging.version import Version
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

STATUS_PAGE = "book/reference/status"
EXTRAS = ("", "book")  # of tconv: what its arithmetic and what the notebooks need


class NotebookRuns(nodes.General, nodes.Element):
    """Stands for the table of runs until every notebook has run."""


class NotebookRunsDirective(SphinxDirective):
    """``{notebook-runs}``: a table of every notebook's last run."""

    def run(self):
        return [NotebookRuns()]


class PackageVersions(SphinxDirective):
    """``{versions}``: a table of the packages that the notebooks ran with."""

    def run(self):
        self.env.note_reread()  # tconv may have come to need others
        packages = {Requirement(text) for text in requires("tconv")}
        names = {
            package.name
            for package in packages
            if any(not package.marker or package.marker.evaluate({"extra": e}) for e in EXTRAS)
        }
        rows = [["Python", platform.python_version()]]
        rows += [[name, version(name)] for name in sorted(names)]
        return [_table(["Package", "Version"], rows)]


def fill_in_runs(app, doctree, docname):
    """Replace the placeholder by the table: one row for each notebook, in the book's order."""
    for placeholder in list(doctree.findall(NotebookRuns)):
        runs = {
            name: data["exec_data"]
            for name, data in NbMetadataCollector.get_doc_data(app.env).items()
            if data.get("exec_data")
        }
        rows = []
        for name, run in sorted(runs.items()):
            title = nodes.Text(app.env.titles[name].astext())
            link = make_refnode(app.builder, docname, name, "", title)
            checked = datetime.fromtimestamp(run["mtime"], UTC).strftime("%Y-%m-%d %H:%M")
            rows.append([link, checked, f"{run['runtime']:.1f}"])
        placeholder.replace_self(_table(["Notebook", "Checked (UTC)", "Seconds"], rows))


def name_reference(app, pagename, templatename, context, doctree):
    """Say in a chapter's footer what it was checked against."""
    if NbMetadataCollector.get_doc_data(app.env)[pagename].get("exec_data"):
        context["checked_against"] = f"PyTorch {Version(version('torch')).public}"
        context["status_page"] = STATUS_PAGE if STATUS_PAGE in app.env.found_docs else None


def _table(headings, rows):
    """Return a table of texts and links."""
    group = nodes.tgroup("", cols=len(headings))
    group += [nodes.colspec(colwidth=1) for _ in headings]
    head, body = nodes.thead(), nodes.tbody()
    head += _row(headings)
    body += map(_row, rows)
    group += [head, body]
    return nodes.table("", group)


def _row(cells):
    row = nodes.row()
    for cell in cells:
        content = nodes.Text(cell) if isinstance(cell, str) else cell
        row += nodes.entry("", nodes.paragraph("", "", content))
    return row


def setup(app):
    """Connect tables and footer."""
    app.add_node(NotebookRuns)
    app.add_directive("notebook-runs", NotebookRunsDirective)
    app.add_directive("versions", PackageVersions)
    app.connect("doctree-resolved", fill_in_runs)
    app.connect("html-page-context", name_reference)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
