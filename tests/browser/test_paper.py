"""The book on paper, from the built pages: nothing is lost on the way, and the sheet is one page."""

import paper
import pytest
from pypdf import PdfReader
from test_site import NOTEBOOKS


@pytest.mark.parametrize("chapter", [name for name in NOTEBOOKS if name[5:7].isdecimal()])
def test_every_exercise_is_asked_here_and_answered_at_the_end(book, chapter):
    article = paper.read_page(book, chapter)
    exercises = article.select("section[id$='--exercises'] > section")
    quizzes = [len(exercise.select(".tconv-widget")) for exercise in exercises]
    answers = paper.take_answers(article)
    links = [heading.a["href"] for heading in answers.select("h3")]
    assert links == [f"#{exercise['id']}" for exercise in exercises]
    assert [len(exercise.select(".tconv-widget")) for exercise in exercises] == quizzes
    for exercise in exercises:
        assert len(exercise.get_text()) > len(exercise.h3.get_text()) + 20, exercise.h3
        folds = [fold.summary.get_text(strip=True) for fold in exercise.select("details")]
        assert all(fold.startswith("Hint") for fold in folds), folds


def test_formulas_fit_on_one_sheet(book, browser, tmp_path):
    paper.print_sheet(browser, book, tmp_path / "sheet.pdf")
    (sheet,) = PdfReader(tmp_path / "sheet.pdf").pages
    text = sheet.extract_text()
    assert all(name in text for name in ("R1", "R14", "general"))


def test_a_packed_pdf_is_smaller_and_reads_the_same(browser, book, tmp_path):
    path = tmp_path / "sheet.pdf"
    paper.print_sheet(browser, book, path)
    size, text = path.stat().st_size, PdfReader(path).pages[0].extract_text()
    paper.pack(path)
    assert path.stat().st_size < size
    assert PdfReader(path).pages[0].extract_text() == text
