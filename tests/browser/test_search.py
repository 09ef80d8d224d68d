"""The site's own search finds the answer to each question that readers bring."""

import tomllib
from pathlib import Path
from urllib.parse import quote_plus

import pytest

TABLE = Path(__file__).parents[1] / "book" / "questions.toml"
QUESTIONS = tomllib.loads(TABLE.read_text(encoding="utf-8"))["question"]
FIRST = 5


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["search"])
def test_search_finds_the_answer(visit, served_book, question):
    with visit(served_book, f"search.html?q={quote_plus(question['search'])}") as page:
        page.get_by_text("Search finished").wait_for()
        links = page.locator("#search-results li > a").evaluate_all("all => all.map(a => a.href)")
    answers = {f"/book/{name}.html" for name, _ in question["answers"]}
    assert any(answer in link for link in links[:FIRST] for answer in answers), links
