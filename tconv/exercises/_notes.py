"""The code exercises of the notes, chapters 1 to 6."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..matrix import convolution_matrix
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


def _columns(function, i):
    """The matrix of a function of i × i grids: what it makes of each grid with a single 1."""
    spots = np.eye(i * i, dtype=int).reshape(-1, i, i)
    return np.stack([function(spot).ravel() for spot in spots], axis=1)


def _matrix(kernel, i, s=1):
    return _columns(lambda spot: by_torch("conv", spot, kernel, stride=s), i)


def _kernel_of(matrix, i, row=0):
    k = i - round(len(matrix) ** 0.5) + 1
    return matrix[row].reshape(i, i)[:k, :k]


@dataclass(frozen=True)
class Named:
    """A function of square grids, with the words that name it where a case is printed."""

    words: str
    function: Callable
    size: int = 2

    def __repr__(self):
        return self.words

    def __call__(self, grid):
        if np.shape(grid) != (self.size, self.size):
            wanted = f"{self.size} × {self.size}"
            raise ValueError(f"{self.words} takes a grid of {wanted}, got shape {np.shape(grid)}")
        return self.function(np.asarray(grid, dtype=float))


def _is_adjoint(direct, transposed):
    return np.array_equal(_columns(direct, 4).T, _columns(transposed, 2))


def _agree_on(x, direct, transposed):
    """Compare the inner products for one x, and each z with a single 1."""
    grids = np.eye(4).reshape(4, 2, 2)
    return all((direct(x) * z).sum() == (x * transposed(z)).sum() for z in grids)


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

WITH_A_ZERO = np.array([[7, 0], [5, 2]])
KF = K.astype(float)
DIRECT = Named("the convolution with K", lambda x: by_torch("conv", x, KF), size=4)
PARTNERS = [
    Named("its transposed convolution", lambda z: transposed(z, KF)),
    Named("twice its transposed convolution", lambda z: 2 * transposed(z, KF)),
    Named("the padded convolution with K", lambda z: by_torch("conv", np.pad(z, 2), KF)),
    Named(
        "the padded convolution with K turned",
        lambda z: by_torch("conv", np.pad(z, 2), _turned(KF)),
    ),
    Named(
        "its transposed convolution, but wrong at the bottom right",
        lambda z: transposed(z, KF) + np.pad(z[:1, :1], ((3, 0), (3, 0))),
    ),
]

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
    "kernel of a matrix": Exercise(
        ("matrix", "i"),
        _kernel_of,
        [
            (convolution_matrix(kernel, (i, i)).toarray(), i)
            for kernel, i in [(WITH_A_ZERO, 3), (K, 4), (K2, 5), (K, 3)]
        ],
        {
            "The kernel's zeros are lost: a weight may be 0.": lambda m, i: m[0][m[0] != 0],
            SWAPPED: lambda m, i: _kernel_of(m, i).T,
            "The kernel is turned.": lambda m, i: _turned(_kernel_of(m, i)),
            "This is the whole sheet: cut the kernel out.": lambda m, i: m[0].reshape(i, i),
            "This is a column. A row holds the kernel as one window reads it.": (
                lambda m, i: m[:, 0].reshape(-1, round(len(m) ** 0.5))
            ),
            "The last row's window stands at the bottom right of the sheet.": (
                lambda m, i: _kernel_of(m, i, row=-1)
            ),
        },
    ),
    "is it the adjoint": Exercise(
        ("direct", "transposed"),
        _is_adjoint,
        [(DIRECT, partner) for partner in PARTNERS],
        {
            "One place of x can't tell: here only another place is wrong.": (
                lambda a, b: _agree_on(np.eye(1, 16, 1).reshape(4, 4), a, b)
            ),
            "Grids of ones can't tell the kernel from its rotation: draw random ones.": (
                lambda a, b: a(np.ones((4, 4))).sum() == b(np.ones((2, 2))).sum()
            ),
            "It accepts whatever has the right shape: compare the inner products.": (
                lambda a, b: True
            ),
            "It rejects the transposed convolution itself.": lambda a, b: False,
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
