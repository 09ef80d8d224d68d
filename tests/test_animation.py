"""Moving pictures: the numbers in each frame, the guide's presets, the command line."""

import re
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import tconv
from tconv.__main__ import main
from tconv.plotting import animate, animation, guide_presets

KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
Y = np.array([[2, 1], [4, 4]])


def scene_of(direction, input, kernel, **settings):
    """What `animate` films, without writing it."""
    scenes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(animation, "FuncAnimation", Film)
        original = animation._scene
        patch.setattr(
            animation, "_scene", lambda *a: scenes.append((a, original(*a))) or scenes[-1][1]
        )
        animate("film.gif", direction, input, kernel, **settings)
    return scenes[0]


class Film:
    def __init__(self, *args, **kwargs):
        pass

    def save(self, *args, **kwargs):
        pass


@pytest.mark.parametrize("ndim", [1, 2])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"stride": 2},
        {"stride": 2, "padding": 1, "output_padding": 1},
        {"padding": 3},
        {"dilation": 2},
    ],
)
def test_window_times_kernel_is_the_output_shown(settings, ndim):
    """In every frame the outlined cells, times the kernel drawn, sum to the number filled in."""
    rng = np.random.default_rng(0)
    input, kernel = rng.integers(0, 5, (5,) * ndim), rng.integers(0, 5, (3,) * ndim)
    (grid, _, drawn, output, *_), (fig, steps, update) = scene_of(
        "transposed", input, kernel, **settings
    )
    expected = getattr(tconv, f"conv_transpose{ndim}d")(input, kernel, **settings)
    np.testing.assert_array_equal(output, expected)
    assert steps == expected.size
    grid, drawn, expected = map(np.atleast_2d, (grid, drawn, expected))
    for step in range(steps):
        update(step)
        marks = fig.axes[0].patches[-drawn.size :]
        cells = [tuple(int(n) for n in mark.get_xy()[::-1]) for mark in marks]
        total = sum(grid[cell] * weight for cell, weight in zip(cells, drawn.ravel(), strict=True))
        assert total == expected.ravel()[step]
        shown = [text.get_text() for text in fig.axes[2].texts if text.get_visible()]
        assert len(shown) == step + 1
        assert float(shown[-1]) == total


def test_direct_scene_slides_by_the_stride():
    input = np.arange(25).reshape(5, 5)
    (grid, real, drawn, output, stride, *_), _ = scene_of(
        "direct", input, KERNEL, stride=2, padding=1
    )
    assert stride == 2
    np.testing.assert_array_equal(drawn, KERNEL)
    np.testing.assert_array_equal(output, tconv.conv2d(input, KERNEL, stride=2, padding=1))
    assert grid.shape == (7, 7)
    assert real.sum() == 25


@pytest.mark.slow
def test_gif_has_a_frame_for_every_output(tmp_path):
    seen = []
    path = animate(
        tmp_path / "a.gif", "transposed", Y, KERNEL, progress=lambda n, of: seen.append((n, of))
    )
    with Image.open(path) as image:
        assert image.n_frames == 16
    assert seen == [(n, 16) for n in range(16)]
    assert plt.get_fignums() == []


def test_every_preset_of_the_guide_has_the_guides_sizes():
    """The direct convolution's i, k, s, p and its transpose's i', a are those of the figures."""
    transposed = {
        "no-padding": (2, 0),
        "arbitrary-padding": (6, 0),
        "half-padding": (5, 0),
        "full-padding": (7, 0),
        "strides": (2, 0),
        "padding-strides": (3, 0),
        "padding-strides-odd": (3, 1),
        "dilation": (3, 0),
    }
    presets = guide_presets()
    assert len(presets) == 16
    for name, (size, output_padding) in transposed.items():
        back = presets[f"{name}-transposed"]
        assert (back["input_size"], back.get("output_padding", 0)) == (size, output_padding)
        options = {k: v for k, v in back.items() if k != "direction"}
        assert tconv.conv_transpose_output_size(**options) == presets[name]["input_size"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("film.avi", "direct", Y, Y), "path must end in .gif or .mp4, got 'film.avi'"),
        (("film.gif", "up", Y, Y), "direction must be 'direct' or 'transposed', got 'up'"),
        (("film.gif", "direct", Y, KERNEL), "kernel"),
        (("film.gif", "direct", Y, [Y]), r"kernel must have 1 or 2 axes, got shape \(1, 2, 2\)"),
        (("film.gif", "direct", np.ones(401), np.ones(1)), "at most 400 cells, got 401"),
    ],
)
def test_what_cannot_be_filmed_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        animate(*arguments)


@pytest.mark.parametrize("fps", [0, 0.009, 101, float("nan"), "2", 1j])
def test_a_pace_that_no_film_has_is_refused(fps):
    with pytest.raises(ValueError, match=re.escape(f"from 0.01 to 100, got {fps!r}")):
        animate("film.gif", "direct", Y, Y, fps=fps)


def test_one_integer_serves_every_axis_of_a_film():
    with pytest.raises(TypeError, match=r"stride must be an integer, got \(1, 2\)"):
        animate("film.gif", "direct", Y, Y, stride=(1, 2))


def test_output_padding_of_a_direct_convolution_is_refused():
    with pytest.raises(ValueError, match=r"output_padding must be 0 .* got 1"):
        animate("film.gif", "direct", Y, Y, output_padding=1)


def test_mp4_needs_ffmpeg(monkeypatch, tmp_path):
    monkeypatch.setattr(animation.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"ffmpeg, which writes 'a\.mp4', is not"):
        animate(tmp_path / "a.mp4", "direct", KERNEL, Y)


@pytest.mark.slow
def test_command_line_writes_the_file(tmp_path):
    path = tmp_path / "strides.gif"
    command = [sys.executable, "-m", "tconv", "animate", str(path), "--preset", "strides"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(path)
    assert "4/4" in done.stderr
    with Image.open(path) as image:
        assert image.n_frames == 4


def test_command_line_says_what_is_wrong(tmp_path, capsys):
    assert main(["animate", str(tmp_path / "a.gif"), "--output-padding", "5"]) == 1
    error = capsys.readouterr().err
    assert "output_padding" in error
    assert "5" in error
