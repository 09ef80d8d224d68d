"""Links that carry an explorer's setting: they lead to the explorer, which takes all of it."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tconv.widgets._assets import WIDGETS

TAKEN = """([hash, name, module]) => {
    const { schema } = eval(`$${module}`);
    const id = `${name}1`;
    const found = $page.fromAddress(hash, id, schema);
    const asked = [...new URLSearchParams(hash.slice(1))];
    return asked.filter(([key, text]) => {
        const setting = key.slice(id.length + 1);
        return !(setting in found) || schema[setting].print(schema[setting].fit(found[setting])) !== text;
    });
}"""


@pytest.mark.parametrize("page", ["formulas", "lecturers"])
def test_an_explorer_takes_the_setting_of_a_link(book, script, page):
    source = book / "book" / "reference" / f"{page}.html"
    links = BeautifulSoup(source.read_text(encoding="utf-8"), "html.parser").select("a[href*='=']")
    settings = [urlsplit(link["href"]).fragment for link in links]
    settings = [unquote(setting) for setting in settings if "=" in setting]
    assert len(settings) > 10
    for setting in settings:
        name = re.match(r"([A-Za-z]+)1\.", setting)[1]
        refused = script.evaluate(TAKEN, [f"#{setting}", name, WIDGETS[name]])
        assert refused == [], setting


def test_a_link_leads_to_its_explorer(browser, served_book):
    page = browser.new_page()
    page.goto(f"{served_book}/book/05-fractional-stride.html#ConvolutionExplorer1.stride=3")
    explorer = page.locator('[data-widget="ConvolutionExplorer"]').first
    shown = explorer.locator('[data-setting="stride"]')
    shown.wait_for()
    assert shown.input_value() == "3"
    for _ in range(2):  # and it stays there
        page.wait_for_timeout(300)
        assert 0 <= explorer.bounding_box()["y"] < 200
    page.evaluate("scrollTo(0, 0)")
    page.reload()
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0
    page.evaluate("location.hash = '#ConvolutionExplorer1.stride=2'")
    page.wait_for_timeout(300)
    assert 0 <= explorer.bounding_box()["y"] < 200
    assert shown.input_value() == "2"
    page.close()
