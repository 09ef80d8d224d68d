// The numbers of a grid. A row is one text, not one for each number: laying out and painting texts is what costs.

import { set, svg } from "./dom.js";

/** Half digits to a cell in which `free` of them are left beside the longest number; up to two digits have one size. */
const halvesFor = (longest, free) => Math.max(5, 2 * longest) + free;

let digit;
/** The width of a digit of the page's monospaced font, of its height. */
function digitWidth() {
  if (digit === undefined) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = "1000px monospace";
    digit = context.measureText("0").width / 1000;
  }
  return digit;
}

/** Where a number starts that stands in the middle of its cell, in half digits. */
const startOf = ([column, text], halves) => halves * (column + 0.5) - text.length;

/** From the start of a row's first number to the end of its last, in half digits. */
const lengthOf = (numbers, halves) => {
  const last = numbers[numbers.length - 1];
  return startOf(last, halves) + 2 * last[1].length - startOf(numbers[0], halves);
};

/** The numbers of a row in their columns, in which a space is half a digit wide. */
function spaced(numbers, halves) {
  let end = startOf(numbers[0], halves);
  return numbers.map(([column, text]) => {
    const start = startOf([column, text], halves);
    const gap = " ".repeat(start - end);
    end = start + 2 * text.length;
    return gap + text;
  }).join("");
}

const longestOf = (rows) => rows.reduce((most, { numbers }) => numbers.reduce((longest, [, text]) => Math.max(longest, text.length), most), 1);

/** Places and fills a text, unless that is how it was written last: to ask the page itself takes longer. */
function write(text, places, words) {
  const written = `${Object.values(places)} ${words}`;
  if (text.written === written) return;
  for (const [name, value] of Object.entries(places)) text.setAttribute(name, value);
  text.textContent = words;
  text.written = written;
}

export class NumberRows {
  /** @param {string} layer class of the group of texts */
  constructor(layer) {
    this.element = svg("g", { class: `${layer} rows` });
    this.texts = new Map();
  }

  /**
   * Writes rows of numbers, each in the middle of its cell, in place of those written before.
   * @param {{row: number, kind: string, numbers: [number, string][]}[]} rows numbers as columns and texts
   * @param {number} cell the side of a cell
   * @param {number} free how many half digits a cell has left beside the longest number
   */
  write(rows, cell, free) {
    const halves = halvesFor(longestOf(rows), free);
    const half = cell / halves;
    set(this.element, "font-size", ((2 * half) / digitWidth()).toFixed(3));
    set(this.element, "word-spacing", (-half).toFixed(3));
    const old = this.texts;
    this.texts = new Map();
    for (const { row, kind, numbers } of rows) {
      const key = `${row} ${kind}`;
      const text = old.get(key) ?? this.element.appendChild(svg("text", { class: kind, lengthAdjust: "spacingAndGlyphs" }));
      const words = spaced(numbers, halves);
      // The browser's digits are not quite as wide as reckoned; adjusting their spacing alone would take it longer.
      const places = { x: startOf(numbers[0], halves) * half, y: (row + 0.5) * cell, textLength: lengthOf(numbers, halves) * half };
      write(text, places, words);
      this.texts.set(key, text);
      old.delete(key);
    }
    for (const text of old.values()) text.remove();
  }
}
