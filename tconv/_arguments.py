"""From the arguments of `operators` to the arrays and the geometry of `_core`, checked on the way.

The public functions here take what their namesakes in `operators` take, after the number of
spatial axes.
"""

import numpy as np

from . import _core
from ._validation import integer, numeric_array, per_axis, same_dtype
from .shapes import conv_output_size, conv_transpose_output_size, required_output_padding


def conv(ndim, input, weight, bias, stride, padding, dilation, groups):
    input, weight, bias = _numbers(input=input, weight=weight, bias=bias)
    image, weight = _grouped(ndim, input, weight, groups, facing=2)
    geometry = _direct_geometry(image.shape[3:], weight.shape[3:], stride, padding, dilation)
    shape = _output_shape(input.shape, weight.shape[0] * weight.shape[1], geometry.map_size)
    bias = _per_channel(bias, shape, ndim)
    output = _core.direct(image, weight, geometry).reshape(shape)
    return output if bias is None else output + bias


def conv_transpose(ndim, input, weight, bias, stride, padding, output_padding, groups, dilation):
    input, weight, bias = _numbers(input=input, weight=weight, bias=bias)
    map_, weight = _grouped(ndim, input, weight, groups, facing=1)
    settings = _settings(ndim, stride, padding, dilation)
    size = conv_transpose_output_size(
        map_.shape[3:],
        weight.shape[3:],
        output_padding=per_axis("output_padding", output_padding, ndim, 0),
        **settings,
    )
    geometry = _core.Geometry(size, map_.shape[3:], weight.shape[3:], **settings)
    shape = _output_shape(input.shape, weight.shape[0] * weight.shape[2], size)
    bias = _per_channel(bias, shape, ndim)
    output = _core.transposed(map_, weight, geometry).reshape(shape)
    return output if bias is None else output + bias


def input_grad(ndim, input_shape, weight, grad_output, stride, padding, dilation, groups):
    grad_output, weight = _numbers(grad_output=grad_output, weight=weight)
    settings = _settings(ndim, stride, padding, dilation)
    input = _placeholder("input_shape", input_shape, weight.dtype)
    _check_gradient(ndim, input, weight, grad_output, settings, groups)
    output_padding = required_output_padding(input.shape[-ndim:], weight.shape[-ndim:], **settings)
    return conv_transpose(
        ndim,
        grad_output,
        weight.conj(),
        None,
        output_padding=output_padding,
        groups=groups,
        **settings,
    )


def weight_grad(ndim, input, weight_shape, grad_output, stride, padding, dilation, groups):
    input, grad_output = _numbers(input=input, grad_output=grad_output)
    settings = _settings(ndim, stride, padding, dilation)
    placeholder = _placeholder("weight_shape", weight_shape, input.dtype)
    image, weight, geometry = _check_gradient(
        ndim, input, placeholder, grad_output, settings, groups
    )
    map_ = grad_output.reshape(*image.shape[:2], weight.shape[1], *geometry.map_size)
    return _core.weight_gradient(image.conj(), map_, geometry).reshape(placeholder.shape)


def _numbers(**arrays):
    """The arrays, of one numeric dtype; a missing bias stays None."""
    arrays = {
        n: None if n == "bias" and a is None else numeric_array(n, a) for n, a in arrays.items()
    }
    same_dtype(**{name: array for name, array in arrays.items() if array is not None})
    return arrays.values()


def _grouped(ndim, input, weight, groups, facing):
    """Input as ``(N, G, C, *spatial)``, weight as ``(G, O, C, *kernel_size)``.

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
    channels = groups * weight.shape[facing]
    if input.shape[1] != channels:
        raise ValueError(
            f"input must have the {channels} channels that weight and groups = {groups} ask for, "
            f"got {input.shape[1]}"
        )
    return input.reshape(
        len(input), groups, -1 if input.size else channels // groups, *input.shape[2:]
    ), weight


def _settings(ndim, stride, padding, dilation):
    return {
        "stride": per_axis("stride", stride, ndim, 1),
        "padding": per_axis("padding", padding, ndim, 0),
        "dilation": per_axis("dilation", dilation, ndim, 1),
    }


def _direct_geometry(input_size, kernel_size, stride, padding, dilation):
    ndim = len(kernel_size)
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise ValueError(f"padding must be 'same', 'valid', or integers, got {padding!r}")
    settings = _settings(ndim, stride, 0 if isinstance(padding, str) else padding, dilation)
    if not isinstance(padding, str) or padding == "valid":
        size = conv_output_size(input_size, kernel_size, **settings)
        return _core.Geometry(input_size, size, kernel_size, **settings)
    if max(settings["stride"]) > 1:
        raise ValueError(f"padding='same' needs stride 1, got stride {stride!r}")
    # An odd number of zeros puts the extra one at the end, where the geometry implies it.
    settings["padding"] = tuple(
        d * (k - 1) // 2 for d, k in zip(settings["dilation"], kernel_size, strict=True)
    )
    return _core.Geometry(input_size, input_size, kernel_size, **settings)


def _output_shape(input_shape, channels, size):
    """The shape of the output: bare, unbatched or batched as the input's."""
    leading = {0: (), 1: (channels,), 2: (*input_shape[:1], channels)}
    return leading[len(input_shape) - len(size)] + size


def _per_channel(bias, output_shape, ndim):
    """The bias, shaped to be added to the output; a bare output takes a single number."""
    if bias is None:
        return None
    expected = output_shape[:-ndim][-1:]
    if bias.shape != expected:
        raise ValueError(f"bias must have shape {expected}, got {bias.shape}")
    return bias.reshape(expected + (1,) * ndim)


def _placeholder(name, shape, dtype):
    """An array of that shape that takes no memory: its shape is all that is read."""
    if not isinstance(shape, tuple | list):
        shape = (shape,)
    return np.broadcast_to(dtype.type(0), tuple(integer(name, size, 0) for size in shape))


def _check_gradient(ndim, input, weight, grad_output, settings, groups):
    image, weight = _grouped(ndim, input, weight, groups, facing=2)
    geometry = _direct_geometry(image.shape[3:], weight.shape[3:], **settings)
    expected = _output_shape(input.shape, weight.shape[0] * weight.shape[1], geometry.map_size)
    if grad_output.shape != expected:
        raise ValueError(
            f"grad_output must have the shape of the output, {expected}, got {grad_output.shape}"
        )
    return image, weight, geometry
