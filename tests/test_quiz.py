"""The Quiz as Python sees it: what its makers refuse, its state, its form without script."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from traitlets import TraitError

from tconv.widgets import Quiz

STEPS = ["insert zeros", "pad", "rotate the kernel", "convolve"]


def predict(answer=14, **changes):
    settings = {"mistakes": {16: "The padding is missing."}, "because": "2·6 + 4 − 2 = 14."}
    return Quiz.predict("How many cells has the output?", answer, **(settings | changes))


def choose(answer="no", options=None, because="Its matrix is `C.T`."):
    options = {"yes": "Only the shape comes back.", "no": ""} if options is None else options
    return Quiz.choose("Does it undo <b>the convolution</b>?", options, answer, because=because)


def order(steps=STEPS, mistakes=None, because="Each needs the one before."):
    return Quiz.order("Put them into order.", steps, mistakes=mistakes, because=because)


def test_state_is_the_same_however_numbers_are_given():
    by_tuple = predict((np.int64(2), 3), mistakes={(3, 2): "Rows come first."})
    assert by_tuple.answer == [2, 3]
    assert by_tuple.mistakes == [[[3, 2], "Rows come first."]]
    assert (
        by_tuple.page_html() == predict([2, 3], mistakes={(3, 2): "Rows come first."}).page_html()
    )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: predict(14.0), TypeError, r"answer must be an integer or a tuple .* got 14\.0"),
        (lambda: predict(True), TypeError, "answer must be an integer"),
        (lambda: predict(()), ValueError, r"answer must be an integer or a tuple.*got \(\)"),
        (lambda: predict(2**53), ValueError, "answer must be at most 9007199254740991"),
        (lambda: predict(16), ValueError, "mistakes must not hold the answer, 16"),
        (lambda: predict((16,)), ValueError, "mistakes must not hold the answer"),
        (lambda: predict(mistakes={"16": "?"}), TypeError, "a mistake must be an integer"),
        (lambda: predict(mistakes={16: " "}), ValueError, r"feedback to \[16\] must be a text"),
        (lambda: predict(because=""), ValueError, "because must be a text that is not empty"),
        (lambda: Quiz.predict("", 1, mistakes={}, because="."), ValueError, "question must be"),
        (lambda: choose("maybe"), ValueError, r"answer must be one of .*'no'\], got 'maybe'"),
        (lambda: choose(options={"no": ""}), ValueError, "options must be two or more different"),
        (lambda: choose(options={"yes": "", "no": ""}), ValueError, r"feedback to \['yes'\] must"),
        (lambda: choose("yes"), ValueError, 'feedback to the answer must be "".*Only the shape'),
        (lambda: order(["pad"]), ValueError, "steps must be two or more different texts"),
        (lambda: order(["pad", "pad"]), ValueError, "steps must be two or more different texts"),
        (
            lambda: order(mistakes={("pad", "crop"): "?"}),
            ValueError,
            "mistakes must be pairs.*crop",
        ),
        (lambda: order(mistakes={("convolve", "pad"): "?"}), ValueError, "the earlier one first"),
    ],
)
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_quiz_is_made_once():
    with pytest.raises(TraitError, match="answer"):
        predict().answer = [16]


def test_steps_are_shuffled_the_same_way_each_time_and_never_in_order():
    for steps in (STEPS, STEPS[::-1], STEPS[:2], STEPS[1::-1]):
        quiz = order(steps)
        assert sorted(quiz.options) == sorted(steps)
        assert quiz.options != quiz.answer == steps
        assert quiz.page_html() == order(steps).page_html()


class Page(HTMLParser):
    """Tags and texts of a piece of HTML, and its mount element."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if ("class", "tconv-widget") in attributes:
            self.mount = dict(attributes)

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("make", [predict, choose, order])
def test_page_starts_from_the_state_and_shows_it_without_script(make):
    quiz = make()
    page = Page(quiz._repr_mimebundle_()[0]["text/html"])
    assert page.mount["data-widget"] == "Quiz"
    state = json.loads(page.mount["data-state"])
    assert state == {name: getattr(quiz, name) for name in quiz.traits(page=True)}
    text = "".join(page.texts)
    for words in (quiz.question, *quiz.options, *map(str, quiz.answer), quiz.because):
        assert words.replace("`", "") in text
    assert all(feedback in text for _, feedback in quiz.mistakes)
    assert "details" in page.tags
    assert "b" not in page.tags
    assert ("code" in page.tags) == ("`" in quiz.because)
    assert repr(quiz) == f"Quiz(kind={quiz.kind!r}, question={quiz.question!r})"
