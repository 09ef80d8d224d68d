"""The code exercises of the notes, chapters 1 to 6."""

import numpy as np

from ._exercise import (
    IGNORED,
    K2,
    LINE,
    LOST,
    UNTURNED,
    WEIGHTS,
    Exercise,
    K,
    Y,
    by_torch,
    counted,
    transposed,
)


def _enlarged(image, s):
    import torch

    tensor = torch.tensor(np.array(image))[None, None].double()
    return torch.nn.functional.interpolate(tensor, scale_factor=s, mode="nearest")[0, 0].numpy()


def _matrix(kernel, i, s):
    """Column by column: what the convolution makes of an image with a single 1."""
    spots = np.eye(i * i, dtype=int).reshape(-1, i, i)
    return np.stack([by_torch("conv", spot, kernel, stride=s).ravel() for spot in spots], axis=1)


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
    return by_torch("conv", np.pad(spread, ring), _turned(kernel))


def _spread(image, s, behind=0):
    size = s * (len(image) - 1) + 1 + behind
    spread = np.zeros((size, size), dtype=int)
    spread[::s, ::s] = image
    return spread


def _spot(size):
    """A single 1 at the top left."""
    return np.eye(1, size * size, dtype=int).reshape(size, size)


ONE = np.array([[1]])

SWAPPED = "The kernel's rows and columns are swapped."

# In the mistakes x is the input and k the kernel; the other letters are the book's.
NOTES = {
    "enlarge by stamps": Exercise(
        ("image", "s"),
        _enlarged,
        [(K2, 2), (K2, 1), (counted(2, 3), 2), (counted(3, 1, start=-2), 3), (ONE, 4)],
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
        transposed,
        [(ONE, K), (Y, K), (counted(1, 4), counted(3, 2)), (counted(3, 2), counted(1, 5))],
        {
            LOST: _overwritten,
            UNTURNED: lambda x, k: transposed(x, _turned(k)),
            SWAPPED: lambda x, k: transposed(x, k.T),
            "The input is turned.": lambda x, k: transposed(_turned(x), k),
        },
    ),
    "transpose with padding": Exercise(
        ("image", "kernel", "p"),
        lambda x, k, p: transposed(x, k, p=p),
        [(Y, K, 1), (Y, K, 0), (counted(4, 4), K, 2), (counted(5, 5), K2, 2), (ONE, K, 1)],
        {
            "Nothing is cropped.": lambda x, k, p: transposed(x, k),
            "Padding crops; here it adds zeros.": lambda x, k, p: np.pad(transposed(x, k), p),
            "`canvas[p:-p]` is empty where p is 0.": lambda x, k, p: transposed(x, k)[p:-p, p:-p],
            "It is cropped at the start only.": lambda x, k, p: transposed(x, k)[p:, p:],
            UNTURNED: lambda x, k, p: transposed(x, _turned(k), p=p),
        },
    ),
    "transpose by emulation": Exercise(
        ("image", "kernel", "s", "p"),
        transposed,
        [
            (Y, K, 2, 0),
            (Y, K, 1, 1),
            (Y, K, 3, 1),
            (counted(3, 3), K2, 2, 0),
            (counted(3, 3), K, 2, 2),
        ],
        {
            "The kernel must be turned.": lambda x, k, s, p: transposed(x, _turned(k), s, p),
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
        transposed,
        [
            (LINE, WEIGHTS, 2, 0, 0, 1),
            (LINE, WEIGHTS, 2, 1, 0, 1),
            (LINE, WEIGHTS, 2, 1, 1, 1),
            (LINE, WEIGHTS, 2, 0, 1, 1),
            (LINE, WEIGHTS, 1, 0, 0, 2),
            (counted(4), WEIGHTS[:2], 3, 2, 2, 2),
        ],
        {
            IGNORED.format("the stride"): lambda x, k, s, p, op, d: transposed(x, k, 1, p, 0, d),
            IGNORED.format("the padding"): lambda x, k, s, p, op, d: transposed(x, k, s, 0, op, d),
            IGNORED.format("output padding"): (
                lambda x, k, s, p, op, d: transposed(x, k, s, p, 0, d)
            ),
            IGNORED.format("dilation"): lambda x, k, s, p, op, d: transposed(x, k, s, p, op, 1),
            "Output padding shows more of the canvas; here it adds zeros.": (
                lambda x, k, s, p, op, d: np.append(transposed(x, k, s, p, 0, d), [0] * op)
            ),
            UNTURNED: lambda x, k, s, p, op, d: transposed(x, k[::-1], s, p, op, d),
        },
    ),
}
