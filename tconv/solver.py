"""The inverse question: which transposed convolutions turn one size into another."""

from dataclasses import dataclass
from itertools import product
from math import gcd, prod

from ._validation import integer
from .shapes import effective_size

MAX_SETTINGS = 2**22  # some seconds


@dataclass(frozen=True)
class ConvTransposeSolution:
    """One setting that turns an input size into an output size; see `tconv.solve_conv_transpose`.

    Attributes
    ----------
    kernel_size, stride, padding, output_padding, dilation : int
    even_overlap : bool
        Whether as many taps reach every output position, away from the border: the kernel size
        is a multiple of the stride, and the dilation has no factor in common with it.
    """

    kernel_size: int
    stride: int
    padding: int
    output_padding: int
    dilation: int
    even_overlap: bool


def solve_conv_transpose(
    input_size, output_size, *, max_kernel_size=8, max_stride=8, max_padding=8, max_dilation=1
):
    """Every transposed convolution within bounds that turns one size into another, on one axis.

    Parameters
    ----------
    input_size, output_size : int, at least 1
    max_kernel_size, max_stride, max_dilation : int, at least 1
    max_padding : int, at least 0

    Returns
    -------
    list of ConvTransposeSolution
        First those that upsample by exactly their stride (``o' = s i'``), among them first those
        of even overlap, then the smallest kernel; ties go to the smallest stride, dilation,
        padding. Empty if there is none.

    Notes
    -----
    The output padding follows from the rest: ``op = o' - s (i' - 1) - d (k - 1) - 1 + 2 p``, and it
    must satisfy ``0 <= op < max(s, d)``.

    Examples
    --------
    >>> for solution in solve_conv_transpose(4, 8, max_kernel_size=4, max_stride=2)[:2]:
    ...     print(solution.kernel_size, solution.padding, solution.even_overlap)
    2 0 True
    4 1 True
    """
    input_size = integer("input_size", input_size, 1)
    output_size = integer("output_size", output_size, 1)
    bounds = (
        range(1, integer("max_kernel_size", max_kernel_size, 1) + 1),
        range(1, integer("max_stride", max_stride, 1) + 1),
        range(1, integer("max_dilation", max_dilation, 1) + 1),
        range(integer("max_padding", max_padding, 0) + 1),
    )
    count = prod(map(len, bounds))
    if count > MAX_SETTINGS:
        raise ValueError(f"the bounds must leave at most {MAX_SETTINGS:,} settings, got {count:,}")
    found = []
    for kernel_size, stride, dilation, padding in product(*bounds):
        full = stride * (input_size - 1) + effective_size(kernel_size, dilation)
        output_padding = output_size - full + 2 * padding
        if 0 <= output_padding < max(stride, dilation):
            even = kernel_size % stride == 0 and gcd(stride, dilation) == 1
            settings = kernel_size, stride, padding, output_padding, dilation
            found.append(ConvTransposeSolution(*settings, even))
    return sorted(found, key=lambda s: (s.stride * input_size != output_size, not s.even_overlap))
