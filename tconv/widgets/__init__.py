"""Explorers and quizzes: ipywidgets in a notebook, alive without a kernel in the published page."""

from ._assets import page_script, page_style
from .adjoint_explorer import AdjointExplorer
from .convolution_explorer import ConvolutionExplorer
from .generator_explorer import GeneratorExplorer
from .overlap_explorer import OverlapExplorer
from .quiz import Quiz
from .shape_solver import ShapeSolver

__all__ = [
    "AdjointExplorer",
    "ConvolutionExplorer",
    "GeneratorExplorer",
    "OverlapExplorer",
    "Quiz",
    "ShapeSolver",
    "page_script",
    "page_style",
]
