"""Every page can be reached: by axe's rules, by keyboard alone, enlarged, and in words."""

import pytest
from audit import axe_findings
from contents import PAGES
from contrast import too_pale

#: Focus what the keyboard can reach, one after the other; return what then looks as before. A radio
#: button or tick box may leave it to its label, or to what stands beside it, to show the focus.
UNSEEN_FOCUS = """() => {
  const look = (element) => [element, element.closest("label"), element.nextElementSibling]
    .filter(Boolean)
    .map((one) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(one);
      return outlineStyle === "none" ? [boxShadow, borderColor] : [outlineStyle, outlineWidth, outlineColor];
    })
    .join();
  return [...document.querySelectorAll("a[href], button, input, select, summary, audio, [tabindex='0']")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled)
    .filter((element) => {
      document.activeElement.blur();
      const before = look(element);
      element.focus({ preventScroll: true });
      return document.activeElement !== element || look(element) === before;
    })
    .map((element) => element.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<main><button></button></main>", "Buttons must have discernible text"),
        ("<h2>Two</h2><h4>Four</h4>", "Heading levels should only increase by one"),
        ("<img src='data:,'>", "Images must have alternative text"),
        ("<p>Text beside the landmarks</p>", "contained by landmarks"),
        ("<main>Another</main>", "should not have more than one main landmark"),
        ("<p style='color: #ccc; background: #fff'>pale</p>", "color contrast"),
    ],
)
def test_axe_finds_what_is_wrong(show, fault, rule):
    """The check itself can fail."""
    sound = "<main><h1>A page</h1><p>Its text.</p></main>"
    with show(sound) as page:
        assert axe_findings(page) == []
        page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", fault)
        assert any(rule in finding for finding in axe_findings(page))


def test_a_pale_word_is_found(show):
    with show("<main><h1>A page</h1><p>Its text.</p></main>") as page:
        assert too_pale(page) == {}
        pale = "<p style='color: #ccc; background: #fff'>pale</p>"
        page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", pale)
        assert list(too_pale(page)) == ["rgb(204, 204, 204) on rgb(255, 255, 255)"]


@pytest.mark.parametrize("page_name", PAGES)
def test_the_keyboard_reaches_all_and_shows_where_it_is(visit, served_book, page_name):
    with visit(served_book, f"{page_name}.html", width=640) as page:  # 1280 at 200 %
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 640, f"scrolls sideways: {width} pixels wide"
        page.keyboard.press("Tab")
        skip = page.locator("#pst-skip-link a")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#main-content') !== null")
        assert page.evaluate(UNSEEN_FOCUS) == []


def test_a_focus_that_nothing_shows_is_found(visit, served_book):
    with visit(served_book, "book/index.html") as page:
        page.add_style_tag(content=".bd-article a:focus-visible { outline: none !important }")
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN_FOCUS) != []


def test_a_place_is_found_though_what_is_above_it_was_never_drawn(browser, served_book):
    page = browser.new_page()
    page.goto(f"{served_book}/book/06-general-case.html#summary", wait_until="load")
    for _ in range(2):  # and it stays there
        page.wait_for_timeout(300)
        top = page.locator("#summary > h2").evaluate("title => title.getBoundingClientRect().top")
        assert 0 <= top < 200
    page.close()
