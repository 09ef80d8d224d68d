"""Checks of the readers' own code: each exercise's cases against PyTorch, and kind words.

>>> from tconv.exercises import check
>>> def enlarge(image, s):
...     return image.repeat(s, axis=0).repeat(s, axis=1)
>>> check("enlarge by stamps", enlarge)
enlarge by stamps: right. All 5 cases agree with PyTorch.
"""

import copy
import traceback

import numpy as np

from ..plotting import INPUT, KERNEL, OUTPUT, draw_grid, panels
from ._notes import NOTES
from ._practice import PRACTICE
from ._time_limit import OutOfTime, time_limit

__all__ = ["check"]

EXERCISES = NOTES | PRACTICE

SECONDS = 5
# More cells in a row than these are too small to read; more in all are no help.
_WIDE, _MANY = 24, 400


def check(name, function):
    """Run the reader's function on an exercise's cases and say how it did.

    All cases are compared with PyTorch. At the first that fails, the reason is printed, and the
    arguments, the expected output and the function's are drawn, the wrong cells marked. What is a
    single number is said, not drawn.

    Parameters
    ----------
    name : str
        The exercise, as its chapter names it.
    function : callable
        The reader's solution, with the parameters that the exercise states.

    Raises
    ------
    ValueError
        If there is no such exercise; the message lists all.
    TypeError
        If `function` can't be called.

    Notes
    -----
    The function runs in this very process, on copies of the arguments, for at most 5 seconds a
    case. The clock is read at each line of Python that it runs, so a loop that never ends is
    stopped, on every system and in every thread; a single call into compiled code is not.
    """
    if name not in EXERCISES:
        raise ValueError(f"name must be one of {', '.join(EXERCISES)}, got {name!r}")
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    exercise = EXERCISES[name]
    for number, case in enumerate(exercise.cases, start=1):
        expected = exercise.named(exercise.reference(*case))
        got = {}
        try:
            got = _outputs(exercise, case, function)
            problem = _difference(exercise, case, expected, got)
        except _NotYet as reason:
            problem = str(reason)
        if problem:
            settings = [
                f"{parameter} = {value!r}"
                for parameter, value in zip(exercise.parameters, case, strict=True)
                if not isinstance(value, np.ndarray)
            ]
            where = ", ".join([f"Case {number} of {len(exercise.cases)}", *settings])
            print(f"{name}: not yet. {where}:\n{problem}")
            part = _wrong_part(expected, got) or exercise.results[0]
            _draw(exercise.parameters, case, expected[part], got.get(part))
            return
    print(f"{name}: right. All {len(exercise.cases)} cases agree with PyTorch.")


class _NotYet(Exception):
    """The function's output can't be compared; the message is for the reader."""


def _outputs(exercise, case, function):
    """Return what the function makes of a case, by name; raise `_NotYet` if that is not numbers."""
    arguments = copy.deepcopy(case)
    try:
        with time_limit(SECONDS):
            got = function(*arguments)
    except OutOfTime:
        raise _NotYet(
            f"Still running after {SECONDS} seconds: is there a loop that never ends?"
        ) from None
    except Exception as error:
        if isinstance(error, TypeError) and error.__traceback__.tb_next is None:
            wanted = ", ".join(exercise.parameters)
            raise _NotYet(f"It can't be called with the arguments ({wanted}): {error}.") from None
        raise _NotYet(
            f"It raised {type(error).__name__}: {error}{_line(error, function)}"
        ) from None
    for parameter, before, after in zip(exercise.parameters, case, arguments, strict=True):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after):
            raise _NotYet(f"The function changed its argument {parameter}: work on a copy.")
    if got is None:
        raise _NotYet("It returned None: is there a `return` at its end?")
    wanted = exercise.results
    if len(wanted) > 1 and not (isinstance(got, tuple | list) and len(got) == len(wanted)):
        raise _NotYet(f"It must return a tuple ({', '.join(wanted)}), and returned {got!r:.60}.")
    try:
        return exercise.named(got)
    except (TypeError, ValueError, RuntimeError):
        raise _NotYet(f"It returned no array of numbers, but {got!r:.60}.") from None


def _line(error, function):
    """Say which line of the reader's code it was, if that can be read."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
    return f"\nin the line: {lines[-1].line}" if lines and lines[-1].line else ""


def _wrong_cells(got, expected):
    return ~np.isclose(got, expected, rtol=0, atol=1e-6, equal_nan=True)


def _wrong_part(expected, got):
    """Return the name of the first part of the output that is wrong, or None."""
    for name, part in got.items():
        if part.shape != expected[name].shape or _wrong_cells(part, expected[name]).any():
            return name
    return None


def _difference(exercise, case, expected, got):
    name = _wrong_part(expected, got)
    if name is None:
        return ""
    named = [
        say
        for say, wrong in exercise.mistakes.items()
        if _wrong_part(exercise.named(wrong(*case)), got) is None
    ]
    return " ".join([_compared(name, expected[name], got[name]), *named[:1]])


def _compared(name, expected, got):
    if got.shape != expected.shape:
        shapes = [" × ".join(map(str, array.shape)) or "one number" for array in (got, expected)]
        return f"The {name}'s shape is {shapes[0]}, and should be {shapes[1]}."
    if expected.ndim == 0:
        return f"The {name} is {got}, and should be {expected}."
    wrong = np.count_nonzero(_wrong_cells(got, expected))
    return f"{wrong} of the {name}'s {expected.size} numbers are wrong."


def _as_grid(values):
    """Lay an array out in rows and columns; a weight's kernels by channels in and out."""
    if values.ndim < 3:
        return np.atleast_2d(values)
    channels_in, channels_out, *size = values.shape
    kernels = values.reshape(channels_in, channels_out, -1, size[-1])
    return kernels.swapaxes(1, 2).reshape(-1, channels_out * size[-1])


def _draw(parameters, case, expected, got):
    """Draw the arguments that are arrays, the expected output and the function's, side by side."""
    colors = {"kernel": KERNEL, "K": KERNEL, "w": KERNEL, "matrix": KERNEL, "weight": KERNEL}
    grids = [
        (parameter, value, colors.get(parameter, INPUT), np.False_)
        for parameter, value in zip(parameters, case, strict=True)
        if isinstance(value, np.ndarray)
    ]
    grids.append(("expected", expected, OUTPUT, np.False_))
    if got is not None and got.shape == expected.shape:
        grids.append(("yours", got, OUTPUT, _wrong_cells(got, expected)))
    elif got is not None and 0 < got.size <= _MANY:
        grids.append(("yours", got, OUTPUT, np.False_))
    # A single number has been said.
    grids = [
        (title, _as_grid(values), color, _as_grid(np.broadcast_to(marked, values.shape)))
        for title, values, color, marked in grids
        if values.ndim
    ]
    if not grids:
        return
    shapes = [values.shape for _, values, _, _ in grids]
    wide = sum(columns for _, columns in shapes) > _WIDE
    longest = max(len(f"{number:g}") for _, values, _, _ in grids for number in values.flat)
    _, axes = panels(shapes, columns=1 if wide else None, cell=max(0.42, 0.14 * longest))
    for ax, (title, values, color, marked) in zip(axes, grids, strict=True):
        draw_grid(ax, values, color=color, marked=marked, title=title)
