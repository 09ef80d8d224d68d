"""The numbered relationships of Dumoulin and Visin's guide, each with the condition it holds under.

Number 7, on pooling, is left out. Settings are those of the **direct** convolution along one axis,
input size ``i``, kernel size ``k``, stride ``s``, padding ``p``, dilation ``d``, for the transposed
ones too: those take ``j``, the direct one's output size, as their input size ``i'``.
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


def _unit(s, d):
    return s == 1 and d == 1


RELATIONSHIPS = {
    1: Relationship(
        "no padding, unit stride",
        False,
        lambda i, k, s, p, d: _unit(s, d) and p == 0,
        lambda i, k, s, p, d, a: i - k + 1,
    ),
    2: Relationship(
        "any padding, unit stride",
        False,
        lambda i, k, s, p, d: _unit(s, d),
        lambda i, k, s, p, d, a: i - k + 2 * p + 1,
    ),
    3: Relationship(
        "half padding",
        False,
        lambda i, k, s, p, d: _unit(s, d) and k == 2 * p + 1,
        lambda i, k, s, p, d, a: i,
    ),
    4: Relationship(
        "full padding",
        False,
        lambda i, k, s, p, d: _unit(s, d) and p == k - 1,
        lambda i, k, s, p, d, a: i + k - 1,
    ),
    5: Relationship(
        "no padding, any stride",
        False,
        lambda i, k, s, p, d: d == 1 and p == 0,
        lambda i, k, s, p, d, a: (i - k) // s + 1,
    ),
    6: Relationship(
        "any padding, any stride",
        False,
        lambda i, k, s, p, d: d == 1,
        lambda i, k, s, p, d, a: (i + 2 * p - k) // s + 1,
    ),
    8: Relationship(
        "transpose of no padding, unit stride",
        True,
        lambda i, k, s, p, d: _unit(s, d) and p == 0,
        lambda j, k, s, p, d, a: j + k - 1,
    ),
    9: Relationship(
        "transpose of any padding, unit stride",
        True,
        lambda i, k, s, p, d: _unit(s, d),
        lambda j, k, s, p, d, a: j + (k - 1) - 2 * p,
    ),
    10: Relationship(
        "transpose of half padding",
        True,
        lambda i, k, s, p, d: _unit(s, d) and k == 2 * p + 1,
        lambda j, k, s, p, d, a: j,
    ),
    11: Relationship(
        "transpose of full padding",
        True,
        lambda i, k, s, p, d: _unit(s, d) and p == k - 1,
        lambda j, k, s, p, d, a: j - (k - 1),
    ),
    12: Relationship(
        "transpose of no padding, the stride divides i - k",
        True,
        lambda i, k, s, p, d: d == 1 and p == 0 and (i - k) % s == 0,
        lambda j, k, s, p, d, a: s * (j - 1) + k,
    ),
    13: Relationship(
        "transpose of any padding, the stride divides i + 2p - k",
        True,
        lambda i, k, s, p, d: d == 1 and (i + 2 * p - k) % s == 0,
        lambda j, k, s, p, d, a: s * (j - 1) + k - 2 * p,
    ),
    14: Relationship(
        "transpose of any padding, any stride",
        True,
        lambda i, k, s, p, d: d == 1,
        lambda j, k, s, p, d, a: s * (j - 1) + a + k - 2 * p,
    ),
    15: Relationship(
        "dilated",
        False,
        lambda i, k, s, p, d: True,
        lambda i, k, s, p, d, a: (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1,
    ),
}
