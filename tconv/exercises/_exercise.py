"""What a code exercise is, and what several of them share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Exercise:
    """One exercise: the reader's function must do on every case what `reference` does.

    Parameters
    ----------
    parameters : tuple of str
        Names of the function's parameters, in order.
    reference : callable
        PyTorch's answer to a case. It imports PyTorch only when it is called.
    cases : list of tuple
        Arguments, the easiest to look at first.
    mistakes : dict of {str: callable}
        What to say to an output that is that of a well-known wrong function.
    results : tuple of str
        Names of what the function returns; if there are several, it returns a tuple.
    """

    parameters: tuple[str, ...]
    reference: Callable
    cases: list[tuple]
    mistakes: dict[str, Callable] = field(default_factory=dict)
    results: tuple[str, ...] = ("output",)

    def named(self, returned):
        """Give what a function returned, as arrays of numbers, by the names of `results`."""
        parts = returned if len(self.results) > 1 else [returned]
        arrays = dict(zip(self.results, map(np.asarray, parts), strict=True))
        for array in arrays.values():
            array.astype(float)  # or it fails: not numbers
        return arrays


def by_torch(function, image, kernel, **settings):
    """Apply one of PyTorch's convolutions, by its name without the dimension, to bare arrays."""
    import torch

    tensors = (torch.tensor(np.array(array))[None, None] for array in (image, kernel))
    apply = getattr(torch.nn.functional, f"{function}{image.ndim}d")
    return apply(*tensors, **settings)[0, 0].numpy()


def transposed(image, kernel, s=1, p=0, op=0, d=1):
    """Apply PyTorch's transposed convolution, its settings by the book's letters."""
    settings = {"stride": s, "padding": p, "output_padding": op, "dilation": d}
    return by_torch("conv_transpose", image, kernel, **settings)


def counted(*shape, start=1):
    """Return whole numbers in order, each of them once."""
    return start + np.arange(np.prod(shape)).reshape(shape)


K = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
K2 = np.array([[1, 2], [3, 4]])
Y = np.array([[2, 1], [4, 4]])
LINE, WEIGHTS = np.array([1, 2]), np.array([1, 10, 100])

UNTURNED = "The kernel is turned; it must stand as it is."
IGNORED = "This is the output without {}."
LOST = "Where stamps meet, the later one stands alone: add them."
