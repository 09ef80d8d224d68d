"""The convolution matrix: a direct convolution written as one sparse matrix."""

import numpy as np
import scipy.sparse

from ._validation import numeric_arrays, per_axis
from .shapes import conv_output_size


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
    sizes = per_axis("input_shape", input_shape, ndim, 1)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    output_size = conv_output_size(sizes, kernel.shape, **settings)
    stride, padding, dilation = (
        per_axis(name, settings[name], ndim, 0) for name in ("stride", "padding", "dilation")
    )

    # Along each axis, an (output, tap) table of the input cell read; -1 marks the padding.
    # Broadcast to the shape (*output_size, *kernel_size), the tables add up to flat indices.
    column = np.zeros((1,) * (2 * ndim), dtype=np.intp)
    inside = np.ones((1,) * (2 * ndim), dtype=bool)
    for axis in range(ndim):
        out, tap = np.ogrid[: output_size[axis], : kernel.shape[axis]]
        cell = stride[axis] * out + dilation[axis] * tap - padding[axis]
        shape = np.ones(2 * ndim, dtype=int)
        shape[axis], shape[ndim + axis] = cell.shape
        cell = cell.reshape(shape)
        column = column * sizes[axis] + cell
        inside = inside & (cell >= 0) & (cell < sizes[axis])
    entries_per_row = inside.sum(axis=tuple(range(ndim, 2 * ndim))).ravel()
    return scipy.sparse.csr_array(
        (
            np.broadcast_to(kernel, inside.shape)[inside],
            column[inside],
            np.concatenate([[0], np.cumsum(entries_per_row)]),
        ),
        shape=(int(np.prod(output_size)), int(np.prod(sizes))),
    )
