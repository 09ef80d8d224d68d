"""The widgets' arithmetic in JavaScript, compared with tconv and PyTorch over all that the sliders reach."""

import itertools
import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from grids import numerals_of, shown_in

import tconv
from tconv.widgets import ConvolutionExplorer
from tconv.widgets._assets import source

TRAITS = ConvolutionExplorer.class_traits()
SETTINGS = ("input_size", "kernel_size", "stride", "padding", "output_padding", "dilation")
RANGES = {name: range(TRAITS[name].min, TRAITS[name].max + 1) for name in SETTINGS}

# As text: Playwright takes long over large values.
EVALUATE = """(text) => { const { settings, input, kernel } = JSON.parse(text); return JSON.stringify(settings.map((setting) => {
  const cut = (values, size) => $values.fitGrid(values, setting.ndim, size, values);
  const x = cut(input, setting.input_size), w = cut(kernel, setting.kernel_size);
  const refused = $arithmetic.problem(setting);
  return refused !== null ? { refused } : {
    size: $arithmetic.outputSize(setting),
    output: $arithmetic.convolve(setting, x, w),
    wrong: setting.direction === "transposed" ? $arithmetic.withoutRotation(setting, x, w) : null,
    emulated: setting.direction === "transposed" ? $arithmetic.emulatedAxis(setting).size : null,
  };
})); }"""


def every_setting(direction, ndim):
    ranges = dict(RANGES)
    if direction == "direct":
        ranges["output_padding"] = [0]
    for values in itertools.product(*ranges.values()):
        yield {"direction": direction, "ndim": ndim, **dict(zip(ranges, values, strict=True))}


def operands(setting, input, kernel):
    i, k = setting["input_size"], setting["kernel_size"]
    if setting["ndim"] == 1:
        return input[0, :i], kernel[0, :k]
    return input[:i, :i], kernel[:k, :k]


def reference(library, setting, input, kernel):
    names = ["stride", "padding", "dilation"]
    name = f"conv{setting['ndim']}d"
    if setting["direction"] == "transposed":
        name = f"conv_transpose{setting['ndim']}d"
        names.append("output_padding")
    return getattr(library, name)(input, kernel, **{name: setting[name] for name in names})


@pytest.mark.parametrize("ndim", [1, 2])
@pytest.mark.parametrize("direction", ["direct", "transposed"])
def test_every_setting_of_the_sliders(script, direction, ndim):
    rng = np.random.default_rng(0)
    input, kernel = rng.integers(-9, 10, (7, 7)), rng.integers(-9, 10, (5, 5))
    settings = list(every_setting(direction, ndim))
    assert len(settings) == {"direct": 1890, "transposed": 5670}[direction]
    arguments = {"settings": settings, "input": input.tolist(), "kernel": kernel.tolist()}
    refused = 0
    found = json.loads(script.evaluate(EVALUATE, json.dumps(arguments)))
    for setting, theirs in zip(settings, found, strict=True):
        x, w = operands(setting, input, kernel)
        try:
            ours = reference(tconv, setting, x, w)
        except ValueError:
            assert "refused" in theirs, setting
            refused += 1
            continue
        assert "refused" not in theirs, setting
        assert theirs["size"] == ours.shape[-1]
        np.testing.assert_array_equal(
            np.atleast_2d(theirs["output"]), np.atleast_2d(ours), str(setting)
        )
        tensors = [torch.tensor(a, dtype=torch.float64)[None, None] for a in (x, w)]
        by_torch = reference(F, setting, *tensors)[0, 0].numpy()
        np.testing.assert_array_equal(np.atleast_2d(theirs["output"]), np.atleast_2d(by_torch))
        if direction == "transposed":
            turned = reference(tconv, setting, x, tconv.rotate180(w))
            np.testing.assert_array_equal(np.atleast_2d(theirs["wrong"]), np.atleast_2d(turned))
    assert 0 < refused < len(settings)


def test_numbers_on_the_screen_at_a_thousand_settings(script):
    """What stands in the cells, of the output and, transposed, of the emulation."""
    rng = np.random.default_rng(3)
    everything = [*every_setting("direct", 1), *every_setting("direct", 2)]
    everything += [*every_setting("transposed", 1), *every_setting("transposed", 2)]
    states, expected = [], []
    for n in rng.permutation(len(everything)):
        setting = everything[n]
        x, w = operands(setting, rng.integers(-9, 10, (7, 7)), rng.integers(-9, 10, (5, 5)))
        try:
            output = reference(tconv, setting, x, w)
        except ValueError:
            continue
        states.append({**setting, "input": x.tolist(), "kernel": w.tolist()})
        expected.append([str(value).replace("-", "−") for value in output.ravel()])
        if len(states) == 1000:
            break
    found = shown_in(script, "ConvolutionExplorer", states, numerals_of("output", "result"))
    for state, texts, numerals in zip(states, found, expected, strict=True):
        grid = "output" if state["direction"] == "direct" else "result"
        assert texts[grid] == numerals, state


def test_emulation_gives_the_same_by_a_direct_convolution(script):
    """Zeros inserted, padded or cropped, rotated: the grid on show, convolved with stride 1."""
    settings = list(every_setting("transposed", 1))
    input = np.arange(1, 8)
    kernel = np.array([1, 10, 100, 1000, 10000])
    axes = script.evaluate(
        """(settings) => settings.map((setting) => {
          const axis = $arithmetic.emulatedAxis(setting);
          return $arithmetic.problem(setting) === null ? [...Array(axis.size).keys()].map(axis.at) : null;
        })""",
        settings,
    )
    for setting, axis in zip(settings, axes, strict=True):
        if axis is None:
            continue
        x, w = input[: setting["input_size"]], kernel[: setting["kernel_size"]]
        grid = np.array([0 if n is None else x[n] for n in axis])
        ours = tconv.conv1d(grid, w[::-1], dilation=setting["dilation"])
        np.testing.assert_array_equal(ours, reference(tconv, setting, x, w), str(setting))


def test_lit_cells_are_those_of_the_matrix(script):
    """Which cells take part in an output is what the non-zero entries of the matrix say."""
    kernel = np.arange(1, 26).reshape(5, 5)
    rng = np.random.default_rng(1)
    checked = 0
    for setting in rng.permutation(list(every_setting("direct", 2)))[:200]:
        i, k = setting["input_size"], setting["kernel_size"]
        options = {name: setting[name] for name in ("stride", "padding", "dilation")}
        try:
            matrix = tconv.convolution_matrix(kernel[:k, :k], (i, i), **options).toarray()
        except ValueError:
            continue
        size = tconv.conv_output_size(i, k, **options)
        lit = script.evaluate(
            """(setting) => {
              const connections = $arithmetic.taps(setting);
              const cells = $arithmetic.outputSize(setting) ** 2;
              return [...Array(cells).keys()].map((n) => {
                const cell = $links.unravel(n, $arithmetic.shape(setting, $arithmetic.outputSize(setting)));
                return $links.litCells(setting, $links.partsOf(setting, connections, { grid: "output", cell }));
              });
            }""",
            setting,
        )
        for row, parts in enumerate(lit):
            columns = np.flatnonzero(matrix[row])
            inputs = sorted(r * i + c for r, c in parts["input"])
            np.testing.assert_array_equal(inputs, columns)
            np.testing.assert_array_equal(sorted(c for _, c in parts["matrix"]), columns)
            weights = sorted(kernel[r, c] for r, c in parts["kernel"])
            np.testing.assert_array_equal(weights, sorted(matrix[row, columns]))
            assert parts["output"] == ([list(divmod(row, size))] if columns.size else [])
            checked += 1
    assert checked > 1000


def test_ranges_are_the_same_in_both_languages(script):
    ranges = script.evaluate(
        "Object.fromEntries(Object.entries($convolution_explorer.schema).map(([n, f]) => [n, [f.min, f.max, f.initial]]))"
    )
    for name in (*SETTINGS, "ndim"):
        trait = TRAITS[name]
        assert ranges[name] == [trait.min, trait.max, trait.default_value], name
    assert set(ranges) == set(ConvolutionExplorer().traits(page=True))


def test_nearest_possible_setting_is_the_nearest(script):
    """Brute force finds no possible setting with fewer slider steps."""
    names = list(RANGES)
    ranges = {name: [min(values), max(values)] for name, values in RANGES.items()}
    for direction in ("direct", "transposed"):
        everything = list(every_setting(direction, 1))
        answers = script.evaluate(
            """({ settings, ranges }) => settings.map((setting) => $arithmetic.problem(setting) === null
              ? null : $arithmetic.nearestPossible(setting, ranges))""",
            {"settings": everything, "ranges": ranges},
        )
        possible = np.array(
            [[s[n] for n in names] for s, a in zip(everything, answers, strict=True) if a is None]
        )
        refused = [(s, a) for s, a in zip(everything, answers, strict=True) if a is not None]
        for setting, answer in refused[::20]:
            steps = sum(abs(setting[n] - answer[n]) for n in names)
            fewest = np.abs(possible - [setting[n] for n in names]).sum(axis=1).min()
            assert steps == fewest, (setting, answer)


def test_code_for_every_library_gives_the_same_numbers(script, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    rng = np.random.default_rng(2)
    settings = [*every_setting("direct", 1), *every_setting("direct", 2)]
    settings += [*every_setting("transposed", 1), *every_setting("transposed", 2)]
    checked = 0
    for n in rng.choice(len(settings), 60, replace=False):
        setting = settings[n]
        if script.evaluate("$arithmetic.problem", setting) is not None:
            continue
        input, kernel = rng.integers(0, 9, (7, 7)), rng.integers(0, 9, (5, 5))
        x, w = operands(setting, input, kernel)
        texts = script.evaluate(
            "({ setting, x, w }) => $code.codeFor(setting, x, w)",
            {
                "setting": setting,
                "x": np.atleast_2d(x).tolist(),
                "w": np.atleast_2d(w).tolist(),
            },
        )
        assert list(texts) == ["tconv", "PyTorch", "Keras", "JAX"]
        for library, text in texts.items():
            names = {}
            exec(text, names)
            message = f"{library} {setting}\n{text}"
            expected = reference(tconv, setting, x, w)
            np.testing.assert_array_equal(np.asarray(names["y"]), expected, message)
        checked += 1
    assert checked > 30


def test_modules_import_only_what_exists():
    """Every name that one module imports is exported by the other: a browser would only say so when it is used."""
    import re

    from tconv.widgets import _assets

    for path in sorted(_assets._STATIC.glob("*.js")):
        for names, module in _assets._IMPORT.findall(path.read_text(encoding="utf-8")):
            exported = {name for _, name in _assets._EXPORT.findall(source(f"{module}.js"))}
            wanted = set(re.findall(r"\w+", names))
            assert wanted <= exported, f"{path.name} imports {wanted - exported} from {module}.js"
