"""Sphinx extension of the book: widgets that run in a published page that asks no other site.

What configuration and templates can do is in ``_config.yml`` and ``book/_templates``; here is the
rest.
"""

import hashlib
import json
import os
import re
import shutil
from html import unescape
from itertools import count
from pathlib import Path

from docutils import nodes
from PIL import Image

from tconv.sphinxext.execution import join_what_is_printed, use_cache_of_environment
from tconv.sphinxext.styles import lighten_styles
from tconv.widgets import _assets

WIDGET_NAME = re.compile(r'class="tconv-widget" data-widget="(\w+)"')
#: A widget's state so long (a network's weights) that a reader would wait for the text behind it.
LONG_STATE = re.compile(r'data-state="([^"]{20000,})"')
#: Names, punctuation and spaces in code: their colour is the text's, their elements a quarter of a
#: page's.
PLAIN_TOKEN = re.compile('<span class="[npw]">([^<]*)</span>')
PICTURE = re.compile(r'<img (?=[^>]*\bsrc="[^"]*_images/([^"/]+)")')
#: The theme's function that measures every box which may scroll, at once: ``page.js`` does it as
#: they come into view.
MEASURING = re.compile(
    r'function \w+\(\)\{(?=const \w+=\(\)=>\{document\.querySelectorAll\(\["pre")'
)
MATH_MARK = "<mjx-container "
MATH_STYLE = "mathjax/mathjax.css"
WIDGET_STYLE = "tconv-widgets.css"

#: MathJax and the theme write style attributes, icons and sounds are ``data:`` addresses. ``file:``
#: lets a page opened from disk load its own files in browsers whose ``'self'`` means nothing there.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' file: data: blob:; font-src 'self' file: data:; "
    "media-src 'self' file: data: blob:; "
    "connect-src 'self'; form-action 'self' file:; base-uri 'none'"
)

#: In ``_static``: FontAwesome, Bootstrap, and what else no page loads.
UNUSED_ASSETS = (
    "scripts/fontawesome.js*",
    "scripts/bootstrap.js*",
    "scripts/*.map",
    "styles/*.map",
    "vendor",
    "locales",
    "styles/theme.css",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
)


def apply_publisher_settings(app, config):
    """Name the site's address and repository where the publishing workflow gave them."""
    if url := os.environ.get("BOOK_URL"):
        config.html_baseurl = url.rstrip("/") + "/"
    if repository := os.environ.get("BOOK_REPOSITORY"):
        config.html_theme_options["repository_url"] = repository


def write_widget_assets(app, names):
    """Write script and style sheet for pages with these widgets; return the script's name."""
    static = Path(app.outdir, "_static")
    script = f"tconv-{'-'.join(names)}.js"
    (static / script).write_text(_assets.page_script(names), encoding="utf-8")
    (static / WIDGET_STYLE).write_text(_assets.page_style(), encoding="utf-8")
    return script


def move_long_states(app, pagename, pathto, body):
    """Give long states of widgets files of their own, which ``page.js`` loads; return the body."""
    numbers = count(1)

    def moved(match):
        name = f"{pagename.replace('/', '-')}-state-{next(numbers)}.js"
        state = unescape(match[1])
        # A script, because a page that is read from disk can load nothing else.
        place = f"document.querySelector('[data-state-from*=\"{name}\"]')"
        script = f"{place}.dataset.state = {json.dumps(state)};\n"
        Path(app.outdir, "_static", name).write_text(script, encoding="utf-8")
        version = hashlib.sha256(state.encode()).hexdigest()[:8]
        return f'data-state-from="{pathto(f"_static/{name}", 1)}?v={version}"'

    return LONG_STATE.sub(moved, body)


def prepare_page(app, pagename, templatename, context, doctree):
    """Give a page its description, its policy and no script but those it needs."""
    context["content_security_policy"] = CONTENT_SECURITY_POLICY
    # What has no document is the page of the search.
    context["page_description"] = (
        _first_paragraph(doctree) if doctree else f"Search the book {app.config.html_title}."
    )
    body = context.get("body", "")
    if names := sorted(set(WIDGET_NAME.findall(body))):
        body = move_long_states(app, pagename, context["pathto"], body)
        app.add_css_file(WIDGET_STYLE)
        app.add_js_file(write_widget_assets(app, names))
    if MATH_MARK in body:
        app.add_css_file(MATH_STYLE)
    # docutils gives a bibliography roles that ARIA has since withdrawn.
    for role in (' role="doc-biblioentry"', ' role="list"'):
        body = body.replace(role, "")
    context["body"] = PLAIN_TOKEN.sub(r"\1", _reserve_places(app, body))
    # Scripts without a file are inline: the theme's settings, which only its version menu reads,
    # and the state of every widget, which the widget's own HTML holds already.
    context["script_files"] = [script for script in context["script_files"] if script.filename]
    for script in context["script_files"]:
        script.attributes["defer"] = "defer"


def _reserve_places(app, body):
    """Let pictures load when a reader comes near, into places of their size: no text moves then."""
    sources = {name: path for path, name in app.builder.images.items()}

    def sized(match):
        with Image.open(Path(app.srcdir, sources[match[1]])) as picture:
            width, height = picture.size
        return f'<img loading="lazy" width="{width}" height="{height}" '

    return PICTURE.sub(sized, body)


def _first_paragraph(doctree, length=180):
    """Return the first paragraph's text, cut at a word: a search engine shows about that much."""
    text = next((" ".join(p.astext().split()) for p in doctree.findall(nodes.paragraph)), "")
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def clean_assets(app, exception):
    """Drop assets that no page loads; of the theme, its messages and its measuring."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for pattern in UNUSED_ASSETS:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for script in static.glob("scripts/*.js"):
        text = script.read_text(encoding="utf-8").replace("console.log(", "void(")
        text = MEASURING.sub(r"\g<0>return;", text)
        script.write_text(text, encoding="utf-8")


def lighten_pictures(app, exception):
    """Store the notebooks' drawings with a palette: few colours, a third of the bytes."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir, "_images").glob("*.png"):
        with Image.open(path) as picture:
            lighter = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        lighter.save(path, optimize=True)


def setup(app):
    """Connect the steps above to Sphinx."""
    # Jupyter Book sets this one for the extension sphinx_comments, which the book does without.
    app.add_config_value("comments_config", {}, "html")
    app.connect("config-inited", apply_publisher_settings)
    app.connect("config-inited", use_cache_of_environment)
    join_what_is_printed()
    # After the theme and myst-nb have added theirs.
    app.connect("html-page-context", prepare_page, priority=900)
    app.connect("build-finished", lighten_pictures)
    app.connect("build-finished", clean_assets, priority=900)
    app.connect("build-finished", lighten_styles, priority=950)
    app.setup_extension("tconv.sphinxext.mathematics")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
