"""The convolution matrix: a direct convolution written as one sparse matrix."""

from math import prod

import numpy as np
import scipy.sparse
from numpy.lib.stride_tricks import as_strided

from ._validation import affordable, numeric_arrays, per_axis
from .shapes import conv_output_size

# As many pairs of a row and a tap are looked at together: they stay in the processor's cache.
_BLOCK = 2**16


def convolution_matrix(kernel, input_shape, *, stride=1, padding=0, dilation=1):
    """Matrix ``C`` with ``C @ x.ravel()`` the direct convolution of `x`, flattened.

    Its transpose is the transposed convolution: ``C.T @ y.ravel()``.

    Parameters
    ----------
    kernel : array_like, shape ``(*kernel_size)``
        Any number of axes.
    input_shape : int or tuple of int
        One size per axis of the kernel.
    stride, padding, dilation : int or tuple of int

    Returns
    -------
    scipy.sparse.csr_array, shape (prod(output_size), prod(input_shape))
        Stores an entry for each pair of output and input cell that the kernel connects, whatever
        the weight. Taps that fall on the padding have no entry.

    Raises
    ------
    ValueError
        If a setting is out of range, or the kernel does not fit inside the padded input.
    TypeError
        If a setting is not an integer, or the kernel does not hold numbers.

    Notes
    -----
    Along an axis, output cell ``o`` reads input cell ``s o + d j - p`` through kernel cell ``j``.
    Each row is the flattened kernel, spread out among zeros. Time and memory are linear in the
    number of entries.

    Examples
    --------
    >>> convolution_matrix([1, 2, 3], 4).toarray()
    array([[1, 2, 3, 0],
           [0, 1, 2, 3]])
    >>> convolution_matrix([[1, 2, 3]], (2, 4), stride=(1, 2), padding=(0, 1)).toarray()
    array([[2, 3, 0, 0, 0, 0, 0, 0],
           [0, 1, 2, 3, 0, 0, 0, 0],
           [0, 0, 0, 0, 2, 3, 0, 0],
           [0, 0, 0, 0, 0, 1, 2, 3]])
    >>> C = convolution_matrix([[1, 4, 1], [1, 4, 3], [3, 3, 1]], (4, 4))
    >>> C.shape, C.nnz
    ((4, 16), 36)
    >>> (C.T @ [2, 1, 4, 4]).reshape(4, 4)
    array([[ 2,  9,  6,  1],
           [ 6, 29, 30,  7],
           [10, 29, 33, 13],
           [12, 24, 16,  4]])
    """
    (kernel,) = numeric_arrays(kernel=kernel)
    ndim = kernel.ndim
    if ndim == 0 or kernel.size == 0:
        raise ValueError(f"kernel must have an axis and no empty one, got shape {kernel.shape}")
    sizes = affordable(per_axis("input_shape", input_shape, ndim, 1), kernel.dtype)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    output_size = conv_output_size(sizes, kernel.shape, **settings)
    rows, columns = prod(output_size), prod(sizes)
    stride, padding, dilation = (per_axis(name, settings[name], ndim, 0) for name in settings)

    # Number the input's cells, the padding's -1, and look which of them each output reads.
    index = np.int32  # holds the length of every array of it that is affordable
    padded = [i + 2 * p for i, p in zip(sizes, padding, strict=True)]
    affordable((rows, kernel.size), index)
    cells = np.full(affordable(padded, index), -1, index)
    inner = (slice(p, p + i) for i, p in zip(sizes, padding, strict=True))
    cells[*inner] = np.arange(columns, dtype=index).reshape(sizes)
    steps = [n * b for each in (stride, dilation) for n, b in zip(each, cells.strides, strict=True)]
    reads = as_strided(cells, (*output_size, *kernel.shape), steps)

    # A row has as many entries as taps stay inside, which are counted axis by axis.
    counts = np.ones(1, index)
    axes = zip(output_size, kernel.shape, sizes, stride, padding, dilation, strict=True)
    for o, k, i, s, p, d in axes:
        places = s * np.arange(o)[:, None] + d * np.arange(k) - p
        taps = ((places >= 0) & (places < i)).sum(1, dtype=index)
        counts = np.multiply.outer(counts, taps).ravel()
    ends = np.zeros(rows + 1, index)
    counts.cumsum(out=ends[1:])

    weights, indices = np.empty(ends[-1], kernel.dtype), np.empty(ends[-1], index)
    slab = rows // output_size[0]
    step = max(1, _BLOCK // (slab * kernel.size))
    for first in range(0, output_size[0], step):
        block = reads[first : first + step].reshape(-1, kernel.size)
        inside = block >= 0
        filled = slice(ends[first * slab], ends[first * slab + len(block)])
        indices[filled] = block[inside]
        weights[filled] = np.broadcast_to(kernel.ravel(), block.shape)[inside]
    return scipy.sparse.csr_array((weights, indices, ends), shape=(rows, columns))
