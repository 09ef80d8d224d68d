"""The numbered relationships of Dumoulin and Visin's guide, each with the condition it holds under.

Settings are those of the **direct** convolution along one axis, input size ``i``, kernel size
``k``, stride ``s``, padding ``p``, dilation ``d``, for the transposed ones too: those take ``j``,
the direct one's output size, as their input size ``i'``. Number 7 is number 5 with pooling in the
place of convolution.

>>> RELATIONSHIPS[14].condition(6, 3, 2, 1, 1), RELATIONSHIPS[13].condition(6, 3, 2, 1, 1)
(True, False)
>>> RELATIONSHIPS[14].output_size(3, 3, 2, 1, 1, 1)
6
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Relationship:
    """An output size as a formula, and when it holds.

    Attributes
    ----------
    name : str
    transposed : bool
        Whether it is about the transposed convolution.
    condition : callable
        ``condition(i, k, s, p, d)`` says whether the relationship speaks of these settings.
    output_size : callable
        ``output_size(size, k, s, p, d, a)`` for the input size of the convolution it is about;
        ``a`` is the output padding that the direct convolution's input size asks for.
    """

    name: str
    transposed: bool
    condition: Callable[[int, int, int, int, int], bool]
    output_size: Callable[[int, int, int, int, int, int], int]


def _direct(name, condition, output_size):
    return Relationship(name, False, condition, output_size)


def _transpose(name, condition, output_size):
    return Relationship(f"transpose of {name}", True, condition, output_size)


def _any(i, k, s, p, d):
    return True


def _undilated(i, k, s, p, d):
    return d == 1


def _unpadded(i, k, s, p, d):
    return d == 1 and p == 0


def _unit(i, k, s, p, d):
    return d == 1 and s == 1


def _unit_unpadded(i, k, s, p, d):
    return d == 1 and s == 1 and p == 0


def _half(i, k, s, p, d):
    return d == 1 and s == 1 and k == 2 * p + 1


def _full(i, k, s, p, d):
    return d == 1 and s == 1 and p == k - 1


RELATIONSHIPS = {
    1: _direct("no padding, unit stride", _unit_unpadded, lambda i, k, *_: i - k + 1),
    2: _direct("any padding, unit stride", _unit, lambda i, k, s, p, *_: i - k + 2 * p + 1),
    3: _direct("half padding", _half, lambda i, *_: i),
    4: _direct("full padding", _full, lambda i, k, *_: i + k - 1),
    5: _direct("no padding, any stride", _unpadded, lambda i, k, s, *_: (i - k) // s + 1),
    6: _direct(
        "any padding, any stride", _undilated, lambda i, k, s, p, *_: (i + 2 * p - k) // s + 1
    ),
    7: _direct("pooling", _unpadded, lambda i, k, s, *_: (i - k) // s + 1),
    8: _transpose("no padding, unit stride", _unit_unpadded, lambda j, k, *_: j + k - 1),
    9: _transpose("any padding, unit stride", _unit, lambda j, k, s, p, *_: j + (k - 1) - 2 * p),
    10: _transpose("half padding", _half, lambda j, *_: j),
    11: _transpose("full padding", _full, lambda j, k, *_: j - (k - 1)),
    12: _transpose(
        "no padding, the stride divides i - k",
        lambda i, k, s, p, d: d == 1 and p == 0 and (i - k) % s == 0,
        lambda j, k, s, *_: s * (j - 1) + k,
    ),
    13: _transpose(
        "any padding, the stride divides i + 2p - k",
        lambda i, k, s, p, d: d == 1 and (i + 2 * p - k) % s == 0,
        lambda j, k, s, p, *_: s * (j - 1) + k - 2 * p,
    ),
    14: _transpose(
        "any padding, any stride", _undilated, lambda j, k, s, p, d, a: s * (j - 1) + a + k - 2 * p
    ),
    15: _direct(
        "dilated", _any, lambda i, k, s, p, d, a: (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1
    ),
}
