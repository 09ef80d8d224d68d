"""Sizes, relationships and the solver against PyTorch and brute force, along one axis."""

from dataclasses import FrozenInstanceError
from itertools import product

import pytest
import torch
import torch.nn.functional as F

import tconv
from tconv import solver

SETTINGS = list(product(range(1, 8), range(1, 5), range(1, 4), range(4), range(1, 3)))


def _direct_size(i, k, s, p, d):
    """PyTorch's output size, or None if it refuses."""
    try:
        return F.conv1d(
            torch.ones(1, 1, i), torch.ones(1, 1, k), stride=s, padding=p, dilation=d
        ).shape[2]
    except RuntimeError:
        return None


DIRECT_SIZES = {setting: _direct_size(*setting) for setting in SETTINGS}


def _pooled_size(i, k, s, p, d):
    return F.max_pool1d(torch.ones(1, 1, i + 2 * p), k, s, dilation=d).shape[2]


def _transposed_size(setting, output_padding):
    _, k, s, p, d = setting
    return F.conv_transpose1d(
        torch.ones(1, 1, DIRECT_SIZES[setting]),
        torch.ones(1, 1, k),
        stride=s,
        padding=p,
        dilation=d,
        output_padding=output_padding,
    ).shape[2]


@pytest.mark.parametrize("number", tconv.RELATIONSHIPS)
def test_relationship(number):
    """Right wherever its condition holds; wrong somewhere outside, unless it is fully general."""
    relationship = tconv.RELATIONSHIPS[number]
    held, counterexamples = 0, []
    for setting, direct_size in DIRECT_SIZES.items():
        if direct_size is None:
            continue
        i, k, s, p, d = setting
        a = (i + 2 * p - d * (k - 1) - 1) % s
        holds = relationship.condition(*setting)
        if relationship.transposed:
            size, expected = direct_size, _transposed_size(setting, a)
        else:
            size, expected = i, _pooled_size(*setting) if number == 7 else direct_size
        found = relationship.output_size(size, k, s, p, d, a)
        if holds:
            assert found == expected, setting
            held += 1
        elif found != expected:
            counterexamples.append(setting)
    assert held
    assert bool(counterexamples) == (number != 15)


def test_names_of_the_relationships():
    assert {number: one.name for number, one in tconv.RELATIONSHIPS.items()} == {
        1: "no padding, unit stride",
        2: "any padding, unit stride",
        3: "half padding",
        4: "full padding",
        5: "no padding, any stride",
        6: "any padding, any stride",
        7: "pooling",
        8: "transpose of no padding, unit stride",
        9: "transpose of any padding, unit stride",
        10: "transpose of half padding",
        11: "transpose of full padding",
        12: "transpose of no padding, the stride divides i - k",
        13: "transpose of any padding, the stride divides i + 2p - k",
        14: "transpose of any padding, any stride",
        15: "dilated",
    }


def test_relationships_and_emulating_convolutions_are_frozen():
    for one, name in (
        (tconv.RELATIONSHIPS[1], "name"),
        (tconv.emulating_convolution(3, 3), "padding"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, None)


def test_sizes_are_pytorchs():
    for setting, expected in DIRECT_SIZES.items():
        i, k, s, p, d = setting
        settings = {"stride": s, "padding": p, "dilation": d}
        if expected is None:
            with pytest.raises(ValueError, match="kernel_size must fit inside the padded input"):
                tconv.conv_output_size(i, k, **settings)
            continue
        assert tconv.conv_output_size(i, k, **settings) == expected
        a = tconv.required_output_padding(i, k, **settings)
        assert 0 <= a < s
        size = tconv.conv_transpose_output_size(expected, k, output_padding=a, **settings)
        assert size == i == _transposed_size(setting, a)


@pytest.mark.parametrize(
    ("direct", "primed"),
    [
        ((4, 3, 1, 0), (2, 2, 2, 0)),
        ((5, 4, 1, 2), (6, 6, 1, 0)),
        ((5, 3, 1, 1), (5, 5, 1, 0)),
        ((5, 3, 1, 2), (7, 7, 0, 0)),
        ((5, 3, 2, 0), (2, 3, 2, 0)),
        ((5, 3, 2, 1), (3, 5, 1, 0)),
        ((6, 3, 2, 1), (3, 5, 1, 1)),
    ],
)
def test_figures_of_the_guide(direct, primed):
    i, k, s, p = direct
    size, inserted, padding, a = primed
    assert tconv.conv_output_size(i, k, stride=s, padding=p) == size
    assert tconv.required_output_padding(i, k, stride=s, padding=p) == a
    emulating = tconv.emulating_convolution(size, k, stride=s, padding=p, output_padding=a)
    assert emulating.inserted_size == inserted
    assert emulating.padding == (padding, padding + a)
    assert emulating.output_size == i


def test_integers_in_integer_out_and_tuples_in_tuple_out():
    assert tconv.conv_output_size(5, 3) == 3
    assert tconv.conv_output_size((5,), 3) == (3,)
    assert tconv.conv_output_size(5, (3, 1)) == (3, 5)
    assert tconv.required_output_padding((6, 5), 3, stride=2) == (1, 0)
    assert tconv.emulating_convolution((4, 5), 2, padding=2)[1].padding == (-1, -1)


@pytest.mark.parametrize(("size", "target"), list(product((1, 2, 4), range(1, 10))))
def test_the_solver_is_sound_and_complete(size, target):
    bounds = {"max_kernel_size": 4, "max_stride": 3, "max_padding": 2, "max_dilation": 2}
    found = tconv.solve_conv_transpose(size, target, **bounds)
    settings = [
        (one.kernel_size, one.stride, one.padding, one.output_padding, one.dilation)
        for one in found
    ]
    brute = set()
    for k, s, p, op, d in product(range(1, 5), range(1, 4), range(3), range(4), range(1, 3)):
        try:
            output = F.conv_transpose1d(
                torch.ones(1, 1, size),
                torch.ones(1, 1, k),
                stride=s,
                padding=p,
                output_padding=op,
                dilation=d,
            )
        except RuntimeError:
            continue
        if output.shape[2] == target:
            brute.add((k, s, p, op, d))
    assert len(settings) == len(set(settings))
    assert set(settings) == brute
    order = [
        (target != s * size, not one.even_overlap, k)
        for one, (k, s, *_) in zip(found, settings, strict=True)
    ]
    assert order == sorted(order)


def test_the_smallest_bounds_leave_the_identity():
    found = tconv.solve_conv_transpose(3, 3, max_kernel_size=1, max_stride=1, max_padding=0)
    assert found == [solver.ConvTransposeSolution(1, 1, 0, 0, 1, even_overlap=True)]


def test_bounds_by_default():
    bounds = {"max_kernel_size": 8, "max_stride": 8, "max_padding": 8, "max_dilation": 1}
    assert tconv.solve_conv_transpose(4, 8) == tconv.solve_conv_transpose(4, 8, **bounds)


def test_as_many_settings_as_allowed_are_tried(monkeypatch):
    monkeypatch.setattr(solver, "MAX_SETTINGS", 8 * 8 * 9)
    assert tconv.solve_conv_transpose(4, 8)
    monkeypatch.setattr(solver, "MAX_SETTINGS", 8 * 8 * 9 - 1)
    with pytest.raises(ValueError, match="at most 575 settings, got 576"):
        tconv.solve_conv_transpose(4, 8)


def test_even_overlap_is_what_an_interior_of_ones_shows():
    for one in tconv.solve_conv_transpose(12, 24, max_stride=4, max_dilation=3):
        counts = F.conv_transpose1d(
            torch.ones(1, 1, 40),
            torch.ones(1, 1, one.kernel_size),
            stride=one.stride,
            dilation=one.dilation,
        )[0, 0]
        extent = one.dilation * (one.kernel_size - 1) + one.stride
        interior = counts[extent:-extent]
        assert one.even_overlap == bool((interior == interior[0]).all())
