"""The book's main instrument: one convolution, direct or transposed, in linked views."""

import json
import re

import numpy as np
import traitlets

from .. import operators
from ._assets import notebook_module, page_style, source
from ._base import Explorer, NumberGrid, Selection, setting, sized_by, table, whole

# The numbers an explorer starts from, one source for Python and JavaScript.
_EXAMPLE = json.loads(re.search(r"EXAMPLE = (\{.*?\n\});", source("values.js"), re.DOTALL)[1])
_MAX_INPUT, _MAX_KERNEL = 7, 5
# A matrix with more entries is too large to read as a table.
_LARGEST_TABLE = 400


def _fit(values, ndim, size, more):
    """Return ``values`` with ``size`` cells a side: cut, or continued from ``more``."""
    fitted = np.array(more)[:size, :size].astype(float)
    given = np.atleast_2d(values)[:size, :size]
    fitted[: given.shape[0], : given.shape[1]] = given
    return whole(fitted if ndim == 2 else fitted[0]).tolist()


class ConvolutionExplorer(Explorer):
    """One convolution, direct or transposed, in linked views.

    Point at any cell of any grid and everything that takes part lights up in the others.

    Parameters
    ----------
    direction : {"direct", "transposed"}
        Which of the two operations is shown.
    ndim : {1, 2}
        Number of axes.
    input_size : int
        Cells along each axis of the input, 1 to 7.
    kernel_size : int
        Cells along each axis of the kernel, 1 to 5.
    stride, padding, output_padding, dilation : int
        As in `tconv.conv2d` and `tconv.conv_transpose2d`: up to 3, 8, 2 and 2.
    input, kernel : array_like, shape (size,) or (size, size)
        The numbers; those of the book's running example unless given. They set the sizes.
    rotate_kernel : bool
        False shows the emulation with the kernel not rotated, and how wrong that is.
    selected : str
        The pinned cell, such as ``"output:1,0"`` or ``"matrix:2,5"``; ``""`` pins none.

    Attributes
    ----------
    output : list
        The result, computed by tconv; empty when the setting is impossible. Read-only.
    problem : str
        Why the setting is impossible; empty when it is not. Read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is outside its range; the message names the trait and the range.

    Examples
    --------
    >>> explorer = ConvolutionExplorer(direction="transposed", input_size=2)
    >>> explorer.output
    [[2, 9, 6, 1], [6, 29, 30, 7], [10, 29, 33, 13], [12, 24, 16, 4]]
    >>> explorer.stride = 2
    >>> len(explorer.output)
    5
    """

    _esm = notebook_module("convolution_explorer")
    _css = page_style()

    direction = traitlets.Enum(["direct", "transposed"], "direct").tag(sync=True, page=True)
    ndim = setting(1, 2, 2)
    input_size = setting(1, _MAX_INPUT, 4)
    kernel_size = setting(1, _MAX_KERNEL, 3)
    stride = setting(1, 3, 1)
    padding = setting(0, 8, 0)
    output_padding = setting(0, 2, 0)
    dilation = setting(1, 2, 1)
    input = NumberGrid(_MAX_INPUT).tag(sync=True, page=True)
    kernel = NumberGrid(_MAX_KERNEL).tag(sync=True, page=True)
    rotate_kernel = traitlets.Bool(True).tag(sync=True, page=True)
    selected = Selection(
        r"(input|kernel|matrix|output|emulated):-?\d{1,3},-?\d{1,3}",
        'a grid and a cell, such as "output:1,0"',
    )
    output = traitlets.List(read_only=True).tag(sync=True)
    problem = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        for name in ("input", "kernel"):
            if settings.get(name) is None:
                settings.pop(name, None)
        sized_by(settings, input="input_size", kernel="kernel_size")
        super().__init__(**settings)
        self._compute()

    @traitlets.default("input")
    def _example_input(self):
        return _fit([[]], self.ndim, self.input_size, _EXAMPLE[self.direction])

    @traitlets.default("kernel")
    def _example_kernel(self):
        return _fit([[]], self.ndim, self.kernel_size, _EXAMPLE["kernel"])

    @traitlets.validate("input", "kernel")
    def _has_the_dimensions(self, proposal):
        value, name = proposal["value"], proposal["trait"].name
        if np.ndim(value) != self.ndim:
            raise traitlets.TraitError(
                f"{name} must have {self.ndim} dimensions, as ndim says, got {np.ndim(value)}"
            )
        return value

    @traitlets.observe("input_size", "kernel_size", "ndim")
    def _resize(self, change):
        more = {"input": _EXAMPLE[self.direction], "kernel": _EXAMPLE["kernel"]}
        for name, table_ in more.items():
            size = getattr(self, f"{name}_size")
            values = getattr(self, name)
            if np.shape(values) != (size,) * self.ndim:
                self.set_trait(name, _fit(values, self.ndim, size, table_))

    @traitlets.observe("input", "kernel")
    def _follow_the_size(self, change):
        self.set_trait(f"{change['name']}_size", len(change["new"]))

    @traitlets.observe(
        *("direction", "ndim", "stride", "padding", "output_padding", "dilation", "input", "kernel")
    )
    def _compute(self, change=None):
        try:
            result = self._operation()
        except ValueError as error:
            self.set_trait("output", [])
            self.set_trait("problem", str(error))
        else:
            self.set_trait("output", result[0, 0].tolist())
            self.set_trait("problem", "")

    def _operation(self, input=None, kernel=None):
        """The operation, on the explorer's own input and kernel unless others are given."""
        settings = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        name = f"conv{self.ndim}d"
        if self.direction == "transposed":
            name = f"conv_transpose{self.ndim}d"
            settings["output_padding"] = self.output_padding
        input = np.array([[self.input]] if input is None else input)
        kernel = np.array([[self.kernel]] if kernel is None else kernel)
        dtype = np.result_type(input, kernel)
        return getattr(operators, name)(input.astype(dtype), kernel.astype(dtype), **settings)

    def _matrix(self):
        """The operation as a dense matrix: its columns are what it makes of the unit inputs."""
        cells = self.input_size**self.ndim
        units = np.eye(cells, dtype=int).reshape(cells, 1, *np.shape(self.input))
        return self._operation(units).reshape(cells, -1).T

    def _repr_names(self):
        names = ["direction", "ndim", "input_size", "kernel_size", "stride", "padding", "dilation"]
        return [*names, "output_padding"] if self.direction == "transposed" else names

    def _static_form(self):
        transposed = self.direction == "transposed"
        parts = [
            table("Input", self.input, "input"),
            table("Kernel", self.kernel, "kernel"),
        ]
        if self.problem:
            return "".join([*parts, f"<p>Impossible: {self.problem}</p>"])
        dense = self._matrix()
        if dense.size <= _LARGEST_TABLE:
            letter = "Transposed convolution matrix" if transposed else "Convolution matrix"
            parts.append(table(f"{letter}, {dense.shape[0]} × {dense.shape[1]}", dense, "kernel"))
        parts.append(table("Output", self.output, "output"))
        if transposed and not self.rotate_kernel:
            unrotated = np.flip([[self.kernel]], range(2, 2 + self.ndim))
            wrong = self._operation(kernel=unrotated)[0, 0]
            parts.append(table("Wrong output, the kernel not rotated", wrong, "output"))
        return "".join(parts)
