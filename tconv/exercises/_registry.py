"""The code exercises: their parameters, their cases, and what PyTorch makes of those."""

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
    """

    parameters: tuple[str, ...]
    reference: Callable
    cases: list[tuple]
    mistakes: dict[str, Callable] = field(default_factory=dict)


def _by_torch(function, image, kernel, **settings):
    import torch

    tensors = (torch.tensor(np.array(array))[None, None] for array in (image, kernel))
    apply = getattr(torch.nn.functional, f"{function}{image.ndim}d")
    return apply(*tensors, **settings)[0, 0].numpy()


def _transposed(image, kernel, s=1, p=0, op=0, d=1):
    settings = {"stride": s, "padding": p, "output_padding": op, "dilation": d}
    return _by_torch("conv_transpose", image, kernel, **settings)


def _enlarged(image, s):
    import torch

    tensor = torch.tensor(np.array(image))[None, None].double()
    return torch.nn.functional.interpolate(tensor, scale_factor=s, mode="nearest")[0, 0].numpy()


def _matrix(kernel, i, s):
    """Column by column: what the convolution makes of an image with a single 1."""
    spots = np.eye(i * i, dtype=int).reshape(-1, i, i)
    return np.stack([_by_torch("conv", spot, kernel, stride=s).ravel() for spot in spots], axis=1)


def _overwritten(image, kernel):
    """The canvas if later stamps replace earlier ones."""
    canvas = np.zeros(np.add(image.shape, kernel.shape) - 1, dtype=int)
    for u, v in np.ndindex(*image.shape):
        canvas[u : u + len(kernel), v : v + len(kernel[0])] = image[u, v] * kernel
    return canvas


def _turned(kernel):
    return kernel[::-1, ::-1]


def _slid(spread, kernel, ring):
    """The direct convolution of a spread-out grid with a ring of zeros, the kernel rotated."""
    return _by_torch("conv", np.pad(spread, ring), _turned(kernel))


def _spread(image, s, behind=0):
    size = s * (len(image) - 1) + 1 + behind
    spread = np.zeros((size, size), dtype=int)
    spread[::s, ::s] = image
    return spread


def _spot(size):
    """A single 1 at the top left."""
    return np.eye(1, size * size, dtype=int).reshape(size, size)


def _counted(*shape, start=1):
    return start + np.arange(np.prod(shape)).reshape(shape)


K = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
Y = np.array([[2, 1], [4, 4]])
ONE = np.array([[1]])
K2 = np.array([[1, 2], [3, 4]])
LINE, WEIGHTS = np.array([1, 2]), np.array([1, 10, 100])

UNTURNED = "The kernel is turned; it must stand as it is."
SWAPPED = "The kernel's rows and columns are swapped."
IGNORED = "This is the output without {}."

# In the mistakes x is the input and k the kernel; the other letters are the book's.
EXERCISES = {
    "enlarge by stamps": Exercise(
        ("image", "s"),
        _enlarged,
        [(K2, 2), (K2, 1), (_counted(2, 3), 2), (_counted(3, 1, start=-2), 3), (ONE, 4)],
        {
            "Only one cell of each stamp is filled.": lambda x, s: np.kron(x, _spot(s)),
            "The whole image is repeated, not each number.": lambda x, s: np.tile(x, (s, s)),
            "Only the rows are repeated.": lambda x, s: x.repeat(s, axis=0),
            "Only the columns are repeated.": lambda x, s: x.repeat(s, axis=1),
        },
    ),
    "convolution matrix": Exercise(
        ("kernel", "i", "s"),
        _matrix,
        [(K2, 3, 1), (K2, 4, 2), (K, 4, 1), (K, 6, 2), (K2, 2, 1)],
        {
            "Rows and columns are swapped: a row belongs to an output.": (
                lambda k, i, s: _matrix(k, i, s).T
            ),
            UNTURNED: lambda k, i, s: _matrix(_turned(k), i, s),
            SWAPPED: lambda k, i, s: _matrix(k.T, i, s),
            IGNORED.format("the stride"): lambda k, i, s: _matrix(k, i, 1),
        },
    ),
    "transpose by scatter": Exercise(
        ("Y", "K"),
        _transposed,
        [(ONE, K), (Y, K), (_counted(1, 4), _counted(3, 2)), (_counted(3, 2), _counted(1, 5))],
        {
            "Where stamps meet, the later one stands alone: add them.": _overwritten,
            UNTURNED: lambda x, k: _transposed(x, _turned(k)),
            SWAPPED: lambda x, k: _transposed(x, k.T),
            "The input is turned.": lambda x, k: _transposed(_turned(x), k),
        },
    ),
    "transpose with padding": Exercise(
        ("image", "kernel", "p"),
        lambda x, k, p: _transposed(x, k, p=p),
        [(Y, K, 1), (Y, K, 0), (_counted(4, 4), K, 2), (_counted(5, 5), K2, 2), (ONE, K, 1)],
        {
            "Nothing is cropped.": lambda x, k, p: _transposed(x, k),
            "Padding crops; here it adds zeros.": lambda x, k, p: np.pad(_transposed(x, k), p),
            "`canvas[p:-p]` is empty where p is 0.": lambda x, k, p: _transposed(x, k)[p:-p, p:-p],
            "It is cropped at the start only.": lambda x, k, p: _transposed(x, k)[p:, p:],
            UNTURNED: lambda x, k, p: _transposed(x, _turned(k), p=p),
        },
    ),
    "transpose by emulation": Exercise(
        ("image", "kernel", "s", "p"),
        _transposed,
        [
            (Y, K, 2, 0),
            (Y, K, 1, 1),
            (Y, K, 3, 1),
            (_counted(3, 3), K2, 2, 0),
            (_counted(3, 3), K, 2, 2),
        ],
        {
            "The kernel must be turned.": lambda x, k, s, p: _transposed(x, _turned(k), s, p),
            "Behind the last number belong no zeros.": (
                lambda x, k, s, p: _slid(_spread(x, s, behind=s - 1), k, len(k) - 1 - p)
            ),
            "Between neighbours belong s − 1 zeros, not s.": (
                lambda x, k, s, p: _slid(_spread(x, s + 1), k, len(k) - 1 - p)
            ),
            "The ring of zeros must be k − 1 − p wide.": (
                lambda x, k, s, p: _slid(_spread(x, s), k, len(k) - 1)
            ),
            "No zeros are inserted.": lambda x, k, s, p: _slid(x, k, len(k) - 1 - p),
        },
    ),
    "transpose in general": Exercise(
        ("y", "w", "s", "p", "op", "d"),
        _transposed,
        [
            (LINE, WEIGHTS, 2, 0, 0, 1),
            (LINE, WEIGHTS, 2, 1, 0, 1),
            (LINE, WEIGHTS, 2, 1, 1, 1),
            (LINE, WEIGHTS, 2, 0, 1, 1),
            (LINE, WEIGHTS, 1, 0, 0, 2),
            (_counted(4), WEIGHTS[:2], 3, 2, 2, 2),
        ],
        {
            IGNORED.format("the stride"): lambda x, k, s, p, op, d: _transposed(x, k, 1, p, 0, d),
            IGNORED.format("the padding"): lambda x, k, s, p, op, d: _transposed(x, k, s, 0, op, d),
            IGNORED.format("output padding"): (
                lambda x, k, s, p, op, d: _transposed(x, k, s, p, 0, d)
            ),
            IGNORED.format("dilation"): lambda x, k, s, p, op, d: _transposed(x, k, s, p, op, 1),
            "Output padding shows more of the canvas; here it adds zeros.": (
                lambda x, k, s, p, op, d: np.append(_transposed(x, k, s, p, 0, d), [0] * op)
            ),
            UNTURNED: lambda x, k, s, p, op, d: _transposed(x, k[::-1], s, p, op, d),
        },
    ),
}
