"""Formulas typeset when the book is built: what MathJax writes, and the style sheet for it."""

import re
from types import SimpleNamespace

import pytest
from docutils import nodes

from tconv.sphinxext import mathematics


@pytest.mark.parametrize("display", [True, False])
def test_a_formula_is_drawn_and_can_be_spoken(display):
    html = mathematics.typeset(r"\frac{i}{s} < k", display=display)
    assert re.search(r"<mjx-math[^>]* aria-hidden=.true.", html)
    assert ('display="true"' in html) == display
    assert "<math" in html
    assert "<mfrac><mi>i</mi><mi>s</mi></mfrac><mo>&lt;</mo><mi>k</mi>" in html


def test_what_is_no_formula_is_a_warning_and_so_an_error(monkeypatch):
    warnings = []
    monkeypatch.setattr(
        mathematics.logger,
        "warning",
        lambda text, *values, location: warnings.append(text % values),
    )
    translator = SimpleNamespace(body=["before"])
    node = nodes.math(text=r"\nosuch{x}")

    def visit(translator, node):
        translator.body.append(rf"<span>\({node.astext()}\)</span>")
        raise nodes.SkipNode

    with pytest.raises(nodes.SkipNode):
        mathematics._renderer(visit)(translator, node)
    assert warnings == [r"Undefined control sequence \nosuch: \nosuch{x}"]
    assert translator.body[0] == "before"
    assert translator.body[1].startswith("<span><mjx-container")
