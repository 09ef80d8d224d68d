"""The ConvolutionExplorer in a page without a kernel: pointer, touch, keyboard and address."""

import itertools

import numpy as np
import pytest
from grids import centre, lit, move_slider, numbers, places, sentence

import tconv
from tconv.widgets import ConvolutionExplorer

KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
X = np.array([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]])
Y = np.array([[2, 1], [4, 4]])


def row_parts(matrix, row, i, k, kernel_index):
    """Of one matrix row: the input cells, the kernel cells and the entries that are not zero."""
    columns = np.flatnonzero(matrix[row])
    return (
        {tuple(divmod(int(c), i)) for c in columns},
        {tuple(divmod(int(kernel_index[row, c]) - 1, k)) for c in columns},
        {(row, int(c)) for c in columns},
    )


def test_the_running_example_in_numbers(show):
    with show(ConvolutionExplorer()) as page:
        assert numbers(page, "input") == X.ravel().tolist()
        assert numbers(page, "kernel") == KERNEL.ravel().tolist()
        assert numbers(page, "output") == [122, 148, 126, 134]
        matrix = tconv.convolution_matrix(KERNEL, (4, 4)).toarray()
        assert numbers(page, "matrix") == matrix.ravel().tolist()


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (1, 1)])
def test_pointing_at_any_cell_lights_exactly_what_takes_part(show, stride, padding):
    index = np.arange(1, 10).reshape(3, 3)
    options = {"stride": stride, "padding": padding}
    which = tconv.convolution_matrix(index, (4, 4), **options).toarray()
    size = tconv.conv_output_size(4, 3, **options)
    with show(ConvolutionExplorer(**options)) as page:
        for output in range(size**2):
            r, c = divmod(output, size)
            page.mouse.move(*centre(page, "output", r, c))
            inputs, weights, entries = row_parts(which, output, 4, 3, which)
            assert lit(page, "input") == inputs
            assert lit(page, "kernel") == weights
            assert lit(page, "matrix") == entries
            assert lit(page, "output") == {(r, c)}
        for cell in range(16):
            r, c = divmod(cell, 4)
            page.mouse.move(*centre(page, "input", r + padding, c + padding))
            outputs = np.flatnonzero(which[:, cell])
            assert lit(page, "output") == {tuple(divmod(int(o), size)) for o in outputs}
            assert lit(page, "matrix") == {(int(o), cell) for o in outputs}
            assert lit(page, "kernel") == {
                tuple(divmod(int(which[o, cell]) - 1, 3)) for o in outputs
            }
        for weight in range(9):
            page.mouse.move(*centre(page, "kernel", *divmod(weight, 3)))
            rows, columns = np.nonzero(which == weight + 1)
            assert lit(page, "matrix") == set(zip(rows.tolist(), columns.tolist(), strict=True))
            assert lit(page, "input") == {tuple(divmod(c, 4)) for c in columns.tolist()}
            assert lit(page, "output") == {tuple(divmod(r, size)) for r in rows.tolist()}
        for row, column in [(0, 0), (1, 3), (size**2 - 1, 15)]:
            page.mouse.move(*centre(page, "matrix", row, column))
            weight = which[row, column]
            assert lit(page, "kernel") == ({tuple(divmod(int(weight) - 1, 3))} if weight else set())
            assert lit(page, "input") == ({tuple(divmod(column, 4))} if weight else set())
            assert lit(page, "output") == ({tuple(divmod(row, size))} if weight else set())


def test_pointing_at_the_transposed_views(show):
    """Stride 2, padding 1: scatter, matrix and emulation light the same connections."""
    index = np.arange(1, 10).reshape(3, 3)
    which = tconv.convolution_matrix(index, (5, 5), stride=2, padding=1).toarray().T
    explorer = ConvolutionExplorer(direction="transposed", input_size=3, stride=2, padding=1)
    with show(explorer) as page:
        for output in range(25):
            r, c = divmod(output, 5)
            page.mouse.move(*centre(page, "result", r, c))
            columns = np.flatnonzero(which[output])
            assert lit(page, "input") == {tuple(divmod(int(i), 3)) for i in columns}
            weights = {tuple(divmod(int(which[output, i]) - 1, 3)) for i in columns}
            assert lit(page, "kernel") == weights
            assert lit(page, "rotated") == {(2 - a, 2 - b) for a, b in weights}
            assert lit(page, "emulated") == {
                (2 * a + 1, 2 * b + 1) for a, b in (divmod(int(i), 3) for i in columns)
            }
            assert lit(page, "output") == lit(page, "result") == {(r, c)}


def test_sentence_says_the_sum(show):
    with show(ConvolutionExplorer()) as page:
        page.mouse.move(*centre(page, "output", 0, 1))
        terms = " + ".join(
            f"{a}·{b}" for a, b in zip(X[:3, 1:].ravel(), KERNEL.ravel(), strict=True)
        )
        assert sentence(page) == f"output (0, 1) = {terms} = 148."
        page.mouse.move(*centre(page, "matrix", 0, 3))
        assert (
            sentence(page)
            == "row 0, column 3 = 0: no weight leads from input (0, 3) to output (0, 0)."
        )
        page.mouse.move(*centre(page, "matrix", 1, 5))
        assert sentence(page) == (
            "row 1, column 5 = 1: kernel (1, 0) leads from input (1, 1) to output (0, 1)."
        )


def test_keyboard_alone_reaches_every_grid_cell_and_control(show):
    with show(ConvolutionExplorer(stride=1)) as page:
        reached = []
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "(document.activeElement.dataset.grid ?? document.activeElement.dataset.setting"
                    " ?? document.activeElement.dataset.action ?? document.activeElement.tagName)"
                )
            )
        for name in (
            "input",
            "kernel",
            "output",
            "matrix",
            "stride",
            "padding",
            "play",
            "step",
            "SUMMARY",
        ):
            assert name in reached, name
        page.locator('[data-grid="output"]').focus()
        page.keyboard.press("ArrowDown")
        assert lit(page, "output") == {(1, 0)}
        assert sentence(page).startswith("output (1, 0) = 1·1 + 8·4")
        page.keyboard.press("Enter")
        page.locator('[data-grid="matrix"]').focus()
        page.keyboard.press("End")
        assert lit(page, "input") == set()
        page.locator('[data-setting="stride"]').focus()
        assert lit(page, "output") == {(1, 0)}, "the pinned cell is lit again"
        page.keyboard.press("ArrowRight")
        assert numbers(page, "output") == [122]


def test_touch_pins_a_cell(show):
    with show(ConvolutionExplorer(), width=360, has_touch=True) as page:
        page.touchscreen.tap(*centre(page, "output", 1, 1))
        assert lit(page, "input") == {(r, c) for r in (1, 2, 3) for c in (1, 2, 3)}
        assert "= 134" in sentence(page)


@pytest.mark.parametrize("direction", ["direct", "transposed"])
def test_sliders_show_what_tconv_computes(show, direction):
    with show(ConvolutionExplorer(direction=direction, input_size=4)) as page:
        for settings in (
            {"stride": 2},
            {"padding": 1},
            {"dilation": 2},
            {"kernel_size": 2, "input_size": 5},
        ):
            for name, value in settings.items():
                move_slider(page, name, value)
            state = {
                name: int(page.locator(f'[data-setting="{name}"]').input_value())
                for name in ("input_size", "kernel_size", "stride", "padding", "dilation")
            }
            explorer = ConvolutionExplorer(direction=direction, **state)
            shown = numbers(page, "output" if direction == "direct" else "result")
            assert shown == np.ravel(explorer.output).tolist()
            formula = page.locator(".formula").text_content()
            assert formula.endswith(f"= {len(explorer.output)}")


def test_editing_a_value_by_keyboard(show):
    with show(ConvolutionExplorer()) as page:
        page.locator('[data-grid="input"]').focus()
        page.keyboard.press("9")
        page.keyboard.press("Enter")
        changed = X.copy()
        changed[0, 0] = 9
        assert numbers(page, "input") == changed.ravel().tolist()
        assert numbers(page, "output") == tconv.conv2d(changed, KERNEL).ravel().tolist()


def test_impossible_setting_is_explained_and_mended(show):
    with show(ConvolutionExplorer(input_size=3)) as page:
        parts = [page.locator(part) for part in (".views", ".sentence", ".player")]
        height = parts[0].bounding_box()["height"]
        move_slider(page, "input_size", 2)
        assert (
            "reaches over 3 cells, and the padded input has only 2"
            in page.locator(".problem").text_content()
        )
        assert not any(part.is_visible() for part in parts)
        assert parts[0].bounding_box()["height"] == height, "the page does not jump"
        page.locator(".problem button").click()
        assert page.locator(".problem").is_hidden()
        assert all(part.is_visible() for part in parts)


def test_scatter_stamp_by_stamp(show):
    """Stepping by input shows the running total on the canvas."""
    with show(ConvolutionExplorer(direction="transposed", input_size=2)) as page:
        page.get_by_text("by input").click()
        total = np.zeros((4, 4))
        for n in range(4):
            page.locator('[data-action="step"]').click()
            r, c = divmod(n, 2)
            total[r : r + 3, c : c + 3] += Y[r, c] * KERNEL
            assert numbers(page, "output") == total.ravel().tolist()
        assert numbers(page, "output") == tconv.conv_transpose2d(Y, KERNEL).ravel().tolist()


def test_forgetting_the_rotation_shows_the_wrong_answer(show):
    with show(ConvolutionExplorer(direction="transposed", input_size=2)) as page:
        page.get_by_label("forget to rotate the kernel").check()
        wrong = [[2, 7, 9, 3], [10, 27, 30, 13], [14, 37, 26, 5], [4, 20, 20, 4]]
        assert numbers(page, "wrong") == np.ravel(wrong).tolist()
        assert numbers(page, "result") == tconv.conv_transpose2d(Y, KERNEL).ravel().tolist()


def test_cells_without_a_tap_are_marked(show):
    explorer = ConvolutionExplorer(direction="transposed", input_size=2, kernel_size=1, stride=2)
    with show(explorer) as page:
        marked = page.locator('[data-grid="output"] path.untouched').get_attribute("d")
        assert marked.count("M") == 9 - 4
        page.mouse.move(*centre(page, "output", 0, 1))
        assert sentence(page) == "output (0, 1) = 0: no input reaches it, so it gets no tap."


def test_state_is_kept_in_the_address_and_read_from_it(show):
    with show(ConvolutionExplorer()) as page:
        move_slider(page, "padding", 1)
        page.locator('[data-grid="output"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash.includes('selected')")
        fragment = page.evaluate("location.hash")
        shown = numbers(page, "output")
    with show(ConvolutionExplorer(), fragment=fragment) as page:
        assert numbers(page, "output") == shown
        assert lit(page, "output") == {(0, 0)}


def test_two_explorers_on_a_page_stay_apart(show):
    with show(ConvolutionExplorer(), ConvolutionExplorer(padding=1)) as page:
        second = numbers(page, "output", nth=1)
        move_slider(page, "stride", 2)
        page.mouse.move(*centre(page, "output", 0, 0))
        assert numbers(page, "output", nth=1) == second
        assert lit(page, "output", nth=1) == set()
        assert len(numbers(page, "output")) == 1
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))


def test_player_stands_still_for_who_asks_for_reduced_motion(show):
    with show(ConvolutionExplorer(), reduced_motion="reduce") as page:
        page.locator('[data-action="play"]').click()
        first = page.locator(".position").text_content()
        page.wait_for_timeout(1600)
        assert page.locator(".position").text_content() == first == "1 / 4"
    with show(ConvolutionExplorer()) as page:
        page.locator('[data-action="play"]').click()
        page.wait_for_function("document.querySelector('.position').textContent === '3 / 4'")


def test_svg_export_is_an_image_of_what_is_shown(show, tmp_path):
    import xml.etree.ElementTree as ElementTree

    with show(ConvolutionExplorer()) as page:
        with page.expect_download() as download:
            page.get_by_text("save SVG").click()
        download.value.save_as(tmp_path / "saved.svg")
    root = ElementTree.parse(tmp_path / "saved.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for number in (122, 148, 126, 134):
        assert str(number) in texts


LARGEST = {"input_size": 7, "kernel_size": 5, "stride": 3, "dilation": 2, "output_padding": 2}

# Moves a slider and says after each frame which grids are not written yet and where the output is
# lit. By this clock each grid takes longer than what is written after one frame may take.
WATCH = """async ([name, value]) => {
  let now = 0;
  performance.now = () => (now += 10);
  const slider = document.querySelector(`[data-setting=${name}]`);
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await Promise.resolve(); // what is drawn at once is drawn in a microtask
  const seen = [];
  do {
    const busy = [...document.querySelectorAll("[aria-busy]")].map((svg) => svg.dataset.grid);
    seen.push([busy, document.querySelector("[data-grid=output] .chosen").getBBox().x]);
    await new Promise(requestAnimationFrame);
  } while (seen.at(-1)[0].length > 0);
  return seen;
}"""


def test_the_matrix_scrolls_to_what_is_lit(show):
    explorer = ConvolutionExplorer(direction="transposed", **LARGEST)
    with show(explorer) as page:
        at = page.locator('[data-grid="matrix"]')
        assert at.evaluate("(svg) => svg.closest('.scroller').scrollTop") == 0
        page.mouse.move(*centre(page, "output", 20, 20))
        assert lit(page, "matrix")
        page.wait_for_function("""() => {
          const path = document.querySelector("[data-grid=matrix] .part");
          const [own, box] = [path, path.closest(".scroller")].map((one) => one.getBoundingClientRect());
          return own.top >= box.top && own.bottom <= box.bottom;
        }""")


def test_large_grids_are_written_bit_by_bit_after_the_frame(show):
    explorer = ConvolutionExplorer(direction="transposed", **LARGEST, selected="output:9,9")
    with show(explorer, height=5000) as page:
        formula = page.locator(".formula").text_content()
        waiting, lit_at = zip(*page.evaluate(WATCH, ["padding", 1]), strict=True)
        assert page.locator(".formula").text_content() != formula
        explorer.padding = 1
        assert numbers(page, "result") == np.ravel(explorer.output).tolist()
    assert set(waiting[0]) == {
        "input", "kernel", "output", "matrix", "emulated", "rotated", "result",
    }  # fmt: skip
    assert all(len(before) - len(after) <= 1 for before, after in itertools.pairwise(waiting))
    for grids, place in zip(waiting, lit_at, strict=True):
        assert place == (lit_at[0] if "output" in grids else lit_at[0] + 36), "lit with its numbers"


@pytest.mark.parametrize("width", [1280, 360])
def test_numbers_stand_in_the_middle_of_their_cells(show, width):
    """One text holds a whole row, so a digit of another width than reckoned would push them all."""
    explorer = ConvolutionExplorer(direction="transposed", **LARGEST)
    with show(explorer, width=width) as page:
        for grid in ("input", "output", "matrix", "emulated"):
            numbers(page, grid)  # waits for those out of sight
            ends = places(page, grid)
            middles = ends.mean(axis=1)
            np.testing.assert_allclose(middles, np.floor(middles) + 0.5, atol=0.02)
            assert np.ptp(ends, axis=1).max() < 0.9
            assert middles.max() > 6


def test_broken_state_leaves_a_working_default(show):
    element = (
        '<div class="tconv-widget" data-widget="ConvolutionExplorer" data-state="{{{">static</div>'
    )
    with show(element) as page:
        assert numbers(page, "output") == [122, 148, 126, 134]


def test_unknown_widget_keeps_its_static_form(show):
    with show('<div class="tconv-widget" data-widget="constructor">the tables</div>') as page:
        assert page.locator(".tconv-widget").text_content() == "the tables"
