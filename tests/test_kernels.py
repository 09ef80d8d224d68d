"""Fixed kernels against PyTorch's interpolation; overlap counts against counting by hand."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import tconv
from tconv import kernels


def upsample(x, kernel, **settings):
    """Transposed convolution of every channel with one kernel, by PyTorch."""
    weight = torch.from_numpy(tconv.diagonal_weight(kernel, x.shape[1]))
    return F.conv_transpose2d(torch.from_numpy(x), weight, **settings).numpy()


def interpolate(x, stride, **mode):
    return F.interpolate(torch.from_numpy(x), scale_factor=stride, **mode).numpy()


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 3), (2, 5), (4, 3)])
def test_bilinear_kernel_interpolates_away_from_the_border(stride):
    x = np.random.default_rng(0).random((1, 3, 5, 6))
    padding = tuple(s // 2 for s in stride)  # ceil((s - 1) / 2)
    ours = upsample(x, tconv.bilinear_kernel(stride), stride=stride, padding=padding)
    theirs = interpolate(x, tuple(map(float, stride)), mode="bilinear", align_corners=False)
    assert ours.shape == theirs.shape
    inside = (..., *(slice(p, n - p) for p, n in zip(padding, ours.shape[2:], strict=True)))
    np.testing.assert_allclose(ours[inside], theirs[inside], rtol=1e-12)
    if stride != (1, 1):
        assert np.abs(ours - theirs).max() > 0.05  # the border does differ


def test_bilinear_kernel_of_stride_two():
    kernel = tconv.bilinear_kernel(2)
    np.testing.assert_array_equal(kernel, np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16)
    ones = upsample(np.ones((1, 1, 4, 4)), kernel, stride=2, padding=1)[0, 0]
    assert ones[0, 0] == ones[-1, -1] == 0.5625
    assert set(ones[0, 1:-1]) == set(ones[1:-1, -1]) == {0.75}
    assert set(ones[1:-1, 1:-1].ravel()) == {1.0}


@pytest.mark.parametrize(("stride", "ndim"), [(2, 1), (2, 2), (3, 2), (5, 3), ((2, 3), 2)])
def test_kernels_sum_to_the_product_of_the_strides(stride, ndim):
    product_of_strides = np.prod(np.broadcast_to(stride, ndim))
    for kernel in (tconv.bilinear_kernel(stride, ndim), tconv.nearest_kernel(stride, ndim)):
        assert kernel.ndim == ndim
        np.testing.assert_allclose(kernel.sum(), product_of_strides, rtol=1e-12)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 2)])
def test_nearest_kernel_repeats(stride):
    x = np.random.default_rng(0).random((2, 3, 4, 5))
    theirs = interpolate(x, tuple(map(float, stride)), mode="nearest")
    np.testing.assert_array_equal(upsample(x, tconv.nearest_kernel(stride), stride=stride), theirs)


def test_diagonal_weight_is_groups_written_out():
    x = torch.from_numpy(np.random.default_rng(0).random((1, 3, 4, 4)))
    kernel = tconv.bilinear_kernel(2)
    dense = F.conv_transpose2d(x, torch.from_numpy(tconv.diagonal_weight(kernel, 3)), stride=2)
    depthwise = torch.from_numpy(np.tile(kernel, (3, 1, 1, 1)))
    np.testing.assert_array_equal(dense, F.conv_transpose2d(x, depthwise, stride=2, groups=3))


def counted(input_size, kernel_size, stride, padding, output_padding, dilation):
    """Taps reaching each output position of one axis, counted one by one."""
    size = (
        stride * (input_size - 1) + dilation * (kernel_size - 1) + 1 - 2 * padding + output_padding
    )
    count = [0] * size
    for n, j in product(range(input_size), range(kernel_size)):
        position = stride * n + dilation * j - padding
        if 0 <= position < len(count):
            count[position] += 1
    return count


def test_overlap_count_counts_taps():
    for i, k, s, p, op, d in product((1, 4), (1, 2, 3, 5), (1, 2, 3), (0, 1), (0, 1), (1, 2)):
        if op < max(s, d) and s * (i - 1) + d * (k - 1) + 1 - 2 * p + op > 0:
            count = tconv.overlap_count(i, k, stride=s, padding=p, output_padding=op, dilation=d)
            assert count.tolist() == counted(i, k, s, p, op, d)


def test_overlap_count_in_two_dimensions_is_a_product_of_axes():
    settings = {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}
    rows, columns = counted(4, 3, 2, 1, 1, 1), counted(5, 5, 3, 0, 2, 1)
    count = tconv.overlap_count((4, 5), (3, 5), **settings)
    np.testing.assert_array_equal(count, np.outer(rows, columns))


@pytest.mark.parametrize(
    ("kernel_size", "stride", "start", "interior"),
    [
        (3, 2, [1, 1, 2, 1, 2], {1, 2}),
        (4, 2, [1, 1, 2, 2, 2], {2}),
        (5, 2, [1, 1, 2, 2, 3, 2], {2, 3}),
        (5, 3, [1, 1, 1, 2, 2, 1, 2, 2, 1], {1, 2}),
    ],
)
def test_known_overlaps(kernel_size, stride, start, interior):
    count = tconv.overlap_count(9, kernel_size, stride=stride)
    assert count[: len(start)].tolist() == start
    inner = count[kernel_size - 1 : -kernel_size + 1]
    assert set(inner) == interior
    phases = [-(-(kernel_size - r) // stride) for r in range(stride)]
    at = np.arange(kernel_size - 1, len(count) - kernel_size + 1) % stride
    np.testing.assert_array_equal(inner, np.take(phases, at))


def test_overlap_ratio_in_two_dimensions_is_four_to_one():
    inner = tconv.overlap_count((6, 6), 3, stride=2)[2:-2, 2:-2]
    assert (inner.max(), inner.min()) == (4, 1)


def test_two_stacked_layers():
    layer = {"kernel_size": 3, "stride": 2}
    paths = tconv.stacked_overlap_count(8, [layer, layer])
    np.testing.assert_array_equal(paths[4:28].reshape(-1, 4), [[3, 2, 3, 1]] * 6)
    twice = tconv.stacked_overlap_count((8, 8), [layer, layer])
    np.testing.assert_array_equal(twice, np.outer(paths, paths))
    x = torch.ones(1, 1, 8, dtype=torch.int64)
    ones = torch.ones(1, 1, 3, dtype=torch.int64)
    for _ in range(2):
        x = F.conv_transpose1d(x, ones, stride=2)
    np.testing.assert_array_equal(paths, x[0, 0])


def test_the_largest_count_has_63_bits():
    paths = np.full((1, 1, 1), (2**63 - 1) // 7)
    np.testing.assert_array_equal(kernels._layer(paths, kernel_size=7), [[[paths[0, 0, 0]] * 7]])
    with pytest.raises(ValueError, match="not of up to 9223372036854775814"):
        kernels._layer(paths + 1, kernel_size=7)


def test_a_stack_of_no_layer_is_one_path_each():
    np.testing.assert_array_equal(tconv.stacked_overlap_count((2, 3), []), np.ones((2, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tconv.bilinear_kernel(0), "stride must be at least 1, got 0"),
        (lambda: tconv.nearest_kernel((2, 0)), "stride must be at least 1, got 0"),
        (lambda: tconv.bilinear_kernel((2, 2, 2)), r"stride must be .*, got \(2, 2, 2\)"),
        (lambda: tconv.bilinear_kernel(2, ndim=0), "ndim must be at least 1, got 0"),
        (lambda: tconv.bilinear_kernel(1.5), "stride must be an integer"),
        (lambda: tconv.diagonal_weight(np.ones(2), 0), "channels must be at least 1, got 0"),
        (lambda: tconv.overlap_count(0, 3), "input_size must be at least 1, got 0"),
        (lambda: tconv.overlap_count(3, 0), "kernel_size must be at least 1, got 0"),
        (lambda: tconv.overlap_count(3, 3, stride=0), "stride must be at least 1, got 0"),
        (lambda: tconv.overlap_count(3, 3, output_padding=1), "output_padding must be smaller"),
    ],
)
def test_refused(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
