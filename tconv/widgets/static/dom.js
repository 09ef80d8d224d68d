// Elements built by createElement and textContent only: nothing here ever parses markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An HTML element; an attribute whose value is a function is a listener. */
export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** Browsers lay out anew even for an attribute that stays the same. */
export function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Writes words where other words stand: what stays the same is neither laid out nor read out again. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

let serial = 0;
/** An id no other element of this page has. */
export const uniqueId = (stem) => `tconv-${stem}-${(serial += 1)}`;

/** A number as the page shows it: integers whole, others with at most two decimals, a real minus sign. */
export function numeral(value) {
  const text = Number.isInteger(value) ? String(value) : String(Math.round(value * 100) / 100);
  return text.replace("-", "−");
}

/** A sum of products in words: "1·4 + 3·(−1)". */
export function sumOfProducts(pairs) {
  const factor = (value) => (value < 0 ? `(${numeral(value)})` : numeral(value));
  return pairs.map(([a, b]) => `${factor(a)}·${factor(b)}`).join(" + ");
}

/** Words for how many: "1 cell", "2 cells". */
export const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
