"""The widgets as Python sees them: traits, validation, results, static form."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tables import numbers
from traitlets import TraitError

from tconv.widgets import (
    AdjointExplorer,
    ConvolutionExplorer,
    GeneratorExplorer,
    OverlapExplorer,
    ShapeSolver,
)
from tconv.widgets._base import Whole

KERNEL = [[1, 4, 1], [1, 4, 3], [3, 3, 1]]


def test_starts_from_the_running_example():
    explorer = ConvolutionExplorer()
    assert explorer.kernel == KERNEL
    assert explorer.input == [[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]]
    assert explorer.output == [[122, 148], [126, 134]]


@pytest.mark.parametrize("ndim", [1, 2])
@pytest.mark.parametrize("direction", ["direct", "transposed"])
def test_output_follows_every_trait(direction, ndim):
    explorer = ConvolutionExplorer(direction=direction, ndim=ndim)
    for settings in (
        {"stride": 2},
        {"padding": 1},
        {"kernel_size": 2},
        {"input_size": 6},
        {"dilation": 2},
        {"input": np.arange(6).tolist() if ndim == 1 else np.arange(36).reshape(6, 6)},
        {"kernel": [1.5, 2] if ndim == 1 else [[1.5, 2], [0, -1]]},
    ):
        for name, value in settings.items():
            setattr(explorer, name, value)
        options = {name: getattr(explorer, name) for name in ("stride", "padding", "dilation")}
        if direction == "transposed":
            options["output_padding"] = explorer.output_padding
        function = getattr(F, f"conv{'_transpose' if direction == 'transposed' else ''}{ndim}d")
        x, w = (
            torch.tensor(np.array(values), dtype=torch.float64)[None, None]
            for values in (explorer.input, explorer.kernel)
        )
        np.testing.assert_array_equal(explorer.output, function(x, w, **options)[0, 0])
        assert explorer.problem == ""


def test_size_and_values_agree_whichever_is_set():
    explorer = ConvolutionExplorer()
    explorer.input_size = 6
    assert np.shape(explorer.input) == (6, 6)
    assert np.array(explorer.input)[:4, :4].tolist() == ConvolutionExplorer().input
    explorer.input = np.ones((2, 2))
    assert explorer.input_size == 2
    explorer.ndim = 1
    assert explorer.input == [1, 1]
    assert explorer.kernel == [1, 4, 1]


def test_impossible_setting_has_a_reason_and_no_output():
    explorer = ConvolutionExplorer(input_size=2)
    assert explorer.output == []
    assert "kernel" in explorer.problem
    explorer.padding = 1
    assert explorer.problem == ""
    assert np.shape(explorer.output) == (2, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"direction": "sideways"}, "'direction' trait.*direct"),
        ({"input": [[1, 2], [3]]}, "'input' trait.*1 to 7 finite numbers, or a square grid"),
        ({"input": [[1, float("nan")], [3, 4]]}, "'input' trait.*finite"),
        ({"input": [[1, 2, 3]]}, "'input' trait.*square"),
        ({"input": "abcd"}, "'input' trait.*1 to 7"),
        ({"kernel": np.ones((6, 6))}, "'kernel' trait.*1 to 5|kernel_size.*greater than 5"),
        ({"kernel": [1, 2]}, "kernel must have 2 dimensions, as ndim says, got 1"),
        ({"input": [[1, 2], [3, 4]], "input_size": 3}, "input_size must be 2, the size of input"),
        ({"selected": "output:a,b"}, 'selected must be "" or a grid and a cell'),
    ],
)
def test_bad_traits_are_refused(settings, message):
    with pytest.raises(TraitError, match=message):
        ConvolutionExplorer(**settings)


EXPLORERS = [
    AdjointExplorer(),
    ConvolutionExplorer(),
    GeneratorExplorer([{"weight": np.ones((2, 1, 3, 3))}]),
    OverlapExplorer(),
    ShapeSolver(),
]


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda one: type(one).__name__)
def test_whole_numbers_are_refused_by_name_and_range(explorer):
    traits = explorer.traits(page=True).items()
    bounds = {name: (trait.min, trait.max) for name, trait in traits if isinstance(trait, Whole)}
    assert len(bounds) >= 2
    for name, (low, high) in bounds.items():
        for value in (low - 1, high + 1, 10**30, 1.5, float("nan"), True, "2", None, [2]):
            before = getattr(explorer, name)
            with pytest.raises(TraitError) as refusal:
                setattr(explorer, name, value)
            assert str(refusal.value) == (
                f"The value of the {name!r} trait must be an integer from {low} to {high}, "
                f"got {value!r}"
            )
            assert getattr(explorer, name) == before


def test_results_are_read_only():
    with pytest.raises(TraitError, match="output"):
        ConvolutionExplorer().output = []


def test_static_form_holds_the_same_numbers():
    explorer = ConvolutionExplorer(direction="transposed", input_size=2)
    bundle, _ = explorer._repr_mimebundle_()
    tables = numbers(bundle["text/html"])
    assert tables["Input"] == explorer.input
    assert tables["Kernel"] == KERNEL
    assert tables["Output"] == explorer.output
    matrix = np.array(tables["Transposed convolution matrix, 16 × 4"])
    assert (matrix @ np.ravel(explorer.input)).tolist() == np.ravel(explorer.output).tolist()


def test_static_form_shows_what_comes_of_forgetting_the_rotation():
    explorer = ConvolutionExplorer(direction="transposed", input_size=2, rotate_kernel=False)
    tables = numbers(explorer.page_html())
    wrong = [[2, 7, 9, 3], [10, 27, 30, 13], [14, 37, 26, 5], [4, 20, 20, 4]]
    assert tables["Wrong output, the kernel not rotated"] == wrong


def test_repr_and_html_are_the_same_each_time():
    first, second = (ConvolutionExplorer(stride=2)._repr_mimebundle_()[0] for _ in range(2))
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == second["text/plain"]
    assert "0x" not in first["text/plain"]


def test_html_state_is_what_the_page_starts_from():
    explorer = ConvolutionExplorer(selected="output:1,0")
    attributes = {}

    class Mount(HTMLParser):
        def handle_starttag(self, tag, found):
            if ("class", "tconv-widget") in found:
                attributes.update(found)

    Mount().feed(explorer.page_html())
    assert attributes["data-widget"] == "ConvolutionExplorer"
    state = json.loads(attributes["data-state"])
    assert state == {name: getattr(explorer, name) for name in explorer.traits(page=True)}
