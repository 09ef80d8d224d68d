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
from ._registry import EXERCISES
from ._time_limit import OutOfTime, time_limit

__all__ = ["check"]

SECONDS = 5
# More cells in a row than these are too small to read; more in all are no help.
_WIDE, _MANY = 24, 400


def check(name, function):
    """Run the reader's function on an exercise's cases and say how it did.

    All cases are compared with PyTorch. At the first that fails, the reason is printed, and the
    arguments, the expected output and the function's are drawn, the wrong cells marked.

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
        expected = exercise.reference(*case)
        problem, got = _examine(exercise, case, expected, function)
        if problem:
            settings = [
                f"{parameter} = {value!r}"
                for parameter, value in zip(exercise.parameters, case, strict=True)
                if not isinstance(value, np.ndarray)
            ]
            where = ", ".join([f"Case {number} of {len(exercise.cases)}", *settings])
            print(f"{name}: not yet. {where}:\n{problem}")
            _draw(exercise.parameters, case, expected, got)
            return
    print(f"{name}: right. All {len(exercise.cases)} cases agree with PyTorch.")


def _examine(exercise, case, expected, function):
    """Return what is wrong with the function in a case, or "", and its output if it is numbers."""
    arguments = copy.deepcopy(case)
    try:
        with time_limit(SECONDS):
            got = function(*arguments)
    except OutOfTime:
        return f"Still running after {SECONDS} seconds: is there a loop that never ends?", None
    except Exception as error:
        if isinstance(error, TypeError) and error.__traceback__.tb_next is None:
            wanted = ", ".join(exercise.parameters)
            return f"It can't be called with the arguments ({wanted}): {error}.", None
        return f"It raised {type(error).__name__}: {error}{_line(error, function)}", None
    for parameter, before, after in zip(exercise.parameters, case, arguments, strict=True):
        if not np.array_equal(before, after):
            return f"The function changed its argument {parameter}: work on a copy.", None
    if got is None:
        return "It returned None: is there a `return` at its end?", None
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError, RuntimeError):
        return f"It returned no array of numbers, but {got!r:.60}.", None
    return _difference(exercise, case, expected, got), got


def _line(error, function):
    """Say which line of the reader's code it was, if that can be read."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
    return f"\nin the line: {lines[-1].line}" if lines and lines[-1].line else ""


def _agree(got, expected):
    return got.shape == expected.shape and np.allclose(got, expected, rtol=0, atol=1e-6)


def _difference(exercise, case, expected, got):
    if _agree(got, expected):
        return ""
    named = [say for say, wrong in exercise.mistakes.items() if _agree(got, wrong(*case))]
    if got.shape != expected.shape:
        shapes = [" × ".join(map(str, array.shape)) or "one number" for array in (got, expected)]
        problem = f"The output's shape is {shapes[0]}, and should be {shapes[1]}."
    else:
        wrong = np.count_nonzero(_wrong_cells(got, expected))
        problem = f"{wrong} of the output's {expected.size} numbers are wrong."
    return " ".join([problem, *named[:1]])


def _wrong_cells(got, expected):
    return ~np.isclose(got, expected, rtol=0, atol=1e-6)


def _draw(parameters, case, expected, got):
    """Draw the arguments that are arrays, the expected output and the function's, side by side."""
    colors = {"kernel": KERNEL, "K": KERNEL, "w": KERNEL, "matrix": KERNEL}
    grids = [
        (parameter, value, colors.get(parameter, INPUT), None)
        for parameter, value in zip(parameters, case, strict=True)
        if isinstance(value, np.ndarray)
    ]
    grids.append(("expected", expected, OUTPUT, None))
    if got is not None and got.shape == expected.shape:
        grids.append(("yours", got, OUTPUT, np.atleast_2d(_wrong_cells(got, expected))))
    elif got is not None and 0 < got.size <= _MANY and got.ndim in (1, 2):
        grids.append(("yours", got, OUTPUT, None))
    shapes = [np.atleast_2d(values).shape for _, values, _, _ in grids]
    wide = sum(columns for _, columns in shapes) > _WIDE
    _, axes = panels(shapes, columns=1 if wide else None)
    for ax, (title, values, color, marked) in zip(axes, grids, strict=True):
        draw_grid(ax, np.atleast_2d(values), color=color, marked=marked, title=title)
