"""The GeneratorExplorer as Python sees it: samples, quantised weights, image, static form."""

import base64
import json
import re
from html import unescape

import numpy as np
import pytest
import torch
from torch import nn
from traitlets import TraitError

from tconv.widgets import GeneratorExplorer
from tconv.widgets._generator import mix, quantise, sample


def digit_sized(seed=0):
    """A generator of the book's sizes with random weights: its layers, and PyTorch's network."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.ConvTranspose2d(32, 64, 7),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )
    layers = [
        {
            "weight": layer.weight.detach().numpy() * 3,
            "bias": layer.bias.detach().numpy(),
            "stride": layer.stride[0],
            "padding": layer.padding[0],
        }
        for layer in network[::2]
    ]
    return layers, network


def with_quantised_weights(layers, network):
    """PyTorch's network with the weights that the explorer runs."""
    with torch.no_grad():
        for layer, module in zip(layers, network[::2], strict=True):
            whole, scale = quantise(layer["weight"])
            module.weight.copy_(torch.tensor(whole * scale[:, None, None]))
    return network


@pytest.fixture(scope="module")
def layers():
    return digit_sized()[0]


def test_generator_is_pytorchs_with_the_quantised_weights():
    layers, network = digit_sized()
    z = np.random.default_rng(0).standard_normal((20, 32)).astype(np.float32)
    ours = GeneratorExplorer(layers).generate(z)
    with torch.no_grad():
        theirs = with_quantised_weights(layers, network)(torch.tensor(z)[:, :, None, None])[:, 0]
    assert theirs.std() > 0.1
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    assert ours.dtype == np.float32


def test_image_is_the_latent_vectors(layers):
    explorer = GeneratorExplorer(layers, seed=3, other_seed=8, percent=40)
    for change in ({}, {"percent": 0}, {"seed": 5}, {"z": sample(9, 32)}, {"other_seed": 2}):
        for name, value in change.items():
            setattr(explorer, name, value)
        grey = 127.5 * (explorer.generate([explorer.latent])[0] + 1)
        np.testing.assert_array_equal(explorer.image, np.rint(grey))
    assert np.shape(explorer.image) == (28, 28)


def test_latent_vector_is_the_samples_or_the_one_given(layers):
    explorer = GeneratorExplorer(layers, seed=3, other_seed=8)
    assert explorer.latent == sample(3, 32)
    explorer.percent = 100
    assert explorer.latent == sample(8, 32)
    explorer.z = np.linspace(-3, 3, 32)
    assert explorer.latent == np.linspace(-3, 3, 32).tolist()
    explorer.seed = 4
    assert explorer.z == []
    assert explorer.latent == sample(8, 32)
    given = GeneratorExplorer(layers, seed=3, z=sample(1, 32))
    assert (given.seed, given.latent) == (3, sample(1, 32))


def test_samples_are_normally_distributed():
    drawn = np.array([sample(seed, 32) for seed in range(1000)])
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.02
    assert np.abs(drawn).max() == 3
    neighbours = np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.02


def test_mixture_keeps_the_variance():
    mixed = np.array([mix(sample(n, 32), sample(n + 500, 32), 50) for n in range(500)])
    assert abs(mixed.std() - 1) < 0.03


def test_quantisation_is_within_half_a_step(layers):
    for layer in layers:
        whole, scale = quantise(layer["weight"])
        error = np.abs(whole * scale[:, None, None] - layer["weight"])
        assert (error <= 0.5001 * scale[:, None, None]).all()
        np.testing.assert_array_equal(np.abs(whole).max(axis=(0, 2, 3)), 127)


def test_channel_of_zeros_stays_zero():
    whole, scale = quantise(np.zeros((2, 3, 4, 4)))
    assert not whole.any()
    assert np.isfinite(scale).all()


def test_page_holds_the_weights_and_no_more_than_it_may():
    layers, _ = digit_sized()
    explorer = GeneratorExplorer(layers)
    html = explorer.page_html()
    state = json.loads(unescape(re.search(r'data-state="([^"]*)"', html)[1]))
    assert state == {name: getattr(explorer, name) for name in explorer.traits(page=True)}
    stored = np.frombuffer(base64.b64decode(state["weights"]), dtype=np.int8)
    whole = [quantise(layer["weight"])[0].ravel() for layer in layers]
    np.testing.assert_array_equal(stored, np.concatenate(whole))
    assert stored.size == 133_632


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"z": [0] * 31}, "z must have 32 numbers or none, got 31"),
        ({"z": [3.5] * 32}, "'z' trait.*finite numbers from -3 to 3"),
        ({"z": [float("nan")] * 32}, "'z' trait.*finite numbers"),
        ({"z": "abc"}, "'z' trait"),
        ({"pad_x": 32}, "pad_x must be one of the latent numbers 0 to 31, got 32"),
        ({"selected": "a,b"}, 'selected must be "" or a pixel'),
    ],
)
def test_bad_traits_are_refused(layers, settings, message):
    with pytest.raises(TraitError, match=message):
        GeneratorExplorer(layers, **settings)


@pytest.mark.parametrize("name", ["image", "weights", "network"])
def test_results_are_read_only(layers, name):
    with pytest.raises(TraitError, match=name):
        setattr(GeneratorExplorer(layers), name, [])


ONE = np.ones((2, 1, 4, 4))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "layers must be 1 to 6 layers, got 0"),
        ([{"weight": ONE[0]}], r"weight of layers\[0\] must have shape \(C_in, C_out, k, k\)"),
        ([{"weight": np.ones((2, 1, 4, 3))}], "must have shape"),
        ([{"weight": ONE, "dilation": 2}], r"weight, bias, stride and padding only, .*dilation"),
        ([{"weight": ONE}, {"weight": ONE}], r"layers\[1\] must take the 1 channels .* got 2"),
        ([{"weight": np.ones((2, 3, 4, 4))}], "must give 1 channel of at most 64 × 64, got 3 of 4"),
        ([{"weight": np.ones((1, 1, 65, 65))}], "at most 64 × 64, got 1 of 65 × 65"),
        ([{"weight": np.ones((300, 1, 4, 4))}], "at most 256 channels"),
        (
            [{"weight": ONE, "stride": 5}],
            r"stride of layers\[0\] must be at most the kernel size 4",
        ),
        ([{"weight": ONE, "padding": 2}], "padding"),
    ],
)
def test_layers_that_the_page_cannot_run_are_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        GeneratorExplorer(layers)


def test_static_form_says_the_sizes_and_draws_the_image(layers):
    explorer = GeneratorExplorer(layers, seed=1)
    static = explorer.page_html().partition(">")[2]
    for cell in ("1·(1 − 1) + 7 − 2·0 = 7", "2·(14 − 1) + 4 − 2·1 = 28", "64 × 7 × 7", "100,352"):
        assert f"<td>{cell}</td>" in static
    drawing = re.search(r"<pre[^>]*>(.*)</pre>", static, re.DOTALL)[1].split("\n")
    shades = [[" ░▒▓█".index(shade) for shade in line[::2]] for line in drawing]
    np.testing.assert_array_equal(shades, np.array(explorer.image) * 5 // 256)
    assert "<img" not in static


def test_repr_is_short_and_the_same_each_time(layers):
    first, second = (GeneratorExplorer(layers, seed=7) for _ in range(2))
    assert repr(first) == "GeneratorExplorer(seed=7, other_seed=1, percent=0)"
    assert first.page_html() == second.page_html()
