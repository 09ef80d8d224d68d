"""The checks of the readers' code: right functions pass, and wrong ones are told apart."""

import contextlib
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

import tconv
from tconv import exercises
from tconv.exercises import check
from tconv.exercises._registry import EXERCISES, K, Y

RIGHT = {
    "enlarge by stamps": lambda image, s: image.repeat(s, axis=0).repeat(s, axis=1),
    "convolution matrix": lambda kernel, i, s: tconv.convolution_matrix(
        kernel, (i, i), stride=s
    ).toarray(),
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
}


def endless(*case):
    while True:
        with contextlib.suppress(Exception):
            pass


def careless(*case):
    return case[0][99]


def wrong_in_any_exercise(name):
    """Wrong functions with what must be said to each."""
    right = RIGHT[name]
    first = EXERCISES[name].parameters[0]

    def changing(*case):
        output = np.array(right(*case))
        case[0][0] += 1
        return output

    return [
        (endless, "Still running after 0.2 seconds: is there a loop that never ends?"),
        (careless, "It raised IndexError: index 99 is out of bounds"),
        (changing, f"The function changed its argument {first}: work on a copy."),
        (lambda *case: None, "It returned None: is there a `return` at its end?"),
        (lambda *case: "numbers", "It returned no array of numbers, but 'numbers'."),
        (lambda: 0, f"It can't be called with the arguments ({first}, "),
        (lambda *case: right(*case) + 1, "numbers are wrong."),
        (lambda *case: right(*case)[1:], "The output's shape is "),
    ]


WRONG = [
    pytest.param(name, function, says, id=f"{name}-{number}")
    for name in EXERCISES
    for number, (function, says) in enumerate(
        [
            *wrong_in_any_exercise(name),
            *((wrong, say) for say, wrong in EXERCISES[name].mistakes.items()),
        ]
    )
]


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


@pytest.mark.parametrize(("name", "function", "says"), WRONG)
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
    others = {other for _, other in wrong_in_any_exercise(name)} | {*EXERCISES[name].mistakes}
    shape_or_numbers = {"numbers are wrong.", "The output's shape is "}
    assert not [other for other in others - {says} - shape_or_numbers if other in said]
    assert len(drawn) == 1


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_drawn(name):
    check(name, lambda *case: RIGHT[name](*case) + 1)
    grids = [value for value in EXERCISES[name].cases[0] if isinstance(value, np.ndarray)]
    assert len(plt.gcf().axes) == len(grids) + 2


def test_ten_wrong_functions_for_each_exercise():
    counts = [len(wrong_in_any_exercise(name)) + len(EXERCISES[name].mistakes) for name in RIGHT]
    assert min(counts) >= 10
    assert RIGHT.keys() == EXERCISES.keys()


def test_no_two_mistakes_look_alike():
    """Each differs from the right output, and from each other mistake, in some case."""
    for exercise in EXERCISES.values():
        outputs = {
            say: [np.asarray(function(*case)) for case in exercise.cases]
            for say, function in {"": exercise.reference, **exercise.mistakes}.items()
        }
        for (one, first), (other, second) in itertools.combinations(outputs.items(), 2):
            same = [np.array_equal(a, b) for a, b in zip(first, second, strict=True)]
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
    assert "in the line: return case[0][99]" in capsys.readouterr().out


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
