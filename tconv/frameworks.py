"""One transposed-convolution layer, as PyTorch, Keras, JAX and ONNX write it.

The frameworks compute the same thing and differ in what they crop. `ConvTransposeLayer` holds the
crop itself, start and end apart; what each framework calls padding is read into it and written from
it. Weights are PyTorch's, ``(C_in, C_out/groups, *kernel)``, which are ONNX's too; the functions at
the end translate the others. Keras and JAX put the channels of input and output last.
"""

import math
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ._validation import integer, per_axis
from .constructions import rotate180


@dataclass(frozen=True)
class ConvTransposeLayer:
    """Settings of a transposed convolution, with the crop made explicit.

    Parameters
    ----------
    kernel_size : tuple of int
        One entry per spatial axis; every other setting but `groups` is one integer or as many.
    stride, dilation : int or tuple of int
    crop_start, crop_end : int or tuple of int
        How many positions of the full output, ``stride * (i - 1) + dilation * (k - 1) + 1`` long,
        are cut off at either end. A negative number appends positions that hold only the bias.
    groups : int

    Raises
    ------
    TypeError, ValueError
        For a setting that is no integer or out of range. The methods ``to_*`` raise a ValueError if
        the framework has no such layer: it says which setting is at fault and what comes closest.

    Examples
    --------
    Keras's "same" crops the odd position at the end, PyTorch at the start:

    >>> ConvTransposeLayer.from_keras((3,), strides=2, padding="same").crops
    [(0, 1)]
    >>> ConvTransposeLayer.from_pytorch((3,), stride=2, padding=1, output_padding=1).to_jax()
    {'strides': (2,), 'padding': [(1, 2)], 'rhs_dilation': (1,)}
    """

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...] = 1
    crop_start: tuple[int, ...] = 0
    crop_end: tuple[int, ...] = 0
    dilation: tuple[int, ...] = 1
    groups: int = 1

    def __post_init__(self):
        if not isinstance(self.kernel_size, tuple | list) or not self.kernel_size:
            raise TypeError(
                f"kernel_size must be a tuple with one entry per axis, got {self.kernel_size!r}"
            )
        for name in ("kernel_size", "stride", "dilation", "crop_start", "crop_end"):
            minimum = -math.inf if name.startswith("crop") else 1
            object.__setattr__(self, name, self._per_axis(name, getattr(self, name), minimum))
        integer("groups", self.groups, 1)

    def _per_axis(self, name, value, minimum=0):
        return per_axis(name, value, len(self.kernel_size), minimum)

    @property
    def span(self):
        """Positions that the dilated kernel covers, ``dilation * (kernel_size - 1) + 1``."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True))

    @property
    def crops(self):
        """``(crop_start, crop_end)`` of each axis."""
        return list(zip(self.crop_start, self.crop_end, strict=True))

    @property
    def _limit(self):
        return tuple(map(max, self.stride, self.dilation))

    def _output_padding(self, value, limit, meaning):
        checked = self._per_axis("output_padding", value)
        if any(op >= most for op, most in zip(checked, limit, strict=True)):
            raise ValueError(
                f"output_padding must be smaller than {meaning} = {limit}, got {value}"
            )
        return checked

    def _with_crops(self, crops):
        start, end = zip(*crops, strict=True)
        return replace(self, crop_start=start, crop_end=end)

    def _exactly(self, framework, closest, settings):
        if closest == self:
            return settings
        rest = [(a - c, b - e) for (a, b), (c, e) in zip(self.crops, closest.crops, strict=True)]
        raise ValueError(
            f"{framework} has no layer with crop_start={self.crop_start}, crop_end={self.crop_end}."
            f" Closest: {settings}, then crop {rest} of its output"
            " (start and end of each axis; negative: append the bias)"
        )

    @classmethod
    def from_pytorch(
        cls, kernel_size, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
    ):
        """Read the arguments of ``torch.nn.ConvTranspose{1,2,3}d``.

        >>> ConvTransposeLayer.from_pytorch((3,), stride=2, padding=1, output_padding=1).crops
        [(1, 0)]
        """
        layer = cls(kernel_size, stride=stride, dilation=dilation, groups=groups)
        padding = layer._per_axis("padding", padding)
        back = layer._output_padding(output_padding, layer._limit, "max(stride, dilation)")
        return layer._with_crops((p, p - op) for p, op in zip(padding, back, strict=True))

    def to_pytorch(self):
        """Write the arguments of ``torch.nn.ConvTranspose{1,2,3}d``.

        >>> ConvTransposeLayer((3,), stride=2, crop_start=1).to_pytorch()["output_padding"]
        (1,)
        """
        axes = list(zip(self.crops, self._limit, strict=True))
        back = tuple(min(max(a - b, 0), limit - 1) for (a, b), limit in axes)
        settings = {
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "padding": tuple(
                max(min(a, b + op), 0) for (a, b), op in zip(self.crops, back, strict=True)
            ),
            "output_padding": back,
            "groups": self.groups,
            "dilation": self.dilation,
        }
        return self._exactly("PyTorch", self.from_pytorch(**settings), settings)

    @classmethod
    def from_keras(
        cls, kernel_size, *, strides=1, padding="valid", output_padding=None, dilation_rate=1
    ):
        """Read the arguments of ``keras.layers.Conv{1,2,3}DTranspose``.

        >>> ConvTransposeLayer.from_keras((2,), strides=3, padding="same").crops
        [(0, -1)]
        """
        layer = cls(kernel_size, stride=strides, dilation=dilation_rate)
        if max(layer.stride) > 1 and max(layer.dilation) > 1:
            raise ValueError(
                f"dilation_rate={layer.dilation} needs strides=1 in Keras, got {layer.stride}. "
                "Closest: dilation_rate=1 and a kernel with zeros inserted by insert_zeros"
            )
        if padding not in ("same", "valid"):
            raise ValueError(f"padding must be 'same' or 'valid', got {padding!r}")
        back = [None] * len(layer.stride)
        if output_padding is not None:
            back = layer._output_padding(output_padding, layer.stride, "strides")
        axes = zip(layer.span, layer.stride, back, strict=True)
        return layer._with_crops(_same_or_valid(padding, *axis) for axis in axes)

    def to_keras(self):
        """Write the arguments of ``keras.layers.Conv{1,2,3}DTranspose``.

        >>> ConvTransposeLayer((4, 4), stride=2, crop_start=1, crop_end=1).to_keras()["padding"]
        'same'
        """
        if self.groups > 1:
            raise ValueError(
                f"Keras has no transposed convolution with groups, got {self.groups}. Closest: one "
                "layer for each group of channels, their outputs joined by keras.layers.Concatenate"
            )
        settings = {"kernel_size": self.kernel_size, "strides": self.stride}
        settings["dilation_rate"] = self.dilation
        choices = product(
            ("same", "valid"), (None, *product(*(range(s)[::-1] for s in self.stride)))
        )
        for settings["padding"], settings["output_padding"] in choices:
            layer = self.from_keras(**settings)
            if layer == self:
                break
        return self._exactly("Keras", layer, settings)

    @classmethod
    def from_jax(cls, kernel_size, *, strides, padding, rhs_dilation=None):
        """Read the arguments of ``jax.lax.conv_transpose``.

        Its ``transpose_kernel`` is a matter of the weight alone: see `weight_from_jax`.

        >>> ConvTransposeLayer.from_jax((3,), strides=2, padding=[(1, 2)]).crops
        [(1, 0)]
        """
        layer = cls(kernel_size, stride=strides, dilation=rhs_dilation or 1)
        if padding in ("SAME", "VALID"):
            axes = zip(layer.span, layer.stride, strict=True)
            return layer._with_crops(_same_or_valid(padding.lower(), k, s, None) for k, s in axes)
        if isinstance(padding, str) or np.shape(padding) != (len(layer.span), 2):
            raise ValueError(
                f"padding must be 'SAME', 'VALID' or {len(layer.span)} pairs, got {padding!r}"
            )
        pairs = zip(layer.span, padding, strict=True)
        return layer._with_crops((k - 1 - a, k - 1 - b) for k, (a, b) in pairs)

    def to_jax(self):
        """Write the arguments of ``jax.lax.conv_transpose``, for either ``transpose_kernel``.

        >>> ConvTransposeLayer((3,), stride=2, crop_end=1).to_jax()["padding"]
        [(2, 1)]
        """
        padding = [(k - 1 - a, k - 1 - b) for k, (a, b) in zip(self.span, self.crops, strict=True)]
        if self.groups > 1:
            raise ValueError(
                f"jax.lax.conv_transpose has no groups, got {self.groups}. Closest: "
                f"jax.lax.conv_general_dilated with padding={padding}, lhs_dilation={self.stride}, "
                f"rhs_dilation={self.dilation} and feature_group_count={self.groups}"
            )
        return {"strides": self.stride, "padding": padding, "rhs_dilation": self.dilation}

    @classmethod
    def from_onnx(
        cls, kernel_shape, *, strides=1, pads=(), auto_pad="NOTSET", output_padding=0,
        output_shape=None, dilations=1, group=1, input_size=None,
    ):  # fmt: skip
        """Read the attributes of ONNX's ``ConvTranspose``; `output_shape` needs `input_size` too.

        >>> ConvTransposeLayer.from_onnx((3,), strides=2, auto_pad="SAME_UPPER").crops
        [(0, 1)]
        """
        layer = cls(kernel_shape, stride=strides, dilation=dilations, groups=group)
        back = layer._output_padding(output_padding, layer._limit, "max(strides, dilations)")
        ndim = len(back)
        if auto_pad not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
            raise ValueError(
                f"auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, got {auto_pad!r}"
            )
        if output_shape is None and not auto_pad.startswith("SAME"):
            pads = per_axis("pads", pads or 0, 2 * ndim, 0)
            ends = [end - op for end, op in zip(pads[ndim:], back, strict=True)]
            return layer._with_crops(zip(pads[:ndim], ends, strict=True))
        if pads:
            raise ValueError(f"pads must be left out beside output_shape or SAME, got {pads!r}")
        if output_shape is None:
            input_size, output_shape = 1, layer.stride  # every size needs the same pads
        output_shape = layer._per_axis("output_shape", output_shape, 1)
        input_size = layer._per_axis("input_size", input_size, 1)
        axes = zip(layer.stride, input_size, layer.span, back, output_shape, strict=True)
        crops = []
        for s, i, k, op, out in axes:
            total = s * (i - 1) + k + op - out
            if total < 0:
                raise ValueError(
                    f"pads must not be negative, but an output of {out} needs {total} in all and "
                    f"runtimes disagree there. Closest: no pads, output_padding={op - total}"
                )
            start = total // 2 if auto_pad == "SAME_UPPER" else total - total // 2
            crops.append((start, total - start - op))
        return layer._with_crops(crops)

    def to_onnx(self):
        """Write the attributes of ONNX's ``ConvTranspose``, with explicit pads.

        >>> ConvTransposeLayer((3,), stride=2, crop_start=1, crop_end=-1).to_onnx()["pads"]
        [1, 0]
        """
        pads = [max(a, 0) for a in (*self.crop_start, *self.crop_end)]
        back = [min(max(-b, 0), s - 1) for b, s in zip(self.crop_end, self.stride, strict=True)]
        settings = {
            "kernel_shape": list(self.kernel_size),
            "strides": list(self.stride),
            "pads": pads,
            "output_padding": back,
            "dilations": list(self.dilation),
            "group": self.groups,
        }
        return self._exactly("ONNX", self.from_onnx(**settings), settings)


def _same_or_valid(padding, span, stride, output_padding):
    """Crop of one axis under the padding that Keras and JAX name (`output_padding` is Keras's)."""
    if padding == "valid":
        return 0, min(span - stride, 0) if output_padding is None else -output_padding
    crop = span - (stride if output_padding is None else span % 2 + output_padding)
    return max(crop // 2, 0), crop - max(crop // 2, 0)


def weight_to_keras(weight):
    """PyTorch's weight ``(C_in, C_out, *kernel)`` as Keras's ``(*kernel, C_out, C_in)``.

    >>> weight_to_keras(np.zeros((2, 3, 5, 7))).shape
    (5, 7, 3, 2)
    """
    return np.moveaxis(weight, (0, 1), (-1, -2))


def weight_from_keras(kernel):
    """Keras's kernel ``(*kernel, C_out, C_in)`` as PyTorch's weight ``(C_in, C_out, *kernel)``.

    >>> weight_from_keras(np.zeros((5, 7, 3, 2))).shape
    (2, 3, 5, 7)
    """
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def weight_to_jax(weight):
    """PyTorch's weight ``(C_in, C_out, *kernel)`` as JAX's ``(*kernel, C_in, C_out)``, rotated.

    JAX slides the kernel over the zero-inserted input as it is, so it has to come rotated by 180
    degrees. With ``transpose_kernel=True`` JAX takes Keras's kernel instead: `weight_to_keras`.

    >>> weight_to_jax([[[1, 10, 100]]]).ravel()
    array([100,  10,   1])
    """
    return np.moveaxis(rotate180(weight, np.ndim(weight) - 2), (0, 1), (-2, -1))


def weight_from_jax(kernel):
    """JAX's kernel ``(*kernel, C_in, C_out)`` as PyTorch's weight: the inverse of `weight_to_jax`.

    >>> weight_from_jax(weight_to_jax([[[1, 10, 100]]])).ravel()
    array([  1,  10, 100])
    """
    return rotate180(np.moveaxis(kernel, (-2, -1), (0, 1)), np.ndim(kernel) - 2)
