"""The code exercises of the chapters on practice, 7 to 11."""

import numpy as np

from ._exercise import (
    IGNORED,
    K2,
    LINE,
    LOST,
    UNTURNED,
    WEIGHTS,
    Exercise,
    K,
    counted,
    transposed,
)


def _sums(kernel, s):
    """What the phases make of a flat input, far from its border: the sums of their weights."""
    k, ndim = len(kernel), kernel.ndim
    flat = transposed(np.ones((k + 1,) * ndim), kernel.astype(float), s)
    return flat[(slice(s * k, s * k + s),) * ndim]


def _at_weights(phases, kernel):
    """Repeat the numbers of the phases, so that each stands at all weights of its phase."""
    sizes = [-(-len(kernel) // len(phases))] * kernel.ndim
    return np.tile(phases, sizes)[tuple(map(slice, kernel.shape))]


def _levelled(kernel, s):
    sums, counts = _sums(kernel, s), _sums(np.ones(kernel.shape), s)
    return kernel + _at_weights((sums.mean() - sums) / counts, kernel)


def _levelled_blocks(kernel, s):
    """Take neighbouring weights for a phase, not every s-th one."""
    order = np.ix_(*[np.argsort(np.arange(len(kernel)) % s, kind="stable")] * kernel.ndim)
    spread = np.empty(kernel.shape)
    spread[order] = kernel
    return _levelled(spread, s)[order]


def _pairwise(change):
    """Make a change of one kernel that of a weight (C_in, C_out, k), each pair on its own."""

    def changed(weight, s):
        return np.array([[change(kernel, s) for kernel in row] for row in weight])

    return changed


def _quantised(weight, levels=127, axes=(0, 2, 3), whole=np.rint, largest=np.abs):
    step = largest(weight).max(axis=axes, keepdims=True) / levels
    return whole(weight / step), step


def _quantised_by_torch(weight):
    import torch

    weight = torch.tensor(np.array(weight))
    step = weight.abs().amax((0, 2, 3), keepdim=True) / 127
    return (weight / step).round().numpy(), step.numpy()


def _start(w, s, end):
    total = len(w) - s
    return total // 2 if end == "SAME_UPPER" else total - total // 2


def _cropped(y, w, s, start):
    return transposed(y, w, s)[start : start + s * len(y)]


def _same(y, w, s, end):
    return _cropped(y, w, s, _start(w, s, end))


class SecretLayer:
    """A layer for one line with stride 2 and 3 weights, which may be called once."""

    def __init__(self, crop, turns):
        self.crop, self.turns, self.called = crop, turns, False

    def __repr__(self):
        stamp = "back to front" if self.turns else "as the weights were given"
        return f"one that crops {self.crop} at the start, the stamp {stamp}"

    def __call__(self, line, weights):
        if self.called:
            raise RuntimeError("the layer has been called before, and may be called once only")
        self.called = True
        weights = np.array(weights)[:: -1 if self.turns else 1]
        return _cropped(np.array(line), weights, 2, self.crop)


def _by_emulation(y, w, s):
    """Let the window slide over the inserted zeros too."""
    spread = np.zeros(s * (len(y) - 1) + 1)
    spread[::s] = y
    padded = np.pad(spread, len(w) - 1)
    with np.errstate(invalid="ignore"):
        return (np.lib.stride_tricks.sliding_window_view(padded, len(w)) * w[::-1]).sum(axis=1)


def _by_dense_matrix(y, w, s):
    matrix = np.zeros((s * (len(y) - 1) + len(w), len(y)))
    for u in range(len(y)):
        matrix[s * u : s * u + len(w), u] = w
    with np.errstate(invalid="ignore"):
        return (matrix * y).sum(axis=1)


def _overwritten(y, w, s):
    canvas = np.zeros(s * (len(y) - 1) + len(w))
    for u, number in enumerate(y):
        canvas[s * u : s * u + len(w)] = number * w
    return canvas


LEVELLING = {
    "This is the kernel, unchanged.": lambda k, s: k,
    "The weights of a phase are made alike: move them by the same number.": (
        lambda k, s: _at_weights(_sums(k, s).mean() / _sums(np.ones(k.shape), s), k)
    ),
    "The weights are multiplied: add the same number to each of a phase.": (
        lambda k, s: k * _at_weights(_sums(k, s).mean() / _sums(k, s), k)
    ),
    "A phase's difference must be shared out among its weights.": (
        lambda k, s: k + _at_weights(_sums(k, s).mean() - _sums(k, s), k)
    ),
    "The phases are moved away from their mean: check the sign.": (
        lambda k, s: 2 * k - _levelled(k, s)
    ),
    "The sums are equal, but 0: they should be the mean of what they were.": (
        lambda k, s: k - _at_weights(_sums(k, s) / _sums(np.ones(k.shape), s), k)
    ),
    "A phase is every s-th weight, not a block of neighbours.": _levelled_blocks,
}

# In the mistakes k is the kernel, x the weight of a layer; the other letters are the book's.
PRACTICE = {
    "level the phases": Exercise(
        ("kernel", "s"),
        _levelled,
        [(K2, 2), (counted(4, 4), 2), (K, 2), (counted(6, 6, start=-9), 3), (K, 1)],
        {
            **LEVELLING,
            "The phases have equal means; where one has more weights, their sums differ.": (
                lambda k, s: k + _at_weights(k.mean() - _sums(k, s) / _sums(np.ones(k.shape), s), k)
            ),
        },
    ),
    "quantise a weight": Exercise(
        ("weight",),
        _quantised_by_torch,
        [
            (np.array([12.7, -6.4, 1.28, 0.64]).reshape(1, 1, 2, 2),),
            (np.array([1.27, 0.3, 1, 5.08, 0.6, 12.7, 4, -2]).reshape(2, 2, 1, 2),),
            (np.array([3, -12.7, 2, 6.35]).reshape(1, 2, 1, 2),),
        ],
        {
            "Rounding is missing: whole numbers come from `np.rint`, before any `astype`.": (
                lambda x: _quantised(x, whole=np.trunc)
            ),
            "The step is the largest weight / 127, not / 128.": lambda x: _quantised(x, 128),
            "127 on each side, so the step is the largest weight / 127.": (
                lambda x: _quantised(x, 255)
            ),
            "The second result is 1 / step.": lambda x: (_quantised(x)[0], 1 / _quantised(x)[1]),
            "These are the weights as rounded, step · whole: return the whole numbers.": (
                lambda x: (np.prod(np.broadcast_arrays(*_quantised(x)), axis=0), _quantised(x)[1])
            ),
            "Each output channel has a step of its own; here all share one.": (
                lambda x: _quantised(x, axes=None)
            ),
            "Output channels lie along axis 1; here each input channel has a step.": (
                lambda x: _quantised(x, axes=(1, 2, 3))
            ),
            "The largest weight may be negative: take `np.abs` first.": (
                lambda x: _quantised(x, largest=np.positive)
            ),
        },
        results=("whole part", "step"),
    ),
    "same by the canvas": Exercise(
        ("y", "w", "s", "end"),
        _same,
        [
            (LINE, np.array([1, 10, 100, 1000]), 2, "SAME_UPPER"),
            (LINE, WEIGHTS, 2, "SAME_UPPER"),
            (LINE, WEIGHTS, 2, "SAME_LOWER"),
            (counted(3), counted(7), 4, "SAME_LOWER"),
            (LINE, WEIGHTS[:2], 2, "SAME_UPPER"),
        ],
        {
            "SAME_LOWER is cropped as SAME_UPPER: round the start's crop up.": (
                lambda y, w, s, end: _same(y, w, s, "SAME_UPPER")
            ),
            "The odd cell is cropped at the other end.": lambda y, w, s, end: _same(
                y, w, s, {"SAME_UPPER": "SAME_LOWER"}.get(end, "SAME_UPPER")
            ),
            "Nothing is cropped.": lambda y, w, s, end: transposed(y, w, s),
            "All is cropped at the start.": lambda y, w, s, end: _cropped(y, w, s, len(w) - s),
            "All is cropped at the end.": lambda y, w, s, end: _cropped(y, w, s, 0),
            "`canvas[a:-b]` is empty where b is 0.": lambda y, w, s, end: transposed(y, w, s)[
                _start(w, s, end) : _start(w, s, end) - (len(w) - s)
            ],
            UNTURNED: lambda y, w, s, end: _same(y, w[::-1], s, end),
        },
    ),
    "unmask a layer": Exercise(
        ("layer",),
        lambda layer: (layer.crop, layer.turns),
        [(SecretLayer(*answer),) for answer in [(1, False), (0, False), (0, True), (1, True)]],
        {
            "That is what it crops at the end.": lambda layer: (1 - layer.crop, layer.turns),
            "That is where the stamp begins in the output; the crop is what is missing before.": (
                lambda layer: (4 - layer.crop, layer.turns)
            ),
            "The stamp of input u begins at cell 2u of the canvas, not at u.": (
                lambda layer: (layer.crop - 2, layer.turns)
            ),
            "First comes the crop, then whether the stamp is back to front.": (
                lambda layer: (layer.turns, layer.crop)
            ),
            "This layer's stamp comes out back to front.": lambda layer: (layer.crop, False),
            "Back to front is a stamp whose weights stand in the other order than you gave them.": (
                lambda layer: (layer.crop, not layer.turns)
            ),
        },
        results=("crop", "second answer"),
    ),
    "only useful products": Exercise(
        ("y", "w", "s"),
        transposed,
        [
            (counted(3) * 1.0, WEIGHTS * 1.0, 2),
            (counted(3) * 1.0, np.array([1, np.inf, 100]), 2),
            (np.array([1, np.inf, 3]), WEIGHTS * 1.0, 2),
            (LINE * 1.0, np.array([1, 2, 3, np.inf]), 1),
            (counted(3) * 1.0, WEIGHTS[:2] * 1.0, 3),
        ],
        {
            "A weight meets an inserted zero: 0 · ∞ is no number.": _by_emulation,
            "An input meets a zero of the matrix: 0 · ∞ is no number.": _by_dense_matrix,
            LOST: _overwritten,
            UNTURNED: lambda y, w, s: transposed(y, w[::-1], s),
            IGNORED.format("the stride"): lambda y, w, s: transposed(y, w),
        },
    ),
    "begin without a whistle": Exercise(
        ("weight", "s"),
        _pairwise(_levelled),
        [
            (np.array([[[5, 4, 3, 2]]]), 2),
            (np.array([[[5, 4, 3, 2]], [[5, 2, 2, 1]]]), 2),
            (counted(1, 2, 6) ** 2, 3),
            (counted(2, 1, 8) ** 2, 4),
        ],
        {
            **{say: _pairwise(mistake) for say, mistake in LEVELLING.items()},
            "Each pair of channels has sums of its own; here all pairs are moved alike.": (
                lambda x, s: x + _levelled(x.mean(axis=(0, 1)), s) - x.mean(axis=(0, 1))
            ),
        },
    ),
}
