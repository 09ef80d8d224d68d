# ruff: noqa: E501  (a row of the table stays on its line)
"""What is refused, in which words, and where that differs from PyTorch."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import tconv
from tconv import _validation

OURS = {name: getattr(tconv, name) for name in tconv.__all__} | {"ones": np.ones}
THEIRS = {
    name: getattr(F, name)
    for name in tconv.__all__
    if re.fullmatch(r"conv(_transpose)?[123]d", name)
} | {"ones": lambda shape, dtype: torch.ones(shape, dtype=getattr(torch, dtype))}

X, W = "ones((1, 2, 6), 'float32')", "ones((2, 2, 3), 'float32')"
X2, W2 = "ones((1, 2, 6, 6), 'float32')", "ones((2, 2, 3, 3), 'float32')"

# (expression, error, part of the message); those that PyTorch can express it must refuse too.
BOTH = [
    row
    for name in ("conv1d", "conv_transpose1d")
    for row in [
        (f"{name}({X}, {W}, stride=0)", ValueError, "stride must be at least 1, got 0"),
        (f"{name}({X}, {W}, stride=-1)", ValueError, "stride must be at least 1, got -1"),
        (f"{name}({X}, {W}, stride=True)", TypeError, "stride must be an integer or a tuple of 1 integers, got True (bool)"),
        (f"{name}({X}, {W}, stride=2.0)", TypeError, "stride must be an integer or a tuple of 1 integers, got 2.0 (float)"),
        (f"{name}({X}, {W}, stride='2')", TypeError, "stride must be an integer or a tuple of 1 integers, got '2' (str)"),
        (f"{name}({X}, {W}, stride=None)", TypeError, "got None (NoneType)"),
        (f"{name}({X}, {W}, stride=(2, 2))", ValueError, "stride must be an integer or a tuple of 1 integers, got (2, 2)"),
        (f"{name}({X}, {W}, stride=())", ValueError, "stride must be an integer or a tuple of 1 integers, got ()"),
        (f"{name}({X}, {W}, padding=-1)", ValueError, "padding must be at least 0, got -1"),
        (f"{name}({X}, {W}, padding=True)", TypeError, "padding must be an integer"),
        (f"{name}({X}, {W}, padding=1.0)", TypeError, "got 1.0 (float)"),
        (f"{name}({X}, {W}, padding=(1, 2))", ValueError, "got (1, 2)"),
        (f"{name}({X}, {W}, dilation=0)", ValueError, "dilation must be at least 1, got 0"),
        (f"{name}({X}, {W}, dilation=1.5)", TypeError, "dilation must be an integer"),
        (f"{name}({X}, {W}, groups=0)", ValueError, "groups must be at least 1, got 0"),
        (f"{name}({X}, {W}, groups=3)", ValueError, "divisible by groups = 3, got shape (2, 2, 3)"),
        (f"{name}({X}, {W}, groups=True)", TypeError, "groups must be an integer, got True (bool)"),
        (f"{name}({X}, {W}, groups=1.0)", TypeError, "groups must be an integer, got 1.0 (float)"),
        (f"{name}({X}, {W}, groups=(1,))", TypeError, "groups must be an integer, got (1,) (tuple)"),
        (f"{name}(ones((1, 3, 6), 'float32'), {W})", ValueError, "input must have the 2 channels"),
        (f"{name}(ones((0, 3, 6), 'float32'), {W})", ValueError, "groups = 1 ask for, got 3"),
        (f"{name}(ones((1, 2, 6, 6), 'float32'), {W})", ValueError, "input must have 2 or 3 dimensions, got shape (1, 2, 6, 6)"),
        (f"{name}({X}, ones((2, 2), 'float32'))", ValueError, "weight must have 3 dimensions, or 1 for a bare kernel, got shape (2, 2)"),
        (f"{name}({X}, {W2})", ValueError, "weight must have 3 dimensions"),
        (f"{name}({X}, {W}, ones((3,), 'float32'))", ValueError, "bias must have shape (2,), got (3,)"),
        (f"{name}({X}, {W}, ones((2, 1), 'float32'))", ValueError, "bias must have shape (2,), got (2, 1)"),
        (f"{name}({X}, {W}, ones((), 'float32'))", ValueError, "bias must have shape (2,), got ()"),
        (f"{name}({X}, ones((2, 2, 3), 'float64'))", TypeError, "weight must have the dtype of input, float32, got float64"),
        (f"{name}(ones((1, 2, 6), 'int64'), ones((2, 2, 3), 'int32'))", TypeError, "weight must have the dtype of input, int64, got int32"),
        (f"{name}(ones((1, 2, 6), 'bool'), ones((2, 2, 3), 'bool'))", TypeError, "input must hold integers, floats or complex numbers, got bool"),
        (f"{name}(ones((1, 2, 0), 'float32'), {W})", ValueError, "input_size must be at least 1, got 0"),
        (f"{name}({X}, ones((2, 2, 0), 'float32'))", ValueError, "kernel_size must be at least 1, got 0"),
        (f"{name}({X}, {W}, padding='full')", (TypeError, ValueError), "padding must be"),
    ]
] + [
    (f"conv1d({X}, ones((2, 2, 7), 'float32'))", ValueError, "kernel_size must fit inside the padded input"),
    (f"conv1d({X}, {W}, dilation=4)", ValueError, "= 9 must be at most input_size + 2 * padding = 6"),
    (f"conv1d({X}, {W}, padding='same', stride=2)", ValueError, "padding='same' needs stride 1, got stride 2"),
    (f"conv2d({X2}, {W2}, padding='same', stride=(1, 2))", ValueError, "padding='same' needs stride 1, got stride (1, 2)"),
    (f"conv1d({X}, {W}, groups=2)", ValueError, "input must have the 4 channels"),
    (f"conv1d({X}, ones((0, 2, 3), 'float32'))", ValueError, "weight must have channels"),
    (f"conv1d({X}, {W}, ones((2,), 'float64'))", TypeError, "bias must have the dtype of input, float32, got float64"),
    (f"conv2d({X2}, {W2}, padding=('same', 'valid'))", TypeError, "padding must be an integer or a tuple of 2 integers, got 'same' (str)"),
    (f"conv2d({X2}, ones((2, 2, 3, 7), 'float32'))", ValueError, "got kernel_size 7"),
    (f"conv_transpose1d({X}, {W}, padding='same')", TypeError, "got 'same' (str)"),
    (f"conv_transpose1d({X}, {W}, stride=2, output_padding=2)", ValueError, "output_padding must be smaller than max(stride, dilation) = 2, got 2"),
    (f"conv_transpose1d({X}, {W}, output_padding=-1)", ValueError, "output_padding must be at least 0, got -1"),
    (f"conv_transpose1d({X}, {W}, stride=2, output_padding=True)", TypeError, "output_padding must be an integer"),
    (f"conv_transpose1d({X}, {W}, stride=2, output_padding=1.0)", TypeError, "got 1.0 (float)"),
    (f"conv_transpose1d({X}, {W}, stride=2, output_padding=(1, 1))", ValueError, "got (1, 1)"),
    (f"conv_transpose1d({X}, {W}, padding=4)", ValueError, "padding must leave an output"),
    (f"conv_transpose2d({X2}, {W2}, stride=(1, 2), output_padding=(1, 0))", ValueError, "max(stride, dilation) = 1, got 1"),
    (f"conv_transpose2d({X2}, ones((2, 0, 3, 3), 'float32'))", ValueError, "weight must have channels"),
]  # fmt: skip

# Without a counterpart in torch.nn.functional.
OURS_ONLY = [
    ("conv2d_input_grad((1, 2, 6, 6), ones((2, 2, 3, 3)), ones((1, 2, 4, 5)))", ValueError, "grad_output must have the shape of the output, (1, 2, 4, 4), got (1, 2, 4, 5)"),
    ("conv2d_input_grad((1, 2, 6.0, 6), ones((2, 2, 3, 3)), ones((1, 2, 4, 4)))", TypeError, "input_shape must be an integer, got 6.0 (float)"),
    ("conv1d_weight_grad(ones((1, 2, 6)), (2, 2, 7), ones((1, 2, 1)))", ValueError, "kernel_size must fit inside"),
    ("conv1d_weight_grad(ones((1, 2, 6)), (2, 2, -1), ones((1, 2, 1)))", ValueError, "weight_shape must be at least 0, got -1"),
    ("conv1d(ones(6), ones(3), groups=2)", ValueError, "divisible by groups = 2"),
    ("conv1d(ones((1, 6)), ones(3))", ValueError, "input must have 1, as the bare kernel, dimensions"),
    ("convolution_matrix(3.0, 4)", ValueError, "kernel must have an axis and no empty one, got shape ()"),
    ("convolution_matrix([1, 2, 3], 2)", ValueError, "kernel_size must fit inside"),
    ("convolution_matrix([1, 2, 3], (4, 4))", ValueError, "input_shape must be an integer or a tuple of 1 integers"),
    ("convolution_matrix(['a'], 2)", TypeError, "kernel must hold integers, floats or complex numbers"),
    ("convolution_matrix([1, 2], 4, stride=0)", ValueError, "stride must be at least 1, got 0"),
    ("conv_output_size((4, 4), (3, 3, 3))", ValueError, "got (4, 4)"),
    ("conv_output_size(4, 3.0)", TypeError, "kernel_size must be an integer or a tuple of 1 integers, got 3.0 (float)"),
    ("required_output_padding(2, 3)", ValueError, "kernel_size must fit inside"),
    ("emulating_convolution(1, 1, padding=1)", ValueError, "padding must leave an output"),
    (f"conv1d({X}, {W}, padding=2**31)", ValueError, "an array of shape (1, 1, 2, 4294967300) needs 34,359,738,400 bytes; allowed: 4,294,967,296"),
    (f"conv_transpose1d({X}, {W}, stride=2**31)", ValueError, "needs 85,899,345,944 bytes"),
    (f"conv1d({X}, {W}, stride=2**31 + 1)", ValueError, "stride must be at most 2147483648, got 2147483649"),
    ("conv1d(None, ones(3))", TypeError, "input must hold integers, floats or complex numbers, got object"),
    ("convolution_matrix([1, 2], 8, padding=2**31)", ValueError, "needs 34,359,738,424 bytes"),
    ("insert_zeros(ones(3), 2**31)", ValueError, "needs 34,359,738,376 bytes"),
    ("bilinear_kernel(2, 20)", ValueError, "needs 8,796,093,022,208 bytes"),
    ("nearest_kernel(2, 65)", ValueError, "ndim must be at most 64, got 65"),
    ("diagonal_weight(ones(3), 2**16)", ValueError, "needs 103,079,215,104 bytes"),
    ("rotate180(ones(3), 2)", ValueError, "ndim must be at most 1, got 2"),
    ("pixel_shuffle(ones((4, 2, 2)), 0)", ValueError, "upscale_factor must be at least 1, got 0"),
    ("pixel_shuffle(ones(4), 2)", ValueError, "input must have more than 2 axes, got shape (4,)"),
    ("pixel_shuffle(ones((4, 4)), 2)", ValueError, "input must have more than 2 axes, got shape (4, 4)"),
    ("overlap_count(2**31, 1)", ValueError, "an array of shape (1, 1, 2147483648) needs 17,179,869,184 bytes"),
    ("stacked_overlap_count(4, [{'stride': 2}])", TypeError, "missing 1 required keyword-only argument: 'kernel_size'"),
    ("stacked_overlap_count(4, [{'kernel_size': 4}] * 40)", ValueError, "layers must give counts that fit into 64 bits"),
    ("solve_conv_transpose(4, 8, max_padding=2**31)", ValueError, "the bounds must leave at most 4,194,304 settings, got 137,438,953,536"),
    ("solve_conv_transpose(0, 4)", ValueError, "input_size must be at least 1, got 0"),
    ("solve_conv_transpose((4, 4), 4)", TypeError, "input_size must be an integer, got (4, 4) (tuple)"),
    ("solve_conv_transpose(4, 0)", ValueError, "output_size must be at least 1, got 0"),
    ("solve_conv_transpose(4, 8, max_kernel_size=0)", ValueError, "max_kernel_size must be at least 1, got 0"),
    ("solve_conv_transpose(4, 8, max_stride=0)", ValueError, "max_stride must be at least 1, got 0"),
    ("solve_conv_transpose(4, 8, max_dilation=0)", ValueError, "max_dilation must be at least 1, got 0"),
    ("solve_conv_transpose(4, 8, max_padding=-1)", ValueError, "max_padding must be at least 0, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "error", "message"), BOTH + OURS_ONLY)
def test_refused_in_these_words(expression, error, message):
    with pytest.raises(error, match=re.escape(message)):
        eval(expression, dict(OURS))


@pytest.mark.parametrize("expression", [row[0] for row in BOTH])
def test_pytorch_refuses_it_too(expression):
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        eval(expression, dict(THEIRS))


def test_the_table_is_long_enough():
    assert len({row[0] for row in BOTH + OURS_ONLY}) >= 60


LEDGER = tomllib.loads((Path(__file__).parent / "differences.toml").read_text())["difference"]


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry["what"])
def test_the_ledger_of_differences(entry):
    accepting, refusing = {
        "more generous": (OURS, THEIRS),
        "stricter": (THEIRS, OURS),
    }[entry["side"]]
    eval(entry["setting"], dict(accepting))
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        eval(entry["setting"], dict(refusing))


def test_what_needs_all_the_bytes_allowed_is_accepted(monkeypatch):
    monkeypatch.setattr(_validation, "MAX_BYTES", 24)
    assert tconv.nearest_kernel(3, 1).nbytes == 24
    monkeypatch.setattr(_validation, "MAX_BYTES", 23)
    with pytest.raises(ValueError, match="needs 24 bytes; allowed: 23"):
        tconv.nearest_kernel(3, 1)


@pytest.mark.parametrize("stride", [np.int64(2), np.uint8(2), [2], (2,), (np.int32(2),)])
def test_integers_of_every_kind_are_accepted(stride):
    x, weight = np.ones((1, 1, 7)), np.ones((1, 1, 3))
    np.testing.assert_array_equal(
        tconv.conv1d(x, weight, stride=stride), tconv.conv1d(x, weight, stride=2)
    )
