"""A question of an exercise: answered in the page, with feedback that names the likely mistake."""

import hashlib
from html import escape

import traitlets

from .._validation import integer
from ._assets import notebook_module, page_style
from ._base import Explorer

# Beyond these, JavaScript's whole numbers are not exact.
_LARGEST = 2**53 - 1


def _numbers(name, value):
    """Return one whole number, or a shape, as a list."""
    entries = list(value) if isinstance(value, tuple | list) else [value]
    if not entries:
        raise ValueError(f"{name} must be an integer or a tuple of integers, got {value!r}")
    allowed = "an integer or a tuple of integers"
    return [integer(name, entry, -_LARGEST, allowed, maximum=_LARGEST) for entry in entries]


def _text(name, value):
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text that is not empty, got {value!r}")
    return value


def _different_texts(name, values):
    texts = [_text(name, value) for value in values]
    if len(set(texts)) != len(texts) or len(texts) < 2:
        raise ValueError(f"{name} must be two or more different texts, got {texts}")
    return texts


def _shuffled(steps):
    """Return the steps in an order that is always the same, and never the right one."""
    shuffled = sorted(steps, key=lambda step: hashlib.sha256(step.encode()).digest())
    return shuffled if shuffled != steps else [*steps[1:], steps[0]]


def _marked_up(text):
    """Return the text as HTML, with what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{one}</code>" if n % 2 else one for n, one in enumerate(pieces))


class Quiz(Explorer):
    """One question, answered in the page: a number to predict, a choice, or steps to order.

    Make one by `Quiz.predict`, `Quiz.choose` or `Quiz.order`. What stands between backticks is
    shown as code.

    Attributes
    ----------
    kind : {"predict", "choose", "order"}
        How the reader answers.
    question : str
        What is asked.
    options : list of str
        What there is to choose from, or the steps as they are shuffled at first.
    answer : list
        The numbers, the chosen option, or the steps in their order.
    mistakes : list of [list, str]
        Wrong answers and the feedback to each; in an order, two steps that must not change places.
    because : str
        What is said after the right answer.

    Notes
    -----
    All attributes are read-only traits: a quiz is made once. Its state is not kept in the page's
    address, for then an address could put words into the book's mouth.
    """

    _esm = notebook_module("quiz")
    _css = page_style()

    kind = traitlets.Unicode(read_only=True).tag(sync=True, page=True)
    question = traitlets.Unicode(read_only=True).tag(sync=True, page=True)
    options = traitlets.List(read_only=True).tag(sync=True, page=True)
    answer = traitlets.List(read_only=True).tag(sync=True, page=True)
    mistakes = traitlets.List(read_only=True).tag(sync=True, page=True)
    because = traitlets.Unicode(read_only=True).tag(sync=True, page=True)

    def __init__(self, kind, question, answer, mistakes, because, options=()):
        super().__init__()
        self.set_trait("kind", kind)
        self.set_trait("question", _text("question", question))
        self.set_trait("options", list(options))
        self.set_trait("answer", answer)
        self.set_trait("mistakes", [[w, _text(f"feedback to {w}", f)] for w, f in mistakes])
        self.set_trait("because", _text("because", because))

    @classmethod
    def predict(cls, question, answer, *, mistakes, because):
        """Ask for a whole number, or for a shape.

        Parameters
        ----------
        question : str
            What is asked.
        answer : int or tuple of int
            The right answer. The reader may write a shape as ``2, 3``, ``(2, 3)`` or ``2×3``.
        mistakes : dict of {int or tuple of int: str}
            Likely wrong answers, each with the feedback that names the mistake.
        because : str
            Why the answer is right.

        Returns
        -------
        Quiz

        Raises
        ------
        TypeError, ValueError
            If an answer is no whole number, if the right one is among the mistakes, or if a text
            is empty.

        Examples
        --------
        >>> Quiz.predict(
        ...     "Two stamps of 3 cells, 2 apart: how many cells have they together?",
        ...     answer=5,
        ...     mistakes={6: "One cell is covered by both."},
        ...     because="The second stamp begins at cell 2 and ends at cell 4.",
        ... ).answer
        [5]
        """
        right = _numbers("answer", answer)
        wrong = [(_numbers("a mistake", key), feedback) for key, feedback in mistakes.items()]
        if right in [numbers for numbers, _ in wrong]:
            raise ValueError(f"mistakes must not hold the answer, {answer!r}")
        return cls("predict", question, right, wrong, because)

    @classmethod
    def choose(cls, question, options, answer, *, because):
        """Ask for one of several options.

        Parameters
        ----------
        question : str
            What is asked.
        options : dict of {str: str}
            The options in the order shown, each with its feedback; ``""`` for the right one.
        answer : str
            The right option.
        because : str
            Why it is right.

        Returns
        -------
        Quiz

        Raises
        ------
        ValueError
            If the answer is none of the options, if a wrong one has no feedback or the right one
            has some, or if there are fewer than two.

        Examples
        --------
        >>> Quiz.choose(
        ...     "Does a transposed convolution undo a convolution?",
        ...     options={"yes": "Only the shape comes back.", "no": ""},
        ...     answer="no",
        ...     because="Its matrix is the transpose, not the inverse.",
        ... ).options
        ['yes', 'no']
        """
        texts = _different_texts("options", options)
        if answer not in options:
            raise ValueError(f"answer must be one of the options {texts}, got {answer!r}")
        if options[answer]:
            raise ValueError(
                f'the feedback to the answer must be "", as because explains it, '
                f"got {options[answer]!r}"
            )
        wrong = [([text], feedback) for text, feedback in options.items() if text != answer]
        return cls("choose", question, [answer], wrong, because, texts)

    @classmethod
    def order(cls, question, steps, *, because, mistakes=None):
        """Ask for the order of steps, which are shown shuffled, always in the same way.

        Parameters
        ----------
        question : str
            What is asked.
        steps : sequence of str
            The steps in their right order.
        because : str
            Why this order is right.
        mistakes : dict of {(str, str): str}, optional
            Pairs of steps (earlier, later), each with the feedback if they have changed places.

        Returns
        -------
        Quiz

        Raises
        ------
        ValueError
            If there are fewer than two steps or two alike, or if a pair is not two of the steps in
            their order.

        Examples
        --------
        >>> quiz = Quiz.order(
        ...     "How is a transposed convolution emulated?",
        ...     steps=["insert zeros", "pad", "convolve"],
        ...     mistakes={("pad", "convolve"): "Padding comes first."},
        ...     because="The window needs the zeros to slide over.",
        ... )
        >>> sorted(quiz.options) == sorted(quiz.answer), quiz.options == quiz.answer
        (True, False)
        """
        steps = _different_texts("steps", steps)
        pairs = mistakes or {}
        for pair in pairs:
            places = [steps.index(step) for step in pair if step in steps]
            if len(pair) != 2 or len(places) != 2 or places[0] >= places[1]:
                raise ValueError(
                    f"mistakes must be pairs of the steps, the earlier one first, got {pair!r}"
                )
        wrong = [(list(pair), feedback) for pair, feedback in pairs.items()]
        return cls("order", question, steps, wrong, because, _shuffled(steps))

    def _repr_names(self):
        return ["kind", "question"]

    def _static_form(self):
        def listed(texts):
            return "<ul>" + "".join(f"<li>{_marked_up(text)}</li>" for text in texts) + "</ul>"

        join = {"predict": ", ", "choose": "", "order": " → "}[self.kind]
        answer = join.join(map(str, self.answer))
        wrong = [
            f"{', then '.join(reversed(key)) if self.kind == 'order' else join.join(map(str, key))}"
            f": {feedback}"
            for key, feedback in self.mistakes
        ]
        return (
            f"<p>{_marked_up(self.question)}</p>"
            + (listed(self.options) if self.options else "")
            + "<details><summary>Answer</summary>"
            + f"<p><strong>{_marked_up(answer)}</strong></p><p>{_marked_up(self.because)}</p>"
            + (f"<p>And not:</p>{listed(wrong)}" if wrong else "")
            + "</details>"
        )
