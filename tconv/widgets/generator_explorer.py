"""A trained generator that runs in the page: from a few random numbers to an image."""

import base64

import numpy as np
import traitlets

from ..operators import conv_transpose2d
from ..shapes import conv_transpose_output_size
from ._assets import notebook_module, page_style
from ._base import Explorer, Selection, setting
from ._generator import MOST_CHANNELS, LatentVector, checked_layers, mix, quantise, sample

_SHADES = " ░▒▓█"


class GeneratorExplorer(Explorer):
    """A generator of transposed convolutions, run in the page with weights of 8 bits.

    Parameters
    ----------
    layers : sequence of dict
        For each layer the arguments of `tconv.conv_transpose2d`: ``weight`` of shape
        ``(C_in, C_out, k, k)``, and, where they are not the default, ``bias``, ``stride`` and
        ``padding``. A ReLU follows each layer but the last, a tanh the last, which has one channel.
        The first layer's input is 1 × 1.
    seed, other_seed : int
        The two samples to go between, 0 to 9999 each.
    percent : int
        How far from the first to the other, 0 to 100.
    z : sequence of float
        The latent numbers themselves, each from −3 to 3. Empty, they are those of the samples;
        setting a seed or ``percent`` empties it.
    pad_x, pad_y : int
        The two latent numbers that the pad moves.
    selected : str
        The pinned pixel, such as ``"12,7"``; ``""`` pins none.

    Attributes
    ----------
    image : list
        Grey levels, 0 to 255, computed by tconv from the quantised weights. Read-only.
    network, weights : list, str
        What the page runs: the layers' settings, and their weights as bytes in base 64. Read-only.

    Raises
    ------
    ValueError
        If the layers are none that the page can run.
    traitlets.TraitError
        If a value is outside its range; the message names the trait and the range.

    Examples
    --------
    >>> layers = [{"weight": np.ones((2, 3, 4, 4))}, {"weight": np.ones((3, 1, 4, 4)), "stride": 2}]
    >>> explorer = GeneratorExplorer(layers, z=[0.1, -0.1])
    >>> np.shape(explorer.image), explorer.image[0][0]
    ((10, 10), 128)
    """

    _esm = notebook_module("generator_explorer")
    _css = page_style()

    network = traitlets.List(read_only=True).tag(sync=True, page=True)
    weights = traitlets.Unicode(read_only=True).tag(sync=True, page=True)
    seed = setting(0, 9999, 0)
    other_seed = setting(0, 9999, 1)
    percent = setting(0, 100, 0)
    z = LatentVector().tag(sync=True, page=True)
    pad_x = setting(0, MOST_CHANNELS - 1, 0)
    pad_y = setting(0, MOST_CHANNELS - 1, 1)
    selected = Selection(r"\d{1,2},\d{1,2}", 'a pixel\'s row and column, such as "12,7"')
    image = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, layers, **settings):
        given = checked_layers(layers)
        self._whole = [quantise(layer["weight"]) for layer in given]
        # The arguments of `conv_transpose2d` with the weights that the page has.
        self._layers = [
            layer | {"weight": whole * scale[:, None, None]}
            for layer, (whole, scale) in zip(given, self._whole, strict=True)
        ]
        super().__init__(**settings)
        # Only now: a seed and a `z` may be given together.
        self.observe(self._draw_anew, ["seed", "other_seed", "percent"])
        self._compute()

    @property
    def latent_size(self):
        """How many numbers the generator starts from."""
        return len(self._layers[0]["weight"])

    @property
    def latent(self):
        """The latent numbers that the image is made of."""
        if self.z:
            return self.z
        ends = (sample(seed, self.latent_size) for seed in (self.seed, self.other_seed))
        return mix(*ends, self.percent)

    def generate(self, z):
        """Run the quantised generator, by tconv alone.

        Parameters
        ----------
        z : array_like, shape (N, latent_size)

        Returns
        -------
        ndarray of float32, shape (N, size, size)
            Images, −1 black and 1 white.
        """
        maps = np.asarray(z, dtype=np.float32)[:, :, None, None]
        *hidden, last = self._layers
        for layer in hidden:
            maps = np.maximum(conv_transpose2d(maps, **layer), 0)
        return np.tanh(conv_transpose2d(maps, **last))[:, 0]

    @traitlets.default("network")
    def _describe(self):
        return [
            {
                "in_channels": whole.shape[0],
                "out_channels": whole.shape[1],
                "kernel_size": whole.shape[2],
                "stride": layer["stride"],
                "padding": layer["padding"],
                "scale": scale.tolist(),
                "bias": layer["bias"].tolist(),
            }
            for layer, (whole, scale) in zip(self._layers, self._whole, strict=True)
        ]

    @traitlets.default("weights")
    def _encode(self):
        return base64.b64encode(b"".join(whole.tobytes() for whole, _ in self._whole)).decode()

    @traitlets.validate("z", "pad_x", "pad_y")
    def _fits_the_network(self, proposal):
        value, name = proposal["value"], proposal["trait"].name
        if name == "z" and len(value) not in (0, self.latent_size):
            raise traitlets.TraitError(
                f"z must have {self.latent_size} numbers or none, got {len(value)}"
            )
        if name.startswith("pad") and value >= self.latent_size:
            raise traitlets.TraitError(
                f"{name} must be one of the latent numbers 0 to {self.latent_size - 1}, got {value}"
            )
        return value

    def _draw_anew(self, change):
        if self.z:
            self.z = []
        else:
            self._compute()

    @traitlets.observe("z")
    def _compute(self, change=None):
        grey = np.rint(127.5 * (self.generate([self.latent])[0] + 1))
        self.set_trait("image", grey.astype(int).tolist())

    def _repr_names(self):
        return ["z"] if self.z else ["seed", "other_seed", "percent"]

    def _static_form(self):
        return _table_of_sizes(self._layers) + _drawing(self.image)


def _table_of_sizes(layers):
    """Return a captioned table: what goes into each layer, and what comes out."""
    rows, size = "", 1
    for n, layer in enumerate(layers, 1):
        weight, stride, padding = layer["weight"], layer["stride"], layer["padding"]
        channels, k = weight.shape[1:3]
        after = conv_transpose_output_size(size, k, stride=stride, padding=padding)
        sum_ = f"{stride}·({size} − 1) + {k} − 2·{padding}"
        cells = [
            k,
            stride,
            padding,
            f"{sum_} = {after}",
            f"{channels} × {after} × {after}",
            f"{weight.size:,}",
        ]
        rows += f'<tr><th scope="row">{n}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        size = after
    names = ["layer", "k", "s", "p", "size", "maps", "weights"]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    caption = f"From {len(layers[0]['weight'])} latent numbers to {size} × {size} grey levels"
    return (
        f'<table class="tconv-table sizes"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _drawing(image):
    """Return the image in five shades of block characters: it needs no script and no picture."""
    lines = ("".join(2 * _SHADES[level * len(_SHADES) // 256] for level in row) for row in image)
    return (
        '<pre class="tconv-drawing" aria-label="The image in characters">'
        + "\n".join(lines)
        + "</pre>"
    )
