"""What holds of every explorer: it fits a phone, axe finds nothing, its words stand out.

And its state may come from a file.
"""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from contrast import too_pale
from test_generator_explorer_page import explorer as generator
from test_shape_solver_page import DCGAN

from tconv.widgets import AdjointExplorer, ConvolutionExplorer, OverlapExplorer, ShapeSolver

LARGEST = {"input_size": 7, "kernel_size": 5, "stride": 3, "dilation": 2}
# Of each kind the first state, the largest, one with a pinned cell, an impossible one.
STATES = {
    "AdjointExplorer": [
        AdjointExplorer(selected="x:1,1"),
        AdjointExplorer(input_size=5, kernel_size=1, padding=2, selected="back:1,1"),
        AdjointExplorer(input_size=2),
    ],
    "ConvolutionExplorer": [
        ConvolutionExplorer(selected="kernel:1,1"),
        ConvolutionExplorer(**LARGEST, padding=8),
        ConvolutionExplorer(direction="transposed", **LARGEST, padding=8, rotate_kernel=False),
        ConvolutionExplorer(input_size=2),
    ],
    "GeneratorExplorer": [generator(selected="3,4")],
    "OverlapExplorer": [
        OverlapExplorer(selected="counts:2,2"),
        OverlapExplorer(input_size=6, layers=[(6, 3)] * 3, kernel="random"),
    ],
    "ShapeSolver": [
        DCGAN,
        ShapeSolver(sizes=[9999] * 7, max_dilation=4),
        ShapeSolver(sizes=[4, 8, 90], step=2),
        ShapeSolver(question="sizes"),
    ],
}
# What a grid holds is for its label and the sentence to say: axe need not look at each number.
CONTEXT = {"exclude": [[".tconv-grid > *"]]}
# The page around the explorers is bare.
OPTIONS = {
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {
        name: {"enabled": False} for name in ("region", "landmark-one-main", "page-has-heading-one")
    },
}


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
@pytest.mark.parametrize("name", STATES)
def test_fits_and_can_be_read_by_all(show, name, theme, width):
    for state in STATES[name]:
        with show(state, theme=theme, width=width) as page:
            page.locator("summary").evaluate_all("all => all.forEach((one) => one.click())")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert too_pale(page) == {}
            found = Axe().run(page, context=CONTEXT, options=OPTIONS).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_a_long_state_has_a_file_of_its_own(show, tmp_path):
    state = json.dumps({"input_size": 3})
    place = """document.querySelector('[data-state-from="state.js"]')"""
    script = f"{place}.dataset.state = {json.dumps(state)};"
    (tmp_path / "state.js").write_text(script, encoding="utf-8")
    mount = '<div class="tconv-widget" data-widget="AdjointExplorer" data-state-from="state.js">'
    with show(f"{mount}static</div>") as page:
        slider = page.locator("input[data-setting=input_size]")
        assert slider.input_value() == "3"
