"""Sizes and layers: which transposed convolutions lead from one size to the next."""

from dataclasses import asdict
from html import escape
from itertools import pairwise, zip_longest
from math import prod

import traitlets

from ..shapes import conv_transpose_output_size
from ..solver import ConvTransposeSolution, solve_conv_transpose
from ._assets import notebook_module, page_style
from ._base import Explorer, setting, within

_MAX_SIZE, _MAX_LAYERS = 9999, 6
# What each setting of a layer may be; shapes.js has the same.
_RANGES = {
    "kernel_size": (1, 16),
    "stride": (1, 8),
    "padding": (0, 16),
    "output_padding": (0, 7),
    "dilation": (1, 4),
}
_DEFAULTS = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
# Of a longer list the static form shows the beginning.
_ROWS = 10


def _bound(name, default):
    return setting(*_RANGES[name], default)


def _layer(name, value):
    """Return one layer with all of its settings, each in range."""
    if isinstance(value, ConvTransposeSolution):
        value = {setting: getattr(value, setting) for setting in _RANGES}
    if not isinstance(value, dict) or "kernel_size" not in value or set(value) - set(_RANGES):
        raise traitlets.TraitError(
            f"{name} must be a dict with kernel_size and, if need be, {', '.join(_DEFAULTS)}, "
            f"got {value!r}"
        )
    layer = _DEFAULTS | value
    return {key: within(f"{key} of {name}", layer[key], *_RANGES[key]) for key in _RANGES}


def _chain(input_size, layers):
    """Return the sizes from the input on that the layers lead to."""
    sizes = [input_size]
    for n, layer in enumerate(layers):
        try:
            sizes.append(conv_transpose_output_size(sizes[-1], **layer))
        except ValueError as error:
            raise traitlets.TraitError(f"layers[{n}]: {error}") from None
        if sizes[-1] > _MAX_SIZE:
            raise traitlets.TraitError(
                f"layers[{n}] must lead to at most {_MAX_SIZE} cells, got {sizes[-1]}"
            )
    return sizes


def _fits(layer, input_size, output_size):
    try:
        return layer is not None and conv_transpose_output_size(input_size, **layer) == output_size
    except ValueError:
        return False


def _even_overlap(layers):
    """Whether as many paths lead through the layers to every output position, off the border.

    The counts repeat with the product of all strides. They are even when none of their components
    of period m > 1 remains, and a layer removes that component when its taps, equally spaced, go
    round m a whole number of times.
    """
    spreads = [prod(layer["stride"] for layer in layers[n + 1 :]) for n in range(len(layers))]
    steps = [layer["dilation"] * spread for layer, spread in zip(layers, spreads, strict=True)]
    combs = [(step, layer["kernel_size"] * step) for step, layer in zip(steps, layers, strict=True)]
    period = prod(layer["stride"] for layer in layers)
    return all(
        any(step % m and not length % m for step, length in combs)
        for m in range(2, period + 1)
        if period % m == 0
    )


def _headed_table(caption, heads, rows):
    def line(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    return (
        f'<table class="tconv-table output"><caption>{escape(caption)}</caption>'
        f"<thead>{line('th', heads)}</thead>"
        f"<tbody>{''.join(line('td', row) for row in rows)}</tbody></table>"
    )


class _ListOf(traitlets.List):
    """A list whose refusal says what belongs in it."""

    def __init__(self, what, default_value):
        self.what = what
        super().__init__(default_value=default_value)

    def info(self):
        return self.what


class ShapeSolver(Explorer):
    """From sizes to the layers that lead from each to the next, and from layers to sizes.

    Parameters
    ----------
    question : {"layers", "sizes"}
        What the reader is looking for.
    sizes : list of int
        2 to 7 sizes along one axis, from 1 to 9999: the input's, then that after each layer.
    layers : list of dict
        1 to 6 layers, each with ``kernel_size`` (1 to 16) and, where they differ from the default,
        ``stride`` (1 to 8), ``padding`` (0 to 16), ``output_padding`` (0 to 7) and ``dilation``
        (1 to 4). A solution serves as a layer too.
    step : int
        The layer that is looked at, from 1 on; the last if there are fewer.
    max_kernel_size, max_stride, max_padding, max_dilation : int
        Bounds of the search, as in `tconv.solve_conv_transpose`.

    Attributes
    ----------
    solutions : list of list of ConvTransposeSolution
        For each step every layer within the bounds, in the order of `tconv.solve_conv_transpose`.
        Read-only.
    even_overlap : list of bool
        Whether the stack up to each layer reaches all positions by as many paths, away from the
        border; False from the first step without a layer on. Read-only.
    problem : str
        Why a step has no layer; empty if each has one. Read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is outside its range; the message names the trait and the range.

    Notes
    -----
    Sizes and layers belong together, whichever is set. New layers make new sizes from the first one
    on. New sizes keep each layer that still fits and put the first solution where none does, or
    ``None`` where there is no solution.

    Examples
    --------
    >>> solver = ShapeSolver(sizes=[7, 14, 28])
    >>> [layer["kernel_size"] for layer in solver.layers]
    [2, 2]
    >>> solver.layers = [{"kernel_size": 4, "stride": 2, "padding": 1}] * 3
    >>> solver.sizes
    [7, 14, 28, 56]
    """

    _esm = notebook_module("shape_solver")
    _css = page_style()

    question = traitlets.Enum(["layers", "sizes"], "layers").tag(sync=True, page=True)
    sizes = _ListOf(f"a list of 2 to {_MAX_LAYERS + 1} sizes from 1 to {_MAX_SIZE}", [7, 14, 28])
    sizes.tag(sync=True, page=True)
    layers = _ListOf(f"a list of 1 to {_MAX_LAYERS} layers", []).tag(sync=True, page=True)
    step = setting(1, _MAX_LAYERS, 1)
    max_kernel_size = _bound("kernel_size", 8)
    max_stride = _bound("stride", 8)
    max_padding = _bound("padding", 8)
    max_dilation = _bound("dilation", 1)
    solutions = traitlets.List(read_only=True).tag(
        sync=True, to_json=lambda steps, _: [list(map(asdict, found)) for found in steps]
    )
    even_overlap = traitlets.List(read_only=True).tag(sync=True)
    problem = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        lists = [settings.get("layers"), settings.get("sizes", [7])]
        if all(one and isinstance(one, list | tuple) for one in lists):
            settings["sizes"] = self._led_to(**settings)
        super().__init__(**settings)
        self._solve()

    @staticmethod
    def _led_to(layers, sizes=(7,), **others):
        """The sizes that layers lead to; `sizes` may hold the first of them, or must hold all."""
        layers = [_layer(f"layers[{n}]", layer) for n, layer in enumerate(layers)]
        chain = _chain(*(within("sizes[0]", size, 1, _MAX_SIZE) for size in sizes[:1]), layers)
        if list(sizes) not in (chain, chain[:1]):
            raise traitlets.TraitError(
                f"sizes must be {chain}, as the layers make them, or {chain[:1]}, got {sizes}"
            )
        return chain

    @traitlets.validate("sizes")
    def _whole_sizes(self, proposal):
        value = proposal["value"]
        if not 2 <= len(value) <= _MAX_LAYERS + 1:
            proposal["trait"].error(self, value)
        return [within(f"sizes[{n}]", size, 1, _MAX_SIZE) for n, size in enumerate(value)]

    @traitlets.validate("layers")
    def _whole_layers(self, proposal):
        value = proposal["value"]
        if not 1 <= len(value) <= _MAX_LAYERS:
            proposal["trait"].error(self, value)
        if None in value and value == self._closest_layers():
            return value
        layers = [_layer(f"layers[{n}]", layer) for n, layer in enumerate(value)]
        _chain(self.sizes[0], layers)  # must be possible
        return layers

    @traitlets.observe("sizes", *(f"max_{name}" for name in _RANGES if name != "output_padding"))
    def _solve(self, change=None):
        bounds = {name: getattr(self, name) for name in self.traits() if name.startswith("max_")}
        solutions = [solve_conv_transpose(*step, **bounds) for step in pairwise(self.sizes)]
        self.set_trait("solutions", solutions)
        self.layers = self._closest_layers()
        self._describe()

    def _closest_layers(self):
        """The layers that still fit the sizes; where one does not, the first solution or None."""
        steps = zip_longest(pairwise(self.sizes), self.layers[: len(self.sizes) - 1])
        return [
            layer
            if _fits(layer, *step)
            else next((_layer("solution", one) for one in self.solutions[n]), None)
            for n, (step, layer) in enumerate(steps)
        ]

    @traitlets.observe("layers")
    def _lead_on(self, change):
        if None not in self.layers:
            self.sizes = _chain(self.sizes[0], self.layers)
        self._describe()

    def _describe(self):
        stacks = [self.layers[: n + 1] for n in range(len(self.layers))]
        even = [None not in stack and _even_overlap(stack) for stack in stacks]
        self.set_trait("even_overlap", even)
        missing = [
            f"step {n}: no layer within the bounds turns {before} into {after}"
            for n, (before, after) in enumerate(pairwise(self.sizes), 1)
            if self.layers[n - 1] is None
        ]
        self.set_trait("problem", "; ".join(missing))

    def _repr_names(self):
        return ["sizes"] if self.question == "layers" else ["question", "sizes", "layers"]

    def _static_form(self):
        heads = [name.replace("_", " ") for name in _RANGES]
        steps = [f"{before} → {after}" for before, after in pairwise(self.sizes)]
        stack = [
            [step, *layer.values(), "even" if even else "uneven"]
            for step, layer, even in zip(steps, self.layers, self.even_overlap, strict=True)
            if layer is not None
        ]
        caption = "One layer for each step, and the overlap of the stack so far"
        parts = [_headed_table(caption, ["sizes", *heads, "overlap"], stack)]
        if self.problem:
            parts.append(f"<p>Impossible: {escape(self.problem)}</p>")
        for step, found in zip(steps, self.solutions, strict=True):
            if self.question == "sizes" or not found:
                continue
            rows = [
                [*_layer("solution", one).values(), "even" if one.even_overlap else "uneven"]
                for one in found[:_ROWS]
            ]
            first = f", the first {_ROWS}" if len(found) > _ROWS else ""
            caption = f"{step}: {len(found)} layers within the bounds{first}"
            parts.append(_headed_table(caption, [*heads, "overlap"], rows))
        return "".join(parts)
