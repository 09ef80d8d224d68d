"""There and back: what a transposed convolution brings back of an input, and what it doesn't."""

import numpy as np
import traitlets

from ..matrix import convolution_matrix
from ..shapes import conv_output_size
from ._assets import notebook_module, page_style
from ._base import Explorer, NumberGrid, Selection, setting, sized_by, table, whole
from .convolution_explorer import _EXAMPLE, _fit

_MAX_INPUT, _MAX_KERNEL, _MAX_PADDING = 5, 3, 2
_MAX_OUTPUT = _MAX_INPUT + 2 * _MAX_PADDING
# A singular value below this share of the largest counts as zero, here as in JavaScript.
_CUTOFF = 1e-10
_GRIDS = {"x": "direct", "y": "transposed", "kernel": "kernel"}


def _more(name, size):
    """The example's numbers for a grid, repeated where `size` is larger than the example."""
    example = np.array(_EXAMPLE[_GRIDS[name]])
    return np.pad(example, (0, max(0, size - len(example))), mode="wrap").tolist()


class AdjointExplorer(Explorer):
    """An input x, its convolution Cx, and what Cᵀ and the pseudo-inverse C⁺ make of Cx.

    C is the matrix of a two-dimensional convolution. Cᵀ, the transposed convolution, brings back
    the shape of x and not its numbers; C⁺ brings back the shortest input with the same Cx. A slider
    leads from x to either: on the way to C⁺Cx every input has the same Cx, since what changes is
    x's part in the null space of C.

    Parameters
    ----------
    input_size : int
        Cells along each axis of x, 2 to 5.
    kernel_size : int
        Cells along each axis of the kernel, 1 to 3.
    stride, padding : int
        As in `tconv.conv2d`: 1 to 3, and 0 to 2.
    x, y, kernel : array_like, shape (size, size)
        The numbers; those of the book's running example unless given. ``x`` and ``kernel`` set the
        sizes; ``y`` has the shape of Cx.
    percent : int
        How much of the way from x the slider has gone, 0 to 100.
    towards : {"pseudo-inverse", "adjoint"}
        Where it leads: to C⁺Cx or to CᵀCx.
    selected : str
        The pinned cell, such as ``"forward:1,0"``; ``""`` pins none.

    Attributes
    ----------
    forward, back, recovered, adjoint : list
        Cx, CᵀCx, C⁺Cx and Cᵀy, computed by tconv and NumPy; empty when the setting is impossible.
        Read-only.
    inner_products : list
        ⟨Cx, y⟩ and ⟨x, Cᵀy⟩. Read-only.
    rank : int
        Of the matrix C. Read-only.
    problem : str
        Why the setting is impossible; empty when it is not. Read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is outside its range; the message names the trait and the range.

    Examples
    --------
    >>> explorer = AdjointExplorer()
    >>> explorer.x[0], explorer.back[0]
    ([4, 5, 8, 7], [122, 636, 714, 148])
    >>> explorer.inner_products, explorer.rank
    ([1432, 1432], 4)
    """

    _esm = notebook_module("adjoint_explorer")
    _css = page_style()
    _LISTS = ("forward", "back", "recovered", "adjoint", "inner_products")

    input_size = setting(2, _MAX_INPUT, 4)
    kernel_size = setting(1, _MAX_KERNEL, 3)
    stride = setting(1, 3, 1)
    padding = setting(0, _MAX_PADDING, 0)
    x = NumberGrid(_MAX_INPUT).tag(sync=True, page=True)
    y = NumberGrid(_MAX_OUTPUT).tag(sync=True, page=True)
    kernel = NumberGrid(_MAX_KERNEL).tag(sync=True, page=True)
    percent = setting(0, 100, 50)
    towards = traitlets.Enum(["pseudo-inverse", "adjoint"], "pseudo-inverse").tag(
        sync=True, page=True
    )
    selected = Selection(
        r"(x|y|kernel|forward|back|recovered|adjoint|walked|walked_forward):\d,\d",
        'a grid and a cell, such as "forward:1,0"',
    )
    forward = traitlets.List(read_only=True).tag(sync=True)
    back = traitlets.List(read_only=True).tag(sync=True)
    recovered = traitlets.List(read_only=True).tag(sync=True)
    adjoint = traitlets.List(read_only=True).tag(sync=True)
    inner_products = traitlets.List(read_only=True).tag(sync=True)
    rank = traitlets.Int(read_only=True).tag(sync=True)
    problem = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        sized_by(settings, x="input_size", kernel="kernel_size")
        super().__init__(**settings)
        self._compute()

    def _output_size(self):
        """Side of Cx; None where the setting is impossible."""
        try:
            return conv_output_size(
                self.input_size, self.kernel_size, stride=self.stride, padding=self.padding
            )
        except ValueError:
            return None

    def _side(self, name):
        sides = {"x": self.input_size, "kernel": self.kernel_size}
        return sides.get(name) or self._output_size() or 1

    @traitlets.default("x")
    def _example_x(self):
        return _fit([[]], 2, self.input_size, _more("x", self.input_size))

    @traitlets.default("kernel")
    def _example_kernel(self):
        return _fit([[]], 2, self.kernel_size, _more("kernel", self.kernel_size))

    @traitlets.default("y")
    def _example_y(self):
        return _fit([[]], 2, self._side("y"), _more("y", self._side("y")))

    @traitlets.validate("x", "kernel", "y")
    def _is_a_grid(self, proposal):
        name, shape = proposal["trait"].name, np.shape(proposal["value"])
        if len(shape) != 2:
            raise traitlets.TraitError(f"{name} must have 2 dimensions, got {len(shape)}")
        side = self._side("y")
        if name == "y" and self._output_size() and shape != (side, side):
            raise traitlets.TraitError(
                f"y must have the shape of Cx, {side} by {side}, got {shape[0]} by {shape[1]}"
            )
        return proposal["value"]

    @traitlets.observe("x", "kernel")
    def _follow_the_size(self, change):
        size = {"x": "input_size", "kernel": "kernel_size"}[change["name"]]
        self.set_trait(size, len(change["new"]))

    @traitlets.observe("input_size", "kernel_size", "stride", "padding")
    def _resize(self, change):
        for name in _GRIDS:
            side = self._side(name)
            if np.shape(getattr(self, name)) != (side, side):
                self.set_trait(name, _fit(getattr(self, name), 2, side, _more(name, side)))

    @traitlets.observe("stride", "padding", "input_size", "kernel_size", "x", "y", "kernel")
    def _compute(self, change=None):
        sizes = (self.input_size, self.input_size)
        settings = {"stride": self.stride, "padding": self.padding}
        try:
            matrix = convolution_matrix(self.kernel, sizes, **settings).toarray()
        except ValueError as error:
            nothing = {name: [] for name in self._LISTS}
            self._publish(nothing | {"rank": 0, "problem": str(error)})
            return
        between = np.size(self.x) != matrix.shape[1] or np.size(self.y) != matrix.shape[0]
        if not between:  # two changes that belong together
            self._publish(self._results(matrix) | {"problem": ""})

    def _results(self, matrix):
        x, y = np.ravel(self.x), np.ravel(self.y)
        forward, adjoint = matrix @ x, matrix.T @ y
        flat = {
            "forward": forward,
            "back": matrix.T @ forward,
            "recovered": np.linalg.pinv(matrix, rcond=_CUTOFF) @ forward,
            "adjoint": adjoint,
        }
        singular_values = np.linalg.svd(matrix, compute_uv=False)
        shape = {"forward": np.shape(self.y)}
        return {
            name: values.reshape(shape.get(name, np.shape(self.x))).tolist()
            for name, values in flat.items()
        } | {
            "inner_products": [(forward @ y).item(), (x @ adjoint).item()],
            "rank": int((singular_values > _CUTOFF * singular_values[0]).sum()),
        }

    def _publish(self, results):
        for name, value in results.items():
            self.set_trait(name, value)

    def _repr_names(self):
        return ["input_size", "kernel_size", "stride", "padding", "percent", "towards"]

    def _static_form(self):
        parts = [table("x", self.x, "input"), table("Kernel", self.kernel, "kernel")]
        if self.problem:
            return "".join([*parts, f"<p>Impossible: {self.problem}</p>"])
        parts += [
            table("Cx", self.forward, "output"),
            table("CᵀCx", self.back, "input"),
            table("C⁺Cx, rounded", whole(np.round(self.recovered, 2)), "input"),
            table("y", self.y, "output"),
            table("Cᵀy", self.adjoint, "input"),
        ]
        left, right = self.inner_products
        said = f"<p>⟨Cx, y⟩ = {left}, ⟨x, Cᵀy⟩ = {right}. The rank of C is {self.rank}.</p>"
        return "".join([*parts, said])
