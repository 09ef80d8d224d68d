"""Read the tables of a widget's static form."""

from html.parser import HTMLParser


class _Parser(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.inside = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data):
        if self.inside == "caption":
            self.rows = self.found[data] = []
        elif self.inside in ("th", "td"):
            self.rows[-1].append(data)


def tables(text):
    """Return the rows of each captioned table, headings included, as texts."""
    return _Parser(text).found


def numbers(text):
    """Return the rows of each captioned table, all of them numbers."""
    return {
        caption: [list(map(float, row)) for row in rows] for caption, rows in tables(text).items()
    }
