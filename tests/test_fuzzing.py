"""Every public function with arbitrary arguments: the right result, or a refusal that says why.

Right is what PyTorch computes, or what the function's own definition asks for. A refusal is a
`ValueError` or a `TypeError` with a message. Nothing takes more memory than `MAX_BYTES` allows,
which is set to a mebibyte here, so that there is something to refuse.
"""

import contextlib
import copy
import inspect
import io
import math
import tracemalloc
from functools import reduce
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import event, given
from hypothesis import strategies as st

import tconv
from tconv import ConvTransposeLayer, _validation, exercises, frameworks
from tconv.plotting import animation

ALLOWED = 2**20
READERS = [math.prod, np.asarray, lambda *case: case[0], lambda *case: [], lambda: 0]


def public_functions():
    """Everything public that takes arguments, by name; but for what draws a single panel."""
    found = {name: getattr(tconv, name) for name in tconv.__all__ if name != "RELATIONSHIPS"}
    for module in (frameworks, exercises, animation):
        found |= {name: one for name, one in vars(module).items() if is_public(module, one)}
    for name, method in vars(ConvTransposeLayer).items():
        if isinstance(method, classmethod):
            found[f"ConvTransposeLayer.{name}"] = getattr(ConvTransposeLayer, name)
    return found


def is_public(module, value):
    here = callable(value) and value.__module__ == module.__name__ and value.__name__[0] != "_"
    return here and len(inspect.signature(value).parameters) > 0


FUNCTIONS = public_functions()
SAID = io.StringIO()
DTYPES = ["int64", "int64", "float64", "float64", "float32", "uint8", "complex64", "bool", "<U1"]

HUGE = st.sampled_from([10**5, 10**9, 2**31 - 1, 2**31, 2**31 + 1, 2**62, 2**63, 10**30])
SMALL = st.integers(1, 4)


def array(*shapes):
    """Arrays of small integers, of one of the shapes, mostly of a dtype that is convolved."""
    return st.builds(
        lambda shape, dtype, seed: np.random.default_rng(seed).integers(0, 4, shape).astype(dtype),
        st.sampled_from(shapes),
        st.sampled_from(DTYPES),
        st.integers(0, 99),
    )


def per_axis(entry):
    return st.one_of(entry, entry, st.lists(entry, max_size=4), st.lists(entry).map(tuple))


NUMBERS = st.one_of(st.integers(-3, 9), HUGE, st.floats(-8, 8), st.booleans())
ANYTHING = st.recursive(
    st.one_of(
        NUMBERS,
        st.none(),
        st.text(max_size=3),
        st.complex_numbers(max_magnitude=8),
        array((), (0,), (2, 3)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ),
    max_leaves=6,
)
SPATIAL = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)
SETTING = per_axis(st.one_of(SMALL, SMALL, SMALL, HUGE))
ARRAY = array((5,), (4, 3), (1, 1, 5), (2, 2, 4), (1, 2, 4, 3), (2, 2, 2, 1), (1, 1, 2, 3, 2))
CROP = dict.fromkeys(("stride", "padding", "output_padding", "dilation"), SETTING)
LAYER = CROP | {"kernel_size": SETTING}
#: What a parameter is given five times in six; the sixth time it is anything.
LIKELY = LAYER | {
    "input": ARRAY,
    "weight": ARRAY,
    "kernel": ARRAY,
    "grad_output": ARRAY,
    "bias": st.one_of(st.none(), array((), (1,), (2,))),
    "input_shape": st.one_of(SPATIAL, st.sampled_from([(1, 1, 5), (2, 2, 4), (4, 3), 5]), SETTING),
    "weight_shape": st.one_of(SPATIAL, st.sampled_from([(1, 1, 5), (2, 2, 4), (4, 3), 5])),
    "groups": SMALL,
    "group": SMALL,
    "padding": st.one_of(SETTING, st.sampled_from(["same", "valid", "SAME", "VALID"])),
    "kernel_shape": SETTING,
    "strides": SETTING,
    "dilations": SETTING,
    "dilation_rate": SETTING,
    "rhs_dilation": SETTING,
    "auto_pad": st.sampled_from(["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]),
    "layers": st.lists(st.fixed_dictionaries({"kernel_size": SMALL}, optional=CROP), max_size=3),
    "max_dilation": SMALL,
    "ndim": st.one_of(SMALL, HUGE),
    "channels": st.one_of(SMALL, HUGE),
    "max_kernel_size": SMALL,
    "max_stride": SMALL,
    "max_padding": SMALL,
    "path": st.sampled_from(["film.gif", "film.mp4", "film", Path("film.gif")]),
    "direction": st.sampled_from(["direct", "transposed"]),
    "fps": st.one_of(SMALL, st.floats()),
    "progress": st.none(),
    "name": st.sampled_from(list(exercises.EXERCISES)),
    "function": st.one_of(st.sampled_from(READERS), ANYTHING.map(lambda value: lambda *_: value)),
}


@st.composite
def arguments(draw, function):
    """Arguments for every parameter without a default, and for some of the others."""
    chosen = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is parameter.empty or draw(st.booleans()):
            unlikely = draw(st.integers(0, 5)) == 5
            chosen[name] = draw(ANYTHING if unlikely else LIKELY.get(name, SETTING))
    return chosen


@pytest.fixture(autouse=True)
def little_memory_and_no_pictures(monkeypatch):
    monkeypatch.setattr(_validation, "MAX_BYTES", ALLOWED)
    monkeypatch.setattr(animation, "FuncAnimation", Film)
    monkeypatch.setattr(animation.shutil, "which", lambda name: name)
    monkeypatch.setattr(exercises, "_draw", lambda *picture: None)
    monkeypatch.setattr(exercises, "SECONDS", math.inf)
    yield
    plt.close("all")


class Film:
    """What `animate` would write."""

    def __init__(self, fig, update, frames, interval):
        Film.frames = frames

    def save(self, path, **options):
        pass


def equal(found, expected):
    """Compare in the dtype found: PyTorch computes the expected in a wider one."""
    expected = np.asarray(expected)
    assert np.shape(found) == expected.shape
    np.testing.assert_allclose(found, expected.astype(np.asarray(found).dtype), 1e-5, 1e-5)


def tensor(value, lead=()):
    array = np.asarray(value)
    wide = {"u": "int64", "i": "int64", "f": "float64", "c": "complex128"}[array.dtype.kind]
    return torch.from_numpy(array.astype(wide).reshape(lead + array.shape))


def torchs(name, input, weight, bias=None, **settings):
    """What PyTorch's operator makes of the arguments, bare ones seen as one sample, one channel."""
    ndim = int(name[-2])
    bare = (1, 1) if np.ndim(weight) == ndim else ()
    bias = None if bias is None else tensor(bias, bare[:1])
    output = getattr(F, name)(tensor(input, bare), tensor(weight, bare), bias, **settings)
    return output[0, 0] if bare else output


def is_torchs(name):
    return lambda found, **given: equal(found, torchs(name, **given))


def is_torchs_transposed(found, weight, **given):
    ndim = np.ndim(weight) if np.ndim(weight) < 3 else np.ndim(weight) - 2
    equal(found, torchs(f"conv_transpose{ndim}d", weight=weight, **given))


def is_autograds(operator, wanted):
    def check(found, grad_output, **given):
        shape, ndim = as_tuple(given.pop(f"{wanted}_shape")), int(operator[-2])
        lead = (1, 1) if len(shape) == ndim else ()
        arrays = {name: tensor(given.pop(name), lead) for name in {"input", "weight"} & set(given)}
        y = tensor(grad_output, lead)
        y = y if y.is_complex() else y.double()  # integers have no gradient
        arrays = {name: array.to(y.dtype) for name, array in arrays.items()}
        arrays[wanted] = torch.zeros(lead + shape, dtype=y.dtype, requires_grad=True)
        getattr(F, operator)(**arrays, **given).backward(y)
        equal(found, arrays[wanted].grad.reshape(shape))

    return check


def as_tuple(value):
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def axes(**settings):
    """The settings of each axis: one entry serves them all."""
    ndim = max(len(as_tuple(value)) for value in settings.values())
    return [
        {name: (as_tuple(value) * ndim)[axis] for name, value in settings.items()}
        for axis in range(ndim if all(map(len, map(as_tuple, settings.values()))) else 0)
    ]


def is_torchs_size(operator):
    def check(found, **given):
        expected = []
        for axis in axes(**given):
            shapes = [(1, 1, axis.pop(name)) for name in ("input_size", "kernel_size")]
            arrays = (torch.empty(shape, dtype=torch.uint8, device="meta") for shape in shapes)
            expected.append(getattr(F, operator)(*arrays, **axis).shape[2])
        assert as_tuple(found) == tuple(expected)

    return check


def gives_the_size_back(found, **given):
    for back, axis in zip(as_tuple(found), axes(**given), strict=True):
        size = axis.pop("input_size")
        output = tconv.conv_output_size(size, **axis)
        assert tconv.conv_transpose_output_size(output, **axis, output_padding=back) == size


def emulates(found, **given):
    sizes = tconv.conv_transpose_output_size(**given)
    for emulating, size, axis in zip(as_tuple(found), as_tuple(sizes), axes(**given), strict=True):
        extent = axis.get("dilation", 1) * (axis["kernel_size"] - 1) + 1
        assert emulating.output_size == size
        assert emulating.inserted_size + sum(emulating.padding) - extent + 1 == size


def solves(found, input_size, output_size, **bounds):
    assert len(set(found)) == len(found)
    for solution in found:
        settings = {name: getattr(solution, name) for name in LAYER}
        assert tconv.conv_transpose_output_size(input_size, **settings) == output_size


def is_the_convolution(found, kernel, input_shape, **given):
    sizes = as_tuple(input_shape)
    sizes *= np.ndim(kernel) // len(sizes)
    if len(sizes) <= 3:
        x = np.arange(math.prod(sizes)).reshape(sizes).astype(np.asarray(kernel).dtype)
        expected = torchs(f"conv{len(sizes)}d", x, kernel, **given)
        equal(found @ x.ravel(), np.ravel(expected))


def is_spread(found, input, stride):
    n = len(stride) if isinstance(stride, tuple | list) else np.ndim(input)
    every = [slice(None, None, s) for s in (as_tuple(stride) * n)[:n]]
    input = np.asarray(input)
    if input.dtype != object:
        np.testing.assert_array_equal(found[..., *every], input)
        assert np.count_nonzero(found) == np.count_nonzero(input)


def is_turned(found, kernel, ndim=None):
    ndim = np.ndim(kernel) if ndim is None else ndim
    every = (slice(None, None, -1),) * ndim
    np.testing.assert_array_equal(np.asarray(kernel)[..., *every], found)


def is_shuffled(found, input, upscale_factor):
    if not isinstance(upscale_factor, tuple | list):
        equal(found, F.pixel_shuffle(tensor(input), upscale_factor))


def is_an_outer_product(of_one_axis):
    def check(found, stride, ndim=2):
        factors = [of_one_axis(s) for s in (as_tuple(stride) * ndim)[:ndim]]
        equal(found, reduce(np.multiply.outer, factors))

    return check


def triangle(s):
    """A box met by a box, resampled half-way between its positions if `s` is even."""
    return (
        np.convolve(np.convolve(np.ones(s), np.ones(s)), [0.5, 0.5][: 2 - s % 2]) / s * 2 ** (s % 2)
    )


def is_diagonal(found, kernel, channels):
    for a, b in np.ndindex(channels, channels):
        np.testing.assert_array_equal(found[a, b], np.multiply(kernel, int(a == b)))


def counts(found, input_size, kernel_size, **given):
    counts_all(found, input_size, [given | {"kernel_size": kernel_size}])


def counts_all(found, input_size, layers):
    size = as_tuple(input_size)
    if 1 <= len(size) <= 3:
        paths = torch.ones(1, 1, *size, dtype=torch.int64)
        for layer in layers:
            settings = dict(layer)
            kernel_size = as_tuple(settings.pop("kernel_size")) * len(size)
            kernel = torch.ones(1, 1, *kernel_size[: len(size)], dtype=torch.int64)
            paths = getattr(F, f"conv_transpose{len(size)}d")(paths, kernel, **settings)
        equal(found, paths[0, 0])


def goes_round(layer, **given):
    """Written for a framework and read again, it is the same layer, or the framework has none."""
    for framework in ("pytorch", "keras", "jax", "onnx"):
        try:
            written = getattr(layer, f"to_{framework}")()
        except ValueError:
            continue
        if framework == "jax":
            written["kernel_size"] = layer.kernel_size
        assert getattr(ConvTransposeLayer, f"from_{framework}")(**written) == layer


def is_undone_by(inverse):
    return lambda found, **given: np.testing.assert_array_equal(
        getattr(tconv, inverse)(found), *given.values()
    )


def is_a_film(found, path, direction, **given):
    assert found == Path(path)
    name = f"conv{'_transpose' * (direction == 'transposed')}{np.ndim(given['kernel'])}d"
    settings = {key: value for key, value in given.items() if key not in ("fps", "progress")}
    assert Film.frames == torchs(name, weight=settings.pop("kernel"), **settings).numel()


def is_no_solution(found, name, function):
    assert SAID.getvalue().startswith(f"{name}: not yet. Case 1 of ")


CHECKS = {
    "ConvTransposeLayer": goes_round,
    "animate": is_a_film,
    "bilinear_kernel": is_an_outer_product(triangle),
    "check": is_no_solution,
    "conv_output_size": is_torchs_size("conv1d"),
    "conv_transpose_output_size": is_torchs_size("conv_transpose1d"),
    "convolution_matrix": is_the_convolution,
    "diagonal_weight": is_diagonal,
    "emulating_convolution": emulates,
    "insert_zeros": is_spread,
    "nearest_kernel": is_an_outer_product(np.ones),
    "overlap_count": counts,
    "pixel_shuffle": is_shuffled,
    "required_output_padding": gives_the_size_back,
    "rotate180": is_turned,
    "solve_conv_transpose": solves,
    "stacked_overlap_count": counts_all,
    "weight_from_jax": is_undone_by("weight_to_jax"),
    "weight_from_keras": is_undone_by("weight_to_keras"),
    "weight_to_jax": is_undone_by("weight_from_jax"),
    "weight_to_keras": is_undone_by("weight_from_keras"),
}
for ndim in (1, 2, 3):
    CHECKS[f"conv{ndim}d"] = is_torchs(f"conv{ndim}d")
    CHECKS[f"conv_transpose{ndim}d"] = is_torchs(f"conv_transpose{ndim}d")
    for wanted in ("input", "weight"):
        CHECKS[f"conv{ndim}d_{wanted}_grad"] = is_autograds(f"conv{ndim}d", wanted)
for way in ("emulation", "matrix", "scatter", "subpixel"):
    CHECKS[f"conv_transpose_by_{way}"] = is_torchs_transposed
for framework in ("pytorch", "keras", "jax", "onnx"):
    CHECKS[f"ConvTransposeLayer.from_{framework}"] = goes_round


def test_every_public_function_has_a_check():
    assert set(CHECKS) == set(FUNCTIONS)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_right_or_refused(name, data):
    given = data.draw(arguments(FUNCTIONS[name]))
    SAID.truncate(SAID.seek(0))
    tracemalloc.start()
    try:
        with contextlib.redirect_stdout(SAID):
            found = FUNCTIONS[name](**copy.deepcopy(given))
    except (ValueError, TypeError) as refusal:
        event(f"refused: {refusal!s:.20}")
        return
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * ALLOWED
    CHECKS[name](found, **given)
