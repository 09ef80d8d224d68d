"""Fixed upsampling kernels, and how many kernel taps reach each output position."""

from functools import reduce

import numpy as np

from ._validation import affordable, integer, per_axis
from .constructions import conv_transpose_by_scatter


def bilinear_kernel(stride, ndim=2):
    """Kernel with which a transposed convolution interpolates linearly along each axis.

    Parameters
    ----------
    stride : int or tuple of int
        Upsampling factor, the same for all axes or one for each.
    ndim : int
        Number of axes; a tuple must have as many entries.

    Returns
    -------
    numpy.ndarray of float64
        ``2 * stride - stride % 2`` taps along each axis; they sum to ``stride ** ndim``.

    Raises
    ------
    TypeError, ValueError
        If `stride` or `ndim` is not a positive integer.

    Notes
    -----
    Along an axis the taps sample the triangle ``1 - |j - (k - 1) / 2| / stride`` (Long, Shelhamer &
    Darrell, arXiv 1411.4038). With ``padding = ceil((stride - 1) / 2)`` the output is ``stride``
    times the input's size and equals interpolation with ``align_corners=False``, but for the
    outermost ``padding`` positions: there interpolation repeats the edge, the kernel meets zeros.

    Examples
    --------
    >>> bilinear_kernel(2, ndim=1)
    array([0.25, 0.75, 0.75, 0.25])
    >>> float(bilinear_kernel(2).sum())
    4.0
    """
    strides = _strides(stride, ndim)
    sizes = affordable([2 * s - s % 2 for s in strides], float)
    axes = zip(strides, sizes, strict=True)
    taps = (1 - np.abs(np.arange(k) - (k - 1) / 2) / s for s, k in axes)
    return reduce(np.multiply.outer, taps)


def nearest_kernel(stride, ndim=2):
    """Kernel with which a transposed convolution repeats each value `stride` times along each axis.

    Parameters and errors are those of `bilinear_kernel`; the kernel is all ones, needs no padding.

    Examples
    --------
    >>> nearest_kernel((2, 3))
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    return np.ones(affordable(_strides(stride, ndim), float))


def _strides(stride, ndim):
    return per_axis("stride", stride, integer("ndim", ndim, 1, maximum=64), 1)  # NumPy's most


def diagonal_weight(kernel, channels):
    """Weight ``(channels, channels, *kernel)`` that filters every channel alike and mixes none.

    Raises TypeError or ValueError unless `channels` is a positive integer. It acts as the kernel
    repeated to ``(channels, 1, *kernel)`` does with ``groups=channels``.

    Examples
    --------
    >>> diagonal_weight([1, 2], 2).tolist()
    [[[1, 2], [0, 0]], [[0, 0], [1, 2]]]
    """
    kernel, channels = np.asarray(kernel), integer("channels", channels, 1)
    affordable((channels, channels, *kernel.shape), kernel.dtype)
    identity = np.eye(channels, dtype=kernel.dtype)
    return np.multiply.outer(identity, kernel)


def overlap_count(input_size, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1):
    """How many taps of the kernel reach each position of a transposed convolution's output.

    Parameters and errors are those of `conv_transpose_output_size`; a tuple as `input_size` gives
    as many axes. The result is an array of integers in the output's shape.

    Notes
    -----
    It is the output for an input and a kernel of ones. In the interior of an axis, phase ``r`` of
    the full output gets ``ceil((k - r) / s)`` taps: as many in every phase only if ``s`` divides
    ``k`` (Odena, Dumoulin & Olah, https://distill.pub/2016/deconv-checkerboard/).

    Examples
    --------
    >>> overlap_count(5, 3, stride=2)
    array([1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
    >>> overlap_count((3, 3), 3, stride=2, padding=1)[1]
    array([2, 4, 2, 4, 2])
    """
    layer = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    crop = {"padding": padding, "output_padding": output_padding}
    return stacked_overlap_count(input_size, [layer | crop])


def stacked_overlap_count(input_size, layers):
    """How many paths lead from the input of a stack of layers to each position of its output.

    Parameters
    ----------
    input_size : int or tuple of int
        A tuple gives as many axes.
    layers : sequence of dict
        The arguments of `overlap_count` but `input_size`, first layer first.

    Returns
    -------
    numpy.ndarray of int
        A path takes one tap in every layer, so the counts of one layer are the input of the next.

    Examples
    --------
    >>> layer = {"kernel_size": 3, "stride": 2}
    >>> stacked_overlap_count(4, [layer, layer])
    array([1, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1])
    """
    ndim = len(input_size) if isinstance(input_size, tuple | list) else 1
    paths = np.ones(affordable((1, 1, *per_axis("input_size", input_size, ndim, 1)), int), int)
    for layer in layers:
        paths = _layer(paths, **layer)
    return paths[0, 0]


def _layer(paths, *, kernel_size, stride=1, padding=0, output_padding=0, dilation=1):
    kernel_size = per_axis("kernel_size", kernel_size, paths.ndim - 2, 1)
    kernel = np.ones(affordable((1, 1, *kernel_size), int), int)
    most = int(paths.max()) * kernel.size
    if most > np.iinfo(int).max:
        raise ValueError(f"layers must give counts that fit into 64 bits, not of up to {most}")
    settings = {"padding": padding, "output_padding": output_padding, "dilation": dilation}
    return conv_transpose_by_scatter(paths, kernel, stride=stride, **settings)
