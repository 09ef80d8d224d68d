"""Guards shared by the numeric modules: each names the argument, its value and what is allowed."""

import operator

import numpy as np


def integer(name, value, minimum, allowed="an integer"):
    """`value` as a Python int no smaller than `minimum`.

    Whatever has ``__index__`` counts as an integer (so NumPy's integers do), except booleans.
    """
    try:
        if isinstance(value, bool | np.bool_ | np.ndarray):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{name} must be {allowed}, got {value!r} ({kind})") from None
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {number}")
    return number


def per_axis(name, value, ndim, minimum):
    """`value` as a tuple of `ndim` integers: one integer, or a tuple of one, serves every axis."""
    allowed = f"an integer or a tuple of {ndim} integers"
    if not isinstance(value, tuple | list):
        return (integer(name, value, minimum, allowed),) * ndim
    if len(value) not in (1, ndim):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    entries = tuple(integer(name, entry, minimum, allowed) for entry in value)
    return entries * ndim if len(entries) == 1 else entries


def numeric_arrays(**values):
    """The values as arrays of integers, floats or complex numbers, all of one dtype; None stays.

    PyTorch does not promote between the arguments of a convolution, so neither does tconv.
    """
    arrays = {name: np.asarray(value) for name, value in values.items() if value is not None}
    first = next(iter(arrays))
    for name, array in arrays.items():
        if array.dtype.kind not in "iufc":
            raise TypeError(
                f"{name} must hold integers, floats or complex numbers, got {array.dtype}"
            )
        if array.dtype != arrays[first].dtype:
            raise TypeError(
                f"{name} must have the dtype of {first}, {arrays[first].dtype}, got {array.dtype}"
            )
    return [arrays.get(name) for name in values]
