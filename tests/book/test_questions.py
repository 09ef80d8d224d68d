"""Each question that readers bring is answered under a heading, and against PyTorch."""

import re
import tomllib
from pathlib import Path

import pytest
from sections import ROOT, find_section

TABLE = Path(__file__).with_name("questions.toml")
QUESTIONS = tomllib.loads(TABLE.read_text(encoding="utf-8"))["question"]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["search"])
def test_question_has_its_heading(question):
    for page, heading in question["answers"]:
        find_section(ROOT / "book" / f"{page}.ipynb", heading)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["search"])
def test_answer_starts_with_a_verdict_and_shows_it(question):
    page, heading = question["answers"][0]
    answer = find_section(ROOT / "book" / f"{page}.ipynb", heading)
    assert answer.says.strip().startswith("**")
    assert "np.testing.assert_" in answer.says
    assert re.search(r"\d", answer.shows)
    assert re.search(r"\{doc\}`\.\./\d\d-", answer.says)
