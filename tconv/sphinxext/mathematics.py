"""The one script that typesets formulas: MathJax, joined from the parts that the book uses."""

from pathlib import Path

#: MathJax's own components, each after those it needs. Its ready-made script has these and as many
#: again: a menu, and what fetches further parts on demand.
COMPONENTS = (
    "startup",
    "core",
    "input/tex-base",
    "input/tex/extensions/ams",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)


def join_mathjax(app, exception):
    """Write the components over the script of the whole, which the pages name.

    MathJax starts when a script has run to its end: by then all components are there.
    """
    if exception is not None or app.builder.format != "html":
        return
    mathjax = Path(app.outdir, "_static", "mathjax")
    parts = [(mathjax / f"{name}.js").read_text(encoding="utf-8") for name in COMPONENTS]
    (mathjax / "tex-chtml.js").write_text("\n".join(parts), encoding="utf-8")
