"""The book's own Sphinx extensions, where a build of the book would not show a fault."""

from types import SimpleNamespace

import addresses
import pytest
from sphinx.errors import ConfigError


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({"book/old": "book/gone"}, "leads to book/gone, which is no page"),
        ({"book/cover": "book/cover"}, "book/cover is a page of the book"),
    ],
)
def test_redirects_lead_from_no_page_to_a_page(moved, message):
    app = SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(root_doc="book/cover", redirects=moved),
        env=SimpleNamespace(found_docs={"book/cover"}),
    )
    with pytest.raises(ConfigError, match=message):
        addresses.check_redirects(app, app.env)
