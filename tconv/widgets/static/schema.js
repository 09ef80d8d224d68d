// What a widget accepts as its state, wherever it comes from: the page's address, a stored notebook,
// Python. Nothing is trusted; what doesn't fit is replaced by what does, and said.

const isList = Array.isArray;
const MAX_ABSOLUTE = 999999;

/** A whole number between min and max. */
export const integer = (min, max, initial) => ({
  initial,
  min,
  max,
  parse: (text) => (/^[+-]?\d{1,9}$/.test(text) ? Number(text) : NaN),
  print: String,
  fit: (value) =>
    (typeof value === "number" && Number.isFinite(value) ? Math.min(max, Math.max(min, Math.round(value))) : initial),
});

/** One word of a list. */
export const choice = (words, initial) => ({
  initial,
  parse: (text) => text,
  print: String,
  fit: (value) => (words.includes(value) ? value : initial),
});

/** Yes or no. */
export const flag = (initial) => ({
  initial,
  parse: (text) => ({ true: true, false: false })[text],
  print: String,
  fit: (value) => (typeof value === "boolean" ? value : initial),
});

/** A short text of a known form. */
export const pattern = (form, initial) => ({
  initial,
  parse: (text) => text,
  print: String,
  fit: (value) => (typeof value === "string" && value.length < 64 && form.test(value) ? value : initial),
});

/** A grid of numbers, at most side × side, as a list of rows (a flat list in 1-D). */
export const numberGrid = (side, initial) => {
  const number = (value) => typeof value === "number" && Math.abs(value) <= MAX_ABSOLUTE;
  const row = (value) => isList(value) && value.length > 0 && value.length <= side && value.every(number);
  const rows = (value) =>
    isList(value) && value.length > 0 && value.length <= side && value.every(row)
    && value.every((one) => one.length === value[0].length);
  return {
    initial,
    parse: (text) => {
      if (text.length > 40 * side * side) return [];
      const parsed = text.split(";").map((line) => line.split(",").map((entry) => (entry.trim() === "" ? NaN : Number(entry))));
      return parsed.length === 1 ? parsed[0] : parsed;
    },
    print: (value) => (isList(value[0]) ? value.map((line) => line.join(",")).join(";") : value.join(",")),
    fit: (value) => (row(value) || rows(value) ? value : initial),
  };
};

/**
 * The state that `get` holds, made to fit the schema.
 * @returns {{state: object, notes: string[]}} notes say what was replaced.
 */
export function readState(schema, get) {
  const state = {};
  const notes = [];
  for (const [name, field] of Object.entries(schema)) {
    const asked = get(name);
    state[name] = asked === undefined || asked === null ? field.initial : field.fit(asked);
    if (asked !== undefined && asked !== null && state[name] !== asked) {
      const now = state[name] === null ? "the default" : field.print(state[name]).slice(0, 40) || "none";
      notes.push(`${name.replaceAll("_", " ")} was out of range and is now ${now}`);
    }
  }
  return { state, notes };
}

/** Calls `redraw` once after any of the traits changed, however many did. Returns what undoes it. */
export function onChange(model, names, redraw) {
  let waiting = false;
  const listener = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      redraw();
    });
  };
  for (const name of names) model.on(`change:${name}`, listener);
  return () => names.forEach((name) => model.off(`change:${name}`, listener));
}
