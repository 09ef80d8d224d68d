"""The OverlapExplorer as Python sees it: traits, validation, counts, images, static form."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tables import numbers
from traitlets import TraitError

import tconv
from tconv.widgets import OverlapExplorer


@pytest.mark.parametrize("kernel_size", range(1, 7))
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_counts_are_those_of_tconv_and_pytorch(kernel_size, stride):
    for size in range(2, 7):
        explorer = OverlapExplorer(input_size=size, layers=[(kernel_size, stride)])
        counts = tconv.overlap_count(size, kernel_size, stride=stride)
        assert explorer.counts == counts.tolist()
        ones = torch.ones(1, 1, size), torch.ones(1, 1, kernel_size)
        by_torch = F.conv_transpose1d(*ones, stride=stride)[0, 0].tolist()
        assert explorer.counts == by_torch
        assert explorer.image("transposed").tolist() == np.outer(counts, counts).tolist()


def test_counts_follow_every_trait():
    explorer = OverlapExplorer(input_size=4)
    explorer.layers = [[3, 2], [3, 2]]
    assert explorer.counts == [1, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1]
    explorer.input_size = 2
    assert explorer.counts == [1, 1, 2, 1, 3, 2, 3, 1, 2, 1, 1]


@pytest.mark.parametrize("kernel", ["ones", "random", "bilinear"])
def test_images_are_those_of_pytorch(kernel):
    stacks = [[(k, s)] for k, s in itertools.product(range(1, 7), range(1, 4))]
    for layers in [*stacks, [(3, 2), (5, 3)], [(2, 1), (3, 2), (4, 2)]]:
        explorer = OverlapExplorer(input_size=4, layers=layers, kernel=kernel, seed=7)
        expected = {"transposed": torch.ones(1, 1, 4, 4, dtype=torch.float64)}
        expected = dict.fromkeys(["transposed", "nearest", "subpixel"], expected["transposed"])
        for n, (k, s) in enumerate(layers):
            side = s * int(np.ceil(k / s))
            w, wide = (
                torch.tensor(explorer._weights(size, n), dtype=torch.float64)[None, None]
                for size in (k, side)
            )
            x = expected["nearest"]
            repeated = F.interpolate(x, scale_factor=s, mode="nearest")
            # A filter for each phase, then a shuffle: the kernel's phases, rotated.
            filters = F.pixel_unshuffle(wide, s).transpose(0, 1).flip(2, 3)
            channels = F.conv2d(expected["subpixel"], filters, padding=side // s - 1)
            expected = {
                "transposed": F.conv_transpose2d(expected["transposed"], w, stride=s),
                "nearest": F.conv2d(repeated, w, padding=k - 1),
                "subpixel": F.pixel_shuffle(channels, s),
            }
        for method, image in expected.items():
            np.testing.assert_allclose(
                explorer.image(method), image[0, 0], rtol=1e-12, atol=1e-12, err_msg=method
            )


def test_nearest_then_convolution_is_even_inside_for_any_weights():
    for seed in range(20):
        explorer = OverlapExplorer(
            kernel="random", seed=seed, layers=[(3, 2), (3, 2)], input_size=6
        )
        middle = explorer.image("nearest")[8:-8, 8:-8]
        assert middle.size > 16
        assert np.unique(middle).size == 1
        assert np.unique(explorer.image("transposed")[8:-8, 8:-8]).size > 1


def test_unknown_method_is_refused():
    with pytest.raises(
        ValueError, match="method must be one of transposed, nearest, subpixel, got 'x'"
    ):
        OverlapExplorer().image("x")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": []}, "'layers' trait.*1 to 3 pairs of a kernel size from 1 to 6 and a stride"),
        ({"layers": [(3, 2)] * 4}, "'layers' trait.*1 to 3 pairs"),
        ({"layers": [(7, 2)]}, "'layers' trait.*kernel size from 1 to 6"),
        ({"layers": [(3, 4)]}, "'layers' trait.*stride from 1 to 3"),
        ({"layers": [(3, 0)]}, "'layers' trait"),
        ({"layers": [(3, 2), (3,)]}, "'layers' trait"),
        ({"layers": [(3.5, 2)]}, "'layers' trait"),
        ({"layers": [("3", "2")]}, "'layers' trait"),
        ({"layers": 3}, "'layers' trait"),
        ({"kernel": "gauss"}, "'kernel' trait.*bilinear"),
        ({"selected": "counts:1"}, 'selected must be "" or a figure and a cell'),
    ],
)
def test_bad_traits_are_refused(settings, message):
    with pytest.raises(TraitError, match=message):
        OverlapExplorer(**settings)


def test_counts_are_read_only():
    with pytest.raises(TraitError, match="counts"):
        OverlapExplorer().counts = []


def test_static_form_holds_the_same_numbers():
    explorer = OverlapExplorer()
    html = explorer._repr_mimebundle_()[0]["text/html"]
    tables = numbers(html)
    assert tables["Overlap along an axis"] == [explorer.counts]
    images = {
        "An image of ones through transposed convolution": "transposed",
        "Through nearest neighbour, then convolution": "nearest",
        "Through sub-pixel convolution": "subpixel",
    }
    for caption, method in images.items():
        assert tables[caption] == explorer.image(method).tolist()
    assert html == OverlapExplorer()._repr_mimebundle_()[0]["text/html"]
    assert "0x" not in repr(explorer)
