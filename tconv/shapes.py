"""Sizes: how large the output of a direct or transposed convolution is, and which settings give it.

Everything here is integer arithmetic along one axis; a tuple means one entry per spatial axis.
Notation: input size ``i``, kernel size ``k``, stride ``s``, padding ``p``, dilation ``d``, output
padding ``op``, and ``d (k - 1) + 1`` the effective kernel size, the extent of the dilated kernel.
"""

import inspect
from dataclasses import dataclass
from functools import wraps

from ._validation import per_axis


def _along_axes(one_axis):
    """Let a function of one axis's integers take tuples too: with one comes a tuple of results.

    Paddings start at 0, everything else at 1.
    """
    signature = inspect.signature(one_axis)

    @wraps(one_axis)
    def every_axis(*args, **kwargs):
        settings = signature.bind(*args, **kwargs).arguments
        lengths = [len(v) for v in settings.values() if isinstance(v, tuple | list)]
        ndim = max(lengths, default=1)
        axes = [
            per_axis(name, v, ndim, 0 if name.endswith("padding") else 1)
            for name, v in settings.items()
        ]
        each = (dict(zip(settings, values, strict=True)) for values in zip(*axes, strict=True))
        results = tuple(one_axis(**values) for values in each)
        return results if lengths else results[0]

    return every_axis


def effective_size(kernel_size, dilation):
    """Extent of the dilated kernel."""
    return dilation * (kernel_size - 1) + 1


@_along_axes
def conv_output_size(input_size, kernel_size, *, stride=1, padding=0, dilation=1):
    """Size of the output of a direct convolution.

    Parameters
    ----------
    input_size, kernel_size, stride, dilation : int or tuple of int, at least 1
    padding : int or tuple of int, at least 0
        Zeros added on each side.

    Returns
    -------
    int or tuple of int
        A tuple, one entry per axis, if any argument is one.

    Raises
    ------
    ValueError
        If a setting is out of range, or the kernel does not fit inside the padded input.
    TypeError
        If a setting is not an integer.

    Notes
    -----
    ``o = floor((i + 2 p - d (k - 1) - 1) / s) + 1``, relationship 15 of Dumoulin and Visin,
    `A guide to convolution arithmetic for deep learning <https://arxiv.org/abs/1603.07285>`_.

    Examples
    --------
    >>> conv_output_size(4, 3)
    2
    >>> conv_output_size((5, 6), 3, stride=2, padding=(0, 1))
    (2, 3)
    """
    padded, extent = input_size + 2 * padding, effective_size(kernel_size, dilation)
    if extent > padded:
        raise ValueError(
            "kernel_size must fit inside the padded input: dilation * (kernel_size - 1) + 1 "
            f"= {extent} must be at most input_size + 2 * padding = {padded}, "
            f"got kernel_size {kernel_size}, dilation {dilation}, "
            f"input_size {input_size}, padding {padding}"
        )
    return (padded - extent) // stride + 1


@_along_axes
def conv_transpose_output_size(
    input_size, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1
):
    """Size of the output of a transposed convolution.

    Parameters
    ----------
    input_size, kernel_size, stride, dilation : int or tuple of int, at least 1
    padding : int or tuple of int, at least 0
        Cells cropped from each side of the full output.
    output_padding : int or tuple of int, at least 0
        Cells given back at the end; smaller than ``max(stride, dilation)``.

    Returns
    -------
    int or tuple of int

    Raises
    ------
    ValueError
        If a setting is out of range, or nothing of the output is left.
    TypeError
        If a setting is not an integer.

    Notes
    -----
    ``o' = s (i' - 1) + d (k - 1) + 1 - 2 p + op``. With ``op = (i + 2 p - d (k - 1) - 1) mod s``
    it is the input size ``i`` of the direct convolution that gives ``i'``; see
    `required_output_padding`.

    Examples
    --------
    >>> conv_transpose_output_size(2, 3)
    4
    >>> conv_transpose_output_size((4, 4), 3, stride=2, padding=1, output_padding=(0, 1))
    (7, 8)
    """
    if output_padding >= max(stride, dilation):
        raise ValueError(
            "output_padding must be smaller than max(stride, dilation) = "
            f"{max(stride, dilation)}, got {output_padding}"
        )
    full = stride * (input_size - 1) + effective_size(kernel_size, dilation)
    if full - 2 * padding + output_padding < 1:
        raise ValueError(
            f"padding must leave an output: of the full output's {full} cells and "
            f"output_padding {output_padding}, padding {padding} crops {2 * padding}"
        )
    return full - 2 * padding + output_padding


@_along_axes
def required_output_padding(input_size, kernel_size, *, stride=1, padding=0, dilation=1):
    """Output padding with which the transposed convolution gives back the direct one's input size.

    Parameters
    ----------
    input_size, kernel_size, stride, padding, dilation : int or tuple of int
        Settings of the **direct** convolution, as for `conv_output_size`.

    Returns
    -------
    int or tuple of int
        The rows that the stride leaves uncovered at the end, between 0 and ``stride - 1``.

    Notes
    -----
    ``a = (i + 2 p - d (k - 1) - 1) mod s``, relationship 14 of Dumoulin and Visin.

    Examples
    --------
    >>> required_output_padding(6, 3, stride=2, padding=1)
    1
    >>> o = conv_output_size(6, 3, stride=2, padding=1)
    >>> conv_transpose_output_size(o, 3, stride=2, padding=1, output_padding=1)
    6
    """
    conv_output_size(input_size, kernel_size, padding=padding, dilation=dilation)  # must fit
    return (input_size + 2 * padding - effective_size(kernel_size, dilation)) % stride


@dataclass(frozen=True)
class EmulatingConvolution:
    """The direct convolution, of stride 1, that computes a transposed one along an axis.

    The kernel is rotated by 180 degrees; its size and dilation stay as they are.

    Attributes
    ----------
    inserted_size : int
        Size of the input once ``stride - 1`` zeros stand between neighbours.
    padding : tuple of int
        Zeros added before and after; a negative number is a crop.
    output_size : int
    """

    inserted_size: int
    padding: tuple[int, int]
    output_size: int


@_along_axes
def emulating_convolution(
    input_size, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1
):
    """The direct convolution that emulates a transposed one: the primed quantities of the guide.

    Parameters
    ----------
    input_size, kernel_size, stride, padding, output_padding, dilation : int or tuple of int
        Settings of the **transposed** convolution, as for `conv_transpose_output_size`.

    Returns
    -------
    EmulatingConvolution or tuple of EmulatingConvolution

    Notes
    -----
    Insert ``s - 1`` zeros between neighbours, pad by ``p' = d (k - 1) - p`` (crop if negative) and
    by ``op`` more at the end, then convolve with stride 1 and the kernel rotated by 180 degrees.

    Examples
    --------
    >>> emulating_convolution(3, 3, stride=2, padding=1, output_padding=1)
    EmulatingConvolution(inserted_size=5, padding=(1, 2), output_size=6)
    >>> emulating_convolution(5, 2, padding=2)
    EmulatingConvolution(inserted_size=5, padding=(-1, -1), output_size=2)
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    settings["output_padding"] = output_padding
    output_size = conv_transpose_output_size(input_size, kernel_size, **settings)
    before = dilation * (kernel_size - 1) - padding
    pads = before, before + output_padding
    return EmulatingConvolution(stride * (input_size - 1) + 1, pads, output_size)
