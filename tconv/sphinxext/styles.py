"""Style sheets without the rules that nothing in the book can use: nine tenths of the theme's.

Nor with those that want the theme's font of icons: ``book.css`` draws the icons.
"""

import re
from pathlib import Path

#: In ``_static``: the sheets of the theme and the extensions. The book's own have no rule too many.
SHEETS = ("basic.css", "mystnb.*.css", "sphinx-design.min.css", "styles/*.css", "mathjax/*.css")

RULE = re.compile(r"([^{}]+)\{[^{}]*\}")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NEGATION = re.compile(r":not\([^()]*\)")
CLASS = re.compile(r"\.([A-Za-z_-][\w-]*)")
WORD = re.compile(r"[A-Za-z_-][\w-]*")
ICON_FONT = "Font Awesome"


def words_of(folder):
    """Return every word of the pages and scripts in `folder`: no other class can be there."""
    words = set()
    for suffix in ("html", "js"):
        for path in Path(folder).rglob(f"*.{suffix}"):
            words.update(WORD.findall(path.read_text(encoding="utf-8")))
    return words


def rules_for(words, style):
    """Return a style sheet without the rules for classes that are not among `words`.

    Examples
    --------
    >>> rules_for({"a"}, ".a { x: y } .a .b { x: y } @media print { .b, .a { x: y } .b { x: y } }")
    '.a { x: y } @media print { .b, .a { x: y } }'
    >>> rules_for({"a"}, "p { x: y } p:not(.b) { x: y }")
    'p { x: y } p:not(.b) { x: y }'
    >>> rules_for(set(), "p { x: y } p::after { font-family: Font Awesome 6 Free }")
    'p { x: y }'
    """

    def used(selector):
        return words.issuperset(CLASS.findall(selector))

    def keep(rule):
        if ICON_FONT in rule[0].replace("\\", ""):
            return ""
        selectors = NEGATION.sub("", rule[1])
        # A list within parentheses offers a choice, so one of its classes is not needed.
        return rule[0] if "(" in selectors or any(map(used, selectors.split(","))) else ""

    return RULE.sub(keep, COMMENT.sub("", style))


def lighten_styles(app, exception):
    """Write the style sheets anew, each without the rules that it has too many."""
    if exception is not None or app.builder.format != "html":
        return
    words = words_of(app.outdir)
    for pattern in SHEETS:
        for path in Path(app.outdir, "_static").glob(pattern):
            style = path.read_text(encoding="utf-8")
            path.write_text(rules_for(words, style), encoding="utf-8")
