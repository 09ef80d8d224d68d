"""Transposed convolution in NumPy: the package behind the book."""

from .matrix import convolution_matrix
from .operators import (
    conv1d,
    conv1d_input_grad,
    conv1d_weight_grad,
    conv2d,
    conv2d_input_grad,
    conv2d_weight_grad,
    conv3d,
    conv3d_input_grad,
    conv3d_weight_grad,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from .shapes import (
    conv_output_size,
    conv_transpose_output_size,
    emulating_convolution,
    required_output_padding,
    solve_conv_transpose,
)

__all__ = [
    "conv1d",
    "conv1d_input_grad",
    "conv1d_weight_grad",
    "conv2d",
    "conv2d_input_grad",
    "conv2d_weight_grad",
    "conv3d",
    "conv3d_input_grad",
    "conv3d_weight_grad",
    "conv_output_size",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_transpose_output_size",
    "convolution_matrix",
    "emulating_convolution",
    "required_output_padding",
    "solve_conv_transpose",
]
