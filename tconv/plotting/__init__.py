"""Pictures of convolutions in the house palette, still and moving."""

from .animation import animate, guide_presets
from .figures import (
    FAINT,
    HIGHLIGHT,
    INK,
    INPUT,
    KERNEL,
    OUTPUT,
    draw_grid,
    draw_matrix,
    draw_pattern,
    panels,
)

__all__ = [
    "FAINT",
    "HIGHLIGHT",
    "INK",
    "INPUT",
    "KERNEL",
    "OUTPUT",
    "animate",
    "draw_grid",
    "draw_matrix",
    "draw_pattern",
    "guide_presets",
    "panels",
]
