"""A chapter as slides, from disk and without a network."""

import re

import pytest
import slides

CHAPTER = slides.BOOK / "03-transposed-convolution.ipynb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "slides"
    slides.write_slides(folder, [CHAPTER])
    return folder


def test_a_chapter_opens_as_slides(visit, folder):
    with visit(folder.as_uri(), f"{CHAPTER.stem}.html", height=720) as page:
        page.locator(".reveal.ready").wait_for()
        shown = page.locator(".slides > section.present > section.present")
        assert shown.locator("h1").inner_text() == slides.title_of(CHAPTER)

        formulas = page.locator(".math").count()
        assert page.locator(".math mjx-container").count() == formulas > 50

        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert shown.locator("h2").inner_text() == "From 2 × 2 to 4 × 4"
        page.keyboard.press("ArrowDown")
        assert "Flatten, multiply, reshape" in shown.inner_text()
        page.keyboard.press("ArrowLeft")
        assert shown.locator("h2").inner_text() == "The question"
        page.keyboard.press("Space")  # to where the section was left
        assert "Flatten, multiply, reshape" in shown.inner_text()


def test_an_explorer_is_alive_on_its_slide(visit, folder):
    address = f"{CHAPTER.stem}.html#/try-it"
    with visit(folder.as_uri(), address, height=720) as page:
        page.locator(".reveal.ready").wait_for()
        page.keyboard.press("ArrowDown")
        shown = page.locator(".slides > section.present > section.present")
        explorer = shown.locator(".tconv-widget")
        assert explorer.locator(".tconv-stage").is_visible()
        assert explorer.evaluate("e => e.getBoundingClientRect().bottom") <= 720

        kernel = explorer.get_by_role("slider", name="kernel")
        kernel.focus()
        page.keyboard.press("ArrowLeft")  # the explorer's, not the slides'
        page.wait_for_url(re.compile("ConvolutionExplorer1.kernel_size=2"))
        assert explorer.is_visible()
        assert "i′ − 1) + k − 2p + op" in explorer.inner_text()
