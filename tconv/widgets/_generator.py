"""What the `GeneratorExplorer` runs: its samples, its weights in 8 bits, and what it may be."""

import math

import numpy as np
import traitlets

from ..shapes import conv_transpose_output_size

LARGEST_LATENT = 3
MOST_LAYERS, MOST_CHANNELS, LARGEST_SIZE = 6, 256, 64


def quantise(weight):
    """Round a transposed convolution's weights to whole numbers from −127 to 127.

    Parameters
    ----------
    weight : ndarray, shape (C_in, C_out, *kernel)

    Returns
    -------
    whole : ndarray of int8, shape (C_in, C_out, *kernel)
    scale : ndarray of float32, shape (C_out,)
        One step of each output channel: ``weight ≈ scale * whole``.

    Notes
    -----
    Symmetric quantisation per output channel: the largest weight of a channel becomes ±127, so that
    no weight is off by more than half a step, max|w| / 254.

    Examples
    --------
    >>> whole, scale = quantise(np.array([[[0.5, -1.27]], [[0.0, 0.013]]]))
    >>> whole[:, 0].tolist(), f"{scale[0]:.4f}"
    ([[50, -127], [0, 1]], '0.0100')
    """
    weight = np.asarray(weight, dtype=np.float32)
    largest = np.abs(weight).max(axis=(0, *range(2, weight.ndim)))
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    whole = np.rint(weight / scale.reshape(-1, *[1] * (weight.ndim - 2)))
    return whole.astype(np.int8), scale


def sample(seed, size):
    """Draw latent numbers, the same in Python and in the page's JavaScript.

    Parameters
    ----------
    seed : int
    size : int

    Returns
    -------
    list of float
        Normally distributed, to two decimals, cut at ±3.

    Notes
    -----
    The uniform numbers are mulberry32's, made normal by the formula of Box and Muller.

    Examples
    --------
    >>> sample(7, 4) == sample(7, 6)[:4]
    True
    """
    uniform = _mulberry32(seed)
    numbers = []
    while len(numbers) < size:
        radius = math.sqrt(-2 * math.log(1 - next(uniform)))
        angle = 2 * math.pi * next(uniform)
        numbers += [radius * math.cos(angle), radius * math.sin(angle)]
    return [_fit(number) for number in numbers[:size]]


def _mulberry32(state):
    mask = 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & mask
        mixed = ((state ^ state >> 15) * (state | 1)) & mask
        mixed = ((mixed + (mixed ^ mixed >> 7) * (mixed | 61)) ^ mixed) & mask
        yield (mixed ^ mixed >> 14) / 2**32


def _fit(number):
    """Round to two decimals, half up as JavaScript does, and cut at ±3."""
    return max(-LARGEST_LATENT, min(LARGEST_LATENT, math.floor(100 * number + 0.5) / 100))


def mix(start, end, percent):
    """Go from one latent vector towards another, on an arc.

    Notes
    -----
    cos(θ)·start + sin(θ)·end. Since cos² + sin² = 1, what lies between two normally distributed
    vectors is normally distributed too. On the straight line it would be too short.

    Examples
    --------
    >>> mix([1, 0], [0, 1], 50)
    [0.71, 0.71]
    """
    angle = math.pi / 2 * percent / 100
    return [
        _fit(math.cos(angle) * a + math.sin(angle) * b) for a, b in zip(start, end, strict=True)
    ]


class LatentVector(traitlets.TraitType):
    """A list of finite numbers from −3 to 3, held as ``float``; empty by default."""

    default_value = ()
    info_text = f"a list of finite numbers from -{LARGEST_LATENT} to {LARGEST_LATENT}"

    def validate(self, obj, value):
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            self.error(obj, value)
        if array.ndim != 1 or not (np.abs(array) <= LARGEST_LATENT).all():
            self.error(obj, value)
        return array.tolist()


def checked_layers(layers):
    """Return the layers with every argument given, if the page can run them."""
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"layers must be 1 to {MOST_LAYERS} layers, got {len(layers)}")
    checked, channels, size = [], None, 1
    for n, given in enumerate(layers):
        layer = {"bias": None, "stride": 1, "padding": 0} | given
        if unknown := layer.keys() - {"weight", "bias", "stride", "padding"}:
            raise ValueError(
                f"layers[{n}] must have weight, bias, stride and padding only, "
                f"got {sorted(unknown)}"
            )
        weight = np.asarray(layer["weight"], dtype=np.float32)
        if weight.ndim != 4 or weight.shape[2] != weight.shape[3]:
            raise ValueError(
                f"weight of layers[{n}] must have shape (C_in, C_out, k, k), got {weight.shape}"
            )
        if channels not in (None, weight.shape[0]):
            raise ValueError(
                f"layers[{n}] must take the {channels} channels of the layer before, "
                f"got {weight.shape[0]}"
            )
        if max(weight.shape[:2]) > MOST_CHANNELS:
            raise ValueError(
                f"layers[{n}] must have at most {MOST_CHANNELS} channels, got {weight.shape[:2]}"
            )
        if layer["stride"] > weight.shape[2]:
            raise ValueError(
                f"stride of layers[{n}] must be at most the kernel size {weight.shape[2]}, "
                f"got {layer['stride']}"
            )
        channels = weight.shape[1]
        options = {name: layer[name] for name in ("stride", "padding")}
        size = conv_transpose_output_size(size, weight.shape[2], **options)
        bias = np.zeros(channels) if layer["bias"] is None else np.asarray(layer["bias"])
        checked.append({"weight": weight, "bias": bias.astype(np.float32), **options})
    if channels != 1 or size > LARGEST_SIZE:
        raise ValueError(
            f"the last layer must give 1 channel of at most {LARGEST_SIZE} × {LARGEST_SIZE}, "
            f"got {channels} of {size} × {size}"
        )
    return checked
