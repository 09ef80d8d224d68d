"""Pictures of grids and matrices in the house palette, for the notes.

Every figure is drawn on white, so that it reads the same on a light and on a dark page. Colour
never carries the meaning alone: numbers, heavy edges and dashed edges do.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

INPUT = "#0072B2"
KERNEL = "#E69F00"
OUTPUT = "#009E73"
HIGHLIGHT = "#D55E00"
INK = "#1B1F24"
FAINT = "#8C959F"

TITLE_INCHES = 0.4


def panels(shapes, *, columns=None, cell=0.42):
    """Open a figure with one panel for each grid to be drawn.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Rows and columns of cells of each grid.
    columns : int, optional
        Panels in a row; all of them by default.
    cell : float
        Side of a cell in inches. Make it smaller where the cells hold no numbers.

    Returns
    -------
    fig : matplotlib.figure.Figure
    axes : list of matplotlib.axes.Axes
        One for each entry of `shapes`, without ticks or frame.

    Examples
    --------
    >>> fig, axes = panels([(4, 4), (3, 3)])
    >>> len(axes)
    2
    >>> plt.close(fig)
    """
    columns = columns or len(shapes)
    rows = [shapes[start : start + columns] for start in range(0, len(shapes), columns)]
    heights = [cell * max(shape[0] for shape in row) + TITLE_INCHES for row in rows]
    widths = [max(row[j][1] for row in rows if j < len(row)) for j in range(len(rows[0]))]
    fig, grid = plt.subplots(
        len(rows),
        columns,
        squeeze=False,
        figsize=(cell * (sum(widths) + columns - 1), sum(heights)),
        dpi=180,
        facecolor="white",
        layout="constrained",
        gridspec_kw={"width_ratios": widths, "height_ratios": heights},
    )
    axes = list(grid.flat)
    for ax in axes:
        ax.set_axis_off()
    return fig, axes[: len(shapes)]


def draw_grid(ax, values, *, color=INPUT, marked=None, hollow=None, title=""):
    """Draw an array as a grid of numbered cells.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like, shape (rows, columns)
    color : str
        Edge and tint of the cells: `INPUT`, `KERNEL` or `OUTPUT`.
    marked : array_like of bool, shape (rows, columns), optional
        Cells with a heavy edge in the highlight colour.
    hollow : array_like of bool, shape (rows, columns), optional
        Cells without a tint and with a dashed edge: padding and inserted zeros.
    title : str

    Examples
    --------
    >>> fig, (ax,) = panels([(2, 2)])
    >>> draw_grid(ax, [[2, 1], [4, 4]], marked=[[True, False], [False, False]], title="input")
    >>> [text.get_text() for text in ax.texts]
    ['2', '1', '4', '4']
    >>> plt.close(fig)
    """
    values = np.asarray(values)
    marked = np.zeros(values.shape, bool) if marked is None else np.asarray(marked)
    hollow = np.zeros(values.shape, bool) if hollow is None else np.asarray(hollow)
    for row, column in np.ndindex(*values.shape):
        _draw_cell(ax, row, column, color, hollow[row, column])
        ax.text(
            column + 0.5,
            row + 0.5,
            f"{values[row, column]:g}",
            ha="center",
            va="center",
            fontsize=14,
            color=FAINT if hollow[row, column] else INK,
            fontweight="bold" if marked[row, column] else "normal",
        )
    # On top of every cell, so that no neighbour's edge covers a heavy one.
    for row, column in np.argwhere(marked):
        ax.add_patch(
            Rectangle(
                (column + 0.06, row + 0.06),
                0.88,
                0.88,
                fill=False,
                edgecolor=HIGHLIGHT,
                linewidth=2.4,
            )
        )
    _frame(ax, values.shape, title)


def draw_matrix(ax, matrix, *, block=None, title=""):
    """Draw a small convolution matrix with its numbers, its zeros hollow.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like, shape (outputs, inputs)
    block : int, optional
        Draw a line after every `block` columns: one row of the image each.
    title : str

    Examples
    --------
    >>> fig, (ax,) = panels([(1, 4)])
    >>> draw_matrix(ax, [[1, 4, 1, 0]], block=4)
    >>> len(ax.patches)
    4
    >>> plt.close(fig)
    """
    matrix = np.asarray(matrix)
    draw_grid(ax, matrix, color=KERNEL, hollow=matrix == 0, title=title)
    rows, columns = matrix.shape
    for column in range(block or columns, columns, block or columns):
        ax.plot([column, column], [-0.1, rows + 0.1], color=INK, linewidth=1.5)


def draw_pattern(ax, matrix, *, title=""):
    """Draw where a matrix too large for numbers is non-zero.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like, shape (outputs, inputs)
    title : str

    Examples
    --------
    >>> fig, (ax,) = panels([(2, 3)])
    >>> draw_pattern(ax, [[7, 0, 0], [0, 7, 0]])
    >>> len(ax.patches)
    2
    >>> plt.close(fig)
    """
    matrix = np.asarray(matrix)
    for row, column in np.argwhere(matrix):
        ax.add_patch(
            Rectangle((column, row), 1, 1, facecolor=KERNEL, edgecolor="white", linewidth=0.5)
        )
    rows, columns = matrix.shape
    ax.plot(
        [0, columns, columns, 0, 0],
        [0, 0, rows, rows, 0],
        color=FAINT,
        linewidth=0.8,
        zorder=0,
    )
    _frame(ax, matrix.shape, title)


def _draw_cell(ax, row, column, color, hollow):
    """Add one cell: tinted with a firm edge, or hollow with a dashed one."""
    style = (
        {
            "facecolor": "white",
            "edgecolor": FAINT,
            "linestyle": (0, (2, 2)),
            "linewidth": 0.6,
        }
        if hollow
        else {"facecolor": color + "38", "edgecolor": color, "linewidth": 1.2}
    )
    ax.add_patch(Rectangle((column + 0.04, row + 0.04), 0.92, 0.92, **style))


def _frame(ax, shape, title):
    """Make the cells square, put row 0 on top and the title above."""
    rows, columns = shape
    ax.set(xlim=(-0.15, columns + 0.15), ylim=(rows + 0.15, -0.15), aspect="equal")
    ax.set_title(title, fontsize=12, color=INK)
