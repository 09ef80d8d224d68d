"""The convolution matrix against PyTorch's convolution."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import tconv
from tconv import _validation


@given(st.data())
def test_the_matrix_is_the_convolution_and_its_transpose_the_transposed_one(data):
    ndim = data.draw(st.integers(1, 3))

    def per_axis(low, high):
        return tuple(data.draw(st.integers(low, high)) for _ in range(ndim))

    kernel_size, stride, padding, dilation = (
        per_axis(1, 3),
        per_axis(1, 3),
        per_axis(0, 2),
        per_axis(1, 2),
    )
    effective = [d * (k - 1) + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    size = tuple(
        data.draw(st.integers(max(1, e - 2 * p), 6))
        for e, p in zip(effective, padding, strict=True)
    )
    rng = np.random.default_rng(0)
    kernel, x = rng.integers(-9, 10, kernel_size) * 1.0, rng.integers(-9, 10, size) * 1.0
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    tx = torch.from_numpy(x[None, None]).requires_grad_()
    output = (F.conv1d, F.conv2d, F.conv3d)[ndim - 1](
        tx, torch.from_numpy(kernel[None, None]), **settings
    )
    with mock.patch("tconv.matrix._BLOCK", data.draw(st.integers(1, 200))):
        matrix = tconv.convolution_matrix(kernel, size, **settings)
    assert matrix.has_canonical_format
    np.testing.assert_array_equal(matrix @ x.ravel(), output.detach().numpy().ravel())
    y = rng.integers(-9, 10, output.shape) * 1.0
    output.backward(torch.from_numpy(y))
    np.testing.assert_array_equal(matrix.T @ y.ravel(), tx.grad.numpy().ravel())


def test_the_running_example():
    kernel = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
    matrix = tconv.convolution_matrix(kernel, (4, 4))
    assert matrix.dtype == kernel.dtype
    assert (matrix.shape, matrix.nnz) == ((4, 16), 36)
    np.testing.assert_array_equal(
        matrix.toarray()[1], [0, 1, 4, 1, 0, 1, 4, 3, 0, 3, 3, 1, 0, 0, 0, 0]
    )
    x = [4, 5, 8, 7, 1, 8, 8, 8, 3, 6, 6, 4, 6, 5, 7, 8]
    np.testing.assert_array_equal(matrix @ x, [122, 148, 126, 134])


def test_every_axis_has_its_own_size_stride_padding_and_dilation():
    matrix = tconv.convolution_matrix(
        [[1, 2, 3], [4, 5, 6]], (3, 5), stride=(2, 1), padding=(1, 0), dilation=(2, 1)
    )
    np.testing.assert_array_equal(
        matrix.toarray(),
        [
            [0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0],
        ],
    )


def test_taps_on_the_padding_have_no_entry():
    assert tconv.convolution_matrix([1, 2, 3], 3, padding=1).nnz == 7


def test_a_cell_of_the_padded_input_needs_four_bytes(monkeypatch):
    monkeypatch.setattr(_validation, "MAX_BYTES", 32)
    assert tconv.convolution_matrix([1], 2, padding=3).shape == (8, 2)
    monkeypatch.setattr(_validation, "MAX_BYTES", 31)
    with pytest.raises(ValueError, match="needs 32 bytes; allowed: 31"):
        tconv.convolution_matrix([1], 2, padding=3)


def test_a_large_image_keeps_linear_in_its_entries():
    tracemalloc.start()
    matrix = tconv.convolution_matrix(np.ones((3, 3)), (512, 512), padding=1)
    memory, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert matrix.nnz == (3 * 512 - 2) ** 2
    assert peak - memory < 4 * 9 * 512**2, "less than the numbers that all outputs read"
