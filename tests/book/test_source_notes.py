"""Everything that was in the notes that the book grew from has its place, with its numbers.

`source_notes.toml` names the place of each. A row fails if its section is renamed or split, or no
longer says, or no longer shows, what the row names.
"""

import re
import tomllib
from pathlib import Path

import pytest
from sections import ROOT, Section, find_section

TABLE = Path(__file__).with_name("source_notes.toml")
ROWS = tomllib.loads(TABLE.read_text(encoding="utf-8"))["row"]


def missing(section, row):
    """Return what the row names and the section does not hold."""
    return [
        text
        for part in ("says", "shows")
        for text in row.get(part, [])
        if not holds(getattr(section, part), text)
    ]


def holds(text, wanted):
    """Whether the text has the wanted words and numbers, whole, however it is laid out."""
    spaced = r"\s+".join(map(re.escape, wanted.split()))
    return re.search(rf"(?<![\w.]){spaced}(?![\w]|\.\d)", text) is not None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["topic"])
def test_place_holds_what_it_must(row):
    section = find_section(ROOT / "book" / f"{row['notebook']}.ipynb", row["section"])
    assert missing(section, row) == []


def test_rows_name_something_to_hold():
    assert [row["topic"] for row in ROWS if not row.get("says") and not row.get("shows")] == []
    assert len({row["topic"] for row in ROWS}) == len(ROWS)


def test_every_correction_is_taught_and_among_the_questions():
    places = {n: set() for n in range(1, 13)}
    for row in ROWS:
        for number in row.get("corrects", []):
            places[number].add(row["notebook"])
    for number, notebooks in places.items():
        assert "reference/misconceptions" in notebooks, number
        assert len(notebooks) > 1, f"{number} is taught in no chapter"


@pytest.mark.parametrize(
    ("says", "shows"),
    [("it is 15", "[[1 2] [3 4]]"), ("it is 5.5", "[[1 2] [3 4]]"), ("it is 5", "[[1 2] [3 45]]")],
)
def test_another_number_is_missed(says, shows):
    row = {"says": ["5"], "shows": ["[3 4]"]}
    assert missing(Section("", "it is 5.", "[[1 2]\n [3 4]]"), row) == []
    assert missing(Section("", says, shows), row)


def test_a_section_that_is_renamed_or_split_is_missed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n## Size\n\n```\n## no heading\n```\n\n## Size\n", "utf-8")
    assert find_section(page, "Title").says.strip() == ""
    for heading, count in [("Size", 2), ("Sizes", 0), ("no heading", 0)]:
        with pytest.raises(LookupError, match=f"page has {count} sections '{heading}'"):
            find_section(page, heading)
