"""Sphinx extension: a page for each address that has moved, and the list of those that have not."""

from html import escape
from pathlib import Path

from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from tconv.sphinxext import CONTENT_SECURITY_POLICY


def check_redirects(app, env):
    """Stop at a redirect that would lead nowhere, or hide a page."""
    for old, new in app.config.redirects.items():
        if new not in env.found_docs:
            raise ConfigError(f"redirects: {old} leads to {new}, which is no page of the book")
        if old in env.found_docs:
            raise ConfigError(f"redirects: {old} is a page of the book and cannot lead elsewhere")


def write_redirects(app, exception):
    """Let each old address lead to the page that took its place; the front door to the cover."""
    if exception is not None or app.builder.format != "html":
        return
    moved = {"index": app.config.root_doc} | app.config.redirects
    for old, new in moved.items():
        old_uri, new_uri = map(app.builder.get_target_uri, (old, new))
        page = app.builder.templates.render(
            "redirect.html",
            {
                "title": app.env.titles[new].astext(),
                "target": relative_uri(old_uri, new_uri),
                "static": relative_uri(old_uri, "_static/"),
                "canonical": app.config.html_baseurl and app.config.html_baseurl + new_uri,
                "language": app.config.language,
                "content_security_policy": CONTENT_SECURITY_POLICY,
            },
        )
        path = Path(app.outdir, old_uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")


def write_sitemap(app, exception):
    """List every page for search engines, which want whole addresses: so not without one."""
    if exception is not None or app.builder.format != "html" or not app.config.html_baseurl:
        return
    pages = (app.builder.get_target_uri(name) for name in sorted(app.env.found_docs))
    entries = "".join(
        f"<url><loc>{escape(app.config.html_baseurl + page)}</loc></url>\n" for page in pages
    )
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n',
        encoding="utf-8",
    )


def setup(app):
    """Let ``redirects`` name pages that moved, old before new, as in the table of contents."""
    app.add_config_value("redirects", {}, "html")
    app.connect("env-check-consistency", check_redirects)
    app.connect("build-finished", write_redirects)
    app.connect("build-finished", write_sitemap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
