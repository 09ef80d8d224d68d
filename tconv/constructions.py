"""One transposed convolution, built four ways.

Each construction is short enough to read in one go, and written for reading, not for speed. They
share the preparation of their arguments and nothing else, so each is an oracle for the others and
for `tconv.conv_transpose2d`, whose arguments they take. The number of axes is the weight's, but for
its two channel axes; a bare 1-D or 2-D kernel goes with a bare input of the same rank.

Prepared are the input `x` ``(N, C_in, *i)`` and the weight `w` ``(C_in, C_out, *k)``; their sizes
`i` and `k`, and `s`, `p`, `op`, `d`, stride, padding, output padding and dilation: arrays with one
entry per spatial axis.
"""

import inspect
from functools import wraps
from math import prod

import numpy as np

from ._arguments import conv, conv_transpose, grouped
from ._validation import affordable, integer, per_axis, zeros
from .matrix import convolution_matrix


def _construction(construct):
    """Give ``construct(x, w, i, k, s, p, op, d)`` the arguments of an operator.

    Groups become a weight that is block-diagonal in its channels.
    """

    @wraps(construct)
    def construction(
        input, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
    ):
        input, weight = np.asarray(input), np.asarray(weight)
        ndim = weight.ndim if weight.ndim < 3 else weight.ndim - 2
        settings = stride, padding, output_padding, groups, dilation
        # The operator checks the arguments; zeros give the bias alone, in its output's shape.
        bias = conv_transpose(ndim, np.zeros_like(input), np.zeros_like(weight), bias, *settings)
        x, blocks, _ = grouped(ndim, input, weight, None, groups, facing=1)
        _, c_in, c_out, *k = blocks.shape
        n, _, _, *i = x.shape
        w = zeros((groups, c_in, groups, c_out, *k), weight.dtype)
        w[range(groups), :, range(groups)] = blocks
        x, w = x.reshape(n, groups * c_in, *i), w.reshape(groups * c_in, groups * c_out, *k)
        each = (np.broadcast_to(v, ndim) for v in (i, k, stride, padding, output_padding, dilation))
        return construct(x, w, *each).reshape(bias.shape) + bias

    construction.__signature__ = inspect.signature(construction, follow_wrapped=False)
    return construction


@_construction
def conv_transpose_by_scatter(x, w, i, k, s, p, op, d):
    """Stamp the kernel, scaled by each input value in turn, onto a canvas; then crop.

    Parameters, result and errors are those of `tconv.conv_transpose2d`, for any number of axes.

    Notes
    -----
    Per axis, input position ``n`` and kernel tap ``j`` meet at canvas position ``s n + d j``. The
    canvas has ``s (i - 1) + d (k - 1) + 1`` positions, of which ``p`` are cropped at the start and
    ``p - op`` at the end.

    Examples
    --------
    >>> conv_transpose_by_scatter([1, 2], [1, 10, 100], stride=2)
    array([  1,  10, 102,  20, 200])
    """
    span = d * (k - 1) + 1
    canvas = zeros((len(x), w.shape[1], *(s * (i - 1) + span)), x.dtype)
    for n in np.ndindex(*i):
        start = s * n
        window = tuple(map(slice, start, start + span, d))
        canvas[..., *window] += np.tensordot(x[..., *n], w, axes=1)
    return _pad_or_crop(canvas, -p, op - p)


@_construction
def conv_transpose_by_matrix(x, w, i, k, s, p, op, d):
    """Multiply by the transpose of the convolution matrix.

    Parameters, result and errors are those of `tconv.conv_transpose2d`, for any number of axes.

    Notes
    -----
    The matrix is that of the direct convolution from the output's size to the input's, one for each
    pair of channels. When ``d > op >= s`` that convolution has further outputs, beyond the input's
    last: zeros are put there.

    Examples
    --------
    >>> conv_transpose_by_matrix([1, 2], [1, 10, 100], stride=2, padding=1)
    array([ 10, 102,  20])
    """
    o = s * (i - 1) + d * (k - 1) + 1 - 2 * p + op
    x = _pad_or_crop(x, 0 * s, op // s)
    output = np.zeros((len(x), w.shape[1], *o), x.dtype)
    settings = {"stride": s.tolist(), "padding": p.tolist(), "dilation": d.tolist()}
    for a, b in np.ndindex(w.shape[:2]):
        matrix = convolution_matrix(w[a, b], o.tolist(), **settings)
        for n in range(len(x)):
            output[n, b] += (matrix.T @ x[n, a].ravel()).reshape(o)
    return output


@_construction
def conv_transpose_by_emulation(x, w, i, k, s, p, op, d):
    """Insert zeros, pad, and convolve with the rotated kernel at stride 1.

    Parameters, result and errors are those of `tconv.conv_transpose2d`, for any number of axes.

    Notes
    -----
    ``s - 1`` zeros go between neighbours and ``p' = d (k - 1) - p`` on both sides, with ``op`` more
    at the end; a negative number is a crop. The kernel is rotated by 180 degrees and its channel
    axes change places (Dumoulin & Visin, arXiv 1603.07285, relationship 14).

    Examples
    --------
    >>> conv_transpose_by_emulation([1, 2], [1, 10, 100], stride=2, padding=1, output_padding=1)
    array([ 10, 102,  20, 200])
    """
    pad = d * (k - 1) - p
    x = _pad_or_crop(insert_zeros(x, tuple(s)), pad, pad + op)
    w = rotate180(w, ndim=len(k)).swapaxes(0, 1)
    return _convolve(x, w, padding=0 * p, dilation=d)


@_construction
def conv_transpose_by_subpixel(x, w, i, k, s, p, op, d):
    """Convolve at the input's resolution, once per output phase, and interleave the phases.

    Parameters, result and errors are those of `tconv.conv_transpose2d`, for any number of axes.

    Notes
    -----
    Output phase ``r``, the positions ``r, r + s, ...``, only ever meets the taps ``r, r + s, ...``
    of the dilated kernel: a small kernel of its own. One direct convolution with all of them,
    rotated, puts each phase in a channel; `pixel_shuffle` interleaves them (Shi et al., arXiv
    1609.07009).

    Examples
    --------
    >>> conv_transpose_by_subpixel([1, 2], [1, 10, 100], stride=2)
    array([  1,  10, 102,  20, 200])
    """
    c_in, c_out, *_ = w.shape
    span = d * (k - 1) + 1
    taps = -(-span // s)  # per phase
    w = _pad_or_crop(insert_zeros(w, tuple(d)), 0 * s, s * taps - span)
    # (C_in, C_out, taps, s, taps, s, ...) -> (C_out, s, s, ..., C_in, taps, taps, ...)
    w = w.reshape(c_in, c_out, *np.stack([taps, s], axis=1).ravel())
    w = w.transpose(1, *range(3, w.ndim, 2), 0, *range(2, w.ndim, 2))
    w = rotate180(w.reshape(-1, c_in, *taps), ndim=len(k))
    y = pixel_shuffle(_convolve(x, w, padding=taps - 1, dilation=d // d), tuple(s))
    return _pad_or_crop(y, -p, op - p - (s * taps - span))


def insert_zeros(input, stride):
    """Put ``stride - 1`` zeros between neighbours.

    Parameters
    ----------
    input : array_like
    stride : int or tuple of int
        One integer acts on every axis; a tuple of length ``n`` on the last ``n`` axes.

    Returns
    -------
    numpy.ndarray
        ``stride * (i - 1) + 1`` entries along an axis that had ``i``.

    Examples
    --------
    >>> insert_zeros([[1, 2], [3, 4]], 2)
    array([[1, 0, 2],
           [0, 0, 0],
           [3, 0, 4]])
    """
    input = np.asarray(input)
    n = len(stride) if isinstance(stride, tuple | list) else input.ndim
    entries = per_axis("stride", stride, n, 1)
    if n > input.ndim:
        raise ValueError(f"stride must have at most {input.ndim} entries, got {stride}")
    lead, size = np.split(input.shape, [input.ndim - n])
    spread = zeros((*lead, *np.maximum(np.multiply(entries, size - 1) + 1, 0)), input.dtype)
    spread[..., *(slice(None, None, s) for s in entries)] = input
    return spread


def rotate180(kernel, ndim=None):
    """Reverse a kernel along its last `ndim` axes; along every axis when `ndim` is left out.

    Examples
    --------
    >>> rotate180([[1, 2], [3, 4]])
    array([[4, 3],
           [2, 1]])
    """
    kernel = np.asarray(kernel)
    ndim = kernel.ndim if ndim is None else integer("ndim", ndim, 0, maximum=kernel.ndim)
    return np.flip(kernel, tuple(range(-ndim, 0)))


def pixel_shuffle(input, upscale_factor):
    """Interleave groups of channels into space, as `torch.nn.functional.pixel_shuffle` for any n.

    Parameters
    ----------
    input : array_like, shape ``(..., C * r_1 * ... * r_n, *spatial)``
    upscale_factor : int or tuple of int
        ``(r_1, ..., r_n)``, one for each of the last ``n`` axes; one integer means two axes.

    Returns
    -------
    numpy.ndarray, shape ``(..., C, r_1 * size_1, ..., r_n * size_n)``

    Examples
    --------
    >>> pixel_shuffle([[1, 3], [2, 4]], (2,))
    array([[1, 2, 3, 4]])
    """
    input = np.asarray(input)
    n = len(upscale_factor) if isinstance(upscale_factor, tuple | list) else 2
    factor = per_axis("upscale_factor", upscale_factor, n, 1)
    if input.ndim <= n:
        raise ValueError(f"input must have more than {n} axes, got shape {input.shape}")
    *lead, channels = input.shape[: input.ndim - n]
    phases = prod(factor)
    if channels % phases:
        raise ValueError(
            f"the channels must be a multiple of the product of upscale_factor = {factor}, "
            f"got {channels}"
        )
    size, shape = input.shape[input.ndim - n :], (*lead, channels // phases)
    # (..., C, r_1, r_2, ..., size_1, size_2, ...) -> (..., C, size_1, r_1, size_2, r_2, ...)
    pairs = [axis for a in range(-n, 0) for axis in (a, a - n)]
    apart = input.reshape(*shape, *factor, *size).transpose(*range(len(shape)), *pairs)
    return apart.reshape(*shape, *np.multiply(factor, size))


def _pad_or_crop(array, before, after):
    """Zeros on either side of the last axes; a negative number crops."""
    lead = [(0, 0)] * (array.ndim - len(before))
    added = [*lead, *np.maximum(np.transpose([before, after]), 0)]
    affordable(np.sum(added, axis=1) + array.shape, array.dtype)
    padded = np.pad(array, added)  # first: a crop may reach into the other side's zeros
    ends = padded.shape[-len(before) :] + after  # a slice may end beyond
    return padded[..., *map(slice, np.maximum(-before, 0), ends)]


def _convolve(x, w, padding, dilation):
    """Direct convolution at stride 1 over as many axes as there are."""
    return conv(w.ndim - 2, x, w, None, 1, padding.tolist(), dilation.tolist(), 1)
