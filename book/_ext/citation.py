"""Sphinx extension: ``{citation}`` shows how to cite the book, from ``CITATION.cff`` alone."""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Citation(SphinxDirective):
    """The book's own entry, as a sentence and as BibTeX."""

    def run(self):
        source = Path(self.env.srcdir, "CITATION.cff")
        # The next build reads this page again: the publisher may have named another address.
        self.env.note_reread()
        entry = yaml.safe_load(source.read_text(encoding="utf-8"))
        authors = [author["name"] for author in entry["authors"]]
        released = entry.get("date-released")
        year = str(released.year) if released else self.config.copyright[:4]
        fields = {
            "author": " and ".join(f"{{{author}}}" for author in authors),
            "title": entry["title"],
            "version": entry["version"],
            "year": year,
        }
        if address := self.config.html_baseurl:
            fields["url"] = address
        lines = [f"  {name:<7} = {{{value}}}," for name, value in fields.items()]
        bibtex = "\n".join(["@software{tconv_book,", *lines, "}"])
        sentence = nodes.paragraph("", f"{', '.join(authors)} ({year}). ")
        sentence += nodes.emphasis(text=entry["title"])
        sentence += nodes.Text(f". Version {entry['version']}.")
        return [sentence, nodes.literal_block(bibtex, bibtex, language="bibtex")]


def setup(app):
    """Add the directive."""
    app.add_directive("citation", Citation)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
