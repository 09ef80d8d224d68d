"""The N-dimensional core of `operators`: one geometry, and the three products taken over it.

A convolution connects an *image*, the side the kernel slides over, ``(N, G, C, *image_size)``, with
a *map*, ``(N, G, O, *map_size)``, through a weight ``(G, O, C * taps)``; ``G`` counts the groups.
Along an axis, tap ``j`` of the kernel connects map cell ``o`` with image cell ``s o + d j - p``.
Gathered per tap, the image becomes the *columns* ``(G, C * taps, N * cells)``, and every operator
one matrix product with them:

====================  =====================================
direct                ``map = weight @ columns(image)``
transposed            ``image = scatter(weight.T @ map)``
gradient of weight    ``map @ columns(image).T``
====================  =====================================

The columns are the image repeated once per tap. They are made for a block of the channels and of
the batch at a time: never more than `BLOCK` entries, unless those of a single sample and a single
channel of each group are more.
"""

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

BLOCK = 2**21


@dataclass(frozen=True)
class Geometry:
    """Which cells the taps connect; one entry per axis. `padding` counts the zeros in front."""

    image_size: tuple[int, ...]
    map_size: tuple[int, ...]
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]

    def taps(self):
        """For each tap, the slices of the image and of the map that it connects."""
        per_axis = []
        for image, map_, kernel, s, p, d in zip(*vars(self).values(), strict=True):
            pairs = []
            for start in (d * tap - p for tap in range(kernel)):
                first = max(0, -(start // s))  # the first map cell that does not read the padding
                end = max(first, min(map_, -((start - image) // s)))
                last_cell = s * (end - 1) + start
                pairs.append((slice(s * first + start, last_cell + 1, s), slice(first, end)))
            per_axis.append(
                [(i, m) if m.start < m.stop else (slice(0), slice(0)) for i, m in pairs]
            )
        for pairs in product(*per_axis):
            yield tuple(zip(*pairs, strict=True))

    def blocks(self, batch, groups, channels):
        """Slices of the batch and of the channels that keep the columns below `BLOCK` entries."""
        entries = max(1, groups * prod(self.kernel_size) * prod(self.map_size))
        samples = min(max(1, batch), max(1, BLOCK // entries))
        step = max(1, BLOCK // (entries * samples))
        for n, c in product(range(0, batch, samples), range(0, channels, step)):
            yield slice(n, n + samples), slice(c, c + step)


def _columns(image, geometry):
    """Gather the image, ``(N, G, C, *image_size)``, into columns ``(G, C * taps, N * cells)``."""
    n, g, c = image.shape[:3]
    source = np.moveaxis(image, 0, 2)
    columns = np.zeros((g, c, prod(geometry.kernel_size), n, *geometry.map_size), image.dtype)
    for tap, (cells, reads) in enumerate(geometry.taps()):
        columns[:, :, tap, :, *reads] = source[..., *cells]
    return columns.reshape(g, c * columns.shape[2], n * prod(geometry.map_size))


def _scatter(columns, image, geometry):
    """Add columns into the image, in place: the adjoint of `_columns`."""
    n, g, c = image.shape[:3]
    target = np.moveaxis(image, 0, 2)
    columns = columns.reshape(g, c, prod(geometry.kernel_size), n, *geometry.map_size)
    for tap, (cells, reads) in enumerate(geometry.taps()):
        target[..., *cells] += columns[:, :, tap, :, *reads]


def _flat(map_):
    """A map, ``(N, G, O, *map_size)``, as the matrix ``(G, O, N * cells)``."""
    return np.moveaxis(map_, 0, 2).reshape(*map_.shape[1:3], -1)


def direct(image, weight, geometry):
    """Map ``(N, G, O, *map_size)`` of an image; weight ``(G, O, C, *kernel_size)``."""
    n, g, c = image.shape[:3]
    outputs = weight.shape[1]
    map_ = np.zeros((g, outputs, n, prod(geometry.map_size)), image.dtype)
    for samples, channels in geometry.blocks(n, g, c):
        rows = weight[:, :, channels].reshape(g, outputs, -1)
        found = rows @ _columns(image[samples, :, channels], geometry)
        map_[:, :, samples] += found.reshape(g, outputs, -1, map_.shape[3])
    return np.moveaxis(map_.reshape(g, outputs, n, *geometry.map_size), 2, 0)


def transposed(map_, weight, geometry):
    """Image ``(N, G, C, *image_size)`` that the adjoint of `direct` makes of a map."""
    n, g, outputs = map_.shape[:3]
    c = weight.shape[2]
    image = np.zeros((n, g, c, *geometry.image_size), map_.dtype)
    for samples, channels in geometry.blocks(n, g, c):
        rows = weight[:, :, channels].reshape(g, outputs, -1).swapaxes(1, 2)
        _scatter(rows @ _flat(map_[samples]), image[samples, :, channels], geometry)
    return image


def weight_gradient(image, map_, geometry):
    """Gradient ``(G, O, C, *kernel_size)`` of ``sum(map_ * direct(image, weight))`` in `weight`."""
    n, g, c = image.shape[:3]
    outputs = map_.shape[2]
    gradient = np.zeros((g, outputs, c, *geometry.kernel_size), image.dtype)
    for samples, channels in geometry.blocks(n, g, c):
        columns = _columns(image[samples, :, channels], geometry)
        found = _flat(map_[samples]) @ columns.swapaxes(1, 2)
        gradient[:, :, channels] += found.reshape(g, outputs, -1, *geometry.kernel_size)
    return gradient
