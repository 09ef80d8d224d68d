"""The four constructions against PyTorch, against each other and against the operators."""

import inspect
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import tconv
from tconv import _validation, constructions

CONSTRUCTIONS = (
    tconv.conv_transpose_by_scatter,
    tconv.conv_transpose_by_matrix,
    tconv.conv_transpose_by_emulation,
    tconv.conv_transpose_by_subpixel,
)
each_construction = pytest.mark.parametrize("construct", CONSTRUCTIONS)


def pytorch(input, weight, bias=None, **settings):
    function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[weight.ndim - 3]
    bias = None if bias is None else torch.from_numpy(bias)
    return function(torch.from_numpy(input), torch.from_numpy(weight), bias, **settings).numpy()


def integers(rng, *shape):
    return rng.integers(-9, 10, shape)


@pytest.mark.slow
def test_every_small_one_dimensional_setting():
    rng = np.random.default_rng(0)
    compared = 0
    for i, k, s, p, d in product((1, 3), (1, 2, 3, 5), (1, 2, 3), (0, 1, 3), (1, 2, 4)):
        for op in range(max(s, d)):
            if s * (i - 1) + d * (k - 1) + 1 - 2 * p + op < 1:
                continue
            settings = {"stride": s, "padding": p, "output_padding": op, "dilation": d}
            x, w, b = integers(rng, 2, 2, i), integers(rng, 2, 3, k), integers(rng, 3)
            theirs = pytorch(x, w, b, **settings)
            for construct in CONSTRUCTIONS:
                ours = construct(x, w, b, **settings)
                np.testing.assert_array_equal(ours, theirs, f"{construct.__name__} {settings}")
            compared += 1
    assert compared == 501


def axes(draw, ndim, low, high):
    return tuple(draw(st.lists(st.integers(low, high), min_size=ndim, max_size=ndim)))


@st.composite
def problems(draw):
    ndim = draw(st.integers(1, 3))
    size, kernel = axes(draw, ndim, 1, 4), axes(draw, ndim, 1, 4)
    stride, dilation = axes(draw, ndim, 1, 3), axes(draw, ndim, 1, 3)
    output_padding = tuple(
        draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    )
    full = [
        s * (i - 1) + d * (k - 1) + 1 + op
        for i, k, s, d, op in zip(size, kernel, stride, dilation, output_padding, strict=True)
    ]
    padding = tuple(draw(st.integers(0, (n - 1) // 2)) for n in full)
    groups, c_in, c_out = (draw(st.integers(1, 2)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    batch = draw(st.sampled_from([(), (0,), (1,), (2,)]))
    arrays = (
        integers(rng, *batch, groups * c_in, *size),
        integers(rng, groups * c_in, c_out, *kernel),
        integers(rng, groups * c_out) if draw(st.booleans()) else None,
    )
    return arrays, {
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "groups": groups,
        "dilation": dilation,
    }


@hypothesis_settings(deadline=None)
@given(problems())
def test_constructions_agree_with_pytorch_and_the_operator(problem):
    arrays, settings = problem
    theirs = pytorch(*arrays, **settings)
    operator = (tconv.conv_transpose1d, tconv.conv_transpose2d, tconv.conv_transpose3d)
    np.testing.assert_array_equal(operator[arrays[1].ndim - 3](*arrays, **settings), theirs)
    for construct in CONSTRUCTIONS:
        ours = construct(*arrays, **settings)
        np.testing.assert_array_equal(ours, theirs, construct.__name__)
        assert ours.dtype == theirs.dtype


@each_construction
@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float64, np.complex64])
def test_result_dtype_is_pytorchs(construct, dtype):
    x, w = np.ones((1, 2, 3), dtype), np.ones((2, 2, 3), dtype)
    ours, theirs = construct(x, w, stride=2), pytorch(x, w, stride=2)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype == dtype


@each_construction
def test_bare_arrays_of_the_running_example(construct):
    kernel, y = [[1, 4, 1], [1, 4, 3], [3, 3, 1]], [[2, 1], [4, 4]]
    expected = [[2, 9, 6, 1], [6, 29, 30, 7], [10, 29, 33, 13], [12, 24, 16, 4]]
    np.testing.assert_array_equal(construct(y, kernel), expected)


def test_emulating_without_rotating_the_kernel_is_another_operator():
    kernel, y = [[1, 4, 1], [1, 4, 3], [3, 3, 1]], np.array([[2, 1], [4, 4]])
    wrong = [[2, 7, 9, 3], [10, 27, 30, 13], [14, 37, 26, 5], [4, 20, 20, 4]]
    np.testing.assert_array_equal(tconv.conv2d(np.pad(y, 2), kernel), wrong)
    right = tconv.conv2d(np.pad(y, 2), tconv.rotate180(kernel))
    np.testing.assert_array_equal(tconv.conv_transpose_by_emulation(y, kernel), right)


@each_construction
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"output_padding": 2, "stride": 2}, r"output_padding must be smaller than .* = 2, got 2"),
        ({"stride": 0}, "stride must be at least 1, got 0"),
        ({"padding": -1}, "padding must be at least 0, got -1"),
        ({"padding": 3}, "padding"),
        ({"groups": 3}, "groups"),
        ({"weight": np.ones((3, 1, 2))}, "channels"),
        ({"bias": np.ones(5)}, "bias"),
    ],
)
def test_refused_as_by_the_operator(construct, arguments, message):
    arguments = {"input": np.ones((1, 2, 3)), "weight": np.ones((2, 1, 2)), **arguments}
    with pytest.raises(ValueError, match=message) as ours:
        construct(**arguments)
    with pytest.raises(ValueError, match=message) as operators:
        tconv.conv_transpose1d(**arguments)
    assert str(ours.value) == str(operators.value)


@each_construction
def test_arguments_are_the_operators(construct):
    assert inspect.signature(construct) == inspect.signature(tconv.conv_transpose2d)


def test_padding_is_refused_before_it_takes_memory(monkeypatch):
    monkeypatch.setattr(_validation, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match=r"shape \(1, 1, 17\) needs 136 bytes"):
        tconv.conv_transpose_by_emulation(np.ones(1), np.ones(9))


def test_insert_zeros_on_every_axis_or_the_last():
    x = np.arange(1, 5).reshape(2, 2)
    np.testing.assert_array_equal(tconv.insert_zeros(x, 1), x)
    expected = [[1, 0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]]
    np.testing.assert_array_equal(tconv.insert_zeros(x, (2, 3)), expected)
    np.testing.assert_array_equal(tconv.insert_zeros(x, (3,)), [[1, 0, 0, 2], [3, 0, 0, 4]])
    assert tconv.insert_zeros(np.ones((2, 0)), 3).shape == (4, 0)


@pytest.mark.parametrize("stride", [0, (1, 2, 3), (1.5,)])
def test_insert_zeros_refuses(stride):
    with pytest.raises((ValueError, TypeError), match="stride must"):
        tconv.insert_zeros(np.ones((2, 2)), stride)


def test_rotate180_is_a_half_turn_of_the_spatial_axes():
    weight = np.arange(36).reshape(2, 2, 3, 3)
    turned = np.rot90(weight, 2, axes=(-2, -1))
    np.testing.assert_array_equal(tconv.rotate180(weight, ndim=2), turned)
    np.testing.assert_array_equal(tconv.rotate180(weight[0, 0]), turned[0, 0])
    np.testing.assert_array_equal(tconv.rotate180(weight, ndim=0), weight)


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
def test_pixel_shuffle_is_pytorchs(lead):
    x = np.arange(np.prod(lead, dtype=int) * 8 * 6).reshape(*lead, 8, 2, 3)
    theirs = F.pixel_shuffle(torch.from_numpy(x), 2).numpy()
    np.testing.assert_array_equal(tconv.pixel_shuffle(x, 2), theirs)
    np.testing.assert_array_equal(tconv.pixel_shuffle(x, (2, 2)), theirs)


def test_pixel_shuffle_refuses_channels_that_do_not_divide():
    with pytest.raises(ValueError, match=r"multiple of .* \(2, 2\), got 6"):
        tconv.pixel_shuffle(np.ones((6, 2, 2)), 2)


def test_subpixel_convolves_with_no_more_taps_than_a_phase_has(monkeypatch):
    shapes = []

    def spy(ndim, x, w, *settings):
        shapes.append(w.shape)
        return conv(ndim, x, w, *settings)

    conv = constructions.conv
    monkeypatch.setattr(constructions, "conv", spy)
    tconv.conv_transpose_by_subpixel(np.ones(4), np.ones(5), stride=3)
    assert shapes == [(3, 1, 2)]


def test_subpixel_with_kernel_a_multiple_of_the_stride_is_one_convolution_and_a_shuffle():
    rng = np.random.default_rng(1)
    x, w = integers(rng, 1, 2, 4, 4), integers(rng, 2, 3, 6, 6)
    phases = [
        tconv.rotate180(w[:, c, r::2, q::2], ndim=2)
        for c, r, q in product(range(3), range(2), range(2))
    ]
    shuffled = tconv.pixel_shuffle(tconv.conv2d(x, np.stack(phases), padding=2), 2)
    np.testing.assert_array_equal(shuffled, pytorch(x, w, stride=2))
