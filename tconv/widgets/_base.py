"""What every explorer has: a stable repr, a form for the page, and one without script."""

import json
import re
from html import escape

import anywidget
import numpy as np
import traitlets

from .._validation import integer


def within(name, value, low, high):
    """Return the value as an ``int`` if it is an integer within the bounds."""
    try:
        return integer(name, value, low, maximum=high)
    except (TypeError, ValueError):
        raise traitlets.TraitError(
            f"{name} must be an integer from {low} to {high}, got {value!r}"
        ) from None


def sized_by(settings, **sizes):
    """Set in ``settings`` the size of each grid that is given, or refuse another size.

    Parameters
    ----------
    settings : dict
        Values of traits by name.
    **sizes : str
        The names of the grids, and for each that of its size.
    """
    for name, size in sizes.items():
        if name not in settings:
            continue
        side = len(settings[name])
        if settings.setdefault(size, side) != side:
            raise traitlets.TraitError(
                f"{size} must be {side}, the size of {name}, got {settings[size]}"
            )


class Whole(traitlets.Int):
    """An integer within bounds that its refusal names."""

    def validate(self, obj, value):
        return within(f"The value of the {self.name!r} trait", value, self.min, self.max)


def setting(low, high, default):
    """Return a trait of the page's state: an integer from ``low`` to ``high``."""
    return Whole(default, min=low, max=high).tag(sync=True, page=True)


class Selection(traitlets.Unicode):
    """The pinned cell as text; ``""`` pins none.

    Parameters
    ----------
    pattern : str
        What the text of a cell matches.
    cell : str
        What a cell is, and an example.
    """

    def __init__(self, pattern, cell):
        self.pattern = re.compile(pattern, re.ASCII)
        self.info_text = f'"" or {cell}'
        super().__init__("")
        self.tag(sync=True, page=True)

    def validate(self, obj, value):
        text = super().validate(obj, value)
        if text and not self.pattern.fullmatch(text):
            raise traitlets.TraitError(f"{self.name} must be {self.info_text}, got {text!r}")
        return text


class NumberGrid(traitlets.TraitType):
    """A list of numbers or a square grid of numbers, held as nested lists.

    Accepts whatever NumPy can read as an array of 1 or 2 dimensions. Whole numbers become ``int``.

    Parameters
    ----------
    side : int
        The most cells along an axis.
    """

    LARGEST = 999_999

    def __init__(self, side, **kwargs):
        self.side = side
        self.info_text = (
            f"a list of 1 to {side} finite numbers, or a square grid of them, none beyond "
            f"±{self.LARGEST}"
        )
        super().__init__(**kwargs)

    def validate(self, obj, value):
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            self.error(obj, value)
        fits = array.ndim in (1, 2) and len(set(array.shape)) == 1 and array.shape[0] in self.sides
        if not fits or not np.isfinite(array).all() or np.abs(array).max() > self.LARGEST:
            self.error(obj, value)
        return whole(array).tolist()

    @property
    def sides(self):
        """The allowed numbers of cells along an axis."""
        return range(1, self.side + 1)


def whole(array):
    """Return the array as integers if each of its numbers is one, and as it is otherwise."""
    array = np.asarray(array)
    return array.astype(np.int64) if (array == np.round(array)).all() else array


def table(caption, values, kind):
    """Return a captioned HTML table of numbers.

    Parameters
    ----------
    caption : str
        What the numbers are.
    values : array_like, shape (columns,) or (rows, columns)
        The numbers.
    kind : str
        Class that colours the table: ``"input"``, ``"kernel"`` or ``"output"``.
    """
    rows = "".join(
        "<tr>" + "".join(f"<td>{number:g}</td>" for number in row) + "</tr>"
        for row in np.atleast_2d(values)
    )
    head = f"<caption>{escape(caption)}</caption>"
    return f'<table class="tconv-table {kind}">{head}<tbody>{rows}</tbody></table>'


class Explorer(anywidget.AnyWidget):
    """An ipywidget that also lives in a page without a kernel.

    Traits tagged ``page=True`` are the state that the page's script starts from. Subclasses say by
    `_static_form` what is seen where no script runs.
    """

    def __repr__(self):
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._repr_names())
        return f"{type(self).__name__}({settings})"

    def _repr_names(self):
        """The traits that the repr shows."""
        return sorted(self.traits(page=True))

    def _static_form(self):
        """Return HTML, tables mostly, that says what the widget shows."""
        raise NotImplementedError

    def page_html(self):
        """Return the element that the published page mounts the explorer on.

        Returns
        -------
        str
            A ``<div class="tconv-widget">`` with the state as JSON and, inside, the static form.
        """
        state = {name: getattr(self, name) for name in sorted(self.traits(page=True))}
        return (
            f'<div class="tconv-widget" data-widget="{type(self).__name__}" '
            f'data-state="{escape(json.dumps(state))}">{self._static_form()}</div>'
        )

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/html": self.page_html()}, metadata
