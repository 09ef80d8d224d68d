"""The checks of the readers' code: right functions pass, and wrong ones are told apart."""

import contextlib
import copy
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

import tconv
from tconv import exercises
from tconv.exercises import EXERCISES, check
from tconv.exercises._exercise import K, Y


def kernel_of(matrix, i):
    k = i + 1 - int(np.sqrt(len(matrix)))
    return matrix[0].reshape(i, i)[:k, :k]


def is_adjoint(direct, transposed):
    rng = np.random.default_rng(1)
    pairs = [(rng.integers(-9, 10, (4, 4)), rng.integers(-9, 10, (2, 2))) for _ in range(20)]
    return all((direct(x) * z).sum() == (x * transposed(z)).sum() for x, z in pairs)


def levelled(kernel, s):
    level = kernel.astype(float)
    for phase in itertools.product(range(s), repeat=kernel.ndim):
        weights = level[tuple(slice(r, None, s) for r in phase)]
        weights += (kernel.sum() / s**kernel.ndim - weights.sum()) / weights.size
    return level


def quantised(weight):
    step = np.abs(weight).max(axis=(0, 2, 3), keepdims=True) / 127
    return np.rint(weight / step).astype(np.int8), step


def same_by_canvas(y, w, s, end):
    start = (len(w) - s + (end == "SAME_LOWER")) // 2
    return tconv.conv_transpose1d(y, w, stride=s)[start : start + s * len(y)]


def unmasked(layer):
    output = layer([0, 0, 1, 0, 0], [1, 10, 100])
    return 4 - int(np.argmax(output != 0)), bool(output[output != 0][0] == 100)


def by_weights(y, w, s):
    canvas = np.zeros(s * (len(y) - 1) + len(w))
    for e, tap in enumerate(w):
        canvas[e : e + s * (len(y) - 1) + 1 : s] += tap * y
    return canvas


RIGHT = {
    "enlarge by stamps": lambda image, s: image.repeat(s, axis=0).repeat(s, axis=1),
    "convolution matrix": lambda kernel, i, s: tconv.convolution_matrix(
        kernel, (i, i), stride=s
    ).toarray(),
    "kernel of a matrix": kernel_of,
    "is it the adjoint": is_adjoint,
    "transpose by scatter": tconv.conv_transpose_by_scatter,
    "transpose with padding": lambda image, kernel, p: tconv.conv_transpose_by_matrix(
        image, kernel, padding=p
    ),
    "transpose by emulation": lambda image, kernel, s, p: tconv.conv_transpose_by_emulation(
        image, kernel, stride=s, padding=p
    ),
    "transpose in general": lambda y, w, s, p, op, d: tconv.conv_transpose_by_matrix(
        y, w, stride=s, padding=p, output_padding=op, dilation=d
    ),
    "level the phases": levelled,
    "quantise a weight": quantised,
    "same by the canvas": same_by_canvas,
    "unmask a layer": unmasked,
    "only useful products": by_weights,
    "begin without a whistle": lambda weight, s: np.array(
        [[levelled(kernel, s) for kernel in row] for row in weight]
    ),
}


def endless(*case):
    while True:
        with contextlib.suppress(Exception):
            pass


def careless(*case):
    return [][99]


def changed(output, change):
    """Change an output, or each part of it if there are several."""
    return tuple(map(change, output)) if isinstance(output, tuple) else change(output)


def broken(name):
    """Functions whose output can't be compared, with what must be said to each."""
    right, exercise = RIGHT[name], EXERCISES[name]
    functions = [
        (endless, "Still running after 0.2 seconds: is there a loop that never ends?"),
        (careless, "It raised IndexError: list index out of range"),
        (lambda *case: None, "It returned None: is there a `return` at its end?"),
        (lambda: 0, f"It can't be called with the arguments ({exercise.parameters[0]}"),
        (lambda *case: changed(right(*case), lambda part: "many"), "It returned no array of numb"),
    ]
    if len(exercise.results) > 1:
        functions.append((lambda *case: right(*case)[0], "It must return a tuple ("))
    for n, parameter in enumerate(exercise.parameters):
        if isinstance(exercise.cases[0][n], np.ndarray):
            functions.append((changing(right, n), f"The function changed its argument {parameter}"))
            break
    return functions


def changing(right, n):
    def function(*case):
        output = right(*copy.deepcopy(case))
        case[n][...] += 1
        return output

    return function


def different(name):
    """Functions whose output is not that of a known mistake."""
    right, exercise = RIGHT[name], EXERCISES[name]
    result = exercise.results[0]
    expected = exercise.named(exercise.reference(*exercise.cases[0]))[result]
    says = "numbers are wrong." if expected.ndim else f"The {result} is "
    return [
        (lambda *case: changed(right(*case), lambda part: part + 5), says),
        (
            lambda *case: changed(right(*case), lambda part: np.atleast_1d(part)[1:]),
            f"The {result}'s shape is ",
        ),
    ]


def mistaken(name):
    return [(wrong, says) for says, wrong in EXERCISES[name].mistakes.items()]


WRONG = {name: [*broken(name), *different(name), *mistaken(name)] for name in EXERCISES}


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", EXERCISES)
def test_right_function_passes(name, capsys):
    check(name, RIGHT[name])
    cases = len(EXERCISES[name].cases)
    assert capsys.readouterr().out == f"{name}: right. All {cases} cases agree with PyTorch.\n"
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        pytest.param(name, function, says, id=f"{name}-{number}")
        for name, functions in WRONG.items()
        for number, (function, says) in enumerate(functions)
    ],
)
def test_wrong_function_is_told_what_is_wrong(name, function, says, capsys, monkeypatch):
    drawn = []  # to draw them all would take seconds
    monkeypatch.setattr(exercises, "_draw", lambda *picture: drawn.append(picture))
    if function is endless:  # no other one comes near a limit, on a slow machine either
        monkeypatch.setattr(exercises, "SECONDS", 0.2)
    check(name, function)
    said = capsys.readouterr().out
    assert said.startswith(f"{name}: not yet. Case ")
    assert says in said
    # And nothing that is said to another of the wrong functions.
    others = {other for _, other in [*broken(name), *mistaken(name)]} - {says}
    assert not [other for other in others if other in said]
    assert len(drawn) == 1


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_drawn(name):
    wrong, _ = different(name)[0]
    check(name, wrong)
    exercise = EXERCISES[name]
    output = next(iter(exercise.named(exercise.reference(*exercise.cases[0])).values()))
    grids = [value for value in exercise.cases[0] if isinstance(value, np.ndarray)]
    drawn = [ax for number in plt.get_fignums() for ax in plt.figure(number).axes]
    assert len(drawn) == len(grids) + 2 * bool(output.ndim)


def test_ten_wrong_functions_for_each_exercise():
    assert min(map(len, WRONG.values())) >= 10
    assert RIGHT.keys() == EXERCISES.keys()


def test_no_two_mistakes_look_alike():
    """Each differs from the right output, and from each other mistake, in some case."""
    for exercise in EXERCISES.values():
        outputs = {
            say: [exercise.named(function(*case)) for case in exercise.cases]
            for say, function in {"": exercise.reference, **exercise.mistakes}.items()
        }
        for (one, first), (other, second) in itertools.combinations(outputs.items(), 2):
            same = [
                all(map(np.array_equal, a.values(), b.values()))
                for a, b in zip(first, second, strict=True)
            ]
            assert not all(same), (one, other)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_first_failing_case_is_drawn(capsys):
    def overwrites(Y, K):
        canvas = np.zeros(np.add(Y.shape, K.shape) - 1, dtype=int)
        for u, v in np.ndindex(*Y.shape):
            canvas[u : u + len(K), v : v + len(K[0])] = Y[u, v] * K
        return canvas

    check("transpose by scatter", overwrites)
    said = capsys.readouterr().out
    assert "Case 2 of 4:\n12 of the output's 16 numbers are wrong. Where stamps meet" in said
    axes = dict(zip(["Y", "K", "expected", "yours"], plt.gcf().axes, strict=True))
    assert [ax.get_title() for ax in axes.values()] == list(axes)
    expected = tconv.conv_transpose2d(Y, K)
    for name, values in [("Y", Y), ("K", K), ("expected", expected), ("yours", overwrites(Y, K))]:
        assert texts(axes[name]) == [str(value) for value in values.ravel()]
    marked = [text.get_text() for text in axes["yours"].texts if text.get_weight() == "bold"]
    assert marked == [str(n) for n in overwrites(Y, K)[overwrites(Y, K) != expected]]


def test_settings_and_line_are_named(capsys):
    check("transpose with padding", lambda image, kernel, p: image[7])
    assert "Case 1 of 5, p = 1:\nIt raised IndexError" in capsys.readouterr().out
    check("transpose by scatter", careless)
    assert "in the line: return [][99]" in capsys.readouterr().out


def test_an_output_too_large_to_draw_is_left_out(capsys):
    check("enlarge by stamps", lambda image, s: np.zeros((50, 50)))
    assert "The output's shape is 50 × 50, and should be 4 × 4." in capsys.readouterr().out
    assert [ax.get_title() for ax in plt.gcf().axes] == ["image", "expected"]


def test_lists_and_tensors_are_fine(capsys):
    right = RIGHT["enlarge by stamps"]
    check("enlarge by stamps", lambda image, s: right(image, s).tolist())
    assert "right." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "function", "error", "message"),
    [
        ("scatter", len, ValueError, "name must be one of enlarge by stamps, .*, got 'scatter'"),
        ("transpose by scatter", Y, TypeError, "function must be callable, got array"),
    ],
)
def test_what_check_refuses(name, function, error, message):
    with pytest.raises(error, match=message):
        check(name, function)
