"""The book's explorers: ipywidgets in a notebook, alive without a kernel in the published page."""

from ._assets import page_script, page_style
from .convolution_explorer import ConvolutionExplorer

__all__ = ["ConvolutionExplorer", "page_script", "page_style"]
