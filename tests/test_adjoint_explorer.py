"""The AdjointExplorer as Python sees it: traits, validation, results, static form."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tables import numbers
from traitlets import TraitError

from tconv.widgets import AdjointExplorer


def test_starts_from_the_running_example():
    explorer = AdjointExplorer()
    assert explorer.forward == [[122, 148], [126, 134]]
    assert explorer.adjoint == [[2, 9, 6, 1], [6, 29, 30, 7], [10, 29, 33, 13], [12, 24, 16, 4]]
    assert explorer.back[0] == [122, 636, 714, 148]
    assert explorer.inner_products == [1432, 1432]
    assert explorer.rank == 4


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_results_are_those_of_pytorch(stride, padding):
    rng = np.random.default_rng(stride + 3 * padding)
    checked = 0
    for size, kernel_size in itertools.product(range(2, 6), range(1, 4)):
        explorer = AdjointExplorer(
            input_size=size, kernel_size=kernel_size, stride=stride, padding=padding
        )
        if explorer.problem:
            assert kernel_size > size + 2 * padding
            continue
        explorer.x = rng.integers(-9, 10, (size, size))
        explorer.kernel = rng.integers(-9, 10, (kernel_size, kernel_size))
        explorer.y = rng.integers(-9, 10, np.shape(explorer.forward))
        x, y, w = (
            torch.tensor(values, dtype=torch.float64)[None, None]
            for values in (explorer.x, explorer.y, explorer.kernel)
        )
        forward = F.conv2d(x, w, stride=stride, padding=padding)

        def transposed(values, x=x, w=w):
            gradient = torch.nn.grad.conv2d_input(x.shape, w, values, stride, padding)
            return gradient[0, 0]

        np.testing.assert_array_equal(explorer.forward, forward[0, 0])
        np.testing.assert_array_equal(explorer.adjoint, transposed(y))
        np.testing.assert_array_equal(explorer.back, transposed(forward))
        assert explorer.inner_products == [(forward * y).sum().item()] * 2
        recovered = torch.tensor(explorer.recovered, dtype=torch.float64)[None, None]
        again = F.conv2d(recovered, w, stride=stride, padding=padding)
        np.testing.assert_allclose(again, forward, rtol=1e-9, atol=1e-9)
        assert (recovered**2).sum() <= (x**2).sum() * (1 + 1e-9)
        checked += 1
    assert checked >= 11


def test_sizes_and_values_agree_whichever_is_set():
    explorer = AdjointExplorer(x=np.ones((5, 5)), kernel=[[1, 2], [3, 4]])
    assert (explorer.input_size, explorer.kernel_size) == (5, 2)
    assert np.shape(explorer.y) == np.shape(explorer.forward) == (4, 4)
    explorer.stride = 3
    assert np.shape(explorer.y) == np.shape(explorer.forward) == (2, 2)
    explorer.input_size = 3
    assert explorer.x == np.ones((3, 3)).tolist()


def test_impossible_setting_has_a_reason_and_no_results():
    explorer = AdjointExplorer(input_size=2)
    assert explorer.forward == explorer.back == explorer.inner_products == []
    assert "kernel_size must fit" in explorer.problem
    explorer.padding = 1
    assert explorer.problem == ""
    assert np.shape(explorer.back) == (2, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"towards": "home"}, "'towards' trait.*pseudo-inverse"),
        ({"x": [[1, 2], [3]]}, "'x' trait.*1 to 5 finite numbers"),
        ({"x": [1, 2]}, "x must have 2 dimensions, got 1"),
        ({"x": [[1]]}, "'input_size' trait must be an integer from 2 to 5, got 1"),
        ({"x": np.ones((3, 3)), "input_size": 4}, "input_size must be 3, the size of x"),
        ({"y": np.ones((3, 3))}, "y must have the shape of Cx, 2 by 2, got 3 by 3"),
        ({"selected": "matrix:0,0"}, 'selected must be "" or a grid and a cell'),
    ],
)
def test_bad_traits_are_refused(settings, message):
    with pytest.raises(TraitError, match=message):
        AdjointExplorer(**settings)


@pytest.mark.parametrize("name", ["forward", "back", "recovered", "adjoint", "rank", "problem"])
def test_results_are_read_only(name):
    with pytest.raises(TraitError, match=name):
        setattr(AdjointExplorer(), name, getattr(AdjointExplorer(), name))


def test_static_form_holds_the_same_numbers():
    explorer = AdjointExplorer()
    html = explorer._repr_mimebundle_()[0]["text/html"]
    tables = numbers(html)
    for caption, name in {"x": "x", "Cx": "forward", "CᵀCx": "back", "Cᵀy": "adjoint"}.items():
        assert tables[caption] == getattr(explorer, name)
    np.testing.assert_allclose(tables["C⁺Cx, rounded"], explorer.recovered, atol=0.005)
    assert "⟨Cx, y⟩ = 1432, ⟨x, Cᵀy⟩ = 1432" in html
    assert html == AdjointExplorer()._repr_mimebundle_()[0]["text/html"]
    assert "0x" not in repr(explorer)
