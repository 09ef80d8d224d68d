"""The N-dimensional core of `operators`: one geometry, and the three products taken over it.

A convolution connects an *image*, the side the kernel slides over, ``(N, G, C, *image_size)``, with
a *map*, ``(N, G, O, *map_size)``, through a weight ``(G, O, C, *kernel_size)``; ``G`` counts the
groups. Along an axis, kernel tap ``j`` connects map cell ``o`` with image cell ``s o + d j - p``.
Gathered for every tap and cell, the image becomes the *columns* ``(G, C * taps, N * cells)``, and
every operator one matrix product with them:

====================  =====================================
direct                ``map = weight @ columns(image)``
transposed            ``image = scatter(weight.T @ map)``
gradient of weight    ``map @ columns(image).T``
====================  =====================================

The columns hold the image once per tap. They are made for a block of the channels and of the batch
at a time. Its columns, its part of the map and its part of the weight have at most `BLOCK` entries
each, unless those of one sample and one channel per group are more; beside arguments and result no
operator holds more than these three.
"""

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from ._validation import affordable, zeros

BLOCK = 2**22


@dataclass(frozen=True)
class Geometry:
    """Which cells the taps connect; one entry per axis. `padding` counts the zeros in front."""

    image_size: tuple[int, ...]
    map_size: tuple[int, ...]
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]

    @property
    def fewer_cells(self):
        """Whether the map has fewer cells than the kernel has taps."""
        return prod(self.map_size) < prod(self.kernel_size)

    def connections(self):
        """Indices of the kernel, the map and the image that meet: per tap, or per cell if fewer.

        Taps and cells are exchangeable in ``s o + d j - p``: hold one and the others that stay
        inside the image are a range, and so are the image cells, evenly spaced.
        """
        taps, cells = (self.kernel_size, self.dilation), (self.map_size, self.stride)
        held, moving = (cells, taps) if self.fewer_cells else (taps, cells)
        axes = zip(*held, *moving, self.image_size, self.padding, strict=True)
        for index in product(*(_inside(*axis) for axis in axes)):
            held, moving, image = zip(*index, strict=True)
            yield (moving, held, image) if self.fewer_cells else (held, moving, image)

    def blocks(self, batch, groups, channels, outputs):
        """Slices of the batch and of the channels that keep columns, map and weight below `BLOCK`.

        Nor does the map of a block have more entries than the columns of the whole batch.
        """
        taps, cells = prod(self.kernel_size), prod(self.map_size)
        largest = BLOCK // (groups * cells * max(taps, outputs))
        samples = max(1, min(batch, largest, batch * channels * taps // outputs))
        step = max(1, BLOCK // (groups * taps * max(cells * samples, outputs)))
        for n, c in product(range(0, batch, samples), range(0, channels, step)):
            yield slice(n, n + samples), slice(c, c + step)


def _inside(held_count, held_step, count, step, image_size, padding):
    """Along an axis, for each held index: itself, the range of the others, their image cells."""
    for held in range(held_count):
        start = held_step * held - padding
        first = max(0, -(start // step))
        end = min(count, -((start - image_size) // step))
        if first < end:
            cells = slice(start + step * first, start + step * (end - 1) + 1, step)
            yield held, slice(first, end), cells


def _per_tap_and_cell(columns, samples, channels, geometry):
    """Columns, ``(G, C * taps, N * cells)``, seen as ``(N, G, C, *kernel_size, *map_size)``."""
    kernel, map_ = (channels, *geometry.kernel_size), (samples, *geometry.map_size)
    apart = columns.reshape(len(columns), *kernel, *map_, copy=False)
    return np.moveaxis(apart, 1 + len(kernel), 0)


def _columns(image, geometry):
    """Gather the image, ``(N, G, C, *image_size)``, into columns ``(G, C * taps, N * cells)``.

    Where the cells are fewer they lie outermost in memory, so that each stamps a whole kernel.
    """
    n, g, c = image.shape[:3]
    shape = (g, c * prod(geometry.kernel_size), n * prod(geometry.map_size))
    if geometry.fewer_cells:
        columns = zeros((g, shape[2], shape[1]), image.dtype).swapaxes(1, 2)
    else:
        columns = zeros(shape, image.dtype)
    target = _per_tap_and_cell(columns, n, c, geometry)
    for taps, cells, reads in geometry.connections():
        target[..., *taps, *cells] = image[..., *reads]
    return columns


def _scatter(columns, image, geometry):
    """Add columns into the image, in place: the adjoint of `_columns`."""
    source = _per_tap_and_cell(columns, image.shape[0], image.shape[2], geometry)
    for taps, cells, writes in geometry.connections():
        image[..., *writes] += source[..., *taps, *cells]


def _flat(map_):
    """A map, ``(N, G, O, *map_size)``, as the matrix ``(G, O, N * cells)``."""
    n, g, outputs = map_.shape[:3]
    return np.moveaxis(map_, 0, 2).reshape(g, outputs, n * prod(map_.shape[3:]))


def direct(image, weight, geometry):
    """Map ``(N, G, O, *map_size)`` of an image; weight ``(G, O, C, *kernel_size)``."""
    n, g, c = image.shape[:3]
    outputs = weight.shape[1]
    map_ = zeros((n, g, outputs, *geometry.map_size), image.dtype)
    for samples, channels in geometry.blocks(n, g, c, outputs):
        rows = weight[:, :, channels].reshape(g, outputs, -1)
        flat = rows @ _columns(image[samples, :, channels], geometry)
        map_[samples] += np.moveaxis(flat.reshape(g, outputs, -1, *geometry.map_size), 2, 0)
        del flat  # before the next block's is made
    return map_


def transposed(map_, weight, geometry):
    """Image ``(N, G, C, *image_size)`` that the transpose of `direct` makes of a map."""
    n, g, outputs = map_.shape[:3]
    c = weight.shape[2]
    image = zeros((n, g, c, *geometry.image_size), map_.dtype)
    for samples, channels in geometry.blocks(n, g, c, outputs):
        rows, flat = weight[:, :, channels].reshape(g, outputs, -1), _flat(map_[samples])
        affordable((g, rows.shape[2], flat.shape[2]), map_.dtype)
        if geometry.fewer_cells:
            columns = (flat.swapaxes(1, 2) @ rows).swapaxes(1, 2)
        else:
            columns = rows.swapaxes(1, 2) @ flat
        _scatter(columns, image[samples, :, channels], geometry)
        del flat, columns  # before the next block's are made
    return image


def weight_gradient(image, map_, geometry):
    """Gradient ``(G, O, C, *kernel_size)`` of ``sum(map_ * direct(image, weight))`` in `weight`."""
    n, g, c = image.shape[:3]
    outputs = map_.shape[2]
    gradient = zeros((g, outputs, c, *geometry.kernel_size), image.dtype)
    for samples, channels in geometry.blocks(n, g, c, outputs):
        flat, columns = _flat(map_[samples]), _columns(image[samples, :, channels], geometry)
        part = gradient[:, :, channels]
        part += (flat @ columns.swapaxes(1, 2)).reshape(part.shape)
        del flat, columns  # before the next block's are made
    return gradient
