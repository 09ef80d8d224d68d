"""Guards shared by the numeric modules: each names the argument, its value and what is allowed."""

import operator
from math import prod

import numpy as np

MAX_INTEGER = 2**31  # so that sizes, sums of two products of such, fit into 64 bits
MAX_BYTES = 2**32


def affordable(shape, dtype):
    """`shape`, unless an array of it would need more than `MAX_BYTES`."""
    sizes = tuple(map(int, shape))
    needed = prod(max(1, size) for size in sizes) * np.dtype(dtype).itemsize
    if needed > MAX_BYTES:
        raise ValueError(
            f"an array of shape {sizes} needs {needed:,} bytes; allowed: {MAX_BYTES:,}"
        )
    return shape


def zeros(shape, dtype):
    """`np.zeros`, if that is `affordable`."""
    return np.zeros(affordable(shape, dtype), dtype)


def integer(name, value, minimum, allowed="an integer", maximum=MAX_INTEGER):
    """`value` as a Python int between `minimum` and `maximum`.

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
    if number > maximum:
        raise ValueError(f"{name} must be at most {maximum}, got {number}")
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
    """The values as arrays of integers, floats or complex numbers, all of one dtype.

    Only `bias` may be None, and then stays so.

    PyTorch does not promote between the arguments of a convolution, so neither does tconv.
    """
    given = (name for name, value in values.items() if value is not None or name != "bias")
    arrays = {name: np.asarray(values[name]) for name in given}
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
