// A grid of numbers as one SVG: one tab stop, arrow keys inside, pointer and touch by position.

import { set, svg } from "./dom.js";
import { NumberRows } from "./number_rows.js";
import { inTurn } from "./turns.js";

const CELL = 36;
const GAP = 1.5;
const RADIUS = 4;
const LABEL = 18;
const LABELS_AT = -0.5 - LABEL / 2 / CELL; // their row and their column
// Half digits that a cell leaves beside its number: the more, the smaller the digits.
const [VALUE_ROOM, LABEL_ROOM] = [3, 7];

/** The outline of a cell from the left end of its upper edge. */
function outlineOf(radius) {
  const side = CELL - 2 * GAP;
  if (radius === 0) return `h${side}v${side}h${-side}z`;
  const straight = side - 2 * radius;
  const corner = (dx, dy) => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`;
  return `h${straight}${corner(radius, radius)}v${straight}${corner(-radius, radius)}h${-straight}${corner(-radius, -radius)}v${-straight}${corner(radius, -radius)}z`;
}

/** One path for many cells: a grid of hundreds of cells stays a handful of elements. */
function cellsPath(cells, radius) {
  const outline = outlineOf(radius);
  return cells.map(([r, c]) => `M${c * CELL + GAP + radius} ${r * CELL + GAP}${outline}`).join("");
}

// In a grid of more cells than these, round corners would take longest to paint.
const MOST_ROUNDED = 400;

// A grid of more cells waits for its turn to be written anew. One out of sight waits, in milliseconds, before it asks for a turn.
const [MOST_AT_ONCE, LATER] = [24, 60];

// More rows than fit into a scroller of 25 rem with the smallest cells.
const ROWS_AT_ONCE = 32;

export class Grid {
  /**
   * @param {{name: string, tone: string, onPoint: Function, onPin: Function, onType?: Function}} options
   *   `onPoint(cell | null)` as the pointer or the arrow keys move, `onPin(cell)` on click or Enter,
   *   `onType(cell)` when a digit is typed on a cell; a cell is [row, column], counted from the origin.
   */
  constructor({ name, tone, onPoint, onPin, onType }) {
    this.handlers = { onPoint, onPin, onType };
    this.cursor = [0, 0];
    this.lights = [[], []];
    this.inSight = true;
    this.labels = new NumberRows("labels");
    this.numbers = new NumberRows("values");
    this.layers = Object.fromEntries(
      ["solid", "hollow", "cropped", "untouched", "lit", "frames", "cursor"]
        .map((layer) => [layer, svg(["lit", "frames"].includes(layer) ? "g" : "path", { class: layer })]));
    this.lit = Object.fromEntries(["part", "chosen"].map((kind) => [kind, svg("path", { class: kind })]));
    this.layers.lit.append(...Object.values(this.lit));
    const { solid, hollow, cropped, untouched, lit, frames, cursor } = this.layers;
    this.element = svg("svg", {
      class: `tconv-grid ${tone}`, "data-grid": name, tabindex: 0, role: "application",
      "aria-roledescription": "grid of numbers",
      pointermove: (event) => event.pointerType !== "touch" && this.handlers.onPoint(this.#cellAt(event)),
      pointerleave: () => this.handlers.onPoint(null),
      click: (event) => this.#pin(this.#cellAt(event)),
      keydown: (event) => this.#key(event),
      focus: () => this.element.matches(":focus-visible") && this.#moveTo(this.cursor),
      blur: () => {
        this.layers.cursor.setAttribute("d", "");
        this.handlers.onPoint(null);
      },
    }, this.labels.element, solid, hollow, cropped, untouched, lit, this.numbers.element, frames, cursor);
    new IntersectionObserver((entries) => {
      this.inSight = entries.at(-1).isIntersecting;
      if (this.inSight && this.element.ariaBusy === "true") this.#writeInTurn();
    }).observe(this.element);
  }

  /**
   * @param {{rows: number, columns: number, origin?: number[], label: string, cell: Function}} content
   *   `cell(row, column)` gives { text, kind } with kind solid, hollow, cropped or untouched; rows and columns count
   *   from the origin, so that cells of a padding have negative places.
   */
  draw({ rows, columns, origin = [0, 0], label, cell }) {
    const first = this.size === undefined;
    this.size = [rows, columns];
    this.radius = rows * columns > MOST_ROUNDED ? 0 : RADIUS;
    this.origin = origin;
    this.cell = cell;
    this.label = label;
    this.cursor = [Math.min(this.cursor[0], rows - 1), Math.min(this.cursor[1], columns - 1)];
    clearTimeout(this.waiting);
    if (first || (this.inSight && rows * columns <= MOST_AT_ONCE)) this.#write();
    else if (this.inSight) this.#writeInTurn();
    else {
      this.element.ariaBusy = "true";
      this.waiting = setTimeout(() => this.#writeInTurn(), LATER);
    }
  }

  #writeInTurn() {
    clearTimeout(this.waiting);
    inTurn(this.element, () => {
      this.#write();
      this.#light();
    });
  }

  #write() {
    const [rows, columns] = this.size;
    this.element.ariaLabel = this.label;
    set(this.element, "viewBox", `${-LABEL} ${-LABEL} ${columns * CELL + LABEL} ${rows * CELL + LABEL}`);
    this.element.style.setProperty("--columns", columns + LABEL / CELL);
    this.#fill();
  }

  /** Writes the cells. Of a grid taller than its scroller only the rows in sight are written. */
  #fill() {
    const [from, to] = this.#rowsInSight();
    const columns = this.size[1];
    const cells = { solid: [], hollow: [], cropped: [], untouched: [] };
    const lines = [];
    for (let r = from; r < to; r += 1) {
      const line = {};
      for (let c = 0; c < columns; c += 1) {
        const { text, kind } = this.cell(r + this.origin[0], c + this.origin[1]);
        cells[kind]?.push([r, c]);
        if (text !== "") (line[kind] ??= []).push([c, text]);
      }
      for (const [kind, numbers] of Object.entries(line)) lines.push({ row: r, kind, numbers });
    }
    for (const [kind, places] of Object.entries(cells)) set(this.layers[kind], "d", cellsPath(places, this.radius));
    this.numbers.write(lines, CELL, VALUE_ROOM);
    this.#label(from, to);
  }

  /** Numbers the rows in sight and the columns, in the margins above and to the left. */
  #label(from, to) {
    const [rows, columns] = this.size;
    const span = (start, end, axis) => Array.from({ length: end - start }, (_, n) => [n + start, String(n + start + this.origin[axis])]);
    this.labels.write([
      { row: LABELS_AT, kind: "label", numbers: span(0, columns, 1) },
      ...(rows === 1 ? [] : span(from, to, 0).map(([row, text]) => ({ row, kind: "label", numbers: [[LABELS_AT, text]] }))),
    ], CELL, LABEL_ROOM);
  }

  #rowsInSight() {
    const [rows] = this.size;
    if (this.scroller === undefined || rows <= ROWS_AT_ONCE) return [0, rows];
    const first = Math.max(0, Math.min(rows - ROWS_AT_ONCE, this.firstRow));
    return [first, first + ROWS_AT_ONCE];
  }

  /** The box that this grid scrolls in; it needs write only what is in sight there. */
  scrollsIn(scroller) {
    this.scroller = scroller;
    this.firstRow = 0;
    scroller.addEventListener("scroll", () => {
      const height = (this.element.getBoundingClientRect().width * CELL) / (this.size[1] * CELL + LABEL);
      this.firstRow = Math.floor(scroller.scrollTop / height) - 4;
      if (this.size[0] > ROWS_AT_ONCE) this.#fill();
    });
  }

  /**
   * Lights cells and draws frames around windows, as soon as the grid is written.
   * @param {[number, number, string?][]} cells row, column and an optional class
   * @param {{from: number[], to: number[]}[]} frames first and last cell of each window
   */
  light(cells, frames = []) {
    this.lights = [cells, frames];
    if (this.element.ariaBusy !== "true") this.#light();
  }

  #light() {
    const [cells, frames] = this.lights;
    // In the next frame, before which the browser lays the page out anyway.
    if (this.scroller !== undefined) requestAnimationFrame(() => this.#reveal());
    const key = JSON.stringify([this.origin, cells, frames]);
    if (key === this.lighted) return;
    this.lighted = key;
    const [top, left] = this.origin;
    for (const [name, path] of Object.entries(this.lit)) {
      const places = cells.filter(([, , kind = "part"]) => kind === name).map(([r, c]) => [r, c]);
      path.dataset.cells = JSON.stringify(places);
      path.setAttribute("d", cellsPath(places.map(([r, c]) => [r - top, c - left]), this.radius));
    }
    this.layers.frames.replaceChildren(...frames.map(({ from, to }) => svg("rect", {
      class: "frame", x: (from[1] - left) * CELL + GAP, y: (from[0] - top) * CELL + GAP, rx: this.radius,
      width: (to[1] - from[1] + 1) * CELL - 2 * GAP, height: (to[0] - from[0] + 1) * CELL - 2 * GAP,
    })));
  }

  /** Scrolls only the box around the grid, never the page, until a lit cell is seen. */
  #reveal() {
    const { scroller, lights: [[cell]] } = this;
    if (cell === undefined || scroller.matches(":hover")) return;
    const [box, own] = [scroller.getBoundingClientRect(), this.element.getBoundingClientRect()];
    const scale = own.width / (this.size[1] * CELL + LABEL);
    const [row, column] = [0, 1].map((axis) => scale * (LABEL + (cell[axis] - this.origin[axis]) * CELL));
    const [top, left, side] = [own.top - box.top + row, own.left - box.left + column, scale * CELL];
    if (top < 0 || top + side > box.height) scroller.scrollTop += top - box.height / 2;
    if (left < 0 || left + side > box.width) scroller.scrollLeft += left - box.width / 2;
  }

  #cellAt(event) {
    const box = this.element.getBoundingClientRect();
    const scale = (this.size[1] * CELL + LABEL) / box.width;
    const column = Math.floor(((event.clientX - box.left) * scale - LABEL) / CELL);
    const row = Math.floor(((event.clientY - box.top) * scale - LABEL) / CELL);
    const there = row >= 0 && column >= 0 && row < this.size[0] && column < this.size[1];
    return there ? [row + this.origin[0], column + this.origin[1]] : null;
  }

  #pin(cell) {
    if (cell === null) return;
    this.cursor = [cell[0] - this.origin[0], cell[1] - this.origin[1]];
    this.handlers.onPin(cell);
  }

  #moveTo([row, column]) {
    this.cursor = [row, column];
    this.layers.cursor.setAttribute("d", cellsPath([[row, column]], this.radius));
    this.handlers.onPoint([row + this.origin[0], column + this.origin[1]]);
  }

  #key(event) {
    const [row, column] = this.cursor;
    const [rows, columns] = this.size;
    const clamp = (n, size) => Math.max(0, Math.min(size - 1, n));
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, columns - 1], PageUp: [0, column], PageDown: [rows - 1, column],
    };
    const here = [row + this.origin[0], column + this.origin[1]];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (moves[event.key]) this.#moveTo([clamp(moves[event.key][0], rows), clamp(moves[event.key][1], columns)]);
    else if (event.key === "Enter" || event.key === " ") this.handlers.onPin(here);
    else if (event.key === "Escape") this.handlers.onPin(null);
    else {
      // The key goes on to the field that the handler has moved the focus to.
      if (/^[\d-]$/.test(event.key)) this.handlers.onType?.(here);
      return;
    }
    event.preventDefault();
  }
}
