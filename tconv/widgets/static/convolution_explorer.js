// The book's main instrument: one convolution, direct or transposed, in linked views.

import {
  accumulate, convolve, effective, emulatedAxis, emulation, inside, nearestPossible, outputSize, paddingName, problem,
  relationship, rotate180, shape, sizeFormula, taps, withoutRotation,
} from "./arithmetic.js";
import { codeFor } from "./code.js";
import { button, copy, download, exportSvg, menu, segments, slider, tick } from "./controls.js";
import { html, numeral, uniqueId } from "./dom.js";
import { Grid } from "./grid.js";
import { emulatedInput, entry, litCells, partsOf, ravel, sentence, unravel } from "./links.js";
import { player } from "./player.js";
import { choice, flag, numberGrid, integer, onChange, pattern, readState } from "./schema.js";
import { EXAMPLE, PRESETS, fitGrid } from "./values.js";

const MAX_INPUT = 7;
const MAX_KERNEL = 5;
// Grids up to this many cells write out their zeros; beyond it the blanks are zeros.
const WRITTEN_ZEROS = 400;
const zero = (cells) => (cells <= WRITTEN_ZEROS ? "0" : "");

export const schema = {
  direction: choice(["direct", "transposed"], "direct"),
  ndim: integer(1, 2, 2),
  input_size: integer(1, MAX_INPUT, 4),
  kernel_size: integer(1, MAX_KERNEL, 3),
  stride: integer(1, 3, 1),
  padding: integer(0, 8, 0),
  output_padding: integer(0, 2, 0),
  dilation: integer(1, 2, 1),
  input: numberGrid(MAX_INPUT, null),
  kernel: numberGrid(MAX_KERNEL, null),
  rotate_kernel: flag(true),
  selected: pattern(/^$|^(input|kernel|matrix|output|emulated):-?\d{1,3},-?\d{1,3}$/, ""),
};

const SLIDERS = [
  ["input_size", "i", "input"], ["kernel_size", "k", "kernel"], ["stride", "s", "stride"],
  ["padding", "p", "padding"], ["output_padding", "op", "output padding"], ["dilation", "d", "dilation"],
];

/** The state of the explorer made whole: both grids have the size that the sliders say. */
export function normalise(state) {
  const fitted = (values, size, more) => fitGrid(values ?? more, state.ndim, size, more);
  return {
    ...state,
    input: fitted(state.input, state.input_size, EXAMPLE[state.direction]),
    kernel: fitted(state.kernel, state.kernel_size, EXAMPLE.kernel),
  };
}

/** A grid with its heading in a box that scrolls by itself where the screen is too narrow. */
function framed(grid, tall = false) {
  const caption = html("figcaption", {});
  const scroller = html("div", { class: tall ? "scroller tall" : "scroller" }, grid.element);
  if (tall) grid.scrollsIn(scroller);
  return { grid, caption, scroller, element: html("figure", {}, caption, scroller) };
}

const view = (name, title, explanation, ...figures) =>
  html("section", { class: "view", "data-view": name, "aria-label": title },
    html("p", { class: "view-title" }, html("strong", {}, title), " ", html("span", {}, explanation)),
    html("div", { class: "figures" }, ...figures.map((figure) => figure.element)));

/** Scrolls only the box around a grid, never the page, until a lit cell is seen. */
function reveal({ grid, scroller }) {
  const lit = grid.layers.lit.firstElementChild;
  if (lit === null || scroller.matches(":hover")) return;
  const [box, cell] = [scroller.getBoundingClientRect(), lit.getBoundingClientRect()];
  if (cell.top < box.top || cell.bottom > box.bottom) scroller.scrollTop += cell.top - box.top - box.height / 2;
  if (cell.left < box.left || cell.right > box.right) scroller.scrollLeft += cell.left - box.left - box.width / 2;
}

class Explorer {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.pointed = null;
    this.stamps = null; // how many inputs have stamped, while the player walks through them
    this.#build();
    this.update();
  }

  #grid(name, tone, selects, editable = false) {
    const toSelection = (cell) => (cell === null ? null : selects(cell));
    return new Grid({
      name,
      tone,
      onPoint: (cell) => this.#point(toSelection(cell)),
      onPin: (cell) => this.#pin(toSelection(cell)),
      onType: editable ? (cell) => this.#edit(toSelection(cell)) : undefined,
    });
  }

  #build() {
    const cell = (grid) => (at) => ({ grid, cell: at });
    const turned = (at) => ({ grid: "kernel", cell: this.#turnedPlace(at) });
    this.figures = {
      input: framed(this.#grid("input", "input", cell("input"), true)),
      kernel: framed(this.#grid("kernel", "kernel", cell("kernel"), true)),
      output: framed(this.#grid("output", "output", cell("output"))),
      matrix: framed(this.#grid("matrix", "kernel", cell("matrix")), true),
      emulated: framed(this.#grid("emulated", "input", cell("emulated"))),
      rotated: framed(this.#grid("rotated", "kernel", turned)),
      result: framed(this.#grid("result", "output", cell("output"))),
      wrong: framed(this.#grid("wrong", "wrong", cell("output"))),
    };
    const { input, kernel, output, matrix, emulated, rotated, result, wrong } = this.figures;
    const set = (name) => (value) => this.change({ [name]: value });
    this.controls = {
      direction: segments({ legend: "Which convolution", options: [["direct", "convolution"], ["transposed", "transposed"]], onChoose: (value) => this.#turn(value) }),
      ndim: segments({ legend: "Dimensions", options: [["1", "1-D"], ["2", "2-D"]], onChoose: (value) => this.change({ ndim: Number(value) }) }),
      rotate_kernel: tick({ label: "forget to rotate the kernel", name: "rotate_kernel", onChange: (value) => this.change({ rotate_kernel: !value }) }),
    };
    this.sliders = Object.fromEntries(SLIDERS.map(([name, letter, title]) => [name, slider({ letter, name, title, onInput: set(name) })]));
    this.presets = menu({
      label: "Values of input and kernel",
      options: [["", "values …"], ...Object.entries(PRESETS).map(([name, [text]]) => [name, text])],
      onChoose: (name) => this.#usePreset(name),
    });
    this.formula = html("p", { class: "formula" });
    this.badge = html("p", { class: "badge" });
    this.alert = html("p", { class: "problem", role: "status" });
    this.note = html("p", { class: "note", role: "status" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    const editId = uniqueId("edit");
    this.editField = html("input", { id: editId, type: "number", step: "any", inputmode: "decimal", change: () => this.#write() });
    this.editor = html("p", { class: "editor", hidden: true }, html("label", { for: editId }, "value "), this.editField);
    this.walk = player({ label: "Step", onStep: (n) => this.#step(n) });
    this.order = segments({ legend: "Step through", options: [["output", "by output"], ["input", "by input"]], onChoose: (value) => this.#walkBy(value) });
    this.walkedBy = "output";
    this.window = view("window", "Window", "each output is one window times the kernel, summed", input, kernel, output);
    this.matrixView = view("matrix", "Matrix", "", matrix);
    this.emulationView = view("emulation", "Emulation", "the same by a direct convolution of stride 1", emulated, rotated, result, wrong);
    this.emulationView.append(this.controls.rotate_kernel.element);
    this.code = html("pre", { class: "code", tabindex: 0, "aria-label": "Code for this setting" }, html("code", {}));
    this.language = segments({ legend: "Library", options: ["tconv", "PyTorch", "Keras", "JAX"].map((name) => [name, name]), onChoose: (name) => this.#showCode(name) });
    const copyCode = button("copy", () => copy(this.code.textContent, copyCode));
    this.codePanel = html("details", { class: "code-panel" }, html("summary", {}, "Code for this setting"),
      html("div", { class: "bar" }, this.language.element, copyCode), this.code);
    const share = button("copy link", () => copy(this.model.address(), share), { hidden: this.model.address === undefined });
    const hint = html("p", { class: "hint" }, "Point at any cell, or tab to a grid and use the arrow keys. Enter or a click pins; type a digit to edit.");
    this.root.classList.add("tconv-explorer");
    this.root.append(
      html("div", { class: "bar" }, this.controls.direction.element, this.controls.ndim.element, this.presets.element),
      html("div", { class: "sliders" }, ...Object.values(this.sliders).map((one) => one.element)),
      html("div", { class: "status" }, this.formula, this.badge), this.alert, this.note,
      html("div", { class: "views" }, this.window, this.matrixView, this.emulationView),
      html("div", { class: "said" }, this.sentence, this.editor),
      html("div", { class: "bar" }, this.walk.element, this.order.element),
      html("div", { class: "bar" }, hint, share, button("save SVG", () => download(exportSvg(this.root, this.sentence.textContent), "convolution.svg", "image/svg+xml"))),
      this.codePanel);
    this.#showCode("tconv");
  }

  /** Changes the state at the reader's hand and tells the model. */
  change(changes) {
    this.stamps = null;
    const next = normalise({ ...this.state, ...changes });
    const sized = ["input_size", "kernel_size", "ndim", "direction", "input", "kernel"].some((name) => name in changes);
    const sent = sized ? { ...changes, input: this.#compact(next.input, next.ndim), kernel: this.#compact(next.kernel, next.ndim) } : changes;
    for (const [name, value] of Object.entries(sent)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Rows as the traits hold them: a flat list in 1-D. */
  #compact(rows, ndim) {
    return ndim === 1 ? rows[0] : rows;
  }

  /** The other direction: its input has the size of this one's output, so that the shapes go back and forth. */
  #turn(direction) {
    const size = Math.min(MAX_INPUT, Math.max(1, outputSize(this.state)));
    const { input_size, kernel_size, padding, stride, dilation } = this.state;
    const left = input_size + 2 * padding - effective(kernel_size, dilation);
    const output_padding = direction === "transposed" && left > 0 ? Math.min(left % stride, schema.output_padding.max) : 0;
    const input = fitGrid(EXAMPLE[direction], this.state.ndim, size, EXAMPLE[direction]);
    this.change({ direction, input_size: size, output_padding, input, selected: "" });
  }

  #usePreset(name) {
    const [, makers] = PRESETS[name] ?? PRESETS.example;
    const { ndim, input_size, kernel_size, direction } = this.state;
    const made = (maker, size, example) => (maker
      ? fitGrid([], ndim, size, Array.from({ length: size }, (_, r) => Array.from({ length: size }, (__, c) => maker(r, c, size, ndim))))
      : fitGrid(example, ndim, size, example));
    this.presets.update("");
    this.change({
      input: made(makers.input, input_size, EXAMPLE[direction]),
      kernel: made(makers.kernel, kernel_size, EXAMPLE.kernel),
    });
  }

  #point(selection) {
    this.pointed = selection;
    this.light();
  }

  #remember(selected) {
    this.state.selected = selected;
    this.drawn.selected = selected;
    this.model.set("selected", selected);
    this.model.save_changes();
  }

  #pin(selection) {
    this.walk.pause();
    this.pointed = null;
    const text = selection === null ? "" : `${selection.grid}:${selection.cell.join(",")}`;
    const stamped = this.stamps;
    this.stamps = null;
    this.#remember(text);
    if (stamped !== null) this.#drawOutput();
    this.light();
  }

  #edit(selection) {
    this.#pin(selection);
    this.editField.focus();
    this.editField.select();
  }

  #write() {
    const { grid, cell } = this.selection();
    const value = Number(this.editField.value);
    if (this.editField.value === "" || !Number.isFinite(value) || Math.abs(value) > 999999) return;
    const rows = this.state[grid].map((row) => [...row]);
    rows[cell[0]][cell[1]] = value;
    this.change({ [grid]: rows });
  }

  #walkBy(order) {
    this.walkedBy = order;
    this.stamps = null;
    this.walk.pause();
    this.update();
  }

  #step(n) {
    const side = this.walkedBy === "output" ? outputSize(this.state) : this.state.input_size;
    const cell = unravel(n, shape(this.state, side));
    this.pointed = null;
    this.#remember(`${this.walkedBy}:${cell.join(",")}`);
    this.stamps = this.walkedBy === "input" ? n + 1 : null;
    if (this.walkedBy === "input") this.#drawOutput();
    this.light(n);
  }

  /** The pinned cell, or null. */
  selection() {
    const [grid, at] = this.state.selected.split(":");
    return at === undefined ? null : { grid, cell: at.split(",").map(Number) };
  }

  /** Does the model hold what is drawn? Pinning a cell lights it at once and needs no second drawing. */
  isCurrent() {
    return Object.keys(schema).every((name) => this.model.get(name) === this.drawn[name]);
  }

  /** Reads the model and draws everything. */
  update() {
    this.drawn = Object.fromEntries(Object.keys(schema).map((name) => [name, this.model.get(name)]));
    const { state, notes } = readState(schema, (name) => this.model.get(name));
    this.state = normalise(state);
    this.note.textContent = notes.join("; ");
    for (const control of ["direction", "rotate_kernel"]) {
      this.controls[control].update(control === "rotate_kernel" ? !state.rotate_kernel : state[control]);
    }
    this.controls.ndim.update(String(state.ndim));
    this.order.update(this.walkedBy);
    this.#drawSettings();
    const refused = problem(this.state);
    this.root.classList.toggle("refused", refused !== null);
    this.#drawProblem(refused);
    if (refused !== null) {
      this.connections = [];
      this.sentence.textContent = "";
      this.walk.pause();
      return;
    }
    this.connections = taps(this.state);
    const transposed = state.direction === "transposed";
    this.window.querySelector("strong").textContent = transposed ? "Scatter" : "Window";
    this.window.querySelector("span").textContent = transposed
      ? "each input stamps its multiple of the kernel; overlaps add"
      : "each output is one window times the kernel, summed";
    this.emulationView.hidden = !transposed;
    this.order.element.hidden = !transposed;
    this.#drawInput();
    this.#drawKernel();
    this.#drawOutput();
    this.#drawMatrix();
    if (transposed) this.#drawEmulation();
    this.#showCode(this.shownCode);
    this.light();
  }

  #drawSettings() {
    const { state } = this;
    const transposed = state.direction === "transposed";
    const reach = effective(state.kernel_size, state.dilation);
    for (const [name, , title] of SLIDERS) {
      const { min, max } = schema[name];
      const upTo = name === "padding" ? Math.max(reach - 1, state.padding) : max;
      this.sliders[name].update(state[name], min, upTo);
      this.sliders[name].element.hidden = name === "output_padding" && !transposed;
      this.sliders[name].element.title = title;
    }
    const { letters, numbers } = sizeFormula(state);
    this.formula.replaceChildren(html("i", {}, letters), " = ", html("b", {}, numbers));
    const [number, words] = relationship(state);
    const name = paddingName(state);
    this.badge.textContent = `${number} · ${words}${name ? ` · padding: ${name}` : ""}`;
  }

  #drawProblem(refused) {
    this.alert.hidden = refused === null;
    if (refused === null) return;
    const ranges = Object.fromEntries(["input_size", "kernel_size", "stride", "padding", "output_padding", "dilation"]
      .map((name) => [name, [schema[name].min, schema[name].max]]));
    const nearest = nearestPossible(this.state, ranges);
    const changes = Object.fromEntries(Object.keys(ranges).filter((name) => nearest[name] !== this.state[name]).map((name) => [name, nearest[name]]));
    const words = Object.entries(changes).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");
    this.alert.replaceChildren(`Impossible: ${refused} `, button(`use ${words}`, () => this.change(changes)));
  }

  #drawInput() {
    const { state } = this;
    const size = shape(state, state.input_size);
    const pad = state.direction === "direct" ? state.padding : 0;
    const down = state.ndim === 1 ? 0 : pad;
    this.figures.input.caption.textContent = pad > 0 ? `input, padded by ${pad}` : "input";
    this.figures.input.grid.draw({
      rows: size[0] + 2 * down, columns: size[1] + 2 * pad, origin: [-down, -pad],
      label: `Input, ${size.join(" by ")} cells${pad > 0 ? ` in a padding of ${pad}` : ""}`,
      cell: (r, c) => (inside([r, c], size) ? { text: numeral(state.input[r][c]), kind: "solid" } : { text: "0", kind: "hollow" }),
    });
  }

  #drawKernel() {
    const { state } = this;
    const drawn = (figure, values, caption, label) => {
      figure.caption.textContent = caption;
      figure.grid.draw({
        rows: values.length, columns: values[0].length, label,
        cell: (r, c) => ({ text: numeral(values[r][c]), kind: "solid" }),
      });
    };
    drawn(this.figures.kernel, state.kernel, "kernel", `Kernel, ${state.kernel.length} by ${state.kernel_size} weights`);
    const turned = state.rotate_kernel ? rotate180(state.kernel) : state.kernel;
    drawn(this.figures.rotated, turned, state.rotate_kernel ? "kernel, rotated by 180°" : "kernel, not rotated",
      state.rotate_kernel ? "The kernel rotated by 180 degrees" : "The kernel as it is, not rotated");
  }

  /** The output; transposed, on the canvas of all stamps, with what the padding crops around it. */
  #drawOutput() {
    const { state } = this;
    const size = outputSize(state);
    const kept = shape(state, size);
    const transposed = state.direction === "transposed";
    const before = transposed ? state.padding : 0;
    const canvas = transposed ? state.stride * (state.input_size - 1) + effective(state.kernel_size, state.dilation) : size;
    const across = Math.max(canvas, before + size);
    const origin = [state.ndim === 1 ? 0 : -before, -before];
    const counted = this.stamps === null ? this.connections
      : this.connections.filter((tap) => ravel(tap.input, shape(state, state.input_size)) < this.stamps);
    const values = accumulate(counted, state.input, state.kernel, shape(state, across), origin);
    const reached = new Set(this.connections.map((tap) => String(tap.output)));
    const kind = (r, c) => {
      if (!inside([r, c], kept)) return "cropped";
      return transposed && !reached.has(`${r},${c}`) ? "untouched" : "solid";
    };
    const cropped = transposed && across > size;
    this.figures.output.caption.textContent = this.stamps === null
      ? `output${cropped ? `, cropped by ${before}` : ""}` : `output after ${this.stamps} of ${state.input.flat().length} stamps`;
    this.figures.output.grid.draw({
      rows: state.ndim === 1 ? 1 : across, columns: across, origin,
      label: `Output, ${kept.join(" by ")} cells${cropped ? ", with the cells that the padding crops" : ""}`,
      cell: (r, c) => ({ text: numeral(values[r - origin[0]][c - origin[1]]), kind: kind(r, c) }),
    });
  }

  #drawMatrix() {
    const { state } = this;
    const [outputs, inputs] = [shape(state, outputSize(state)), shape(state, state.input_size)];
    const rows = outputs[0] * outputs[1];
    const columns = inputs[0] * inputs[1];
    const weights = new Map(this.connections.filter((tap) => inside(tap.output, outputs)).map((tap) =>
      [ravel(tap.output, outputs) * columns + ravel(tap.input, inputs), state.kernel[tap.kernel[0]][tap.kernel[1]]]));
    const blank = { text: zero(rows * columns), kind: "blank" };
    const transposed = state.direction === "transposed";
    this.matrixView.querySelector("span").textContent = transposed
      ? "Cᵀ: one row per output, one column per input" : "C: one row per output, one column per input";
    this.figures.matrix.caption.textContent =
      `${transposed ? "Cᵀ" : "C"}, ${rows} × ${columns}: ${weights.size} of ${rows * columns} entries come from the kernel`;
    this.figures.matrix.grid.draw({
      rows, columns,
      label: `${transposed ? "Transposed convolution" : "Convolution"} matrix, ${rows} rows by ${columns} columns`,
      cell: (r, c) => {
        const weight = weights.get(r * columns + c);
        return weight === undefined ? blank : { text: numeral(weight), kind: "solid" };
      },
    });
  }

  #drawEmulation() {
    const { state } = this;
    const axis = emulatedAxis(state);
    const { padding } = emulation(state);
    const parts = [
      state.stride > 1 ? `${state.stride - 1} zero${state.stride > 2 ? "s" : ""} inserted` : null,
      padding < 0 ? `cropped by ${-padding}` : `padded by ${padding}`,
      state.output_padding > 0 ? `${state.output_padding} more at the end` : null,
    ].filter(Boolean).join(", ");
    const blank = zero(axis.size ** state.ndim);
    this.figures.emulated.caption.textContent = `input, ${parts}`;
    this.figures.emulated.grid.draw({
      rows: state.ndim === 1 ? 1 : axis.size, columns: axis.size,
      label: `Input of the emulating convolution, ${axis.size} cells a side: ${parts}`,
      cell: (r, c) => {
        const input = emulatedInput(state, [r, c]);
        return input === null ? { text: blank, kind: "hollow" } : { text: numeral(state.input[input[0]][input[1]]), kind: "solid" };
      },
    });
    const right = convolve(state, state.input, state.kernel);
    const wrong = withoutRotation(state, state.input, state.kernel);
    const drawn = (figure, values, caption, label, kind) => {
      figure.caption.textContent = caption;
      figure.grid.draw({ rows: values.length, columns: values[0].length, label, cell: (r, c) => ({ text: numeral(values[r][c]), kind: kind(r, c) }) });
    };
    drawn(this.figures.result, right, "output", "Output of the emulation, equal to the scatter's", () => "solid");
    const differing = wrong.flat().filter((value, n) => value !== right.flat()[n]).length;
    this.figures.wrong.element.hidden = state.rotate_kernel;
    drawn(this.figures.wrong, wrong, `not rotated: ${differing} of ${wrong.flat().length} wrong`,
      "Output without the rotation; wrong cells are dashed", (r, c) => (wrong[r][c] === right[r][c] ? "solid" : "cropped"));
  }

  /** Lights what takes part in the pointed or pinned cell, everywhere, and says it. */
  light(step) {
    const { state } = this;
    const chosen = this.pointed ?? this.selection();
    const outputs = shape(state, problem(state) === null ? outputSize(state) : 0);
    const pinned = this.selection();
    const editable = pinned !== null && ["input", "kernel"].includes(pinned.grid) && state[pinned.grid][pinned.cell[0]]?.[pinned.cell[1]] !== undefined;
    this.editor.hidden = !editable;
    if (editable && document.activeElement !== this.editField) this.editField.value = state[pinned.grid][pinned.cell[0]][pinned.cell[1]];
    const steps = this.walkedBy === "output" || state.direction === "direct" ? outputs : shape(state, state.input_size);
    if (step === undefined) {
      const walked = pinned?.grid === (state.direction === "direct" ? "output" : this.walkedBy) && inside(pinned.cell, steps);
      this.walk.update(steps[0] * steps[1], walked ? ravel(pinned.cell, steps) : -1);
    }
    for (const figure of Object.values(this.figures)) if (figure.grid.size) figure.grid.light([]);
    if (chosen === null || problem(state) !== null || !this.#exists(chosen)) {
      this.sentence.textContent = "";
      return;
    }
    const parts = partsOf(state, this.connections, chosen);
    const lit = litCells(state, parts);
    const mark = (cells, grid, rank = (cell) => cell) => {
      const places = cells.map((cell) => [...rank(cell), "part"]);
      if (chosen.grid !== grid) return places;
      const own = rank(chosen.cell);
      return [...places.filter(([r, c]) => r !== own[0] || c !== own[1]), [...own, "chosen"]];
    };
    const { input, kernel, output, matrix } = this.figures;
    input.grid.light(mark(lit.input, "input"), this.#window(chosen));
    kernel.grid.light(mark(lit.kernel, "kernel"));
    output.grid.light(mark(lit.output, "output"), this.#stamp(chosen));
    matrix.grid.light(mark(lit.matrix, "matrix"));
    if (state.direction === "transposed") this.#lightEmulation(chosen, lit, mark);
    reveal(matrix);
    this.sentence.textContent = sentence(state, chosen, parts, state.input, state.kernel);
  }

  #lightEmulation(chosen, lit, mark) {
    const { state } = this;
    const { emulated, rotated, result, wrong } = this.figures;
    const { padding } = emulation(state);
    const along = (n) => n * state.stride + padding;
    const where = ([r, c]) => [state.ndim === 1 ? 0 : along(r), along(c)];
    const size = emulated.grid.size;
    const places = lit.input.map(where).filter((cell) => inside(cell, size)).map((cell) => [...cell, "part"]);
    const own = chosen.grid === "emulated" ? chosen.cell : chosen.grid === "input" ? where(chosen.cell) : null;
    const others = own === null ? places : places.filter(([r, c]) => r !== own[0] || c !== own[1]);
    emulated.grid.light(own !== null && inside(own, size) ? [...others, [...own, "chosen"]] : others, this.#slide(chosen));
    rotated.grid.light(mark(lit.kernel, "kernel", (at) => this.#turnedPlace(at)));
    const kept = shape(state, outputSize(state));
    const outputs = mark(lit.output, "output").filter((cell) => inside(cell, kept));
    result.grid.light(outputs);
    wrong.grid.light(outputs);
  }

  /** Where the rotated kernel holds a weight. Not rotated, another weight stands there: that is the mistake. */
  #turnedPlace([row, column]) {
    const last = this.state.kernel_size - 1;
    return [this.state.ndim === 1 ? 0 : last - row, last - column];
  }

  #exists({ grid, cell }) {
    const figure = this.figures[grid === "emulated" && this.state.direction === "direct" ? "" : grid];
    if (!figure) return false;
    const { size, origin } = figure.grid;
    return inside([cell[0] - origin[0], cell[1] - origin[1]], size);
  }

  #span(first) {
    const last = effective(this.state.kernel_size, this.state.dilation) - 1;
    return this.state.ndim === 1
      ? { from: [0, first[1]], to: [0, first[1] + last] } : { from: first, to: [first[0] + last, first[1] + last] };
  }

  /** Direct: the window of the input under the kernel. */
  #window({ grid, cell }) {
    const { direction, stride, padding } = this.state;
    return direction === "direct" && grid === "output" ? [this.#span(cell.map((n) => n * stride - padding))] : [];
  }

  /** Transposed: the stamp of one input on the canvas. */
  #stamp({ grid, cell }) {
    const { direction, stride, padding } = this.state;
    return direction === "transposed" && grid === "input" ? [this.#span(cell.map((n) => n * stride - padding))] : [];
  }

  /** Transposed: where the rotated kernel stands for one output. */
  #slide({ grid, cell }) {
    const kept = shape(this.state, outputSize(this.state));
    if (grid === "matrix") return [this.#span(entry(this.state, cell).output)];
    return grid === "output" && inside(cell, kept) ? [this.#span(cell)] : [];
  }

  #showCode(name) {
    this.shownCode = name;
    this.language.update(name);
    if (!this.state || problem(this.state) !== null) return;
    this.code.firstElementChild.textContent = codeFor(this.state, this.state.input, this.state.kernel)[name];
  }
}

/** anywidget's entry point: draws the explorer into `el` and returns the clean-up. */
export function render({ model, el }) {
  const explorer = new Explorer(model, el);
  const forget = onChange(model, Object.keys(schema), () => {
    if (!explorer.isCurrent()) explorer.update();
  });
  return () => {
    explorer.walk.pause();
    forget();
  };
}
