"""The AdjointExplorer: its arithmetic against tconv and NumPy, and what a reader does with it in a page."""

import itertools
import json

import numpy as np
import pytest
from grids import centre, lit, move_slider, numbers, numerals_of, places, sentence, shown_in

import tconv
from tconv.widgets import AdjointExplorer

SETTINGS = ("input_size", "kernel_size", "stride", "padding")
TRAITS = AdjointExplorer.class_traits()
RANGES = [range(TRAITS[name].min, TRAITS[name].max + 1) for name in SETTINGS]
GRIDS = ("x", "kernel", "forward", "back", "recovered", "y", "adjoint", "walked", "walked_forward")
X = np.array([[4, 5, 8, 7], [1, 8, 8, 8], [3, 6, 6, 4], [6, 5, 7, 8]])
KERNEL = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])

# As text: Playwright takes long over large values.
EXPLORE = "(text) => JSON.stringify(JSON.parse(text).map((one) => $adjoint.explore(one)))"


def kernels(rng, k):
    """Kernels of every kind: random integers and fractions, and those whose matrix loses rank."""
    ramp = np.add.outer(np.arange(k), np.arange(k))
    difference = np.outer(*[(-1.0) ** np.arange(k)] * 2)
    corner = np.zeros((k, k))
    corner[0, 0] = 3
    random_ones = [rng.integers(-9, 10, (k, k)) for _ in range(8)] + [rng.normal(size=(k, k))]
    return [*random_ones, np.zeros((k, k)), np.ones((k, k)), ramp, difference, corner]


def test_every_setting_of_the_sliders(script):
    """108 settings, 14 kernels each: every number on show, and the rank, against tconv and NumPy."""
    rng = np.random.default_rng(0)
    settings = [dict(zip(SETTINGS, values, strict=True)) for values in itertools.product(*RANGES)]
    assert len(settings) == 108
    compared, ranks = 0, set()
    for setting in settings:
        i, k, s, p = setting.values()
        try:
            o = tconv.conv_output_size(i, k, stride=s, padding=p)
        except ValueError:
            assert script.evaluate("(s) => $arithmetic.problem($adjoint.operation(s))", setting)
            continue
        cases = []
        for kernel in kernels(rng, k):
            x, y = rng.integers(-9, 10, (i, i)), rng.integers(-9, 10, (o, o))
            towards = str(rng.choice(["adjoint", "pseudo-inverse"]))
            case = {**setting, "x": x.tolist(), "y": y.tolist(), "kernel": kernel.tolist()}
            cases.append({**case, "percent": int(rng.integers(101)), "towards": towards})
        found = script.evaluate(EXPLORE, json.dumps(cases))
        for case, ours in zip(cases, json.loads(found), strict=True):
            matrix = tconv.convolution_matrix(case["kernel"], (i, i), stride=s, padding=p).toarray()
            x, y = np.ravel(case["x"]), np.ravel(case["y"])
            forward = matrix @ x
            back, recovered = matrix.T @ forward, np.linalg.pinv(matrix, rcond=1e-10) @ forward
            goal = back if case["towards"] == "adjoint" else recovered
            walked = x + case["percent"] / 100 * (goal - x)
            expected = {
                "matrix": matrix,
                "forward": forward,
                "back": back,
                "adjoint": matrix.T @ y,
                "recovered": recovered,
                "walked": walked,
                "walked_forward": matrix @ walked,
            }
            scale = 1 + np.abs(back).max()
            for name, values in expected.items():
                np.testing.assert_allclose(ours[name], values, rtol=1e-8, atol=1e-10 * scale)
            assert ours["rank"] == (
                np.linalg.matrix_rank(matrix, rtol=1e-10) if matrix.any() else 0
            )
            ranks.add(ours["rank"] == min(matrix.shape))
            compared += 1
    assert compared == 14 * 105
    assert ranks == {True, False}, "some matrices have full rank, some have not"


def test_ranges_are_the_same_in_both_languages(script):
    ranges = script.evaluate(
        "Object.fromEntries(Object.entries($adjoint_explorer.schema).map(([n, f]) => [n, [f.min, f.max, f.initial]]))"
    )
    for name in (*SETTINGS, "percent"):
        assert ranges[name] == [TRAITS[name].min, TRAITS[name].max, TRAITS[name].default_value]
    assert set(ranges) == set(AdjointExplorer().traits(page=True))


def test_default_values_are_the_same_in_both_languages(script):
    for values in itertools.product(*RANGES):
        setting = dict(zip(SETTINGS, values, strict=True))
        ours = script.evaluate("(setting) => $adjoint_state.normalise(setting)", setting)
        explorer = AdjointExplorer(**setting)
        assert [ours[n] for n in "xy"] == [explorer.x, explorer.y], setting
        assert ours["kernel"] == explorer.kernel


def shown(page):
    return {name: numbers(page, name) for name in GRIDS}


def close(values, expected):
    """Equal to the three figures that a cell has room for."""
    np.testing.assert_allclose(values, np.ravel(expected), rtol=5.1e-3, atol=0.0051)


def test_the_running_example_in_numbers(show):
    explorer = AdjointExplorer(percent=100)
    with show(explorer) as page:
        found = shown(page)
        for name in ("x", "kernel", "forward", "back", "y", "adjoint"):
            assert found[name] == np.ravel(getattr(explorer, name)).tolist()
        close(found["recovered"], explorer.recovered)
        assert found["walked"] == found["recovered"]
        assert found["walked_forward"] == found["forward"]
        verdict = page.locator(".verdict").text_content()
        assert "the shape of x, 4 × 4, and 0 of 16 numbers" in verdict
        assert "rank 4: 12 directions of x leave no trace" in verdict


def test_numbers_on_the_screen_at_a_thousand_settings(script):
    rng = np.random.default_rng(5)
    explorers = []
    while len(explorers) < 1000:
        setting = {name: int(rng.choice(one)) for name, one in zip(SETTINGS, RANGES, strict=True)}
        one = AdjointExplorer(**setting, percent=int(rng.integers(101)))
        if not one.problem:
            for name in "xy":
                setattr(one, name, rng.integers(-9, 10, np.shape(getattr(one, name))))
            one.kernel = rng.integers(-9, 10, np.shape(one.kernel))
            explorers.append(one)
    states = [{name: getattr(one, name) for name in one.traits(page=True)} for one in explorers]
    found = shown_in(script, "AdjointExplorer", states, numerals_of(*GRIDS))
    for one, texts in zip(explorers, found, strict=True):
        values = {name: np.array(getattr(one, name)) for name in GRIDS[:-2]}
        walked = values["x"] + one.percent / 100 * (values["recovered"] - values["x"])
        for name, expected in {
            **values,
            "walked": walked,
            "walked_forward": values["forward"],
        }.items():
            close([float(text.replace("−", "-")) for text in texts[name]], expected)


def test_every_input_on_the_way_to_the_pseudo_inverse_has_the_same_output(show):
    with show(AdjointExplorer()) as page:
        for percent in (0, 10, 70, 100):
            move_slider(page, "percent", percent)
            assert numbers(page, "walked_forward") == numbers(page, "forward")
        assert (
            "16 of 16 numbers of x changed, 0 of 4 numbers of Cx"
            in page.locator(".way").text_content()
        )
        move_slider(page, "percent", 0)
        assert page.locator(".way").text_content().startswith("x′ = x: nothing has changed yet")
        move_slider(page, "percent", 100)
        page.get_by_text("x → CᵀCx").click()
        assert numbers(page, "walked") == numbers(page, "back")
        assert "4 of 4 numbers of Cx." in page.locator(".way").text_content()
        assert numbers(page, "walked_forward") != numbers(page, "forward")


def test_what_did_not_come_back_is_dashed(show):
    one = AdjointExplorer(kernel=[[1]], x=X)
    with show(AdjointExplorer(), one) as page:
        dashed = page.locator('[data-grid="back"] path.cropped').evaluate_all(
            "all => all.map((path) => path.getAttribute('d').split('M').length - 1)"
        )
        assert dashed == [16, 0]
        assert (
            "all 16 numbers; C⁺ brings back all 16"
            in page.locator(".verdict").nth(1).text_content()
        )


def test_inner_products_agree_while_anything_is_edited(show):
    def products():
        texts = page.locator(".products dd").all_text_contents()
        for text in texts:
            total, value = text.replace("−", "-").split(" = ")
            pairs = [t.strip("() ").split("·") for t in total.split(" + ")]
            sums = sum(float(a.strip("()")) * float(b.strip("()")) for a, b in pairs)
            assert sums == float(value)
        return [text.split(" = ")[1] for text in texts]

    with show(AdjointExplorer()) as page:
        assert products() == ["1432", "1432"]
        operands = {"x": X.copy(), "kernel": KERNEL.copy(), "y": np.array([[2, 1], [4, 4]])}
        for name, value in (("x", 9), ("kernel", -2), ("y", 7)):
            page.locator(f'[data-grid="{name}"]').focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press(str(abs(value)))
            page.locator(".editor input").fill(str(value))
            page.keyboard.press("Enter")
            operands[name][0, 1] = value
            assert numbers(page, name) == operands[name].ravel().tolist()
            forward = tconv.conv2d(operands["x"], operands["kernel"])
            assert products() == [str((forward * operands["y"]).sum())] * 2


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_pointing_at_any_cell_lights_exactly_what_takes_part(show, stride, padding):
    options = {"stride": stride, "padding": padding}
    matrix = tconv.convolution_matrix(KERNEL, (4, 4), **options).toarray()
    o = tconv.conv_output_size(4, 3, **options)
    inputs, outputs = (
        ("x", "back", "recovered", "adjoint", "walked"),
        ("forward", "y", "walked_forward"),
    )
    with show(AdjointExplorer(**options)) as page:
        for names, others, linked, side, other in (
            (inputs, outputs, matrix.T, 4, o),
            (outputs, inputs, matrix, o, 4),
        ):
            for name, n in itertools.product(names, range(0, side**2, 3)):
                page.mouse.move(*centre(page, name, *divmod(n, side)))
                expected = {tuple(divmod(int(m), other)) for m in np.flatnonzero(linked[n])}
                assert all(lit(page, one) == expected for one in others), (name, n)
                assert all(lit(page, one) == {divmod(n, side)} for one in names), (name, n)


def test_sentences_say_where_a_number_comes_from(show):
    with show(AdjointExplorer()) as page:
        said = {}
        for name in GRIDS:
            page.mouse.move(*centre(page, name, 0, 1))
            said[name] = sentence(page)
        terms = " + ".join(
            f"{a}·{b}" for a, b in zip(X[:3, 1:].ravel(), KERNEL.ravel(), strict=True)
        )
        assert said["forward"] == f"Cx (0, 1) = {terms} = 148."
        assert said["back"] == "CᵀCx (0, 1) = 122·4 + 148·1 = 636; x has 5 there."
        assert said["adjoint"] == "Cᵀy (0, 1) = 2·4 + 1·1 = 9."
        assert said["x"] == "x (0, 1) = 5 goes into 2 numbers of Cx."
        assert said["y"] == "y (0, 1) = 1 is stamped by Cᵀ onto 9 numbers of Cᵀy."
        assert said["kernel"] == "kernel (0, 1) = 4."
        recovered = AdjointExplorer().recovered[0][1]
        assert said["recovered"].startswith(f"C⁺Cx (0, 1) = {recovered:.2f}; x has 5 there.")
        assert said["walked"] == f"x′ (0, 1) = {(5 + recovered) / 2:.2f}; x has 5 there."
        assert said["walked_forward"].endswith("= 148; Cx has 148 there.")


def test_keyboard_alone_reaches_everything(show):
    with show(AdjointExplorer()) as page:
        reached = set()
        for _ in range(30):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "document.activeElement.dataset.grid ?? document.activeElement.dataset.setting"
                    " ?? document.activeElement.textContent"
                )
            )
        assert reached >= {*GRIDS, *SETTINGS, "percent", "copy link", "save SVG"}
        page.locator('[data-setting="stride"]').focus()
        page.keyboard.press("ArrowRight")
        assert len(numbers(page, "forward")) == 1


def test_touch_pins_a_cell(show):
    with show(AdjointExplorer(), width=360, has_touch=True) as page:
        page.touchscreen.tap(*centre(page, "back", 2, 2))
        assert lit(page, "forward") == {(0, 0), (0, 1), (1, 0), (1, 1)}
        assert sentence(page).startswith("CᵀCx (2, 2) = ")
        page.touchscreen.tap(*centre(page, "y", 1, 1))
        assert page.locator(".editor input").input_value() == "4"


def test_impossible_setting_is_explained_and_mended(show):
    with show(AdjointExplorer(input_size=2)) as page:
        assert "reaches over 3 cells" in page.locator(".problem").text_content()
        page.locator(".problem button").click()
        assert page.locator(".problem").is_hidden()
        assert len(numbers(page, "forward")) in (1, 4)


def test_sliders_and_presets_show_what_tconv_computes(show):
    with show(AdjointExplorer()) as page:
        for name, value in (("padding", 2), ("input_size", 5), ("kernel_size", 2), ("stride", 2)):
            move_slider(page, name, value)
            options = {
                n: int(page.locator(f'[data-setting="{n}"]').input_value()) for n in SETTINGS
            }
            assert options[name] == value
            x, w = (
                np.reshape(numbers(page, n), (options[f"{t}_size"],) * 2)
                for n, t in (("x", "input"), ("kernel", "kernel"))
            )
            matrix = tconv.convolution_matrix(
                w, x.shape, stride=options["stride"], padding=options["padding"]
            ).toarray()
            close(numbers(page, "forward"), matrix @ x.ravel())
            close(numbers(page, "adjoint"), matrix.T @ numbers(page, "y"))
            close(numbers(page, "recovered"), np.linalg.pinv(matrix) @ matrix @ x.ravel())
        page.get_by_label("Values of x and kernel").select_option("identity")
        assert numbers(page, "kernel") == [1, 0, 0, 0]
        assert numbers(page, "back") == numbers(page, "recovered")


def test_state_is_kept_in_the_address_and_read_from_it(show):
    with show(AdjointExplorer()) as page:
        move_slider(page, "padding", 1)
        move_slider(page, "percent", 25)
        page.locator('[data-grid="back"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash.includes('selected')")
        fragment, before = page.evaluate("location.hash"), shown(page)
    with show(AdjointExplorer(), fragment=fragment) as page:
        assert shown(page) == before
        assert lit(page, "back") == {(0, 0)}


def test_two_explorers_on_a_page_stay_apart(show):
    with show(AdjointExplorer(), AdjointExplorer(padding=1)) as page:
        second = numbers(page, "back", nth=1)
        move_slider(page, "stride", 2)
        page.mouse.move(*centre(page, "back", 0, 0))
        assert numbers(page, "back", nth=1) == second
        assert lit(page, "back", nth=1) == set()
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))


def test_no_number_leaves_its_cell(show):
    big = AdjointExplorer(x=X * 99_999.5, kernel=KERNEL / -7)
    with show(AdjointExplorer(), big) as page:
        for name, nth in itertools.product(GRIDS, range(2)):
            ends = places(page, name, nth=nth)
            assert (np.floor(ends[:, 0]) == np.floor(ends[:, 1])).all()


def test_svg_export_holds_every_grid(show, tmp_path):
    with show(AdjointExplorer()) as page:
        with page.expect_download() as download:
            page.get_by_text("save SVG").click()
        download.value.save_as(tmp_path / "saved.svg")
    text = (tmp_path / "saved.svg").read_text(encoding="utf-8")
    for number in (">1274<", ">1448<", ">33<", ">148<"):
        assert number in text
