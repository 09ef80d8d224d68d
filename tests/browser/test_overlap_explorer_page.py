"""The OverlapExplorer: its arithmetic against tconv, and what a reader does with it in a page."""

import itertools
import json

import numpy as np
import pytest
from grids import lit, move_slider, numbers, numerals_of, places, sentence, shown_in, written

import tconv
from tconv.widgets import OverlapExplorer

METHODS = ("transposed", "nearest", "subpixel")
LAYERS = list(itertools.product(range(1, 7), range(1, 4)))
SIZES = range(2, 7)


def test_counts_at_every_setting_of_the_sliders(script):
    """30,870 settings: 5 input sizes, each with every stack of one to three layers."""
    stacks = [s for depth in (1, 2, 3) for s in itertools.product(LAYERS, repeat=depth)]
    assert len(SIZES) * len(stacks) == 30_870
    for size in SIZES:
        found = script.evaluate(
            "({ size, stacks }) => JSON.stringify(JSON.parse(stacks).map((layers) => $overlap.overlapCount(size, layers)))",
            {"size": size, "stacks": json.dumps(stacks)},
        )
        found = json.loads(found)
        for layers, counts in zip(stacks, found, strict=True):
            # Along one axis the count is the product of polynomials: one of ones for each kernel.
            expected = np.ones(size, int)
            for k, s in layers:
                spread = np.zeros(s * (len(expected) - 1) + 1, int)
                spread[::s] = expected
                expected = np.convolve(spread, np.ones(k, int))
            assert counts == expected.tolist(), (size, layers)
        for n in range(0, len(stacks), 97):
            settings = [{"kernel_size": k, "stride": s} for k, s in stacks[n]]
            assert found[n] == tconv.stacked_overlap_count(size, settings).tolist()
        for (k, s), counts in zip(LAYERS, found, strict=False):
            assert counts == tconv.overlap_count(size, k, stride=s).tolist()


@pytest.mark.parametrize("kernel", ["ones", "random", "bilinear"])
def test_images_are_those_of_tconv(script, kernel):
    """Every single layer at every size, and 40 stacks: three methods each."""
    rng = np.random.default_rng(0)
    cases = [(size, [layer]) for size in SIZES for layer in LAYERS]
    for _ in range(40):
        picked = rng.choice(len(LAYERS), rng.integers(2, 4))
        cases.append((int(rng.integers(2, 5)), [LAYERS[n] for n in picked]))
    for size, layers in cases:
        seed = int(rng.integers(1000))
        explorer = OverlapExplorer(input_size=size, layers=layers, kernel=kernel, seed=seed)
        state = {"layers": explorer.layers, "kernel": kernel, "seed": seed}
        for method in METHODS:
            values, side, period = script.evaluate(
                """({ method, size, state }) => {
                  const { values, side } = $overlap.upsampled(method, size, state);
                  return [[...values], side, [...$overlap.interiorPeriod(method, state).values]];
                }""",
                {"method": method, "size": size, "state": state},
            )
            image = explorer.image(method)
            assert side == len(image)
            np.testing.assert_allclose(values, image.ravel(), rtol=1e-9, atol=1e-9)
            if len(layers) == 1:
                [(k, s)] = layers
                explorer_6 = OverlapExplorer(**{**state, "input_size": 6})
                start = s * int(np.ceil((k - 1) / s))  # the borders end before it
                middle = explorer_6.image(method)[start : start + s, start : start + s]
                np.testing.assert_allclose(np.reshape(period, (s, s)), middle, atol=1e-9)


def test_interior_holds_whole_periods(script):
    """Exactly the positions that no border touches have the periodic count."""
    for size, layers in itertools.product(
        (4, 6), [[a] for a in LAYERS] + [[a, b] for a, b in itertools.product(LAYERS, repeat=2)]
    ):
        counts, period, (first, last) = script.evaluate(
            """({ size, layers }) => [$overlap.overlapCount(size, layers), $overlap.countPeriod(layers),
              $overlap.interior(size, layers)]""",
            {"size": size, "layers": layers},
        )
        for n in range(first, last + 1):
            assert counts[n] == period[n % len(period)], (size, layers, n)
        if first > 0 and first <= last:
            assert counts[first - 1] < period[(first - 1) % len(period)], (size, layers)


def test_even_exactly_where_the_stride_divides_the_kernel(script):
    for k, s in LAYERS:
        even = script.evaluate("(layer) => $overlap.even($overlap.countPeriod([layer]))", [k, s])
        assert even == (k % s == 0)


def test_ranges_are_the_same_in_both_languages(script):
    traits = OverlapExplorer.class_traits()
    ranges = script.evaluate(
        "Object.fromEntries(Object.entries($overlap_explorer.schema).map(([n, f]) => [n, [f.min, f.max, f.initial]]))"
    )
    for name in ("input_size", "seed"):
        assert ranges[name] == [traits[name].min, traits[name].max, traits[name].default_value]
    defaults = OverlapExplorer()
    assert {name: initial for name, (_, _, initial) in ranges.items()} == {
        name: getattr(defaults, name) for name in defaults.traits(page=True)
    }
    fit = "(layers) => $overlap_explorer.schema.layers.fit(layers)"
    assert script.evaluate(fit, [[99, 99], [-5, 0]]) == [[6, 3], [1, 1]]


def point(page, grid, row, column, side):
    """Where on the screen a cell lies; of the bars, `side` of which stand to the right of a margin."""
    element = page.locator(f'[data-grid="{grid}"]')
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    left = 26 / 440 * box["width"] if grid == "bars" else 0
    x = box["x"] + left + (column + 0.5) * (box["width"] - left) / side
    y = box["y"] + (0.5 if grid == "bars" else (row + 0.5) / side) * box["height"]
    return x, y


def test_the_checkerboard_in_numbers(show):
    explorer = OverlapExplorer()
    with show(explorer) as page:
        assert numbers(page, "bars") == explorer.counts == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1]
        assert (
            numbers(page, "counts") == np.outer(explorer.counts, explorer.counts).ravel().tolist()
        )
        for method in METHODS:
            assert numbers(page, method) == explorer.image(method).ravel().tolist()
        assert page.locator(".verdict").text_content() == (
            "Stride 2 does not divide kernel size 3: the counts repeat 2, 1; in 2-D from 1 to 4."
        )
        said = page.locator(".evenness").all_text_contents()
        assert said == ["uneven: from 1 to 4", "even: 9 everywhere", "even: 4 everywhere"]


def test_numbers_on_the_screen_at_a_thousand_settings(script):
    """Counts as bars; counts in two dimensions and images as far as their numbers are written."""
    rng = np.random.default_rng(6)
    explorers = [
        OverlapExplorer(
            input_size=int(rng.integers(2, 7)),
            layers=[LAYERS[n] for n in rng.choice(len(LAYERS), rng.integers(1, 3))],
            kernel=str(rng.choice(["ones", "random", "bilinear"])),
            seed=int(rng.integers(1000)),
        )
        for _ in range(1000)
    ]
    states = [{name: getattr(one, name) for name in one.traits(page=True)} for one in explorers]
    found = shown_in(script, "OverlapExplorer", states, numerals_of("bars", "counts", *METHODS))
    written = 0
    for one, texts in zip(explorers, found, strict=True):
        values = {"bars": np.array([one.counts]), "counts": np.outer(one.counts, one.counts)}
        for name, expected in (values | {method: one.image(method) for method in METHODS}).items():
            most = 28 if name == "bars" else 13
            if expected.shape[1] > most:
                assert texts[name] == []
                continue
            numerals = [float(text.replace("−", "-")) for text in texts[name]]
            np.testing.assert_allclose(numerals, expected.ravel(), rtol=5.1e-3, atol=0.0051)
            written += 1
    assert written > 1000


def test_the_artefact_appears_and_vanishes(show):
    with show(OverlapExplorer()) as page:

        def evenness():
            written(page)
            return [text.split(":")[0] for text in page.locator(".evenness").all_text_contents()]

        move_slider(page, "kernel_1", 4)
        assert evenness() == ["even", "even", "even"]
        page.get_by_text("random", exact=True).click()
        assert evenness() == ["uneven", "even", "uneven"]
        page.get_by_text("bilinear", exact=True).click()
        assert evenness() == ["even", "even", "even"]
        move_slider(page, "kernel_1", 5)
        assert evenness() == ["uneven", "even", "even"]
        move_slider(page, "kernel_1", 3)
        page.get_by_text("ones", exact=True).click()
        assert evenness() == ["uneven", "even", "even"]
        move_slider(page, "depth", 2)
        move_slider(page, "kernel_2", 2)
        move_slider(page, "stride_2", 1)
        assert evenness() == ["even", "even", "even"]
        assert "and yet the layers together even it out" in page.locator(".verdict").text_content()


def test_a_pinned_cell_of_an_image_is_told_anew(show):
    explorer = OverlapExplorer(selected="transposed:4,4")
    with show(explorer) as page:
        for size in (4, 5):
            move_slider(page, "kernel_1", size)
            explorer.layers = [(size, 2)]
            assert lit(page, "transposed") == {(4, 4)}
            value = explorer.image("transposed")[4, 4]
            assert sentence(page) == f"transposed convolution, (4, 4): {value:.0f}."


def test_pixels_are_as_strong_as_the_numbers_are_large(show):
    explorer = OverlapExplorer(layers=[(3, 2), (3, 2)], kernel="random", seed=3)
    with show(explorer) as page:
        for method in METHODS:
            pixels = page.locator(f'[data-grid="{method}"]').evaluate(
                """(svg) => {
                  const canvas = svg.previousElementSibling;
                  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                  return Array.from({ length: data.length / 4 }, (_, n) => [data[4 * n], data[4 * n + 3]]);
                }"""
            )
            image = explorer.image(method).ravel()
            strength = np.array([alpha for _, alpha in pixels])
            np.testing.assert_allclose(strength, 255 * np.abs(image) / np.abs(image).max(), atol=1)
            for (red, alpha), value in zip(pixels, image, strict=True):
                assert alpha < 20 or (red > 150) == (value < 0)


def test_pointing_lights_exactly_what_takes_part_and_says_it(show):
    explorer = OverlapExplorer(input_size=3)
    counts = explorer.counts
    with show(explorer) as page:
        for n in range(7):
            page.mouse.move(*point(page, "bars", 0, n, 7))
            taps = [(i, n - 2 * i) for i in range(3) if 0 <= n - 2 * i < 3]
            words = ", ".join(f"input {i} through weight {w}" for i, w in taps)
            assert len(taps) == counts[n]
            assert (
                sentence(page) == f"Position {n}: {len(taps)} tap{'s'[: len(taps) > 1]}, {words}."
            )
            assert lit(page, "bars") == {(0, n)}
            assert lit(page, "counts") == set()
        for r, c in itertools.product(range(7), repeat=2):
            page.mouse.move(*point(page, "counts", r, c, 7))
            assert lit(page, "counts") == {(r, c)}
            assert lit(page, "bars") == {(0, r), (0, c)}
            assert f"{counts[r]}·{counts[c]} = {counts[r] * counts[c]} tap" in sentence(page)
        for method in METHODS:
            image = explorer.image(method)
            page.mouse.move(*point(page, method, 2, 3, len(image)))
            assert lit(page, method) == {(2, 3)}
            assert sentence(page).endswith(f"(2, 3): {image[2, 3]}.")


def test_keyboard_alone_reaches_everything(show):
    with show(OverlapExplorer(kernel="random")) as page:
        reached = set()
        for _ in range(20):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "document.activeElement.dataset.grid ?? document.activeElement.dataset.setting"
                    " ?? (document.activeElement.value || document.activeElement.textContent)"
                )
            )
        assert reached >= {
            "bars",
            "counts",
            *METHODS,
            "input_size",
            "depth",
            "kernel_1",
            "stride_1",
        }
        assert reached >= {"random", "new random weights", "copy link", "save SVG"}
        page.locator('[data-grid="bars"]').focus()
        for key in ("End", "ArrowLeft", "ArrowLeft", "Enter"):
            page.keyboard.press(key)
        assert lit(page, "bars") == {(0, 8)}
        page.locator('[data-setting="stride_1"]').focus()
        assert sentence(page).startswith("Position 8: 2 taps")
        before = numbers(page, "transposed")
        page.get_by_text("new random weights").focus()
        page.keyboard.press("Enter")
        assert numbers(page, "transposed") != before


def test_touch_pins_a_cell(show):
    with show(OverlapExplorer(), width=360, has_touch=True) as page:
        page.touchscreen.tap(*point(page, "counts", 4, 2, 11))
        assert sentence(page) == "Position (4, 2): 2·2 = 4 taps."
        assert lit(page, "bars") == {(0, 2), (0, 4)}


def test_state_is_kept_in_the_address_and_read_from_it(show):
    with show(OverlapExplorer()) as page:
        move_slider(page, "depth", 2)
        move_slider(page, "kernel_2", 4)
        page.locator('[data-grid="bars"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash.includes('selected')")
        fragment = page.evaluate("location.hash")
        label = page.locator('[data-grid="bars"]').get_attribute("aria-label")
    assert "layers=3%2C2%3B4%2C2" in fragment
    with show(OverlapExplorer(), fragment=fragment) as page:
        assert page.locator('[data-grid="bars"]').get_attribute("aria-label") == label
        assert lit(page, "bars") == {(0, 0)}
    explorer = OverlapExplorer(layers=[(3, 2), (4, 2)])
    assert (
        label
        == f"paths to each of {len(explorer.counts)} positions: {', '.join(map(str, explorer.counts))}"
    )


def test_two_explorers_on_a_page_stay_apart(show):
    with show(OverlapExplorer(), OverlapExplorer(layers=[(4, 2)])) as page:
        second = numbers(page, "counts", nth=1)
        page.locator('[data-setting="kernel_1"]').nth(0).fill("6")
        page.locator('[data-grid="counts"]').nth(0).click()
        assert numbers(page, "counts", nth=1) == second
        assert lit(page, "counts", nth=1) == set()
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))


def test_no_number_leaves_its_cell(show):
    with show(OverlapExplorer(kernel="random", layers=[(6, 1)], input_size=6, seed=5)) as page:
        for name in ("counts", *METHODS):
            side = len(numbers(page, name)) ** 0.5
            ends = places(page, name, cell=396 / side)
            assert (np.floor(ends[:, 0]) == np.floor(ends[:, 1])).all()


@pytest.mark.parametrize("layers", [[(6, 3)], [(6, 3)] * 2, [(6, 3)] * 3, [(5, 2)] * 2])
def test_labels_of_the_bars_stay_apart(show, layers):
    with show(OverlapExplorer(input_size=6, layers=layers)) as page:
        field = page.locator('[data-grid="bars"]').bounding_box()
        labels = [label.bounding_box() for label in page.locator(".bars .labels text").all()]
    along = sorted((box["x"], box["x"] + box["width"]) for box in labels[:-2])  # two count upwards
    assert len(along) >= 4
    assert all(end + 2 < start for (_, end), (start, _) in itertools.pairwise(along))
    assert along[-1][1] <= field["x"] + field["width"]


def test_svg_export_holds_images_and_bars(show, tmp_path):
    with show(OverlapExplorer()) as page:
        with page.expect_download() as download:
            page.get_by_text("save SVG").click()
        download.value.save_as(tmp_path / "saved.svg")
    text = (tmp_path / "saved.svg").read_text(encoding="utf-8")
    assert text.count('href="data:image/png') == 4
    assert text.count("<path") >= 3
    assert text.count("<text") > 400
