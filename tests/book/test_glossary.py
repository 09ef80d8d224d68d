"""Each word of the glossary is linked from the text, and each framework's name for it is there."""

import re

import pytest
from sections import PAGES, ROOT

GLOSSARY = ROOT / "book" / "reference" / "glossary.md"


def entries():
    """Return the names of each entry: the lines that begin at the margin."""
    body = re.search(r"```\{glossary\}\n(.*?)^```", GLOSSARY.read_text("utf-8"), re.S | re.M)[1]
    names = re.findall(r"^((?:[^\s:].*\n)+)(?=  )", body, re.MULTILINE)
    return [entry.splitlines() for entry in names]


def linked_words():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES if page != GLOSSARY)
    roles = re.findall(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`", text)
    return {word.lower() for word in roles}


def test_every_entry_is_linked_from_the_text():
    linked = linked_words()
    assert len(entries()) > 50
    assert [names[0] for names in entries() if not linked & {n.lower() for n in names}] == []


@pytest.mark.parametrize(
    "name",
    [
        "Conv2DTranspose",
        "lax.conv_transpose",
        "dilation_rate",
        "lhs_dilation",
        "pads",
        "MaxUnpool2d",
    ],
)
def test_a_name_from_another_framework_is_there(name):
    assert f"`{name}`" in GLOSSARY.read_text(encoding="utf-8")
