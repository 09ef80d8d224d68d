"""One transposed-convolution layer, as PyTorch, Keras, JAX and ONNX write it.

The frameworks compute the same thing and differ in what they crop. `ConvTransposeLayer` holds the
crop itself, start and end apart; what each framework calls padding is read into it and written from
it. Weights are PyTorch's, ``(C_in, C_out/groups, *kernel)``, which are ONNX's too; the functions at
the end translate the others. Keras and JAX put the channels of input and output last.
"""

from dataclasses import dataclass, replace

import numpy as np

from ._validation import MAX_INTEGER, integer, per_axis
from .constructions import rotate180

_AUTO_PAD = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")


@dataclass(frozen=True)
class ConvTransposeLayer:
    """Settings of a transposed convolution, with the crop made explicit.

    Parameters
    ----------
    kernel_size : tuple of int
        One entry per spatial axis; every other setting but ``groups`` is one integer or as many.
    stride, dilation : int or tuple of int
    crop_start, crop_end : int or tuple of int
        How many positions of the full output, ``stride * (i - 1) + dilation * (k - 1) + 1`` long,
        are cut off at either end. A negative number appends positions that hold only the bias.
    groups : int

    Raises
    ------
    TypeError, ValueError
        For a setting that is no integer or out of range. The methods ``to_*`` raise a ValueError
        where the framework has no such layer, with what comes closest.

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
            raise TypeError(f"kernel_size must be a non-empty tuple, got {self.kernel_size!r}")
        for name in ("kernel_size", "stride", "dilation", "crop_start", "crop_end"):
            minimum = -MAX_INTEGER if name.startswith("crop") else 1
            value = self._per_axis(name, getattr(self, name), minimum)
            object.__setattr__(self, name, tuple(value.tolist()))
        integer("groups", self.groups, 1)

    def _per_axis(self, name, value, minimum=0):
        return np.array(per_axis(name, value, len(self.kernel_size), minimum))

    def _output_padding(self, value, meaning, limit):
        checked = self._per_axis("output_padding", value)
        if np.any(checked >= limit):
            raise ValueError(f"output_padding must be below {meaning} = {limit}, got {value}")
        return checked

    def _arrays(self):
        """Span of the dilated kernel, stride and the largest stride or dilation of each axis."""
        stride, dilation = np.array(self.stride), np.array(self.dilation)
        return dilation * (np.array(self.kernel_size) - 1) + 1, stride, np.maximum(stride, dilation)

    def _with_crops(self, start, end):
        return replace(self, crop_start=tuple(start), crop_end=tuple(end))

    def _named(self, *names):
        """Kernel size, stride, dilation and groups under a framework's names."""
        values = self.kernel_size, self.stride, self.dilation, self.groups
        return dict(zip(names, values, strict=False))  # Keras and JAX have no groups

    def _without_groups(self, framework, closest):
        if self.groups > 1:
            raise ValueError(f"{framework} has no groups, got {self.groups}. Closest: {closest}")

    def _exactly(self, framework, closest, settings):
        if closest == self:
            return settings
        rest = np.subtract(self.crops, closest.crops).tolist()
        raise ValueError(
            f"{framework} has no layer with crop_start={self.crop_start}, crop_end={self.crop_end}."
            f" Closest: {settings}, then crop {rest} of its output (negative: append the bias)"
        )

    @property
    def crops(self):
        """``(crop_start, crop_end)`` of each axis."""
        return list(zip(self.crop_start, self.crop_end, strict=True))

    @classmethod
    def from_pytorch(
        cls, kernel_size, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
    ):
        """Read the arguments of ``torch.nn.ConvTranspose{1,2,3}d``.

        >>> ConvTransposeLayer.from_pytorch((3,), stride=2, padding=1, output_padding=1).crops
        [(1, 0)]
        """
        layer = cls(kernel_size, stride=stride, dilation=dilation, groups=groups)
        _, _, limit = layer._arrays()
        padding = layer._per_axis("padding", padding)
        back = layer._output_padding(output_padding, "max(stride, dilation)", limit)
        return layer._with_crops(padding, padding - back)

    def to_pytorch(self):
        """Write the arguments of ``torch.nn.ConvTranspose{1,2,3}d``.

        >>> ConvTransposeLayer((3,), stride=2, crop_start=1).to_pytorch()["output_padding"]
        (1,)
        """
        _, _, limit = self._arrays()
        back = np.clip(np.subtract(self.crop_start, self.crop_end), 0, limit - 1)
        padding = np.maximum(np.minimum(self.crop_start, self.crop_end + back), 0)
        settings = self._named("kernel_size", "stride", "dilation", "groups")
        settings["padding"] = tuple(padding.tolist())
        settings["output_padding"] = tuple(back.tolist())
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
        if output_padding is not None:
            output_padding = layer._output_padding(output_padding, "strides", layer.stride)
        return layer._with_crops(*layer._same_or_valid(padding, output_padding))

    def _same_or_valid(self, padding, output_padding=None):
        """Crops under the padding that Keras and JAX name; `output_padding` is Keras's."""
        span, stride, _ = self._arrays()
        if padding == "valid":
            back = np.maximum(stride - span, 0) if output_padding is None else output_padding
            return np.zeros_like(span), -back
        total = span - (stride if output_padding is None else span % 2 + output_padding)
        start = np.maximum(total // 2, 0)
        return start, total - start

    def to_keras(self):
        """Write the arguments of ``keras.layers.Conv{1,2,3}DTranspose``.

        >>> ConvTransposeLayer((4, 4), stride=2, crop_start=1, crop_end=1).to_keras()["padding"]
        'same'
        """
        self._without_groups("Keras", "a layer per group")
        settings = self._named("kernel_size", "strides", "dilation_rate")
        span, stride, _ = self._arrays()
        for padding, full in ("same", span - span % 2), ("valid", np.zeros_like(span)):
            back = np.clip(full - np.sum(self.crops, axis=1), 0, stride - 1)
            for output_padding in (None, tuple(back.tolist())):
                settings |= {"padding": padding, "output_padding": output_padding}
                if self.from_keras(**settings) == self:
                    return settings
        return self._exactly("Keras", self.from_keras(**settings), settings)

    @classmethod
    def from_jax(cls, kernel_size, *, strides, padding, rhs_dilation=None):
        """Read the arguments of ``jax.lax.conv_transpose``.

        Its ``transpose_kernel`` is a matter of the weight alone: see `weight_to_jax`.

        >>> ConvTransposeLayer.from_jax((3,), strides=2, padding=[(1, 2)]).crops
        [(1, 0)]
        """
        dilation = 1 if rhs_dilation is None else rhs_dilation
        layer = cls(kernel_size, stride=strides, dilation=dilation)
        if padding in ("SAME", "VALID"):
            return layer._with_crops(*layer._same_or_valid(padding.lower()))
        if np.shape(padding) != (len(layer.stride), 2):
            raise ValueError(f"padding must be SAME, VALID or a pair per axis, got {padding!r}")
        span, _, _ = layer._arrays()
        return layer._with_crops(*(span - 1 - np.transpose(padding)))

    def to_jax(self):
        """Write the arguments of ``jax.lax.conv_transpose``, for either ``transpose_kernel``.

        >>> ConvTransposeLayer((3,), stride=2, crop_end=1).to_jax()["padding"]
        [(2, 1)]
        """
        closest = f"conv_general_dilated, with feature_group_count and lhs_dilation={self.stride}"
        self._without_groups("jax.lax.conv_transpose", closest)
        span, _, _ = self._arrays()
        padding = list(map(tuple, (span - 1 - np.transpose(self.crops)).T.tolist()))
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
        span, stride, limit = layer._arrays()
        back = layer._output_padding(output_padding, "max(strides, dilations)", limit)
        if auto_pad not in _AUTO_PAD:
            raise ValueError(f"auto_pad must be one of {_AUTO_PAD}, got {auto_pad!r}")
        if pads and (auto_pad != "NOTSET" or output_shape is not None):
            raise ValueError(f"pads must be left out beside auto_pad or output_shape, got {pads}")
        if auto_pad.startswith("SAME") and output_shape is None:
            input_size, output_shape = 1, layer.stride  # every size needs the same pads
        if output_shape is None:
            start, end = np.reshape(per_axis("pads", pads or 0, 2 * len(span), 0), (2, -1))
            return layer._with_crops(start, end - back)
        size = layer._per_axis("input_size", input_size, 1)
        total = stride * (size - 1) + span + back - layer._per_axis("output_shape", output_shape, 1)
        if total.min() < 0:
            raise ValueError(
                f"pads must not be negative, but output_shape={output_shape} needs {total} in all. "
                "Closest, for runtimes disagree there: no pads and a larger output_padding"
            )
        start = (total + (auto_pad != "SAME_UPPER")) // 2
        return layer._with_crops(start, total - start - back)

    def to_onnx(self):
        """Write the attributes of ONNX's ``ConvTranspose``, with explicit pads.

        >>> ConvTransposeLayer((3,), stride=2, crop_start=1, crop_end=-1).to_onnx()["pads"]
        [1, 0]
        """
        named = self._named("kernel_shape", "strides", "dilations")
        settings = {name: list(value) for name, value in named.items()} | {"group": self.groups}
        settings["pads"] = np.maximum((*self.crop_start, *self.crop_end), 0).tolist()
        back = np.negative(self.crop_end)
        settings["output_padding"] = np.clip(back, 0, np.subtract(self.stride, 1)).tolist()
        return self._exactly("ONNX", self.from_onnx(**settings), settings)


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

    JAX does not rotate the kernel by 180 degrees, except with ``transpose_kernel=True``: then it
    takes what `weight_to_keras` gives.

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
