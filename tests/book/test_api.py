"""The reference lists what the package has, all of it and no more."""

import re

import pytest
from sections import ROOT

import tconv
from tconv import exercises, plotting, widgets

LISTED = re.findall(
    r"^\.\. (?:autofunction|autoclass|data):: (.+(?:\n {10}\w+)*)",
    (ROOT / "book" / "reference" / "api.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
NAMES = {name for block in LISTED for name in block.split()}
#: The page's own script and style: for the Sphinx extension, and not for readers.
NOT_FOR_READERS = {"page_script", "page_style"}


@pytest.mark.parametrize(
    "module", [tconv, plotting, exercises, widgets], ids=lambda module: module.__name__
)
def test_every_public_name_is_in_the_reference(module):
    assert set(module.__all__) - NOT_FOR_READERS - NAMES == set()


def test_every_name_in_the_reference_is_public():
    public = {*tconv.__all__, *plotting.__all__, *exercises.__all__, *widgets.__all__}
    assert {name for name in NAMES if "." not in name} - public == set()
