"""Links that carry an explorer's setting: the explorer takes all of it, as it stands."""

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
