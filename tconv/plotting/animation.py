"""Moving pictures of a convolution, direct or transposed, with its numbers."""

import shutil
from numbers import Real
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.patches import Rectangle

from .. import operators
from .._validation import integer
from ..constructions import insert_zeros, rotate180
from ..shapes import conv_output_size
from .figures import HIGHLIGHT, INPUT, KERNEL, OUTPUT, draw_grid, panels

WRITERS = {".gif": "pillow", ".mp4": "ffmpeg"}
MOST_CELLS = 400  # in more, the numbers can't be read
FPS = 0.01, 100  # a GIF counts in hundredths of a second

#: Settings of the figures in Dumoulin & Visin's guide (arXiv 1603.07285), for `animate`.
GUIDE = {
    "no-padding": {"input_size": 4, "kernel_size": 3},
    "arbitrary-padding": {"input_size": 5, "kernel_size": 4, "padding": 2},
    "half-padding": {"input_size": 5, "kernel_size": 3, "padding": 1},
    "full-padding": {"input_size": 5, "kernel_size": 3, "padding": 2},
    "strides": {"input_size": 5, "kernel_size": 3, "stride": 2},
    "padding-strides": {"input_size": 5, "kernel_size": 3, "stride": 2, "padding": 1},
    "padding-strides-odd": {"input_size": 6, "kernel_size": 3, "stride": 2, "padding": 1},
    "dilation": {"input_size": 7, "kernel_size": 3, "dilation": 2},
}


def guide_presets():
    """Return the guide's settings by name, each direct one with its transpose.

    Returns
    -------
    dict of str to dict
        ``{"direction": ..., "input_size": ..., "kernel_size": ..., ...}``. The transposed
        convolution takes the direct one's output size as input size, and the output padding that
        leads back to the direct one's input size.

    Examples
    --------
    >>> guide_presets()["padding-strides-odd-transposed"]["output_padding"]
    1
    """
    presets = {}
    for name, direct in GUIDE.items():
        presets[name] = {"direction": "direct", **direct}
        settings = {key: value for key, value in direct.items() if key != "input_size"}
        back = {"input_size": conv_output_size(direct["input_size"], **settings), **settings}
        reach = settings.get("dilation", 1) * (settings["kernel_size"] - 1) + 1
        left = direct["input_size"] + 2 * settings.get("padding", 0) - reach
        if output_padding := left % settings.get("stride", 1):
            back["output_padding"] = output_padding
        presets[f"{name}-transposed"] = {"direction": "transposed", **back}
    return presets


def animate(
    path,
    direction,
    input,
    kernel,
    *,
    stride=1,
    padding=0,
    output_padding=0,
    dilation=1,
    fps=2,
    progress=None,
):
    """Write a moving picture of one convolution: the kernel slides, the output fills.

    The transposed convolution is shown as the direct one that emulates it: zeros inserted, padded
    or cropped, the kernel rotated by 180 degrees, stride 1.

    Parameters
    ----------
    path : str or pathlib.Path
        File to write, ``.gif``, or ``.mp4`` where ffmpeg is installed.
    direction : {"direct", "transposed"}
    input, kernel : array_like, shape (size,) or (rows, columns)
        The numbers.
    stride, padding, output_padding, dilation : int
        As in `tconv.conv2d` and `tconv.conv_transpose2d`; one integer for every axis.
    fps : float
        Steps a second, 0.01 to 100.
    progress : callable, optional
        Called with the number of the frame and how many there are, from 0.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the setting is one that PyTorch refuses, the file's ending is another, or there is more
        to draw than can be read.
    FileNotFoundError
        If an ``.mp4`` is asked for and there is no ffmpeg.
    """
    path = Path(path)
    if path.suffix not in WRITERS:
        raise ValueError(f"path must end in .gif or .mp4, got {str(path)!r}")
    if path.suffix == ".mp4" and shutil.which("ffmpeg") is None:
        raise FileNotFoundError(f"ffmpeg, which writes {path.name!r}, is not installed")
    if not isinstance(fps, Real) or not FPS[0] <= fps <= FPS[1]:
        raise ValueError(f"fps must be a number from {FPS[0]} to {FPS[1]}, got {fps!r}")
    input, kernel = np.asarray(input), np.asarray(kernel)
    if kernel.ndim not in (1, 2):
        raise ValueError(f"kernel must have 1 or 2 axes, got shape {kernel.shape}")
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    for name, value in settings.items():
        integer(name, value, 0)
    if direction == "transposed":
        settings["output_padding"] = output_padding
    elif direction != "direct":
        raise ValueError(f"direction must be 'direct' or 'transposed', got {direction!r}")
    elif output_padding:
        raise ValueError(f"output_padding must be 0 for a direct convolution, got {output_padding}")
    name = f"conv{'_transpose' if direction == 'transposed' else ''}{kernel.ndim}d"
    output = getattr(operators, name)(input, kernel, **settings)
    if direction == "transposed":
        around = dilation * (kernel.shape[-1] - 1) - padding
        grid, real = _emulated(input, stride, around, around + output_padding)
        kernel, stride, title = rotate180(kernel), 1, "kernel, rotated"
    else:
        grid, real = _emulated(input, 1, padding, padding)
        title = "kernel"
    if grid.size > MOST_CELLS:
        raise ValueError(
            f"input, with zeros inserted and padded, must have at most {MOST_CELLS} cells, "
            f"got {grid.size}"
        )
    fig, steps, update = _scene(grid, real, kernel, output, stride, dilation, title)
    film = FuncAnimation(fig, update, frames=steps, interval=1000 / fps)
    film.save(path, writer=WRITERS[path.suffix], fps=fps, progress_callback=progress)
    plt.close(fig)
    return path


def _emulated(input, stride, before, after):
    """Insert zeros, then pad or crop each end; return the grid and where it holds the input."""
    real = insert_zeros(np.ones(input.shape, bool), stride)
    grid = insert_zeros(input, stride)
    crop = tuple(slice(max(0, -before), size - max(0, -after)) for size in grid.shape)
    ends = (max(0, before), max(0, after))
    return np.pad(grid[crop], ends), np.pad(real[crop], ends)


def _scene(grid, real, kernel, output, stride, dilation, title):
    """Draw everything once; return the figure, how many steps it has, and what sets the n-th."""
    grid, real, kernel, output = map(np.atleast_2d, (grid, real, kernel, output))
    fig, axes = panels([grid.shape, kernel.shape, output.shape])
    draw_grid(axes[0], grid, color=INPUT, hollow=~real, title="input")
    draw_grid(axes[1], kernel, color=KERNEL, title=title)
    draw_grid(axes[2], output, color=OUTPUT, title="output")
    window = [_outline(axes[0]) for _ in range(kernel.size)]
    target = _outline(axes[2])
    numbers = axes[2].texts

    def update(step):
        for n, text in enumerate(numbers):
            text.set_visible(n <= step)
        row, column = divmod(step, output.shape[1])
        target.set_xy((column + 0.06, row + 0.06))
        for mark, (a, b) in zip(window, np.ndindex(*kernel.shape), strict=True):
            mark.set_xy((column * stride + b * dilation + 0.06, row * stride + a * dilation + 0.06))
        return [*numbers, target, *window]

    return fig, output.size, update


def _outline(ax):
    """Add a heavy edge for one cell, to be moved about."""
    return ax.add_patch(
        Rectangle((0.06, 0.06), 0.88, 0.88, fill=False, edgecolor=HIGHLIGHT, linewidth=2.4)
    )
