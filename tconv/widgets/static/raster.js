// Two drawings of many numbers: an image of coloured cells, and bars. Each has one SVG and is one tab stop,
// with arrow keys inside, pointer and touch by position.

import { html, svg } from "./dom.js";
import { NumberRows } from "./number_rows.js";

const SIDE = 396;
// Up to this many cells along a side the numbers have room.
const MOST_WITH_NUMBERS = 13;
const ROOM = 1; // half digits beside the longest number
// Blue, green, red: as a canvas holds them.
const POSITIVE = 0x739e00;
const NEGATIVE = 0x005ed5;

/** Makes an SVG a field of `size()` = [rows, columns] cells to point at. `show(cell | null)` marks the keyboard's cell. */
function explorable(element, { size, cellAt, show, onPoint, onPin }) {
  let cursor = [0, 0];
  const move = (cell) => {
    cursor = cell.map((n, axis) => Math.max(0, Math.min(size()[axis] - 1, n)));
    show(cursor);
    onPoint(cursor);
  };
  const within = (event) => {
    const box = element.getBoundingClientRect();
    const cell = cellAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    return cell.every((n, axis) => n >= 0 && n < size()[axis]) ? cell : null;
  };
  const on = {
    pointermove: (event) => event.pointerType !== "touch" && onPoint(within(event)),
    pointerleave: () => onPoint(null),
    click: (event) => {
      const cell = within(event);
      if (cell !== null) onPin((cursor = cell));
    },
    focus: () => element.matches(":focus-visible") && move(cursor),
    blur: () => {
      show(null);
      onPoint(null);
    },
    keydown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const [row, column] = cursor;
      const moves = {
        ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
        Home: [row, 0], End: [row, Infinity], PageUp: [0, column], PageDown: [Infinity, column],
      };
      if (moves[event.key]) move(moves[event.key]);
      else if (event.key === "Enter" || event.key === " ") onPin(cursor);
      else if (event.key === "Escape") onPin(null);
      else return;
      event.preventDefault();
    },
  };
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
}

const field = (name, tone, ...children) => svg("svg", {
  class: `tconv-grid ${tone}`, "data-grid": name, tabindex: 0, role: "application", "aria-roledescription": "image of numbers",
}, ...children);

/** Numbers as cells, the larger the more colour: green above zero, vermilion below. A canvas, and over it an SVG. */
export class Raster {
  constructor({ name, onPoint, onPin }) {
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
    this.numbers = new NumberRows("values");
    [this.lit, this.cursor] = ["lit", "frames"].map((layer) => svg("g", { class: layer }));
    this.overlay = field(name, "raster pixels", svg("rect", { class: "edge", width: SIDE, height: SIDE }), this.lit, this.numbers.element, this.cursor);
    this.overlay.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
    this.element = html("div", { class: "pixel-map" }, this.canvas, this.overlay);
    explorable(this.overlay, {
      size: () => [this.side, this.side],
      cellAt: (x, y) => [Math.floor(y * this.side), Math.floor(x * this.side)],
      show: (cell) => this.#mark(this.cursor, cell === null ? [] : [cell]),
      onPoint, onPin,
    });
  }

  /** @param {{side: number, values: number[], label: string, text: Function}} content `text(value)` as it stands in a cell */
  draw({ side, values, label, text }) {
    this.side = side;
    this.overlay.setAttribute("aria-label", label);
    const numbered = side <= MOST_WITH_NUMBERS;
    this.#paint(values, numbered ? 0.55 : 1);
    const lines = Array.from({ length: numbered ? side : 0 }, (_, row) => ({
      row, kind: "number", numbers: Array.from(values.subarray(row * side, (row + 1) * side), (value, column) => [column, text(value)]),
    }));
    this.numbers.write(lines, SIDE / side, ROOM);
  }

  /** One pixel a cell, as strong as the number is large. */
  #paint(values, strongest) {
    const { canvas, context, side } = this;
    if (canvas.width !== side) {
      Object.assign(canvas, { width: side, height: side });
      this.picture = context.createImageData(side, side);
    }
    const pixels = new Uint32Array(this.picture.data.buffer);
    let largest = 1e-9;
    for (let n = 0; n < values.length; n += 1) largest = Math.max(largest, Math.abs(values[n])); // for … of takes thrice as long
    const scale = (255 * strongest) / largest;
    for (let n = 0; n < values.length; n += 1) {
      pixels[n] = ((scale * Math.abs(values[n]) + 0.5) << 24) | (values[n] < 0 ? NEGATIVE : POSITIVE);
    }
    context.putImageData(this.picture, 0, 0);
  }

  #mark(layer, cells) {
    if (cells.length + layer.childElementCount === 0) return;
    const cell = SIDE / this.side;
    layer.replaceChildren(...cells.map(([r, c]) => svg("rect", {
      x: c * cell, y: r * cell, width: cell, height: cell, class: "chosen", "data-row": r, "data-column": c,
    })));
  }

  light(cells) {
    this.#mark(this.lit, cells);
  }
}

const WIDTH = 440;
const HEIGHT = 170;
const [LEFT, TOP, FOOT] = [26, 18, 20];
// Up to this many bars each has its number and its position written; beyond it a position every so many bars, so far apart.
const MOST_BARS_WITH_NUMBERS = 28;
const [EVERY, APART] = [[10, 20, 50], 28];

/** Counts as bars; those the borders touch are hollow. */
export class Bars {
  constructor({ name, onPoint, onPin }) {
    this.layers = Object.fromEntries(["border", "solid"].map((layer) => [layer, svg("path", { class: layer })]));
    [this.values, this.labels, this.lit, this.cursor] = ["values", "labels", "lit", "frames"].map((layer) => svg("g", { class: layer }));
    this.element = field(name, "bars", this.layers.border, this.layers.solid, this.lit, this.values, this.labels, this.cursor,
      svg("path", { class: "axis", d: `M${LEFT} ${HEIGHT - FOOT}H${WIDTH}` }));
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    explorable(this.element, {
      size: () => [1, this.counts.length],
      cellAt: (x) => [0, Math.floor((x * WIDTH - LEFT) / this.step)],
      show: (cell) => this.#mark(this.cursor, cell === null ? [] : [cell[1]]),
      onPoint, onPin,
    });
  }

  /** @param {{counts: number[], inside: number[], label: string}} content `inside` is the first and the last bar of the interior */
  draw({ counts, inside: [from, to], label }) {
    this.counts = counts;
    this.step = (WIDTH - LEFT) / counts.length;
    this.highest = Math.max(1, ...counts);
    this.element.setAttribute("aria-label", label);
    const path = (chosen) => counts.map((_, n) => {
      const { x, y, width, height } = this.#bar(n);
      return chosen(n) && height > 0 ? `M${x} ${y}h${width}v${height}h${-width}z` : "";
    }).join("");
    this.layers.solid.setAttribute("d", path((n) => n >= from && n <= to));
    this.layers.border.setAttribute("d", path((n) => n < from || n > to));
    const numbered = counts.length <= MOST_BARS_WITH_NUMBERS;
    const middle = (n) => LEFT + (n + 0.5) * this.step;
    this.values.setAttribute("font-size", Math.min(15, 0.7 * this.step).toFixed(1));
    this.values.replaceChildren(...(numbered ? counts.map((count, n) => svg("text", { x: middle(n), y: this.#bar(n).y - 9 }, String(count))) : []));
    const every = numbered ? 1 : EVERY.find((bars) => bars * this.step >= APART);
    const places = counts.map((_, n) => n).filter((n) => n % every === 0 && (counts.length - n) * this.step >= APART / 2);
    this.labels.replaceChildren(
      ...places.map((n) => svg("text", { x: middle(n), y: HEIGHT - FOOT / 2 }, String(n))),
      ...(numbered ? [] : [0, this.highest].map((count) => svg("text", { x: LEFT / 2, y: this.#top(count) }, String(count)))));
  }

  #top(count) {
    return HEIGHT - FOOT - ((HEIGHT - FOOT - TOP) * count) / this.highest;
  }

  #bar(n) {
    const gap = Math.min(2, 0.12 * this.step);
    const y = this.#top(this.counts[n]);
    return { x: LEFT + n * this.step + gap, y, width: this.step - 2 * gap, height: HEIGHT - FOOT - y };
  }

  #mark(layer, positions) {
    if (positions.length + layer.childElementCount === 0) return;
    layer.replaceChildren(...positions.map((n) => {
      const { x, width } = this.#bar(n);
      return svg("rect", { x, y: 1, width, height: HEIGHT - FOOT - 1, class: "chosen", "data-row": 0, "data-column": n });
    }));
  }

  light(cells) {
    this.#mark(this.lit, cells.map(([, column]) => column));
  }
}
