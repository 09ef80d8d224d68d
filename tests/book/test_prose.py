"""The words of the book: spelt right, spelt British, and none that talk a reader down."""

import re
from pathlib import Path

import codespell_lib
import nbformat
import pytest
from sections import FENCE, PAGES, ROOT

PROSE = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
DICTIONARIES = Path(codespell_lib.__file__).parent / "data"

#: Fenced code, formulas, code within a line, what links and roles lead to, and what is quoted as
#: American.
NOT_PROSE = [
    FENCE,
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL),
    re.compile(r"\{[\w:]+\}`[^`]*`|`[^`\n]*`"),
    re.compile(r"(?<=\])\([^)\s]*\)|<?https?://\S+"),
    re.compile(r"American spelling: \*[^*]+\*"),
]
#: American for something else, and British too.
BRITISH_TOO = {"meter", "meters", "practice", "program", "programs", "stories", "story"}
TALKING_DOWN = re.compile(
    r"\b(simply|obviously|trivially|of course|needless to say)\b", re.IGNORECASE
)


def british_by_american():
    """Return codespell's table of American spellings, the other way round."""
    table = {}
    lines = (DICTIONARIES / "dictionary_en-GB_to_en-US.txt").read_text("utf-8").splitlines()
    for line in lines:
        british, american = line.split("->")
        table |= {word.strip(): british for word in american.split(",") if word.strip()}
    return {american: table[american] for american in table.keys() - BRITISH_TOO}


AMERICAN = british_by_american()


def prose(page):
    """Return the words of a page, without code, formulas and addresses."""
    if page.suffix == ".md":
        text = page.read_text(encoding="utf-8")
    else:
        cells = nbformat.read(page, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for pattern in NOT_PROSE:
        text = pattern.sub(" ", text)
    return text


def misspelt(texts, folder, capsys):
    """Return the lines in which codespell corrects one of the texts."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    codespell_lib.main("--builtin", "clear,rare,informal,names", "--quiet-level=3", str(folder))
    return capsys.readouterr().out.splitlines()


def american(text):
    words = re.findall(r"[^\W\d_]+", text.lower())
    return sorted({f"{word}: {AMERICAN[word]}" for word in words if word in AMERICAN})


def test_prose_is_spelt_right(tmp_path, capsys):
    assert misspelt({page.name: prose(page) for page in PROSE}, tmp_path, capsys) == []


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_prose_is_british(page):
    assert american(prose(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_prose_does_not_talk_down(page):
    assert TALKING_DOWN.findall(prose(page)) == []


def test_a_slip_of_the_pen_is_found(tmp_path, capsys):
    wrong = "recieved"  # codespell:ignore
    texts = {"right": "The output is received.", "wrong": f"The output is {wrong}."}
    (line,) = misspelt(texts, tmp_path, capsys)
    assert line.endswith(f"wrong.txt:1: {wrong} ==> received")


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("The neighbor's color.", ["color: colour", "neighbor: neighbour"]),
        ("Initialize it at the center.", ["center: centre", "initialize: initialise"]),
        ("Colour it with `color=`, see [here](color.html).", []),
        ("```python\ncolor = 1\n```\n\n{term}`artifact <artefact>`, $color$", []),
        ("A program tells a story.", []),
    ],
)
def test_american_is_found_in_prose_alone(markdown, found, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(markdown, encoding="utf-8")
    assert american(prose(page)) == found
