"""The GeneratorExplorer: its arithmetic against tconv, and what a reader does with it in a page."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from grids import shown_in
from test_jupyterlab import execute, lab, notebook, run_all, wait_for, write  # noqa: F401 (fixtures)

import tconv
from tconv.widgets import GeneratorExplorer
from tconv.widgets._generator import mix, sample

PLAN = [(32, 64, 7, 1, 0), (64, 32, 4, 2, 1), (32, 1, 4, 2, 1)]
IMAGE = '[data-grid="image"]'


def random_layers(plan, seed=0):
    """Layers of the given channels and settings, with random weights that keep the image lively."""
    rng = np.random.default_rng(seed)
    return [
        {
            "weight": rng.normal(0, 1 / np.sqrt(c_in), (c_in, c_out, k, k)),
            "bias": rng.normal(0, 0.2, c_out),
            "stride": s,
            "padding": p,
        }
        for c_in, c_out, k, s, p in plan
    ]


LAYERS = random_layers(PLAN)


def explorer(**settings):
    return GeneratorExplorer(LAYERS, **settings)


def grey_levels(page, grid="image"):
    """What the canvas of a grid shows: its red, row by row."""
    return page.locator(f'[data-grid="{grid}"]').evaluate(
        """(svg) => {
          const canvas = svg.previousSibling, { width, height } = canvas;
          const copy = Object.assign(document.createElement("canvas"), { width, height });
          const context = copy.getContext("2d", { willReadFrequently: true });
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, width, height);
          return Array.from({ length: height }, (_, r) => Array.from({ length: width }, (_, c) => data[4 * (r * width + c)]));
        }"""
    )


def framed(page, grid):
    """The first and the last cell of the frame on a grid, or None."""
    first, last = page.locator(f'[data-grid="{grid}"] .framed').evaluate(
        "(path) => [path.dataset.from, path.dataset.to]"
    )
    return None if first == "" else tuple(tuple(map(int, at.split(","))) for at in (first, last))


def at_pixel(page, row, column):
    """Where on the screen a pixel of the image lies."""
    box = page.locator(IMAGE).bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / 28, box["y"] + (row + 0.5) * box[
        "height"
    ] / 28


def shows(page, one):
    """Does the page show the image that tconv computes for this explorer?"""
    return np.abs(np.subtract(grey_levels(page), one.image)).max() <= 1


def behind(plan, row):
    """First and last row of each stage that a row of the image comes from, by the convolution matrix."""
    rows = {row}
    sizes = [1]
    for _, _, k, s, p in plan:
        sizes.append(tconv.conv_transpose_output_size(sizes[-1], k, stride=s, padding=p))
    stages = [rows]
    for (_, _, k, s, p), size in zip(plan[::-1], sizes[:0:-1], strict=True):
        transposed = tconv.convolution_matrix(np.ones(k), (size,), stride=s, padding=p).toarray().T
        rows = {int(i) for r in rows for i in np.flatnonzero(transposed[r])}
        stages.insert(0, rows)
    return [(min(one), max(one)) for one in stages]


@pytest.mark.parametrize(
    "plan",
    [PLAN, [(5, 1, 3, 1, 0)], [(3, 4, 4, 1, 0), (4, 2, 5, 3, 2), (2, 2, 3, 1, 1), (2, 1, 2, 2, 0)]],
)
def test_every_stage_is_what_tconv_computes(script, plan):
    one = GeneratorExplorer(random_layers(plan, seed=1), pad_y=0)
    latents = np.array([sample(seed, plan[0][0]) for seed in range(20)])
    images = script.evaluate(
        """({ network, weights, latents }) => {
          const layers = $generator.unpack(network, weights);
          return latents.map((z) => Array.from($generator.run(layers, z).at(-1)));
        }""",
        {"network": one.network, "weights": one.weights, "latents": latents.tolist()},
    )
    ours = one.generate(latents)
    assert ours.std() > 0.1
    np.testing.assert_allclose(np.reshape(images, ours.shape), ours, rtol=0, atol=1e-5)


def test_pixels_on_the_screen_of_a_thousand_images(script):
    """Grey levels, but for one that the rounding of 32-bit sums may turn."""
    plan = [(3, 4, 4, 1, 0), (4, 2, 5, 3, 2), (2, 1, 2, 2, 0)]
    one = GeneratorExplorer(random_layers(plan, seed=2), pad_y=0)
    latents = np.random.default_rng(7).uniform(-3, 3, (1000, 3)).round(2)
    network = {"network": one.network, "weights": one.weights}
    read = """(root) => {
      const canvas = root.querySelector("[data-grid=image]").previousSibling;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data).filter((_, n) => n % 4 === 0);
    }"""
    states = [{**network, "z": z} for z in latents.tolist()]
    levels = np.array(shown_in(script, "GeneratorExplorer", states, read))
    ours = 127.5 * (one.generate(latents).reshape(1000, -1) + 1)
    assert ours.std() > 10
    np.testing.assert_allclose(levels, ours, rtol=0, atol=0.51)


def test_samples_and_mixtures_are_the_same_in_both_languages(script):
    seeds = [*range(50), 4711, 9999]
    theirs = script.evaluate("(seeds) => seeds.map((seed) => $generator.sample(seed, 33))", seeds)
    assert theirs == [sample(seed, 33) for seed in seeds]
    mixed = script.evaluate(
        "([a, b]) => [...Array(101).keys()].map((percent) => $generator.mix(a, b, percent))",
        theirs[:2],
    )
    assert mixed == [mix(*theirs[:2], percent) for percent in range(101)]


@pytest.mark.parametrize("plan", [PLAN, [(1, 1, 6, 1, 1), (1, 1, 5, 3, 2), (1, 1, 3, 1, 1)]])
def test_receptive_field_is_what_the_matrix_says(script, plan):
    one = GeneratorExplorer(random_layers(plan), pad_y=0)
    size = len(one.image)
    fields = script.evaluate(
        """({ network, weights, size }) => {
          const layers = $generator.unpack(network, weights);
          return [...Array(size).keys()].map((n) => $generator.receptiveField(layers, [n, size - 1 - n]));
        }""",
        {"network": one.network, "weights": one.weights, "size": size},
    )
    for row, field in enumerate(fields):
        columns = behind(plan, size - 1 - row)
        for stage, (rows, across) in enumerate(zip(behind(plan, row), columns, strict=True)):
            assert field[stage] == {"from": [rows[0], across[0]], "to": [rows[1], across[1]]}


def test_page_shows_the_image_and_every_layers_maps(show):
    one = explorer(seed=4)
    with show(one) as page:
        assert shows(page, one)
        assert (len(grey_levels(page, "maps1")), len(grey_levels(page, "maps1")[0])) == (70, 70)
        assert (len(grey_levels(page, "maps2")), len(grey_levels(page, "maps2")[0])) == (62, 126)
        captions = page.locator(".heading").all_text_contents()
        for words in ("64 maps of 7 × 7", "32 maps of 14 × 14", "2·(14 − 1) + 4 − 2·1 = 28"):
            assert any(words in caption for caption in captions), words


def test_pointing_at_a_pixel_frames_where_it_comes_from(show):
    one = explorer()
    with show(one) as page:
        for row, column in [(0, 0), (14, 13), (27, 5)]:
            page.mouse.move(*at_pixel(page, row, column))
            rows, columns = behind(PLAN, row), behind(PLAN, column)
            for stage, grid in [(1, "maps1"), (2, "maps2"), (3, "image")]:
                expected = tuple(zip(rows[stage], columns[stage], strict=True))
                assert framed(page, grid) == expected
            text = page.locator(".sentence").text_content()
            assert text.startswith(
                f"Pixel ({row}, {column}) has grey level {one.image[row][column]} "
            )
        assert "comes from 1 × 2 of each 14 × 14 map, and those from" in text
        page.mouse.move(2, 2)
        assert framed(page, "image") is None


def test_touch_pins_a_pixel(show):
    with show(explorer(), width=360, has_touch=True) as page:
        page.locator(IMAGE).scroll_into_view_if_needed()
        page.touchscreen.tap(*at_pixel(page, 3, 20))
        assert framed(page, "image") == ((3, 20), (3, 20))


def test_keyboard_alone_reaches_everything(show):
    with show(explorer()) as page:
        names = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            names.add(
                page.evaluate(
                    """() => { const { dataset, classList, tagName } = document.activeElement;
                      return dataset.grid ?? dataset.setting ?? dataset.action ?? dataset.latent
                        ?? (classList.contains("pad") ? "pad" : tagName); }"""
                )
            )
        assert {"new", "other", "walk", "percent", "image", "pad", "SELECT", "0", "31"} <= names
        page.locator(IMAGE).focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert framed(page, "image") == ((13, 14), (13, 14)), "the pinned pixel stays framed"
        page.locator(".pad").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        z = sample(0, 32)
        z[0], z[1] = round(z[0] + 0.1, 2), round(z[1] - 0.5, 2)
        assert shows(page, explorer(z=z))


def test_pad_follows_the_pointer(show):
    with show(explorer(pad_x=3, pad_y=9)) as page:
        box = page.locator(".pad").bounding_box()
        centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(centre[0] + 20, centre[1])
        page.mouse.down()
        page.mouse.move(*centre)
        page.mouse.up()
        page.mouse.move(centre[0] + 50, centre[1])
        z = sample(0, 32)
        z[3], z[9] = 0, 0
        sentence = page.locator(".sentence").text_content()
        found = [float(n.replace("−", "-")) for n in re.findall(r"= (−?[\d.]+\d)", sentence + "0")]
        assert np.allclose(found, 0, atol=0.05), sentence
        assert np.abs(np.subtract(grey_levels(page), explorer(z=z).image)).mean() < 3


def test_sliders_move_single_numbers(show):
    with show(explorer()) as page:
        page.locator('[data-latent="5"]').fill("1.5")
        page.locator('[data-latent="31"]').fill("-2")
        z = sample(0, 32)
        z[5], z[31] = 1.5, -2
        assert shows(page, explorer(z=z))
        assert page.locator(".sentence").text_content() == "z 31 = −2."


def test_new_samples_and_what_lies_between(show):
    with show(explorer()) as page:
        page.locator('[data-action="new"]').click()
        assert shows(page, explorer(seed=2))
        page.locator('[data-action="other"]').click()
        page.locator('[data-setting="percent"]').fill("35")
        assert shows(page, explorer(seed=2, other_seed=3, percent=35))
        text = "35 % of the way from sample 2 to sample 3."
        assert page.locator(".sentence").text_content() == text


def test_walk_leads_to_the_other_sample(show):
    with show(explorer()) as page:
        page.locator('[data-action="walk"]').click()
        page.wait_for_function("document.querySelector('[data-setting=percent]').value === '100'")
        assert shows(page, explorer(seed=1))
        page.wait_for_function("location.hash.includes('percent=100')")
    with show(explorer(), reduced_motion="reduce") as page:
        page.locator('[data-action="walk"]').click()
        assert page.locator('[data-setting="percent"]').input_value() == "100"


def test_state_is_kept_in_the_address_and_read_from_it(show):
    with show(explorer()) as page:
        page.locator('[data-latent="7"]').fill("-1.5")
        page.locator(IMAGE).focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash.includes('selected')")
        fragment = page.evaluate("location.hash")
        shown = grey_levels(page)
    assert "weights" not in fragment
    with show(explorer(), fragment=fragment) as page:
        assert grey_levels(page) == shown
        assert framed(page, "image") == ((14, 14), (14, 14))
    with show(explorer(), fragment="#GeneratorExplorer1.seed=17") as page:
        assert shows(page, explorer(seed=17))


def test_two_explorers_on_a_page_stay_apart(show):
    with show(explorer(), explorer(seed=6)) as page:
        page.locator('[data-latent="0"]').first.fill("2")
        page.locator(IMAGE).first.focus()
        page.keyboard.press("Enter")
        assert page.locator('[data-latent="0"]').nth(1).input_value() != "2"
        frames = page.locator(f"{IMAGE} .framed").evaluate_all(
            "all => all.map((p) => p.dataset.from)"
        )
        assert frames == ["14,14", ""]
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))


def test_svg_export_holds_the_pixels(show, tmp_path):
    with show(explorer(selected="3,4")) as page:
        with page.expect_download() as download:
            page.get_by_text("save SVG").click()
        download.value.save_as(tmp_path / "saved.svg")
        assert page.locator(".tconv-explorer image").count() == 0
    root = ElementTree.parse(tmp_path / "saved.svg").getroot()
    pictures = list(root.iter("{http://www.w3.org/2000/svg}image"))
    assert len(pictures) == 3
    assert all(picture.get("href").startswith("data:image/png") for picture in pictures)


def test_static_form_is_for_pages_without_script(show):
    with show(explorer()) as page:
        assert page.locator(".tconv-table").is_hidden()
    with show(explorer(), java_script_enabled=False) as page:
        assert page.locator(".tconv-table").is_visible()
        assert "100,352" in page.locator(".tconv-table").text_content()


def test_traits_sync_both_ways_in_jupyterlab(lab, notebook):  # noqa: F811
    write(
        lab[1],
        "generator.ipynb",
        "import numpy as np\nfrom tconv.widgets import GeneratorExplorer\n"
        "rng = np.random.default_rng(0)\n"
        "shapes = [(8, 4, 7, 7), (4, 2, 4, 4), (2, 1, 4, 4)]\n"
        "layers = [{'weight': rng.normal(size=shape), 'stride': min(n + 1, 2)} for n, shape in enumerate(shapes)]\n"
        "explorer = GeneratorExplorer(layers)\nexplorer",
    )
    with notebook("generator.ipynb") as page:
        run_all(page)
        page.wait_for_selector(".tconv-explorer .pad")
        page.locator('[data-latent="3"]').fill("1.5")
        assert wait_for(page, "print(explorer.z[3])", "1.5\n")
        assert execute(page, "explorer.seed = 42; print(explorer.z)") == "[]\n"
        page.wait_for_function(
            "[...document.querySelectorAll('.end span')].some((one) => one.textContent === 'sample 42')"
        )
        check = "print(np.array_equal(explorer.image, np.rint(127.5 * (explorer.generate([explorer.latent])[0] + 1))))"
        assert execute(page, check) == "True\n"
        assert "'percent' trait" in execute(page, "explorer.percent = 101")
