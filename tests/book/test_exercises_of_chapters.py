"""The exercises of the chapters: three to six, of all three kinds, and no check is unused."""

import re
from collections import Counter

import nbformat
import pytest
from sections import ROOT

from tconv.exercises import EXERCISES

CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*.ipynb"))

#: What the reader does: predicts, explains, writes.
KINDS = {"predict": r"Quiz\.predict\(", "explain": r"Quiz\.(choose|order)\(", "write": r"\bcheck\("}


def exercises(path):
    """Return the cells behind the heading, as Markdown and as code."""
    cells = nbformat.read(path, as_version=4).cells
    [start] = [n for n, cell in enumerate(cells) if cell.source.startswith("## Exercises")]
    texts = {"markdown": "", "code": ""}
    for cell in cells[start:]:
        texts[cell.cell_type] += cell.source + "\n"
    return texts


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_three_to_six_of_all_kinds(path):
    texts = exercises(path)
    numbers = re.findall(r"^### (\d)\. ", texts["markdown"], re.MULTILINE)
    assert 3 <= len(numbers) <= 6
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert [kind for kind, sign in KINDS.items() if not re.search(sign, texts["code"])] == []


def test_every_check_is_asked_for_once_and_its_name_is_in_the_text():
    asked = Counter()
    for path in CHAPTERS:
        texts = exercises(path)
        names = re.findall(r"^check\(\"(.+?)\"", texts["code"], re.MULTILINE)
        assert [name for name in names if f'`check("{name}", ' not in texts["markdown"]] == []
        asked.update(names)
    assert asked == Counter(list(EXERCISES))
