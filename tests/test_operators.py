"""Operators against PyTorch: exhaustively in one dimension, by drawn settings in one to three."""

import tracemalloc
from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import tconv
from tconv import _core, _validation

DIRECT = (tconv.conv1d, tconv.conv2d, tconv.conv3d)
TRANSPOSED = (tconv.conv_transpose1d, tconv.conv_transpose2d, tconv.conv_transpose3d)
INPUT_GRAD = (tconv.conv1d_input_grad, tconv.conv2d_input_grad, tconv.conv3d_input_grad)
WEIGHT_GRAD = (tconv.conv1d_weight_grad, tconv.conv2d_weight_grad, tconv.conv3d_weight_grad)
TORCH_DIRECT = (F.conv1d, F.conv2d, F.conv3d)
TORCH_TRANSPOSED = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)


def _outcome(operator, input, weight, refusals, **settings):
    """The operator's output, or None if it refuses."""
    try:
        return np.asarray(operator(input, weight, **settings))
    except refusals:
        return None


def _compare(ours, theirs, input, weight, **settings):
    """Same refusal, or same integers; whether it was accepted."""
    expected = _outcome(
        theirs, torch.from_numpy(input), torch.from_numpy(weight), RuntimeError, **settings
    )
    found = _outcome(ours, input, weight, ValueError, **settings)
    assert (found is None) == (expected is None), settings
    if expected is not None:
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, err_msg=str(settings))
    return expected is not None


@pytest.mark.parametrize("kernel_size", range(1, 6))
def test_every_small_setting_in_one_dimension(kernel_size):
    rng = np.random.default_rng(kernel_size)
    direct = transposed = accepted = 0
    for size, stride, padding, dilation in product(range(1, 9), range(1, 5), range(5), range(1, 4)):
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        input = rng.integers(-9, 10, (1, 1, size))
        weight = rng.integers(-9, 10, (1, 1, kernel_size))
        accepted += _compare(tconv.conv1d, F.conv1d, input, weight, **settings)
        direct += 1
        for output_padding in range(5):
            accepted += _compare(
                tconv.conv_transpose1d,
                F.conv_transpose1d,
                input,
                weight,
                output_padding=output_padding,
                **settings,
            )
            transposed += 1
    print(f"k={kernel_size}: {direct} direct, {transposed} transposed, {accepted} accepted")
    assert (direct, transposed) == (480, 2400)


def _fitting(size, kernel, stride, padding, dilation, transposed):
    """Kernel and padding, made smaller where the kernel does not fit or nothing is left."""
    axes = list(zip(size, kernel, stride, padding, dilation, strict=True))
    if transposed:
        full = [s * (i - 1) + d * (k - 1) + 1 for i, k, s, _, d in axes]
        return kernel, tuple(min(p, (f - 1) // 2) for f, p in zip(full, padding, strict=True))
    return tuple(min(k, (i + 2 * p - 1) // d + 1) for i, k, _, p, d in axes), padding


@st.composite
def layers(draw, transposed, complex_too=True):
    """Number of axes, input, weight, bias, settings: integer-valued, so that sums are exact."""
    ndim = draw(st.integers(1, 3))
    largest = (9, 6, 4)[ndim - 1]

    def per_axis(low, high):
        return tuple(draw(st.integers(low, high)) for _ in range(ndim))

    groups = draw(st.integers(1, 3))
    per_group = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    stride, dilation = per_axis(1, 3), per_axis(1, 3)
    kernel, size, padding = per_axis(1, 3), per_axis(1, largest), per_axis(0, 2)
    if draw(st.integers(0, 3)):  # three in four fit; the others show that both refuse
        kernel, padding = _fitting(size, kernel, stride, padding, dilation, transposed)
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if transposed:
        settings["output_padding"] = tuple(
            draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
        )
    channels = groups * per_group[0]
    outputs = groups * per_group[1]
    leading = draw(st.sampled_from([(), (0,), (1,), (3,)]))
    dtypes = ["float32", "float64", "int64"] + ["complex64", "complex128"] * complex_too
    dtype = draw(st.sampled_from(dtypes))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))

    def numbers(*shape):
        values = rng.integers(-9, 10, shape).astype(dtype)
        return values + 1j * rng.integers(-9, 10, shape) if "complex" in dtype else values

    weight = (channels, per_group[1]) if transposed else (outputs, per_group[0])
    return (
        ndim,
        numbers(*leading, channels, *size).astype(dtype),
        numbers(*weight, *kernel).astype(dtype),
        numbers(outputs).astype(dtype) if draw(st.booleans()) else None,
        settings,
    )


def _as_pytorch(ours, theirs, layer):
    ndim, input, weight, bias, settings = layer
    tensors = [None if a is None else torch.from_numpy(a) for a in (input, weight, bias)]
    try:
        expected = theirs[ndim - 1](*tensors, **settings).numpy()
    except RuntimeError:
        with pytest.raises(ValueError):
            ours[ndim - 1](input, weight, bias, **settings)
        return
    if 0 in expected.shape[2 - (input.ndim == ndim + 1) :]:  # in `differences.toml`
        with pytest.raises(ValueError, match="padding must leave an output"):
            ours[ndim - 1](input, weight, bias, **settings)
        return
    found = ours[ndim - 1](input, weight, bias, **settings)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@given(layers(transposed=False))
def test_direct_is_pytorchs(layer):
    _as_pytorch(DIRECT, TORCH_DIRECT, layer)


@given(layers(transposed=True))
def test_transposed_is_pytorchs(layer):
    _as_pytorch(TRANSPOSED, TORCH_TRANSPOSED, layer)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_settings_by_default_are_pytorchs(ndim):
    rng = np.random.default_rng(0)
    x, weight, y = (rng.integers(-9, 10, (2, 2) + ndim * (n,)) * 1.0 for n in (5, 3, 3))
    tx, tw, ty = map(torch.from_numpy, (x, weight, y))
    grad = torch.nn.grad
    input_grad = (grad.conv1d_input, grad.conv2d_input, grad.conv3d_input)[ndim - 1]
    weight_grad = (grad.conv1d_weight, grad.conv2d_weight, grad.conv3d_weight)[ndim - 1]
    for found, expected in (
        (DIRECT[ndim - 1](x, weight), TORCH_DIRECT[ndim - 1](tx, tw)),
        (TRANSPOSED[ndim - 1](x, weight), TORCH_TRANSPOSED[ndim - 1](tx, tw)),
        (INPUT_GRAD[ndim - 1](x.shape, weight, y), input_grad(x.shape, tw, ty)),
        (WEIGHT_GRAD[ndim - 1](x, weight.shape, y), weight_grad(tx, weight.shape, ty)),
    ):
        np.testing.assert_array_equal(found, expected)


def test_an_empty_batch_gives_an_empty_batch():
    weight = np.ones((2, 3, 3, 3))
    assert tconv.conv2d(np.ones((0, 3, 5, 6)), weight).shape == (0, 2, 3, 4)
    assert tconv.conv_transpose2d(np.ones((0, 2, 5, 6)), weight, stride=2).shape == (0, 3, 11, 13)
    gradient = tconv.conv2d_weight_grad(np.ones((0, 3, 5, 6)), weight.shape, np.ones((0, 2, 3, 4)))
    np.testing.assert_array_equal(gradient, np.zeros(weight.shape))


@given(layers(transposed=False, complex_too=False))
def test_the_transposed_convolution_is_the_adjoint(layer):
    ndim, x, weight, _, settings = layer
    try:
        image = TORCH_DIRECT[ndim - 1](
            torch.tensor(x, dtype=torch.float64),
            torch.tensor(weight, dtype=torch.float64),
            **settings,
        ).numpy()
    except RuntimeError:
        return
    y = np.random.default_rng(0).integers(-9, 10, image.shape).astype(np.float64)
    groups = settings.pop("groups")
    output_padding = tconv.required_output_padding(x.shape[-ndim:], weight.shape[2:], **settings)
    back = TRANSPOSED[ndim - 1](
        y, weight.astype(np.float64), output_padding=output_padding, groups=groups, **settings
    )
    assert np.sum(image * y) == np.sum(x * back)


@given(layers(transposed=False))
def test_gradients_are_autograds(layer):
    ndim, x, weight, _, settings = layer
    if x.dtype.kind == "i":
        x, weight = x.astype(np.float64), weight.astype(np.float64)
    tx, tw = (torch.from_numpy(a).requires_grad_() for a in (x, weight))
    try:
        output = TORCH_DIRECT[ndim - 1](tx, tw, **settings)
    except RuntimeError:
        return
    y = np.random.default_rng(0).integers(-9, 10, output.shape).astype(x.dtype)
    output.backward(torch.from_numpy(y))
    np.testing.assert_array_equal(
        INPUT_GRAD[ndim - 1](x.shape, weight, y, **settings), tx.grad.numpy()
    )
    np.testing.assert_array_equal(
        WEIGHT_GRAD[ndim - 1](x, weight.shape, y, **settings), tw.grad.numpy()
    )


def test_the_input_gradient_calls_the_transposed_convolution(monkeypatch):
    """By name: what `conv_transpose` is asked is the required output padding."""
    from tconv import _arguments

    asked = {}

    def spy(ndim, *arrays, **settings):
        asked.update(settings)
        return "its answer"

    monkeypatch.setattr(_arguments, "conv_transpose", spy)
    assert tconv.conv1d_input_grad(6, [1, 2, 3], [1, 2], stride=2) == "its answer"
    assert asked["output_padding"] == (1,)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size", [(1, 2), (3, 4), (5, 2)])
@pytest.mark.parametrize("dilation", [1, 2, (1, 3)])
def test_string_padding(padding, kernel_size, dilation):
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, 3, 9, 10)).astype(np.float64)
    weight = rng.integers(-9, 10, (2, 3, *kernel_size)).astype(np.float64)
    expected = F.conv2d(
        torch.from_numpy(x), torch.from_numpy(weight), padding=padding, dilation=dilation
    )
    np.testing.assert_array_equal(
        tconv.conv2d(x, weight, padding=padding, dilation=dilation), expected
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_fractions_agree_to_rounding(dtype):
    rng = np.random.default_rng(0)
    x, weight = (rng.standard_normal(s).astype(dtype) for s in [(2, 4, 9, 7), (4, 3, 3, 2)])
    expected = F.conv_transpose2d(torch.from_numpy(x), torch.from_numpy(weight), stride=2).numpy()
    found = tconv.conv_transpose2d(x, weight, stride=2)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=20 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
def test_integers_wrap_around_as_pytorchs(dtype):
    x = np.full((1, 2, 5), 100, dtype)
    weight = np.full((2, 2, 3), 3, dtype)
    expected = F.conv1d(torch.from_numpy(x), torch.from_numpy(weight)).numpy()
    found = tconv.conv1d(x, weight)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@given(layers(transposed=False), st.integers(1, 200))
def test_the_size_of_the_blocks_does_not_matter(layer, block):
    ndim, x, weight, bias, settings = layer
    if x.size == 0 or _outcome(DIRECT[ndim - 1], x, weight, ValueError, **settings) is None:
        return
    usual = DIRECT[ndim - 1](x, weight, bias, **settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_core, "BLOCK", block)
        np.testing.assert_array_equal(DIRECT[ndim - 1](x, weight, bias, **settings), usual)
        y = np.ones_like(usual)
        back = INPUT_GRAD[ndim - 1](x.shape, weight, y, **settings)
        gradient = WEIGHT_GRAD[ndim - 1](x, weight.shape, y, **settings)
    np.testing.assert_array_equal(back, INPUT_GRAD[ndim - 1](x.shape, weight, y, **settings))
    np.testing.assert_array_equal(gradient, WEIGHT_GRAD[ndim - 1](x, weight.shape, y, **settings))


def _geometry(cells, taps):
    return _core.Geometry((cells + taps - 1,), (cells,), (taps,), (1,), (0,), (1,))


def test_blocks_take_everything_once_and_not_too_much(monkeypatch):
    sizes = product((1, 8, 30), range(1, 5), range(1, 4), range(1, 4), (1, 2, 5), (1, 3), (1, 3))
    for block, batch, groups, channels, outputs, cells, taps in sizes:
        monkeypatch.setattr(_core, "BLOCK", block)
        seen = np.zeros((batch, channels), int)
        for samples, part in _geometry(cells, taps).blocks(batch, groups, channels, outputs):
            seen[samples, part] += 1
            n, c = seen[samples, part].shape
            columns, map_ = groups * c * taps * n * cells, groups * outputs * n * cells
            assert columns <= block or n == c == 1
            assert map_ <= block or n == 1
            assert groups * outputs * c * taps <= block or c == 1
            assert map_ <= groups * channels * taps * batch * cells or n == 1
        assert np.all(seen == 1)


@pytest.mark.parametrize(("batch", "count"), [(16, 1), (32, 2)])
def test_a_block_holds_four_million_entries(batch, count):
    assert len(list(_geometry(2**10, 2**4).blocks(batch, 1, 2**4, 2**4))) == count


def test_columns_are_refused_before_they_take_memory(monkeypatch):
    monkeypatch.setattr(_validation, "MAX_BYTES", 200)
    with pytest.raises(ValueError, match=r"shape \(1, 9, 4\) needs 288 bytes"):
        tconv.conv_transpose1d(np.ones(4), np.ones(9))


def test_a_geometry_is_frozen():
    with pytest.raises(FrozenInstanceError):
        _geometry(1, 1).stride = (2,)


def _extra_memory(function):
    """Bytes at the peak, beside arguments and result."""
    tracemalloc.start()
    result = function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - result.nbytes


MEMORY = {  # batch, C_in, C_out, size, kernel size, stride, padding of the transposed convolution
    "many samples": (64, 8, 8, 16, 4, 2, 1),
    "a map larger than the columns": (16, 128, 3, 16, 4, 2, 1),
    "more taps than cells": (4, 32, 16, 4, 9, 1, 4),
    "many channels": (1, 64, 256, 8, 4, 2, 1),
    "one cell": (16, 20, 64, 1, 4, 1, 0),
    "a weight larger than a block": (1, 512, 64, 1, 4, 1, 0),
}


@pytest.mark.parametrize("layer", MEMORY.values(), ids=MEMORY)
@pytest.mark.parametrize("block", [_core.BLOCK, 2**16])
def test_extra_memory_is_bounded(layer, block, monkeypatch):
    """By three blocks; and, where the weight is the smaller, by twice the columns."""
    monkeypatch.setattr(_core, "BLOCK", block)
    batch, c_in, c_out, size, k, s, p = layer
    x, weight = np.ones((batch, c_in, size, size)), np.ones((c_in, c_out, k, k))
    y = tconv.conv_transpose2d(x, weight, stride=s, padding=p)
    columns = 8 * batch * c_out * k**2 * size**2
    slack = 2**15
    for function in (
        lambda: tconv.conv_transpose2d(x, weight, stride=s, padding=p),
        lambda: tconv.conv2d(y, weight, stride=s, padding=p),
        lambda: tconv.conv2d_weight_grad(y, weight.shape, x, stride=s, padding=p),
    ):
        extra = _extra_memory(function)
        assert extra <= 3 * 8 * block + slack
        assert extra <= 2 * max(columns, weight.nbytes) + slack


def test_bare_arrays_are_one_channel_of_one_sample():
    rng = np.random.default_rng(0)
    for ndim in (1, 2, 3):
        x, weight = rng.integers(-9, 10, (4,) * ndim), rng.integers(-9, 10, (3,) * ndim)
        for operators in (DIRECT, TRANSPOSED):
            bare = operators[ndim - 1](x, weight, 7)
            full = operators[ndim - 1](x[None, None], weight[None, None], [7])
            np.testing.assert_array_equal(bare, full[0, 0])
    y = np.ones((2, 2), int)
    x, weight = x[0, :4, :4], weight[0]
    x = np.arange(16).reshape(4, 4)
    np.testing.assert_array_equal(
        tconv.conv2d_input_grad((4, 4), weight, y), tconv.conv_transpose2d(y, weight)
    )
    assert tconv.conv2d_weight_grad(x, (3, 3), y).shape == (3, 3)
