"""Transposed convolution in NumPy: the package behind the book."""

from .constructions import (
    conv_transpose_by_emulation,
    conv_transpose_by_matrix,
    conv_transpose_by_scatter,
    conv_transpose_by_subpixel,
    insert_zeros,
    pixel_shuffle,
    rotate180,
)
from .frameworks import (
    ConvTransposeLayer,
    weight_from_jax,
    weight_from_keras,
    weight_to_jax,
    weight_to_keras,
)
from .kernels import (
    bilinear_kernel,
    diagonal_weight,
    nearest_kernel,
    overlap_count,
    stacked_overlap_count,
)
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
from .relationships import RELATIONSHIPS
from .shapes import (
    conv_output_size,
    conv_transpose_output_size,
    emulating_convolution,
    required_output_padding,
)
from .solver import solve_conv_transpose

__all__ = [
    "RELATIONSHIPS",
    "ConvTransposeLayer",
    "bilinear_kernel",
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
    "conv_transpose_by_emulation",
    "conv_transpose_by_matrix",
    "conv_transpose_by_scatter",
    "conv_transpose_by_subpixel",
    "conv_transpose_output_size",
    "convolution_matrix",
    "diagonal_weight",
    "emulating_convolution",
    "insert_zeros",
    "nearest_kernel",
    "overlap_count",
    "pixel_shuffle",
    "required_output_padding",
    "rotate180",
    "solve_conv_transpose",
    "stacked_overlap_count",
    "weight_from_jax",
    "weight_from_keras",
    "weight_to_jax",
    "weight_to_keras",
]
