"""Sphinx extension: what a link to a page shows elsewhere, as text and as a picture.

A social network wants absolute addresses, so all of it waits for ``html_baseurl``.
"""

import textwrap
from html import escape
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from tconv import conv_transpose2d
from tconv.plotting.figures import INK, INPUT, KERNEL, OUTPUT

PIXELS = (1200, 630)  # what the networks ask for
FOLDER = "_static/cards"
MUTED = "#515b69"
EXAMPLE = [[2, 1], [4, 4]]  # the book's, enlarged by its kernel
EXAMPLE_KERNEL = [[1, 4, 1], [1, 4, 3], [3, 3, 1]]
ALTERNATIVE = "A grid of two by two numbers becomes one of four by four"


def describe_for_networks(app, pagename, templatename, context, doctree):
    """Add a page's Open Graph elements and draw its card."""
    if doctree is None or not app.config.html_baseurl:
        return
    title = app.env.titles[pagename].astext()
    card = f"{FOLDER}/{pagename.replace('/', '-')}.png"
    draw_card(title, app.config.html_title, Path(app.outdir, card))
    properties = {
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": title,
        "og:description": context["page_description"],
        "og:url": app.config.html_baseurl + app.builder.get_target_uri(pagename),
        "og:image": app.config.html_baseurl + card,
        "og:image:alt": ALTERNATIVE,
        "og:image:width": PIXELS[0],
        "og:image:height": PIXELS[1],
        "og:locale": app.config.language.replace("-", "_"),
    }
    for name, content in properties.items():
        context["metatags"] += f'<meta property="{name}" content="{escape(str(content))}">\n'
    context["metatags"] += '<meta name="twitter:card" content="summary_large_image">\n'


def draw_card(title, book, path):
    """Draw the card of the page `title`: that title, and the book's example in its colours."""
    figure = Figure(figsize=(PIXELS[0] / 100, PIXELS[1] / 100), dpi=100, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, PIXELS[0]), ylim=(PIXELS[1], 0))
    axes.axis("off")
    axes.text(70, 76, textwrap.fill(title, 19), size=40, weight="bold", color=INK, va="top")
    if title != book:
        axes.text(70, 570, book, size=19, color=MUTED)
    _draw_numbers(axes, EXAMPLE, (804, 70), 56, INPUT)
    _draw_numbers(axes, conv_transpose2d(EXAMPLE, EXAMPLE_KERNEL), (804, 226), 84, OUTPUT)
    # The cells that the first input number reaches.
    stamp = Rectangle((804, 226), 252, 252, fill=False, edgecolor=KERNEL, linewidth=7)
    axes.add_patch(stamp)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    with Image.open(path) as picture:
        lighter = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    lighter.save(path, optimize=True)


def _draw_numbers(axes, numbers, corner, side, colour):
    """Draw a grid of numbers, white on `colour`, its top left at `corner`."""
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            left, top = corner[0] + side * column, corner[1] + side * row
            axes.add_patch(Rectangle((left, top), side, side, facecolor=colour, edgecolor="white"))
            middle = (left + side / 2, top + side / 2)
            axes.text(*middle, number, size=side / 2.8, color="white", ha="center", va="center")


def setup(app):
    """Run after the page's description is known: tconv.sphinxext finds it at priority 900."""
    app.connect("html-page-context", describe_for_networks, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
