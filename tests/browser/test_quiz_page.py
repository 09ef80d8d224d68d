"""Quizzes in the page: each of the book's answered in every foreseen way, by keyboard alone."""

import itertools
import json
import random
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from contents import CHAPTERS

from tconv.widgets import Quiz
from tconv.widgets._assets import bundle

NUMBER = Quiz.predict(
    "How many cells has the output of `F.conv_transpose2d`?",
    14,
    mistakes={16: "The padding is missing.", (14, 14): "One axis is asked for."},
    because="2·6 + 4 − 2 = 14.",
)
SHAPE = Quiz.predict(
    "Which shape has it?", (2, -3, 3), mistakes={(3, 3, 2): "Channels first."}, because="So."
)
CHOICE = Quiz.choose(
    "Does it undo <b>the convolution</b>?",
    {"yes": "Only the shape comes back.", "no": "", "on Sundays": "No day is special."},
    "no",
    because="Its matrix is `C.T`.",
)
ORDER = Quiz.order(
    "Put them into order.",
    ["insert zeros", "pad", "rotate the kernel", "convolve"],
    mistakes={
        ("pad", "convolve"): "The window needs the padding.",
        ("insert zeros", "pad"): "Spread first.",
    },
    because="Each needs the one before.",
)
EVERY_KIND = [NUMBER, SHAPE, CHOICE, ORDER]


def feedback_to(page, quiz, state, answer):
    """Answer one quiz by keys alone, and return what it says."""
    quiz.locator("input, button").first.focus()
    if state["kind"] == "predict":
        page.keyboard.press("Control+a")
        page.keyboard.type(", ".join(map(str, answer)))
    elif state["kind"] == "choose":
        for _ in state["options"]:  # a press for each, to have been on every option
            page.keyboard.press("ArrowDown")
            if page.evaluate("document.activeElement.value") == answer[0]:
                break
    else:
        sort_steps(page, quiz, answer)
        quiz.locator('[type="submit"]').focus()
    page.keyboard.press("Enter")
    return quiz.locator('[role="status"]').text_content()


def sort_steps(page, quiz, wanted):
    steps = quiz.locator("li[data-step]")
    for place, step in enumerate(wanted):
        now = steps.evaluate_all("all => all.map((one) => one.dataset.step)").index(step)
        if now > place:
            steps.nth(now).locator("button").first.focus()
        for _ in range(now - place):
            page.keyboard.press("Enter")  # the focus moves up with the step
            assert step in quiz.locator('[role="status"]').text_content()


def foreseen(state):
    """Every answer that the quiz foresees, and what it must say to it."""
    for key, says in state["mistakes"]:
        if state["kind"] != "order":
            yield key, says
            continue
        wrong = list(state["answer"])
        earlier, later = map(wrong.index, key)
        wrong[earlier], wrong[later] = wrong[later], wrong[earlier]
        first = next(s for k, s in state["mistakes"] if wrong.index(k[0]) > wrong.index(k[1]))
        assert first == says, f"{state['question']} never says {says!r}"
        yield wrong, says
    yield state["answer"], f"Yes. {state['because']}"


def check_all(page):
    """Check all quizzes of the open page; return how many there are."""
    mounts = page.locator('.tconv-widget[data-widget="Quiz"]')
    states = mounts.evaluate_all("all => all.map((one) => one.dataset.state)")
    for n, state in enumerate(map(json.loads, states)):
        quiz = mounts.nth(n).locator(".tconv-quiz")
        for answer, says in foreseen(state):
            assert feedback_to(page, quiz, state, answer) == says.replace("`", "")
            right = answer == state["answer"]
            assert quiz.locator(".feedback.right").count() == right
            assert quiz.locator(".feedback.wrong").count() == (not right)
    return len(states)


ASKING = [page for page in CHAPTERS if re.fullmatch(r"book/\d\d-.*", page)]


@pytest.mark.parametrize("chapter", ASKING)
def test_every_quiz_of_a_chapter_says_what_is_foreseen(visit, book, chapter):
    asked = (book / f"{chapter}.html").read_text().count('data-widget="Quiz"')
    assert asked > 0
    with visit(book.as_uri(), f"{chapter}.html") as page:
        assert check_all(page) == asked


def test_only_chapters_have_quizzes(book):
    asking = {path for path in book.rglob("*.html") if 'data-widget="Quiz"' in path.read_text()}
    assert asking == {book / f"{chapter}.html" for chapter in ASKING}


def test_every_kind_says_what_is_foreseen(show):
    with show(*EVERY_KIND) as page:
        assert check_all(page) == len(EVERY_KIND)
        assert page.locator(".tconv-quiz b").count() == 0
        ids = page.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("14", "Yes. 2·6 + 4 − 2 = 14."),
        (" (14,) ", "Yes. 2·6 + 4 − 2 = 14."),
        ("14x14", "One axis is asked for."),
        ("1,400", "Not 1400. The number is smaller."),
        ("−3", "Not -3. The number is larger."),
        ("1, 2", "The answer is one whole number; yours has 2."),
        ("", "That can't be read as a number. The answer is one whole number."),
        ("1.5", "That can't be read as a number. The answer is one whole number."),
        ("__proto__", "That can't be read as a number. The answer is one whole number."),
        ("9" * 400, "That can't be read as a number. The answer is one whole number."),
    ],
)
def test_a_number_is_read_as_people_write_it(answers, text, says):
    assert answers(NUMBER, text)["says"] == says


@pytest.mark.parametrize("text", ["2, -3, 3", "(2,-3,3)", "[2, -3, 3]", "2×−3×3", "2 x -3 X 3"])
def test_a_shape_is_read_as_people_write_it(answers, text):
    assert answers(SHAPE, text)["right"]
    assert answers(SHAPE, "2 5 3")["says"] == "Not yet. 2 of the 3 numbers are right."
    assert answers(SHAPE, "2, 3")["says"].startswith("The answer is 3 whole numbers, with commas")


@pytest.fixture(scope="module")
def answers(browser):
    """What the quiz says to a typed text."""
    page = browser.new_page()
    page.add_script_tag(content=bundle(["quiz", "page"]))

    def judge(quiz, text):
        return page.evaluate(
            """({ state, text }) => {
              const quiz = $quiz_answers.readQuiz((name) => state[name]);
              return $quiz_answers.judge(quiz, $quiz_answers.parseNumbers(text, quiz.answer.length));
            }""",
            {"state": {name: getattr(quiz, name) for name in quiz.traits(page=True)}, "text": text},
        )

    yield judge
    page.close()


def test_every_order_of_the_steps_is_answered(show):
    with show(ORDER) as page:
        quiz = page.locator(".tconv-quiz")
        state = {name: getattr(ORDER, name) for name in ORDER.traits(page=True)}
        said = {
            wrong: feedback_to(page, quiz, state, wrong)
            for wrong in itertools.permutations(ORDER.answer)
        }
    assert [steps for steps, says in said.items() if says.startswith("Yes")] == [
        tuple(ORDER.answer)
    ]
    one, two, three, four = ORDER.answer
    assert said[one, three, two, four] == "Not yet. The first step is right; then comes another."
    assert said[three, one, two, four] == "Not yet. Another step comes first."
    assert (
        said[one, two, four, three] == "Not yet. The first 2 steps are right; then comes another."
    )


def test_tab_reaches_everything_and_nothing_is_said_unasked(show):
    with show(*EVERY_KIND) as page:
        reached = []
        while (tag := focused(page, "Tab")) != "BODY":
            reached.append(tag)
        # Of the radio buttons Tab reaches one, of the steps' buttons all that can move.
        assert reached.count("INPUT") == 3
        assert reached.count("SUMMARY") == len(EVERY_KIND)
        assert reached.count("BUTTON") == len(EVERY_KIND) + 2 * len(ORDER.answer) - 2
        assert page.locator(".feedback").all_text_contents() == [""] * len(EVERY_KIND)
        page.locator('.tconv-quiz [type="submit"]').nth(2).click()
        assert "Choose one of the options first." in page.locator(".feedback").all_text_contents()


def focused(page, key):
    page.keyboard.press(key)
    return page.evaluate("document.activeElement.tagName")


def test_fits_a_phone_and_axe_finds_nothing(show):
    for theme, width in (("light", 1280), ("dark", 360)):
        with show(*EVERY_KIND, width=width) as page:
            page.evaluate(
                """(theme) => {
                  document.documentElement.dataset.theme = theme;
                  document.body.style.background = theme === "dark" ? "#14181e" : "#fff";
                }""",
                theme,
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            check_all(page)
            for summary in page.locator(".tconv-quiz summary").all():
                summary.click()
            names = ("region", "landmark-one-main", "page-has-heading-one")
            rules = {name: {"enabled": False} for name in names}
            found = Axe().run(page, options={"preload": False, "rules": rules})
            assert found.violations_count == 0, found.generate_report()


def test_a_hostile_state_leaves_the_form_without_script(show):
    rng = random.Random(0)
    states = [{name: getattr(q, name) for name in q.traits(page=True)} for q in EVERY_KIND]
    strange = [None, True, -1, 1e308, "", "<img src=x>", [], {}, [[]], [["a"]], [[[1], "b", 3]]]
    strange += ["__proto__", ["__proto__"], "x" * 6000, ["constructor"] * 60, [[[None], "b"]]]
    hostile = [
        {**rng.choice(states), rng.choice([*states[0], "__proto__"]): rng.choice(strange)}
        for _ in range(500)
    ]
    with show(NUMBER) as page:
        page.add_script_tag(content=bundle(["quiz", "page"]))
        drawn = page.evaluate(
            """(states) => states.map((state) => {
              const said = [];
              console.error = (...words) => said.push(words.map(String).join(" "));
              const element = Object.assign(document.createElement("div"), { className: "tconv-widget", textContent: "static" });
              Object.assign(element.dataset, { widget: "Quiz", state: JSON.stringify(state) });
              document.body.replaceChildren(element);
              $page.start(element, $quiz, "Quiz1");
              if (element.querySelector("img") || !element.textContent.startsWith("static")) return "broken";
              if (said.length > 0) return element.children.length === 0 && element.className === "tconv-widget" && said.join();
              return Boolean(element.querySelector("form"));
            })""",
            hostile,
        )
    refused = "Quiz could not start TypeError: this quiz's state can't be read"
    assert set(drawn) == {True, refused}


def test_the_address_says_nothing_to_a_quiz(show):
    with show(NUMBER, fragment="#Quiz1.question=Pay%20here&Quiz1.answer=3") as page:
        assert page.locator(".question").text_content() == NUMBER.question.replace("`", "")
