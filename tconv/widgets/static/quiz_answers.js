// What a quiz may be, and what is said to an answer: no DOM here.

const isText = (value) => typeof value === "string" && value.length > 0 && value.length < 5000;
const isTexts = (value) => Array.isArray(value) && value.length < 50 && value.every(isText);
const isNumbers = (value) => Array.isArray(value) && value.length > 0 && value.length < 50 && value.every(Number.isSafeInteger);
const isPair = (isKey) => (value) => Array.isArray(value) && value.length === 2 && isKey(value[0]) && isText(value[1]);

/** Two lists of numbers or of texts, entry by entry. */
export const same = (one, other) => one.length === other.length && one.every((entry, n) => entry === other[n]);

/** The quiz that `get` holds; throws if it is none, so that the form without script stays. */
export function readQuiz(get) {
  const quiz = Object.fromEntries(["kind", "question", "options", "answer", "mistakes", "because"].map((name) => [name, get(name)]));
  const isKey = quiz.kind === "predict" ? isNumbers : isTexts;
  const options = { predict: [], choose: quiz.options, order: quiz.answer }[quiz.kind];
  const whole = isText(quiz.question) && isText(quiz.because) && isTexts(quiz.options) && isKey(quiz.answer)
    && Array.isArray(options) && same([...quiz.options].sort(), [...options].sort())
    && (quiz.kind !== "choose" || (quiz.answer.length === 1 && options.includes(quiz.answer[0])))
    && Array.isArray(quiz.mistakes) && quiz.mistakes.length < 50 && quiz.mistakes.every(isPair(isKey));
  if (!whole) throw new TypeError("this quiz's state can't be read");
  return quiz;
}

/** Whole numbers as people write them: "2, 3", "(2,3)", "2×3"; where one is asked for, "1,024" too. Null if it is none. */
export function parseNumbers(text, asked) {
  const plain = text.trim().slice(0, 200).replaceAll("−", "-").replace(/^[([]\s*|[,\s]*[)\]]$/g, "");
  const one = asked === 1 && /^-?\d{1,3}([,\s]\d{3})+$/.test(plain) ? plain.replace(/[,\s]/g, "") : plain;
  const numbers = one.split(/\s*[,;×x*]\s*|\s+/i).map((entry) => (/^[+-]?\d{1,15}$/.test(entry) ? Number(entry) : NaN));
  return numbers.some(Number.isNaN) ? null : numbers;
}

const asked = (n) => (n === 1 ? "one whole number" : `${n} whole numbers, with commas between them`);

/** What is said to an answer that is wrong in no foreseen way. */
function hint({ kind, answer }, given) {
  const matches = answer.filter((entry, n) => entry === given[n]).length;
  if (kind === "order") {
    const first = answer.findIndex((step, n) => step !== given[n]);
    if (first === 0) return "Not yet. Another step comes first.";
    return `Not yet. The first ${first === 1 ? "step is" : `${first} steps are`} right; then comes another.`;
  }
  if (given.length !== answer.length) return `The answer is ${asked(answer.length)}; yours has ${given.length}.`;
  if (answer.length === 1) return `Not ${given[0]}. The number is ${given[0] < answer[0] ? "larger" : "smaller"}.`;
  return `Not yet. ${matches === 0 ? "None" : matches} of the ${answer.length} numbers ${matches < 2 ? "is" : "are"} right.`;
}

/** Is the answer right, and what is there to say to it? `given` is null where no answer was read. */
export function judge(quiz, given) {
  const { kind, answer, mistakes, because } = quiz;
  if (given === null) {
    return { right: false, says: kind === "choose" ? "Choose one of the options first." : `That can't be read as a number. The answer is ${asked(answer.length)}.` };
  }
  if (same(given, answer)) return { right: true, says: `Yes. ${because}` };
  const made = ([key]) => (kind === "order" ? given.indexOf(key[0]) > given.indexOf(key[1]) : same(key, given));
  return { right: false, says: mistakes.find(made)?.[1] ?? hint(quiz, given) };
}
