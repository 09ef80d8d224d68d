"""The checkerboard: how many taps reach each output, and what that does to a constant image."""

import numpy as np
import traitlets

from ..constructions import conv_transpose_by_subpixel
from ..kernels import stacked_overlap_count
from ..operators import conv2d, conv_transpose2d
from ._assets import notebook_module, page_style
from ._base import Explorer, Selection, setting, table

_MAX_KERNEL, _MAX_STRIDE, _MAX_LAYERS = 6, 3, 3
# A table with more columns is too wide to read.
_WIDEST_TABLE = 24


class _LayerStack(traitlets.TraitType):
    """One to three layers, each a pair of kernel size and stride, held as nested lists."""

    info_text = (
        f"1 to {_MAX_LAYERS} pairs of a kernel size from 1 to {_MAX_KERNEL} and a stride from 1 "
        f"to {_MAX_STRIDE}"
    )

    def validate(self, obj, value):
        try:
            array = np.array(value)
        except ValueError:
            self.error(obj, value)
        is_stack = array.ndim == 2 and array.shape[1] == 2 and len(array) <= _MAX_LAYERS
        if not is_stack or array.dtype.kind not in "iu" or array.min() < 1:
            self.error(obj, value)
        if (array > [_MAX_KERNEL, _MAX_STRIDE]).any():
            self.error(obj, value)
        return array.tolist()


def _random_kernel(side, seed, layer):
    """Whole numbers from −4 to 4 by the Lehmer generator 16807, the same as in JavaScript."""
    state, drawn = 1 + 3 * seed + layer, []
    for _ in range(side * side + 2):
        state = 16807 * state % 2147483647
        drawn.append(state % 9 - 4)
    return np.reshape(drawn[2:], (side, side))


def _triangle(side):
    """One axis of a bilinear kernel of any size: a triangle with its peak in the middle."""
    return 1 - np.abs(np.arange(side) - (side - 1) / 2) / np.ceil(side / 2)


class OverlapExplorer(Explorer):
    """Overlap of a transposed convolution's stamps, and the checkerboard that comes of it.

    It counts the taps that reach each output, as bars along one axis and as an image in two. Beside
    it an image of ones goes through the same layers in three ways: transposed convolution, nearest
    neighbour then convolution, and sub-pixel convolution.

    Parameters
    ----------
    input_size : int
        Cells along each axis of the input, 2 to 6.
    layers : sequence of (int, int)
        One to three pairs of kernel size, 1 to 6, and stride, 1 to 3. There is no padding.
    kernel : {"ones", "random", "bilinear"}
        The weights; bilinear ones are a triangle over the kernel's size along each axis.
    seed : int
        Picks the random weights, 0 to 999.
    selected : str
        The pinned cell, such as ``"counts:1,0"``; ``""`` pins none.

    Attributes
    ----------
    counts : list of int
        Taps, or in a stack paths, to each output along an axis, by `tconv.stacked_overlap_count`.
        Read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is outside its range; the message names the trait and the range.

    Notes
    -----
    Far from the borders the counts of one layer agree exactly if the stride divides the kernel
    size; a later layer may even out what an earlier one did not. Even counts don't make an even
    image: random weights sum to another number in each phase of a transposed or a sub-pixel
    convolution. Nearest neighbour then convolution keeps a constant image constant for any weights
    (Odena, Dumoulin & Olah, https://distill.pub/2016/deconv-checkerboard/).

    Examples
    --------
    >>> explorer = OverlapExplorer(input_size=3)
    >>> explorer.counts
    [1, 1, 2, 1, 2, 1, 1]
    >>> explorer.image("transposed")[2]
    array([2, 2, 4, 2, 4, 2, 2])
    >>> explorer.image("nearest")[2:-2, 2:-2]
    array([[9, 9, 9, 9],
           [9, 9, 9, 9],
           [9, 9, 9, 9],
           [9, 9, 9, 9]])
    """

    _esm = notebook_module("overlap_explorer")
    _css = page_style()

    input_size = setting(2, 6, 5)
    layers = _LayerStack([[3, 2]]).tag(sync=True, page=True)
    kernel = traitlets.Enum(["ones", "random", "bilinear"], "ones").tag(sync=True, page=True)
    seed = setting(0, 999, 0)
    selected = Selection(
        r"(bars|counts|transposed|nearest|subpixel):\d{1,3},\d{1,3}",
        'a figure and a cell, such as "counts:1,0"',
    )
    counts = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._count()

    @traitlets.observe("input_size", "layers")
    def _count(self, change=None):
        layers = [{"kernel_size": size, "stride": stride} for size, stride in self.layers]
        self.set_trait("counts", stacked_overlap_count(self.input_size, layers).tolist())

    def _weights(self, side, layer):
        if self.kernel == "random":
            return _random_kernel(side, self.seed, layer)
        if self.kernel == "ones":
            return np.ones((side, side), int)
        return np.outer(_triangle(side), _triangle(side))

    def image(self, method):
        """What a method makes of an image of ones.

        Parameters
        ----------
        method : {"transposed", "nearest", "subpixel"}

        Returns
        -------
        numpy.ndarray

        Raises
        ------
        ValueError
            If the method is none of the three.

        Notes
        -----
        The convolution after nearest neighbour is padded by its kernel size less 1. Sub-pixel
        convolution has ``ceil(kernel_size / stride)`` taps along each axis of each of its
        ``stride ** 2`` filters: as a transposed convolution, a kernel that the stride divides.
        """
        methods = {
            "transposed": self._transposed,
            "nearest": self._nearest,
            "subpixel": self._subpixel,
        }
        if method not in methods:
            raise ValueError(f"method must be one of {', '.join(methods)}, got {method!r}")
        image = np.ones(
            (self.input_size, self.input_size), float if self.kernel == "bilinear" else int
        )
        for n, (size, stride) in enumerate(self.layers):
            image = methods[method](image, size, stride, n)
        return image

    def _transposed(self, image, size, stride, n):
        return conv_transpose2d(image, self._weights(size, n), stride=stride)

    def _nearest(self, image, size, stride, n):
        repeated = image.repeat(stride, axis=0).repeat(stride, axis=1)
        return conv2d(repeated, self._weights(size, n), padding=size - 1)

    def _subpixel(self, image, size, stride, n):
        side = -(-size // stride) * stride
        return conv_transpose_by_subpixel(image, self._weights(side, n), stride=stride)

    def _repr_names(self):
        return ["input_size", "layers", "kernel"]

    def _static_form(self):
        counts = table("Overlap along an axis", self.counts, "output")
        if len(self.counts) > _WIDEST_TABLE:
            return counts
        return counts + "".join(
            table(caption, np.round(self.image(method), 2), "output")
            for method, caption in (
                ("transposed", "An image of ones through transposed convolution"),
                ("nearest", "Through nearest neighbour, then convolution"),
                ("subpixel", "Through sub-pixel convolution"),
            )
        )
