// The linked views of the ConvolutionExplorer: eight grids, what they show and what lights up in them.

import {
  accumulate, convolve, effective, emulatedAxis, emulation, inside, outputSize, rotate180, shape, withoutRotation,
} from "./arithmetic.js";
import { html, numeral, say } from "./dom.js";
import { Grid } from "./grid.js";
import { emulatedInput, entry, litCells, partsOf, ravel, sentence } from "./links.js";
import { captioned, section } from "./panels.js";

// Grids up to this many cells write out their zeros; beyond it the blanks are zeros.
const WRITTEN_ZEROS = 400;
const zero = (cells) => (cells <= WRITTEN_ZEROS ? "0" : "");

const view = (name, title, explanation, ...figures) =>
  section(name, title, explanation, html("div", { class: "figures" }, ...figures.map((figure) => figure.element)));

/** Every cell of one drawing: its numbers as text, all of one kind or of the kind that `kind(r, c)` says. */
const drawn = (figure, values, caption, label, kind = () => "solid") => {
  say(figure.caption, caption);
  figure.drawing.draw({
    rows: values.length, columns: values[0].length, label,
    cell: (r, c) => ({ text: numeral(values[r][c]), kind: kind(r, c) }),
  });
};

export class Figures {
  /** @param {{onPoint: Function, onPin: Function, onType: Function}} handlers each gets { grid, cell } or null */
  constructor(handlers) {
    const figure = (name, tone, { editable = false, selects = (cell) => ({ grid: name, cell }) } = {}) => {
      const told = (handler) => (cell) => handler(cell === null ? null : selects(cell));
      const { onPoint, onPin, onType } = handlers;
      return captioned(new Grid({ name, tone, onPoint: told(onPoint), onPin: told(onPin), onType: editable ? told(onType) : undefined }));
    };
    const output = { selects: (cell) => ({ grid: "output", cell }) };
    this.all = {
      input: figure("input", "input", { editable: true }),
      kernel: figure("kernel", "kernel", { editable: true }),
      output: figure("output", "output"),
      matrix: figure("matrix", "kernel"),
      emulated: figure("emulated", "input"),
      rotated: figure("rotated", "kernel", { selects: (cell) => ({ grid: "kernel", cell: this.#turnedPlace(cell) }) }),
      result: figure("result", "output", output),
      wrong: figure("wrong", "wrong", output),
    };
    const { all } = this;
    all.matrix.scroller.classList.add("tall");
    all.matrix.drawing.scrollsIn(all.matrix.scroller);
    this.window = view("window", "Window", "", all.input, all.kernel, all.output);
    this.matrix = view("matrix", "Matrix", "", all.matrix);
    this.emulation = view("emulation", "Emulation", "the same by a direct convolution of stride 1", all.emulated, all.rotated, all.result, all.wrong);
    this.element = html("div", { class: "views" }, this.window, this.matrix, this.emulation);
  }

  /** Draws everything anew. `stamps` is how many inputs have stamped so far, or null for all. */
  draw(state, connections, stamps) {
    this.state = state;
    this.connections = connections;
    const transposed = state.direction === "transposed";
    say(this.window.querySelector("strong"), transposed ? "Scatter" : "Window");
    say(this.window.querySelector("span"), transposed
      ? "each input stamps its multiple of the kernel; overlaps add"
      : "each output is one window times the kernel, summed");
    this.emulation.hidden = !transposed;
    this.#drawInput();
    this.#drawKernel();
    this.drawOutput(stamps);
    this.#drawMatrix();
    if (transposed) this.#drawEmulation();
  }

  #drawInput() {
    const { state } = this;
    const size = shape(state, state.input_size);
    const pad = state.direction === "direct" ? state.padding : 0;
    const down = state.ndim === 1 ? 0 : pad;
    say(this.all.input.caption, pad > 0 ? `input, padded by ${pad}` : "input");
    this.all.input.drawing.draw({
      rows: size[0] + 2 * down, columns: size[1] + 2 * pad, origin: [-down, -pad],
      label: `Input, ${size.join(" by ")} cells${pad > 0 ? ` in a padding of ${pad}` : ""}`,
      cell: (r, c) => (inside([r, c], size) ? { text: numeral(state.input[r][c]), kind: "solid" } : { text: "0", kind: "hollow" }),
    });
  }

  #drawKernel() {
    const { state } = this;
    drawn(this.all.kernel, state.kernel, "kernel", `Kernel, ${state.kernel.length} by ${state.kernel_size} weights`);
    const turned = state.rotate_kernel ? rotate180(state.kernel) : state.kernel;
    drawn(this.all.rotated, turned, state.rotate_kernel ? "kernel, rotated by 180°" : "kernel, not rotated",
      state.rotate_kernel ? "The kernel rotated by 180 degrees" : "The kernel as it is, not rotated");
  }

  /** The output; transposed, on the canvas of all stamps, with what the padding crops around it. */
  drawOutput(stamps) {
    const { state } = this;
    const size = outputSize(state);
    const kept = shape(state, size);
    const transposed = state.direction === "transposed";
    const before = transposed ? state.padding : 0;
    const canvas = transposed ? state.stride * (state.input_size - 1) + effective(state.kernel_size, state.dilation) : size;
    const across = Math.max(canvas, before + size);
    const origin = [state.ndim === 1 ? 0 : -before, -before];
    const counted = stamps === null ? this.connections
      : this.connections.filter((tap) => ravel(tap.input, shape(state, state.input_size)) < stamps);
    const values = accumulate(counted, state.input, state.kernel, shape(state, across), origin);
    const reached = new Set(this.connections.map((tap) => String(tap.output)));
    const kind = (r, c) => {
      if (!inside([r, c], kept)) return "cropped";
      return transposed && !reached.has(`${r},${c}`) ? "untouched" : "solid";
    };
    const cropped = transposed && across > size;
    say(this.all.output.caption, stamps === null
      ? `output${cropped ? `, cropped by ${before}` : ""}` : `output after ${stamps} of ${state.input.flat().length} stamps`);
    this.all.output.drawing.draw({
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
    const name = transposed ? "Cᵀ" : "C";
    say(this.matrix.querySelector("span"), `${name}: one row per output, one column per input`);
    say(this.all.matrix.caption, `${name}, ${rows} × ${columns}: ${weights.size} of ${rows * columns} entries come from the kernel`);
    this.all.matrix.drawing.draw({
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
    say(this.all.emulated.caption, `input, ${parts}`);
    this.all.emulated.drawing.draw({
      rows: state.ndim === 1 ? 1 : axis.size, columns: axis.size,
      label: `Input of the emulating convolution, ${axis.size} cells a side: ${parts}`,
      cell: (r, c) => {
        const input = emulatedInput(state, [r, c]);
        return input === null ? { text: blank, kind: "hollow" } : { text: numeral(state.input[input[0]][input[1]]), kind: "solid" };
      },
    });
    const right = convolve(state, state.input, state.kernel);
    drawn(this.all.result, right, "output", "Output of the emulation, equal to the scatter's");
    this.all.wrong.element.hidden = state.rotate_kernel;
    if (!state.rotate_kernel) this.#drawWrong(right);
  }

  #drawWrong(right) {
    const wrong = withoutRotation(this.state, this.state.input, this.state.kernel);
    const differs = (r, c) => wrong[r][c] !== right[r][c];
    const differing = wrong.flatMap((row, r) => row.filter((_, c) => differs(r, c))).length;
    drawn(this.all.wrong, wrong, `not rotated: ${differing} of ${wrong.flat().length} wrong`,
      "Output without the rotation; wrong cells are dashed", (r, c) => (differs(r, c) ? "cropped" : "solid"));
  }

  /** Lights what takes part in the chosen cell, everywhere, and returns it in words. */
  light(chosen) {
    const there = chosen !== null && this.#exists(chosen);
    const parts = there ? partsOf(this.state, this.connections, chosen) : [];
    const lights = there ? this.#lights(chosen, litCells(this.state, parts)) : {};
    for (const [name, { drawing }] of Object.entries(this.all)) if (drawing.size) drawing.light(...(lights[name] ?? [[]]));
    return there ? sentence(this.state, chosen, parts, this.state.input, this.state.kernel) : "";
  }

  /** For each grid the cells that light up, and the frames around windows. */
  #lights(chosen, lit) {
    const mark = (cells, grid, rank = (cell) => cell) => {
      const places = cells.map((cell) => [...rank(cell), "part"]);
      if (chosen.grid !== grid) return places;
      const own = rank(chosen.cell);
      return [...places.filter(([r, c]) => r !== own[0] || c !== own[1]), [...own, "chosen"]];
    };
    return {
      input: [mark(lit.input, "input"), this.#window(chosen)],
      kernel: [mark(lit.kernel, "kernel")],
      output: [mark(lit.output, "output"), this.#stamp(chosen)],
      matrix: [mark(lit.matrix, "matrix")],
      ...(this.state.direction === "transposed" ? this.#emulationLights(chosen, lit, mark) : {}),
    };
  }

  #emulationLights(chosen, lit, mark) {
    const { state } = this;
    const { padding } = emulation(state);
    const along = (n) => n * state.stride + padding;
    const where = ([r, c]) => [state.ndim === 1 ? 0 : along(r), along(c)];
    const { size } = this.all.emulated.drawing;
    const places = lit.input.map(where).filter((cell) => inside(cell, size)).map((cell) => [...cell, "part"]);
    const own = chosen.grid === "emulated" ? chosen.cell : chosen.grid === "input" ? where(chosen.cell) : null;
    const others = own === null ? places : places.filter(([r, c]) => r !== own[0] || c !== own[1]);
    const kept = shape(state, outputSize(state));
    const outputs = [mark(lit.output, "output").filter((cell) => inside(cell, kept))];
    return {
      emulated: [own !== null && inside(own, size) ? [...others, [...own, "chosen"]] : others, this.#slide(chosen)],
      rotated: [mark(lit.kernel, "kernel", (at) => this.#turnedPlace(at))],
      result: outputs,
      wrong: outputs,
    };
  }

  /** Where the rotated kernel holds a weight. Not rotated, another weight stands there: that is the mistake. */
  #turnedPlace([row, column]) {
    const last = this.state.kernel_size - 1;
    return [this.state.ndim === 1 ? 0 : last - row, last - column];
  }

  #exists({ grid, cell }) {
    const figure = this.all[grid === "emulated" && this.state.direction === "direct" ? "" : grid];
    if (!figure) return false;
    const { size, origin } = figure.drawing;
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
}
