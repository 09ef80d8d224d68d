// One question of an exercise: a number to predict, an option to choose, steps to order.

import { asExplorer, button } from "./controls.js";
import { html, uniqueId } from "./dom.js";
import { judge, parseNumbers, readQuiz } from "./quiz_answers.js";

/** Nothing of a quiz comes from the page's address. */
export const schema = {};

/** Text with what stands between backticks as code. */
const marked = (text) => text.split("`").map((piece, n) => (n % 2 ? html("code", {}, piece) : piece));

/** A field for a number or a shape. */
function field(quiz) {
  const input = html("input", { type: "text", id: uniqueId("answer"), autocomplete: "off", maxlength: 200, "data-answer": true });
  return {
    element: html("div", { class: "field" }, html("label", { class: "question", for: input.id }, ...marked(quiz.question)), input),
    given: () => parseNumbers(input.value, quiz.answer.length),
  };
}

/** Radio buttons, one for each option. */
function radios(quiz) {
  const name = uniqueId("option");
  const inputs = quiz.options.map((value) => html("input", { type: "radio", name, value }));
  return {
    element: html("fieldset", {}, html("legend", { class: "question" }, ...marked(quiz.question)),
      ...quiz.options.map((text, n) => html("label", { class: "option" }, inputs[n], html("span", {}, ...marked(text))))),
    given: () => {
      const chosen = inputs.find((input) => input.checked);
      return chosen ? [chosen.value] : null;
    },
  };
}

/** A list whose entries move up and down. */
function list(quiz, say) {
  const id = uniqueId("question");
  const entries = html("ol", { "aria-labelledby": id });
  const steps = () => [...entries.children].map((entry) => entry.dataset.step);
  const able = () => [...entries.children].forEach(({ firstElementChild: up, firstElementChild: { nextElementSibling: down } }, n, all) => {
    up.disabled = n === 0;
    down.disabled = n === all.length - 1;
  });
  const move = (entry, by, pressed) => {
    const place = [...entries.children].indexOf(entry) + by;
    if (by < 0) entry.previousElementSibling.before(entry);
    else entry.nextElementSibling.after(entry);
    able();
    // The focus stays with the step, on its other button where this one has come to an end.
    (pressed.disabled ? entry.querySelector("button:enabled") : pressed).focus();
    say(`Now step ${place + 1} of ${quiz.options.length}: ${entry.dataset.step}`, "unseen");
  };
  for (const step of quiz.options) {
    const arrow = (sign, by, words) => {
      const one = button(sign, () => move(entry, by, one), { "aria-label": `move ${words}: ${step}` });
      return one;
    };
    const entry = html("li", { "data-step": step }, arrow("↑", -1, "up"), arrow("↓", 1, "down"), html("span", {}, ...marked(step)));
    entries.append(entry);
  }
  able();
  return { element: html("div", {}, html("p", { class: "question", id }, ...marked(quiz.question)), entries), given: steps };
}

/** anywidget's entry point: draws the quiz into `el`. It never changes, so there is nothing to clean up. */
export function render({ model, el }) {
  const quiz = readQuiz((name) => model.get(name));
  const feedback = html("p", { class: "feedback", role: "status" });
  const say = (text, verdict = "") => {
    feedback.className = `feedback ${verdict}`;
    feedback.replaceChildren(...marked(text));
  };
  const { element, given } = { predict: field, choose: radios, order: list }[quiz.kind](quiz, say);
  const check = (event) => {
    event.preventDefault();
    const { right, says } = judge(quiz, given());
    say(says, right ? "right" : "wrong");
  };
  // In JupyterLab Enter in a field submits nothing by itself.
  const enter = (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") check(event);
  };
  const answer = quiz.kind === "order"
    ? html("ol", {}, ...quiz.answer.map((step) => html("li", {}, ...marked(step))))
    : html("p", {}, html("strong", {}, ...marked(quiz.answer.join(", "))));
  asExplorer(el, "tconv-quiz");
  el.append(
    html("form", { submit: check, keydown: enter }, element, html("button", { type: "submit" }, "check")), feedback,
    html("details", {}, html("summary", {}, "Show the answer"), answer, html("p", {}, ...marked(quiz.because))));
}
