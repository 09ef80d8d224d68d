"""The ShapeSolver in a page without a kernel: its arithmetic, and pointer, touch, keyboard and address."""

import itertools
import random
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from grids import shown_in

import tconv
from tconv.widgets import ConvolutionExplorer, ShapeSolver
from tconv.widgets.shape_solver import _RANGES, _even_overlap

NAMES = list(_RANGES)
ROWS = ".tconv-solver tbody tr"
TRAITS = ShapeSolver.class_traits()
BOUNDS = {"max_kernel_size": 8, "max_stride": 8, "max_padding": 8, "max_dilation": 1}
LAYER = {"kernel_size": 4, "stride": 2, "padding": 1, "output_padding": 0, "dilation": 1}
DCGAN = ShapeSolver(
    sizes=[1],
    layers=[LAYER | {"stride": 1, "padding": 0}, LAYER, LAYER, LAYER, LAYER],
)


# The arithmetic


SOLVE = """({ pairs, bounds }) => pairs.map(([input, output]) => $shapes.solve(input, output, bounds)
  .map((layer) => [...Object.values(layer), $shapes.evenOverlap([layer])]))"""


def solutions(step, **bounds):
    found = tconv.solve_conv_transpose(*step, **bounds)
    return [[*(getattr(one, name) for name in NAMES), one.even_overlap] for one in found]


def test_solutions_are_those_of_tconv_in_its_order(script):
    """Every pair of sizes up to 48, with the bounds that the widget starts from: 2,304 lists."""
    pairs = list(itertools.product(range(1, 49), repeat=2))
    theirs = script.evaluate(SOLVE, {"pairs": pairs, "bounds": BOUNDS})
    for pair, listed in zip(pairs, theirs, strict=True):
        assert listed == solutions(pair, **BOUNDS), pair
    assert sum(map(len, theirs)) > 25_000


def test_solutions_within_every_kind_of_bounds(script):
    rng = random.Random(0)
    for _ in range(60):
        bounds = {name: rng.randint(TRAITS[name].min, TRAITS[name].max) for name in BOUNDS}
        pairs = [[rng.randint(1, 100), rng.randint(1, 200)] for _ in range(5)] + [[3, 3], [5, 10]]
        theirs = script.evaluate(SOLVE, {"pairs": pairs, "bounds": bounds})
        for pair, listed in zip(pairs, theirs, strict=True):
            assert listed == solutions(pair, **bounds), (pair, bounds)


def test_list_on_the_screen_at_a_thousand_pairs_of_sizes(script):
    rng = random.Random(8)
    pairs = []
    while len(pairs) < 1000:
        pair = [rng.randint(1, 60), rng.randint(1, 120)]
        if solutions(pair, **BOUNDS):
            pairs.append(pair)
    read = """(root) => [...root.querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].slice(1).map((cell) => cell.textContent))"""
    states = [{"sizes": pair, "layers": None} for pair in pairs]
    for pair, rows in zip(pairs, shown_in(script, "ShapeSolver", states, read), strict=True):
        expected = solutions(pair, **BOUNDS)[:8]
        assert [list(map(int, row[:-1])) for row in rows] == [layer[:-1] for layer in expected]
        assert [row[-1].startswith("even") for row in rows] == [layer[-1] for layer in expected]


def random_layer(rng):
    while True:
        layer = {name: rng.randint(low, min(high, 6)) for name, (low, high) in _RANGES.items()}
        if layer["output_padding"] < max(layer["stride"], layer["dilation"]):
            return layer


def test_stacks_have_the_sizes_overlap_and_counts_of_tconv(script):
    rng = random.Random(1)
    checked = 0
    for _ in range(400):
        layers = [random_layer(rng) for _ in range(rng.randint(1, 3))]
        size = rng.randint(1, 9)
        theirs = script.evaluate(
            """({ size, layers }) => {
              let counts = new Array(size).fill(1);
              const all = layers.map((layer) => (counts = $shapes.sizeAfter(counts.length, layer) < 1 ? [] : $shapes.pathCounts(counts, layer)));
              return { all, even: $shapes.evenOverlap(layers) };
            }""",
            {"size": size, "layers": layers},
        )
        assert theirs["even"] == _even_overlap(layers)
        for n, counts in enumerate(theirs["all"]):
            if counts:
                ours = tconv.stacked_overlap_count(size, layers[: n + 1])
                np.testing.assert_array_equal(counts, ours)
                checked += 1
                continue
            with pytest.raises(ValueError, match="padding must leave an output"):
                tconv.stacked_overlap_count(size, layers[: n + 1])
            break
    assert checked > 500


def test_both_languages_arrange_sizes_and_layers_alike(script):
    """Sizes set, then layers picked at random: what the page makes of them is what the traits hold."""
    rng = random.Random(2)
    for _ in range(60):
        solver = ShapeSolver(sizes=[rng.randint(1, 40) for _ in range(rng.randint(2, 5))])
        for _ in range(3):
            before = {name: getattr(solver, name) for name in solver.traits(page=True)}
            change = {"sizes": [rng.randint(1, 40), *solver.sizes[1:]]}
            step = rng.randrange(len(solver.layers))
            if rng.random() < 0.5 and None not in solver.layers:
                picked = vars(rng.choice(solver.solutions[step]))
                layers = [*solver.layers]
                layers[step] = {name: picked[name] for name in NAMES}
                change = {"layers": layers}
            arranged = script.evaluate("$shapes.arrange", before | change)
            solver.set_state(change)
            assert arranged["sizes"] == solver.sizes
            assert arranged["layers"] == solver.layers


def test_nearest_size_is_the_nearest(script):
    rng = random.Random(3)
    for _ in range(60):
        bounds = {"max_kernel_size": rng.randint(1, 4), "max_stride": rng.randint(1, 3)}
        bounds |= {"max_padding": rng.randint(0, 3), "max_dilation": rng.randint(1, 2)}
        size, wanted = rng.randint(1, 12), rng.randint(1, 80)
        reached = [n for n in range(1, 100) if tconv.solve_conv_transpose(size, n, **bounds)]
        if wanted in reached:
            continue
        nearest = script.evaluate(
            "([size, wanted, bounds]) => $shapes.nearestSize(size, wanted, bounds)",
            [size, wanted, bounds],
        )
        assert nearest in reached
        assert abs(nearest - wanted) == min(abs(n - wanted) for n in reached)


def test_most_that_a_padding_may_be(script):
    """One more is refused by tconv, or beyond the range."""
    rng = random.Random(4)
    for _ in range(300):
        layer, size = random_layer(rng), rng.randint(1, 9)
        for name in ("output_padding", "padding"):
            most = script.evaluate(
                "([n, s, l]) => $shapes.most(n, s, l)", [name, size, layer | {"padding": 0}]
            )
            possible = layer | {"padding": 0, name: most}
            assert tconv.conv_transpose_output_size(size, **possible) >= 1
            if most < _RANGES[name][1]:
                with pytest.raises(ValueError, match="must"):
                    tconv.conv_transpose_output_size(size, **possible | {name: most + 1})


def test_ranges_are_the_same_in_both_languages(script):
    fields = script.evaluate(
        "Object.fromEntries(Object.entries($shape_solver.schema).map(([n, f]) => [n, [f.min, f.max, f.initial]]))"
    )
    assert set(fields) == set(ShapeSolver().traits(page=True))
    for name in ("step", *BOUNDS):
        assert fields[name] == [TRAITS[name].min, TRAITS[name].max, TRAITS[name].default_value]
    assert fields["sizes"][2] == ShapeSolver().sizes
    assert script.evaluate("$shapes.RANGES") == {name: list(r) for name, r in _RANGES.items()}
    assert script.evaluate("[$shapes.MAX_SIZE, $shapes.MAX_LAYERS]") == [9999, 6]


def test_code_gives_the_sizes_it_says(script):
    rng = random.Random(5)
    run = 0
    while run < 15:
        layers = [random_layer(rng) for _ in range(rng.randint(1, 3))]
        try:
            solver = ShapeSolver(sizes=[rng.randint(1, 4)], layers=layers, step=len(layers))
        except Exception:
            continue
        if solver.sizes[-1] > 60:
            continue
        state = {name: getattr(solver, name) for name in solver.traits(page=True)}
        code = script.evaluate("$shapes.stackCode", state)
        for library in ("PyTorch", "tconv"):
            names = {}
            exec(code[library], names)
            assert names["y"].shape[-2:] == (solver.sizes[-1],) * 2
        run += 1
    code = script.evaluate("$shapes.stackCode", {"sizes": [4, 8], "layers": [LAYER], "step": 1})
    names = {}
    exec(
        code["explorer"].replace("\nConvolutionExplorer(", "\nexplorer = ConvolutionExplorer("),
        names,
    )
    assert len(names["explorer"].output) == 8


# The page


def card(page, n, nth=0):
    return page.locator(".tconv-solver").nth(nth).locator(".card").nth(n).text_content()


def sizes(page, nth=0):
    root = page.locator(".tconv-solver").nth(nth)
    return [
        int(text)
        for text in root.locator(".chain :is(input, output)").evaluate_all(
            "all => all.map((one) => one.value || one.textContent)"
        )
    ]


def listed(page, nth=0):
    """The rows of the list of solutions, as lists of five numbers and whether the overlap is even."""
    rows = page.locator(".tconv-solver").nth(nth).locator("tbody tr")
    texts = rows.evaluate_all(
        "all => all.map((row) => [...row.cells].slice(1).map((c) => c.textContent))"
    )
    return [[*map(int, numbers), words.startswith("even")] for *numbers, words in texts]


def picked(page, nth=0):
    root = page.locator(".tconv-solver").nth(nth)
    return root.locator("tbody input:checked").get_attribute("aria-label")


def test_list_is_that_of_tconv_and_grows(show):
    with show(ShapeSolver(sizes=[7, 14, 28])) as page:
        found = solutions((7, 14))
        assert listed(page) == found[:8]
        assert page.locator("[data-action=more]").text_content() == f"show 20 more of {len(found)}"
        page.locator("[data-action=more]").click()
        assert listed(page) == found[:28]
        assert page.evaluate("document.activeElement.ariaLabel") is not None
        page.locator("[data-action=more]").click()
        assert listed(page) == found
        assert page.locator("[data-action=more]").is_hidden()
        page.locator(".card").nth(1).click()
        assert listed(page) == solutions((14, 28))[:8]
        page.locator('[data-setting="max_kernel_size"]').fill("3")
        page.locator('[data-setting="max_dilation"]').fill("2")
        assert listed(page) == solutions((14, 28), max_kernel_size=3, max_dilation=2)[:8]


def test_picking_by_pointer(show):
    with show(ShapeSolver(sizes=[7, 14, 28])) as page:
        page.locator(ROWS).nth(1).locator("td").nth(3).click()
        assert picked(page) == "kernel 4, stride 2, padding 1"
        assert "k 4  s 2  p 1" in card(page, 0)
        assert page.locator(".formula").text_content() == "2·(7 − 1) + 4 − 2·1 + 0 = 14"
        assert page.locator(".sentence").text_content() == (
            "Kernel 4, stride 2, padding 1: 7 → 14; overlap even: 2 taps each. "
            "The stack turns 7 into 28 with even overlap, away from the border."
        )
        page.locator(ROWS).nth(5).click()
        assert "uneven" in card(page, 0)
        assert "uneven" in card(page, 1), "the second layer, even alone, leaves the stack uneven"
        assert page.locator(".sentence").text_content().endswith("7 into 28 with uneven overlap.")


def test_chain_of_sizes_by_keyboard_alone(show):
    with show(ShapeSolver(sizes=[1, 4])) as page:
        reached = []
        for _ in range(30):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "(({ dataset: d, type, tagName }) => d.size ?? d.setting ?? d.step ?? d.action ?? type ?? tagName)(document.activeElement)"
                )
            )
        for name in ("0", "1", "longer", "max_stride", "radio", "more", "SUMMARY"):
            assert name in reached, name
        for size in (8, 16, 32, 64):
            page.locator("[data-action=longer]").press("Enter")
            page.locator("[data-size]").last.press("Control+a")
            page.keyboard.type(str(size))
            page.keyboard.press("Enter")
        assert sizes(page) == [1, 4, 8, 16, 32, 64]
        page.locator("[data-step]").nth(2).press("Enter")
        page.locator("tbody input:checked").press("ArrowDown")
        assert picked(page) == "kernel 4, stride 2, padding 1"
        assert page.evaluate("document.activeElement.checked"), "the focus stays on the pick"
        assert "8 → 16k 4  s 2  p 1" in card(page, 2)
        page.locator("[data-action=shorter]").press("Enter")
        assert sizes(page) == [1, 4, 8, 16, 32]


def too_low_for_a_finger(page):
    targets = page.locator(".tconv-solver :is(button, select, td, .chain input):visible")
    return targets.evaluate_all(
        "all => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"
    )


def test_touch_on_a_phone(show):
    options = {"width": 360, "has_touch": True, "is_mobile": True}
    with show(ShapeSolver(sizes=[4, 8, 16]), **options) as page:
        page.locator(ROWS).nth(2).tap()
        assert picked(page) == "kernel 6, stride 2, padding 2"
        assert too_low_for_a_finger(page) == []
        page.get_by_text("layers → sizes").tap()
        page.locator("[data-action=longer]").tap()
        assert sizes(page) == [4, 8, 16, 32]
        assert too_low_for_a_finger(page) == []


def test_from_layers_to_sizes(show):
    with show(ShapeSolver(sizes=[4, 8, 16])) as page:
        page.get_by_text("layers → sizes").click()
        assert page.locator("table:visible").count() == 0
        layer = dict(zip(NAMES, (2, 2, 0, 0, 1), strict=True))
        rng = random.Random(6)
        for _ in range(40):
            name = rng.choice(NAMES)
            slider = page.locator(f'[data-setting="{name}"]')
            value = rng.randint(int(slider.get_attribute("min")), int(slider.get_attribute("max")))
            slider.fill(str(value))
            layer = {n: int(page.locator(f'[data-setting="{n}"]').input_value()) for n in NAMES}
            assert layer[name] == value
            after = tconv.conv_transpose_output_size(4, **layer)
            assert sizes(page)[:2] == [4, after]
            assert sizes(page)[2] == 2 * after
            even = _even_overlap([layer, LAYER | {"kernel_size": 2}])
            assert ("uneven" in card(page, 1)) != even
        page.locator("[data-size]").fill("3")
        page.locator("[data-size]").press("Enter")
        layers = sizes(page)
        page.get_by_text("sizes → layers").click()
        assert sizes(page) == layers, "the sizes found are the sizes asked for"


def test_lowered_padding_and_too_large_a_stack_are_said(show):
    with show(
        ShapeSolver(question="sizes", sizes=[4], layers=[LAYER | {"padding": 4, "stride": 4}])
    ) as page:
        page.locator('[data-setting="kernel_size"]').fill("1")
        page.locator('[data-setting="stride"]').fill("1")
        assert sizes(page) == [4, tconv.conv_transpose_output_size(4, 1, padding=1)]
        assert (
            "padding of layer 1 is now 1, the most that is possible"
            in page.locator(".note").text_content()
        )
    big = LAYER | {"stride": 4, "padding": 0}
    with show(ShapeSolver(question="sizes", sizes=[40], layers=[big] * 3)) as page:
        page.locator('[data-setting="stride"]').fill("8")
        assert sizes(page) == [40, 316, 1264, 5056]
        page.locator(".card").nth(1).click()
        page.locator('[data-setting="stride"]').fill("8")
        assert "more than 9999 cells: nothing was changed" in page.locator(".note").text_content()
        assert sizes(page) == [40, 316, 1264, 5056]


def test_impossible_step_is_explained_and_mended(show):
    with show(ShapeSolver(sizes=[8, 90])) as page:
        assert (
            "no layer within the bounds turns 8 into 90" in page.locator(".problem").text_content()
        )
        assert page.locator(".sentence").text_content() == "Step 1 has no layer yet."
        page.locator("summary").click()
        assert page.locator(".code").text_content() == "Each step needs a layer first."
        page.locator("[data-action=nearest]").click()
        assert page.locator(".problem").is_hidden()
        assert listed(page) == solutions((8, sizes(page)[1]))[:8]


@pytest.mark.parametrize(
    ("typed", "now"), [("0", 1), ("12345", 9999), ("-3", 1), ("", 8), ("2.6", 3)]
)
def test_typed_sizes_are_clamped_and_said(show, typed, now):
    with show(ShapeSolver(sizes=[4, 8])) as page:
        page.locator("[data-size]").nth(1).press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert sizes(page) == [4, now]
        assert f"from 1 to 9999: this one is now {now}" in page.locator(".note").text_content()


def test_examples(show):
    with show(ShapeSolver()) as page:
        page.get_by_label("Examples").select_option("1,4,8,16,32,64")
        assert sizes(page) == [1, 4, 8, 16, 32, 64]


def test_pattern_is_drawn_as_counted(show):
    with show(DCGAN) as page:
        for n, path in enumerate(page.locator(".skyline .bars").all()):
            heights = [
                float(part.split("v")[2].split("z")[0])
                for part in path.get_attribute("d").split("M")[1:]
            ]
            counts = tconv.stacked_overlap_count(1, DCGAN.layers[: n + 1])
            np.testing.assert_allclose(np.array(heights) / 34 * counts.max(), counts, rtol=1e-9)


def test_opens_the_explorer_of_the_page(show):
    with show(ConvolutionExplorer(), ShapeSolver(sizes=[3, 6, 12])) as page:
        page.locator(ROWS).nth(1).click()
        page.locator("[data-action=explorer]").click()
        page.wait_for_function("document.querySelector('[data-setting=kernel_size]').value === '4'")
        explorer = page.locator(".tconv-explorer").first
        shown = {
            name: int(explorer.locator(f'[data-setting="{name}"]').input_value()) for name in NAMES
        }
        assert shown == LAYER
        assert explorer.locator(".formula").text_content().endswith("= 6")
        assert picked(page, 0) == "kernel 4, stride 2, padding 1", "the solver keeps its own state"
        page.locator(".card").nth(1).click()
        page.locator(ROWS).nth(3).click()
        assert page.locator("[data-action=explorer]").is_hidden()
        assert "its kernel size goes up to 5" in page.locator(".tconv-solver").text_content()
    with show(ConvolutionExplorer(), ShapeSolver(sizes=[14, 28])) as page:
        assert "opens with 7 in place of 14" in page.locator(".tconv-solver").text_content()
        page.locator("[data-action=explorer]").click()
        page.wait_for_function("document.querySelector('[data-setting=input_size]').value === '7'")


def test_leads_to_the_explorer_of_the_cover(show):
    with show(ShapeSolver(sizes=[3, 6])) as page:
        assert page.locator("[data-action=explorer]").is_hidden(), (
            "no explorer, and no book around it"
        )
        page.evaluate("document.documentElement.dataset.content_root = '../'")
        page.locator(ROWS).nth(1).click()
        address = page.locator("[data-action=explorer]").get_attribute("href")
    path, fragment = address.split("#")
    assert path == "../book/index.html"
    with show(ConvolutionExplorer(input_size=2), fragment=f"#{fragment}") as page:
        assert page.locator(".formula").text_content().endswith("2·(3 − 1) + 4 − 2·1 + 0 = 6")


def test_state_is_kept_in_the_address_and_read_from_it(show):
    with show(ShapeSolver()) as page:
        page.get_by_label("Examples").select_option("4,7")
        page.locator(ROWS).nth(2).click()
        page.wait_for_function(
            "location.hash.includes('layers=4') && location.hash.includes('sizes')"
        )
        fragment = page.evaluate("location.hash")
        before = [sizes(page), picked(page), listed(page)]
    with show(ShapeSolver(), fragment=fragment) as page:
        assert [sizes(page), picked(page), listed(page)] == before
    with show(ShapeSolver(), fragment="#ShapeSolver1.sizes=5,10,20&ShapeSolver1.step=2") as page:
        assert sizes(page) == [5, 10, 20]
        assert listed(page) == solutions((10, 20))[:8]
        assert page.locator(".note").text_content() == ""
    layers = "#ShapeSolver1.question=sizes&ShapeSolver1.layers=3,2,0,0,1;3,1,0,0,2"
    with show(ShapeSolver(), fragment=layers) as page:
        assert sizes(page) == [7, 15, 19]


def test_two_solvers_on_a_page_stay_apart(show):
    with show(ShapeSolver(sizes=[4, 8]), ShapeSolver(sizes=[4, 8])) as page:
        page.locator(".tconv-solver").nth(0).locator("tbody tr").nth(2).click()
        page.locator(".tconv-solver").nth(0).locator("[data-action=longer]").click()
        assert sizes(page, 1) == [4, 8]
        assert picked(page, 1) == "kernel 2, stride 2, padding 0"
        assert picked(page, 0).startswith("kernel")
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))


def test_phone_is_wide_enough(show):
    for solver in (ShapeSolver(), DCGAN, ShapeSolver(sizes=[9999] * 7, max_dilation=4)):
        for question in ("layers", "sizes"):
            with show(solver, fragment=f"#ShapeSolver1.question={question}", width=360) as page:
                page.locator("summary").click()
                assert page.evaluate("document.documentElement.scrollWidth") <= 360
                cut = page.locator(".card, .card *:not(path)").evaluate_all(
                    "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0).length"
                )
                assert cut == 0


def test_svg_export_shows_every_step(show, tmp_path):
    with show(DCGAN) as page:
        with page.expect_download() as download:
            page.get_by_text("save SVG").click()
        download.value.save_as(tmp_path / "saved.svg")
    root = ElementTree.parse(tmp_path / "saved.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) == 5
    assert texts[1] == "Step 2, 4 → 8: kernel 4, stride 2, padding 1; overlap so far even"
