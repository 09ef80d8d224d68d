"""From the arguments of `operators` to the arrays and the geometry of `_core`, checked on the way.

The public functions here take what their namesakes in `operators` take, after the number of
spatial axes.
"""

import numpy as np

from . import _core
from ._validation import affordable, integer, numeric_arrays, per_axis
from .shapes import conv_output_size, conv_transpose_output_size, required_output_padding


def conv(ndim, input, weight, bias, stride, padding, dilation, groups):
    input, weight, bias = numeric_arrays(input=input, weight=weight, bias=bias)
    image, weight, bias = grouped(ndim, input, weight, bias, groups, facing=2)
    geometry = _direct_geometry(image, weight, stride, padding, dilation)
    return _finished(_core.direct(image, weight, geometry), bias, input)


def conv_transpose(ndim, input, weight, bias, stride, padding, output_padding, groups, dilation):
    input, weight, bias = numeric_arrays(input=input, weight=weight, bias=bias)
    map_, weight, bias = grouped(ndim, input, weight, bias, groups, facing=1)
    map_size, kernel_size = map_.shape[3:], weight.shape[3:]
    settings = _settings(ndim, stride, padding, dilation)
    back = per_axis("output_padding", output_padding, ndim, 0)
    size = conv_transpose_output_size(map_size, kernel_size, output_padding=back, **settings)
    geometry = _core.Geometry(size, map_size, kernel_size, **settings)
    return _finished(_core.transposed(map_, weight, geometry), bias, input)


def input_grad(ndim, input_shape, weight, grad_output, stride, padding, dilation, groups):
    grad_output, weight = numeric_arrays(grad_output=grad_output, weight=weight)
    input = _placeholder("input_shape", input_shape, weight.dtype)
    settings = _settings(ndim, stride, padding, dilation)
    _for_gradient(ndim, input, weight, grad_output, settings, groups)
    sizes = input.shape[-ndim:], weight.shape[-ndim:]
    settings["output_padding"] = required_output_padding(*sizes, **settings)
    return conv_transpose(ndim, grad_output, weight.conj(), None, groups=groups, **settings)


def weight_grad(ndim, input, weight_shape, grad_output, stride, padding, dilation, groups):
    input, grad_output = numeric_arrays(input=input, grad_output=grad_output)
    weight = _placeholder("weight_shape", weight_shape, input.dtype)
    settings = _settings(ndim, stride, padding, dilation)
    image, map_, geometry = _for_gradient(ndim, input, weight, grad_output, settings, groups)
    return _core.weight_gradient(image.conj(), map_, geometry).reshape(weight.shape)


def grouped(ndim, input, weight, bias, groups, facing):
    """Input ``(N, G, C, *spatial)``, weight ``(G, O, C, *kernel_size)``, bias to add to the output.

    `facing` is the axis of the grouped weight that meets the channels of the input.
    """
    bare = weight.ndim == ndim
    if weight.ndim not in (ndim, ndim + 2):
        raise ValueError(
            f"weight must have {ndim + 2} dimensions, or {ndim} for a bare kernel, "
            f"got shape {weight.shape}"
        )
    if input.ndim not in ((ndim,) if bare else (ndim + 1, ndim + 2)):
        allowed = f"{ndim}, as the bare kernel," if bare else f"{ndim + 1} or {ndim + 2}"
        raise ValueError(f"input must have {allowed} dimensions, got shape {input.shape}")
    groups = integer("groups", groups, 1)
    input = input.reshape((1,) * (ndim + 2 - input.ndim) + input.shape)
    weight = weight.reshape((1,) * (ndim + 2 - weight.ndim) + weight.shape)
    if 0 in weight.shape[:2] or weight.shape[0] % groups:
        raise ValueError(
            f"weight must have channels, the first of its axes divisible by groups = {groups}, "
            f"got shape {weight.shape}"
        )
    weight = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    channels, outputs = groups * weight.shape[facing], groups * weight.shape[3 - facing]
    if input.shape[1] != channels:
        raise ValueError(
            f"input must have the {channels} channels that weight and groups = {groups} ask for, "
            f"got {input.shape[1]}"
        )
    if bias is not None:
        expected = () if bare else (outputs,)
        if bias.shape != expected:
            raise ValueError(f"bias must have shape {expected}, got {bias.shape}")
        bias = bias.reshape(groups, -1, *(1,) * ndim)
    return input.reshape(len(input), groups, weight.shape[facing], *input.shape[2:]), weight, bias


def _for_gradient(ndim, input, weight, grad_output, settings, groups):
    """The direct convolution's grouped input, the grouped gradient of its output, its geometry."""
    image, weight, _ = grouped(ndim, input, weight, None, groups, facing=2)
    geometry = _direct_geometry(image, weight, **settings)
    map_shape = (*image.shape[:2], weight.shape[1], *geometry.map_size)
    expected = _output_shape(map_shape, input)
    if grad_output.shape != expected:
        raise ValueError(
            f"grad_output must have the shape of the output, {expected}, got {grad_output.shape}"
        )
    return image, grad_output.reshape(map_shape), geometry


def _settings(ndim, stride, padding, dilation):
    return {
        "stride": per_axis("stride", stride, ndim, 1),
        "padding": per_axis("padding", padding, ndim, 0),
        "dilation": per_axis("dilation", dilation, ndim, 1),
    }


def _direct_geometry(image, weight, stride, padding, dilation):
    input_size, kernel_size = image.shape[3:], weight.shape[3:]
    named = isinstance(padding, str)
    if named and padding not in ("same", "valid"):
        raise ValueError(f"padding must be 'same', 'valid', or integers, got {padding!r}")
    settings = _settings(len(kernel_size), stride, 0 if named else padding, dilation)
    if not named or padding == "valid":
        size = conv_output_size(input_size, kernel_size, **settings)
        return _core.Geometry(input_size, size, kernel_size, **settings)
    if max(settings["stride"]) > 1:
        raise ValueError(f"padding='same' needs stride 1, got stride {stride!r}")
    # An odd number of zeros puts the extra one at the end, where the geometry implies it.
    extents = zip(settings["dilation"], kernel_size, strict=True)
    settings["padding"] = tuple(d * (k - 1) // 2 for d, k in extents)
    return _core.Geometry(input_size, input_size, kernel_size, **settings)


def _output_shape(grouped_shape, input):
    """Shape of the output, ``(N, G, C, *size)``, with the leading axes that the input has."""
    n, groups, channels, *size = grouped_shape
    return (*(n, groups * channels)[len(size) + 2 - input.ndim :], *size)


def _finished(output, bias, input):
    """The output, ``(N, G, C, *size)``, plus the bias, in the shape that the input asks for."""
    if bias is not None:
        output += bias
    return output.reshape(_output_shape(output.shape, input))


def _placeholder(name, shape, dtype):
    """An array of that shape that takes no memory: its shape is all that is read."""
    shape = shape if isinstance(shape, tuple | list) else (shape,)
    sizes = tuple(integer(name, size, 0) for size in shape)
    return np.broadcast_to(np.empty((), dtype), affordable(sizes, dtype))
