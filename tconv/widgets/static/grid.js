// A grid of numbers as one SVG: one tab stop, arrow keys inside, pointer and touch by position.

import { svg } from "./dom.js";

const CELL = 36;
const GAP = 1.5;
const RADIUS = 4;
const LABEL = 18;

/** One path for many cells: a grid of hundreds of cells stays a handful of elements. */
function cellsPath(cells) {
  const side = CELL - 2 * GAP;
  const straight = side - 2 * RADIUS;
  const corner = (dx, dy) => `a${RADIUS} ${RADIUS} 0 0 1 ${dx} ${dy}`;
  return cells.map(([r, c]) =>
    `M${c * CELL + GAP + RADIUS} ${r * CELL + GAP}h${straight}${corner(RADIUS, RADIUS)}v${straight}`
    + `${corner(-RADIUS, RADIUS)}h${-straight}${corner(-RADIUS, -RADIUS)}v${-straight}${corner(RADIUS, -RADIUS)}z`).join("");
}

// How long, in milliseconds, a grid out of sight waits before it is written: a slider on the move does not wait for it.
const LATER = 60;

// More rows than fit into a scroller of 25 rem with the smallest cells.
const ROWS_AT_ONCE = 32;

const fontSize = (longest) => (longest <= 2 ? 15 : longest === 3 ? 13.5 : longest === 4 ? 11.5 : 9.5);

/** Browsers lay out anew even for an attribute that stays the same. */
function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

export class Grid {
  /**
   * @param {{name: string, tone: string, onPoint: Function, onPin: Function, onType?: Function}} options
   *   `onPoint(cell | null)` as the pointer or the arrow keys move, `onPin(cell)` on click or Enter,
   *   `onType(cell)` when a digit is typed on a cell; a cell is [row, column], counted from the origin.
   */
  constructor({ name, tone, onPoint, onPin, onType }) {
    this.handlers = { onPoint, onPin, onType };
    this.cursor = [0, 0];
    this.lines = new Map();
    this.layers = Object.fromEntries(
      ["labels", "solid", "hollow", "cropped", "untouched", "values", "lit", "frames", "cursor"]
        .map((layer) => [layer, svg(["labels", "values", "lit", "frames"].includes(layer) ? "g" : "path", { class: layer })]));
    const { labels, solid, hollow, cropped, untouched, values, lit, frames, cursor } = this.layers;
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
    }, labels, solid, hollow, cropped, untouched, lit, values, frames, cursor);
    new IntersectionObserver((entries) => {
      this.inSight = entries.at(-1).isIntersecting;
      if (this.inSight && this.element.ariaBusy === "true") this.#writeAll();
    }).observe(this.element);
  }

  /**
   * @param {{rows: number, columns: number, origin?: number[], label: string, cell: Function}} content
   *   `cell(row, column)` gives { text, kind } with kind solid, hollow, cropped or untouched; rows and columns count
   *   from the origin, so that cells of a padding have negative places.
   */
  draw({ rows, columns, origin = [0, 0], label, cell }) {
    this.size = [rows, columns];
    this.origin = origin;
    this.cell = cell;
    this.label = label;
    this.cursor = [Math.min(this.cursor[0], rows - 1), Math.min(this.cursor[1], columns - 1)];
    if (this.inSight === false) this.#writeLater();
    else this.#writeAll();
    this.light([]);
  }

  #writeAll() {
    const [rows, columns] = this.size;
    clearTimeout(this.waiting);
    this.element.ariaBusy = null;
    this.element.ariaLabel = this.label;
    set(this.element, "viewBox", `${-LABEL} ${-LABEL} ${columns * CELL + LABEL} ${rows * CELL + LABEL}`);
    this.element.style.setProperty("--columns", columns + LABEL / CELL);
    this.#fill();
  }

  #writeLater() {
    this.element.ariaBusy = "true";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#writeAll(), LATER);
  }

  /** Writes the cells. Of a grid taller than its scroller only the rows in sight are written. */
  #fill() {
    const [from, to] = this.#rowsInSight();
    const columns = this.size[1];
    const kinds = { solid: [], hollow: [], cropped: [], untouched: [] };
    let longest = 1;
    for (let r = from; r < to; r += 1) {
      const line = this.#line(r);
      for (let c = 0; c < columns; c += 1) {
        const { text, kind } = this.cell(r + this.origin[0], c + this.origin[1]);
        kinds[kind]?.push([r, c]);
        longest = Math.max(longest, text.length);
        this.#write(line, r, c, text, kind);
      }
      for (let c = columns; c < line.cells.length; c += 1) this.#write(line, r, c, "");
    }
    for (const [r, { group }] of this.lines) {
      if (r >= from && r < to) continue;
      group.remove();
      this.lines.delete(r);
    }
    for (const [kind, cells] of Object.entries(kinds)) set(this.layers[kind], "d", cellsPath(cells));
    set(this.layers.values, "font-size", fontSize(longest));
    this.#label(from, to);
  }

  /** The row's group of texts. Groups and texts stay where they are from one drawing to the next: making and moving them is what costs. */
  #line(r) {
    if (!this.lines.has(r)) {
      const group = svg("g");
      const next = [...this.lines.keys()].filter((other) => other > r);
      this.layers.values.insertBefore(group, next.length === 0 ? null : this.lines.get(Math.min(...next)).group);
      this.lines.set(r, { group, cells: [] });
    }
    return this.lines.get(r);
  }

  #write({ group, cells }, r, c, text, kind) {
    const old = cells[c] ?? { text: "" };
    if (text === "") old.element?.remove();
    else {
      old.element ??= svg("text", { x: (c + 0.5) * CELL, y: (r + 0.5) * CELL });
      if (old.text !== text) old.element.textContent = text;
      if (old.kind !== kind) old.element.setAttribute("class", kind);
      if (old.text === "") group.insertBefore(old.element, cells.slice(c + 1).find((one) => one.text !== "")?.element ?? null);
      old.kind = kind;
    }
    old.text = text;
    cells[c] = old;
  }

  /** Numbers the rows in sight and the columns. */
  #label(from, to) {
    const [rows, columns] = this.size;
    const key = String([from, to, columns, this.origin]);
    if (this.labelled === key) return;
    this.labelled = key;
    const label = (axis, n) => String(n + this.origin[axis]);
    this.layers.labels.replaceChildren(
      ...Array.from({ length: columns }, (_, c) => svg("text", { x: (c + 0.5) * CELL, y: -LABEL / 2 }, label(1, c))),
      ...(rows === 1 ? [] : Array.from({ length: to - from }, (_, n) =>
        svg("text", { x: -LABEL / 2, y: (n + from + 0.5) * CELL }, label(0, n + from)))));
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
   * Lights cells and draws frames around windows.
   * @param {[number, number, string?][]} cells row, column and an optional class
   * @param {{from: number[], to: number[]}[]} frames first and last cell of each window
   */
  light(cells, frames = []) {
    const outline = (r, c, height, width, attributes) => svg("rect", {
      x: c * CELL + GAP, y: r * CELL + GAP, width: width * CELL - 2 * GAP, height: height * CELL - 2 * GAP, rx: RADIUS, ...attributes,
    });
    this.layers.lit.replaceChildren(...cells.map(([r, c, kind = "part"]) =>
      outline(r - this.origin[0], c - this.origin[1], 1, 1, { class: kind, "data-row": r, "data-column": c })));
    this.layers.frames.replaceChildren(...frames.map(({ from, to }) =>
      outline(from[0] - this.origin[0], from[1] - this.origin[1], to[0] - from[0] + 1, to[1] - from[1] + 1, { class: "frame" })));
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
    this.layers.cursor.setAttribute("d", cellsPath([[row, column]]));
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
