"""The ShapeSolver as Python sees it: sizes and layers together, traits, results, tables."""

import itertools
import math

import numpy as np
import pytest
from tables import tables
from traitlets import TraitError

import tconv
from tconv.widgets import ShapeSolver
from tconv.widgets.shape_solver import _RANGES, _even_overlap

DOUBLE = {"kernel_size": 4, "stride": 2, "padding": 1, "output_padding": 0, "dilation": 1}


def test_solutions_are_those_of_tconv_in_its_order():
    solver = ShapeSolver(sizes=[1, 4, 8, 16, 32, 64], max_dilation=2)
    for step, found in zip(itertools.pairwise(solver.sizes), solver.solutions, strict=True):
        assert found == tconv.solve_conv_transpose(*step, max_dilation=2)
    solver.max_kernel_size = 4
    assert solver.solutions[1] == tconv.solve_conv_transpose(
        4, 8, max_dilation=2, max_kernel_size=4
    )


def test_every_layer_leads_from_each_size_to_the_next():
    solver = ShapeSolver(sizes=[7, 14, 28, 27])
    for (before, after), layer in zip(itertools.pairwise(solver.sizes), solver.layers, strict=True):
        assert tconv.conv_transpose_output_size(before, **layer) == after


def test_layers_lead_to_sizes():
    solver = ShapeSolver()
    solver.layers = [{"kernel_size": 4, "stride": 2, "padding": 1}, {"kernel_size": 3}]
    assert solver.sizes == [7, 14, 16]
    assert solver.layers[0] == DOUBLE
    assert ShapeSolver(sizes=[3], layers=[DOUBLE] * 2).sizes == [3, 6, 12]


def test_a_picked_layer_stays_while_it_fits():
    solver = ShapeSolver(sizes=[7, 14, 28])
    solver.layers = [solver.solutions[0][1], solver.solutions[1][0]]
    assert solver.layers[0] == DOUBLE
    assert solver.sizes == [7, 14, 28]
    solver.sizes = [7, 14, 30]
    assert solver.layers[0] == DOUBLE
    assert tconv.conv_transpose_output_size(14, **solver.layers[1]) == 30
    solver.sizes = [8, 14]
    assert solver.layers != [DOUBLE]


def test_a_step_without_a_layer_is_named():
    solver = ShapeSolver(sizes=[4, 8, 3], max_padding=0)
    assert solver.layers[1] is None
    assert solver.problem == "step 2: no layer within the bounds turns 8 into 3"
    assert solver.even_overlap == [True, False]
    solver.max_padding = 8
    assert solver.problem == ""
    assert None not in solver.layers


def brute_force_even(layers):
    """Counts on an input long enough for an interior of several periods."""
    period = math.prod(layer["stride"] for layer in layers)
    counts = tconv.stacked_overlap_count(64, layers)
    middle = len(counts) // 2
    return len(set(counts[middle : middle + period].tolist())) == 1


@pytest.mark.slow
def test_even_overlap_is_what_the_counts_say():
    """Every stack of two layers and a sample of three against counting the paths."""
    choices = itertools.product(range(1, 7), range(1, 5), range(1, 4))
    layers = [{"kernel_size": k, "stride": s, "dilation": d} for k, s, d in choices]
    for layer in layers:
        assert _even_overlap([layer]) == brute_force_even([layer])
    stacks = list(itertools.product(layers, repeat=2))
    rng = np.random.default_rng(0)
    seen = set()
    for n in rng.choice(len(stacks), 800, replace=False):
        stack = list(stacks[n])
        assert _even_overlap(stack) == brute_force_even(stack), stack
        seen.add((_even_overlap(stack), *(_even_overlap([layer]) for layer in stack)))
    assert (True, False, True) in seen, "a layer can even what the one before it made uneven"
    for _ in range(80):
        stack = [layers[n] for n in rng.choice(len(layers), 3)]
        assert _even_overlap(stack) == brute_force_even(stack), stack


def test_even_overlap_of_one_layer_is_what_the_solver_says():
    for solution in tconv.solve_conv_transpose(6, 12, max_dilation=4, max_kernel_size=12):
        layer = {name: getattr(solution, name) for name in _RANGES}
        assert _even_overlap([layer]) == solution.even_overlap


LAYER = {"kernel_size": 3}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": [0, 4]}, r"sizes\[0\] must be an integer from 1 to 9999, got 0"),
        ({"sizes": [4, 10000]}, r"sizes\[1\] must be an integer from 1 to 9999, got 10000"),
        ({"sizes": [4, 8.0]}, r"sizes\[1\] must be an integer from 1 to 9999, got 8.0"),
        ({"sizes": [4, True]}, r"sizes\[1\] must be an integer"),
        ({"sizes": [4]}, "'sizes' trait .* a list of 2 to 7 sizes from 1 to 9999"),
        ({"sizes": [4] * 8}, "'sizes' trait .* a list of 2 to 7 sizes from 1 to 9999"),
        ({"sizes": "48"}, "'sizes' trait .* a list of 2 to 7 sizes"),
        ({"sizes": 3, "layers": [LAYER]}, "'sizes' trait .* a list of 2 to 7 sizes"),
        ({"layers": []}, "'layers' trait .* a list of 1 to 6 layers"),
        ({"layers": 3}, "'layers' trait .* a list of 1 to 6 layers"),
        ({"layers": [LAYER] * 7}, "'(layers|sizes)' trait"),
        ({"layers": [None]}, r"layers\[0\] must be a dict with kernel_size .* got None"),
        ({"layers": [{"stride": 2}]}, r"layers\[0\] must be a dict with kernel_size"),
        ({"layers": [LAYER | {"groups": 2}]}, r"layers\[0\] must be a dict with kernel_size"),
        ({"layers": [LAYER | {"stride": 9}]}, r"stride of layers\[0\] must .* from 1 to 8, got 9"),
        (
            {"layers": [LAYER, LAYER | {"output_padding": 1}]},
            r"layers\[1\]: output_padding must be smaller than max\(stride, dilation\) = 1, got 1",
        ),
        ({"layers": [LAYER | {"padding": 5}]}, r"layers\[0\]: padding must leave an output"),
        ({"sizes": [5000], "layers": [DOUBLE]}, r"layers\[0\] must lead to at most 9999 cells"),
        ({"sizes": [7, 9], "layers": [DOUBLE]}, r"sizes must be \[7, 14\], as the layers make"),
        ({"question": "why"}, "'question' trait"),
    ],
)
def test_bad_traits_are_refused(settings, message):
    with pytest.raises(TraitError, match=message):
        ShapeSolver(**settings)


def test_a_refused_trait_leaves_all_as_it_was():
    solver = ShapeSolver(layers=[DOUBLE, DOUBLE])
    before = solver.get_state()
    with pytest.raises(TraitError):
        solver.layers = [DOUBLE, LAYER | {"padding": 16}]
    with pytest.raises(TraitError):
        solver.sizes = [7, -1]
    assert solver.get_state() == before


@pytest.mark.parametrize("name", ["solutions", "even_overlap", "problem"])
def test_results_are_read_only(name):
    with pytest.raises(TraitError, match=name):
        setattr(ShapeSolver(), name, getattr(ShapeSolver(), name))


def test_static_form_holds_the_same_layers():
    solver = ShapeSolver(sizes=[7, 14, 28], layers=[DOUBLE, DOUBLE])
    written = tables(solver.page_html())
    stack = written["One layer for each step, and the overlap of the stack so far"]
    assert stack[1:] == [[step, "4", "2", "1", "0", "1", "even"] for step in ("7 → 14", "14 → 28")]
    found = tconv.solve_conv_transpose(7, 14)
    listed = written[f"7 → 14: {len(found)} layers within the bounds, the first 10"]
    assert listed[0] == [*(name.replace("_", " ") for name in _RANGES), "overlap"]
    for row, solution in zip(listed[1:], found[:10], strict=True):
        assert row[:5] == [str(getattr(solution, name)) for name in _RANGES]
        assert row[5] == ("even" if solution.even_overlap else "uneven")


def test_static_form_says_what_is_impossible():
    assert "no layer within the bounds turns 8 into 90" in ShapeSolver(sizes=[8, 90]).page_html()
    assert len(tables(ShapeSolver(question="sizes").page_html())) == 1


def test_repr_and_html_are_the_same_each_time():
    first, second = (ShapeSolver(sizes=[4, 8])._repr_mimebundle_()[0] for _ in range(2))
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == second["text/plain"] == "ShapeSolver(sizes=[4, 8])"
    solver = ShapeSolver(question="sizes", layers=[LAYER])
    assert eval(repr(solver)).layers == solver.layers
