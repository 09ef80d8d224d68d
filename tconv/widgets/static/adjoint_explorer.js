// There and back: what the transposed convolution brings back of an input, and what it doesn't.

import { explore, innerProduct, operation, pseudoInverse, same, toRows } from "./adjoint.js";
import { SLIDERS, adjointSchema, normalise, presetValues } from "./adjoint_state.js";
import { brief, nameOf, sentence, sumInWords, verdict, walkInWords } from "./adjoint_words.js";
import { inside, outputSize, problem } from "./arithmetic.js";
import { asExplorer, segments, slider } from "./controls.js";
import { html, numeral, say } from "./dom.js";
import { Explorer, numberEditor, presetMenu, refusal, selectionOf, withNumber } from "./explorer.js";
import { Grid } from "./grid.js";
import { actions, captioned, hint, section } from "./panels.js";

/** What a state may be: the page reads it from the address. */
export const schema = adjointSchema;

// Each grid: whether its cells are those of the input or of the output, its colour, its name in full.
const GRIDS = {
  x: ["input", "input", "The input x"],
  forward: ["output", "output", "Cx, the convolution of x"],
  back: ["input", "returned", "CᵀCx, the transposed convolution of Cx; numbers other than those of x are dashed"],
  recovered: ["input", "returned", "C⁺Cx, what the pseudo-inverse makes of Cx; numbers other than those of x are dashed"],
  y: ["output", "output", "The numbers y, in the shape of Cx"],
  adjoint: ["input", "input", "Cᵀy, the transposed convolution of y"],
  walked: ["input", "returned", "x′, on the way from x; numbers other than those of x are dashed"],
  walked_forward: ["output", "compared", "Cx′, the convolution of x′; numbers other than those of Cx are dashed"],
  kernel: ["kernel", "kernel", "The kernel"],
};
const EDITABLE = ["x", "y", "kernel"];
// With which numbers a grid is compared, cell by cell.
const COMPARED = { back: "x", recovered: "x", walked: "x", walked_forward: "forward" };

class AdjointExplorer extends Explorer {
  constructor(model, root) {
    super(model, root, schema);
    this.#build();
    this.update();
  }

  #build() {
    const at = (grid, handler) => (cell) => handler(cell === null ? null : { grid, cell });
    this.figures = Object.fromEntries(Object.entries(GRIDS).map(([name, [, tone]]) => [name, captioned(new Grid({
      name, tone,
      onPoint: at(name, (selection) => {
        this.pointed = selection;
        this.light();
      }),
      onPin: at(name, (selection) => this.#pin(selection)),
      onType: EDITABLE.includes(name) ? at(name, (selection) => this.#edit(selection)) : undefined,
    }))]));
    const row = (...names) => html("div", { class: "figures" }, ...names.map((name) => this.figures[name].element));
    const set = (name) => (value) => this.change({ [name]: value });
    this.sliders = Object.fromEntries(SLIDERS.map(([name, letter, title]) => [name, slider({ letter, name, title, onInput: set(name) })]));
    this.sliders.percent = slider({ letter: "t", name: "percent", title: "percent of the way", onInput: set("percent") });
    this.towards = segments({
      legend: "Where the way from x leads", options: [["pseudo-inverse", "x → C⁺Cx"], ["adjoint", "x → CᵀCx"]], onChoose: set("towards"),
    });
    const presets = presetMenu("Values of x and kernel", (name) => this.change(presetValues(this.state, name)));
    this.refusal = refusal(schema, SLIDERS.map(([name]) => name), (changes) => this.change(changes));
    this.note = html("p", { class: "note", role: "status" });
    this.verdict = html("p", { class: "verdict", role: "status" });
    this.products = html("dl", { class: "products" });
    this.way = html("p", { class: "way", role: "status" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    this.editor = numberEditor((value) => this.#write(value));
    asExplorer(this.root);
    this.root.append(
      html("div", { class: "bar" }, html("strong", {}, "There and back"), presets.element),
      html("div", { class: "sliders" }, ...SLIDERS.map(([name]) => this.sliders[name].element)), this.refusal.element, this.note,
      html("div", { class: "views" },
        section("back", "Does Cᵀ undo C?", "Cᵀ leads back to the shape of x, C⁺ to the shortest input with the same Cx",
          html("div", { class: "figures" }, row("x", "kernel", "forward"), row("back", "recovered")), this.verdict),
        section("adjoint", "What Cᵀ promises", "⟨Cx, y⟩ = ⟨x, Cᵀy⟩, whatever x, y and the kernel",
          html("div", { class: "beside" }, row("y", "adjoint"), this.products)),
        section("walk", "Many inputs, one output", "leave x and watch Cx",
          html("div", { class: "beside" }, row("walked", "walked_forward"),
            html("div", { class: "walk" }, this.towards.element, this.sliders.percent.element, this.way)))),
      html("div", { class: "said" }, this.sentence, this.editor.element),
      actions({ model: this.model, root: this.root, file: "adjoint", title: () => this.verdict.textContent }, hint("Point at any cell, or tab to a grid and use the arrow keys. Type a digit on x, y or the kernel to edit.")));
  }

  /** Changes the state at the reader's hand and tells the model. */
  change(changes) {
    const next = normalise({ ...this.state, ...changes });
    const walked = ["percent", "towards"].some((name) => name in changes);
    const sent = walked ? changes : { ...changes, x: next.x, y: next.y, kernel: next.kernel };
    this.send(sent);
  }

  #pin(selection) {
    this.pointed = null;
    this.remember(selection);
    this.light();
  }

  #edit(selection) {
    this.#pin(selection);
    this.editor.open();
  }

  #write(value) {
    const { grid, cell } = selectionOf(this.state.selected);
    this.change({ [grid]: withNumber(this.state[grid], cell, value) });
  }

  /** Reads the model and draws everything. */
  update() {
    const { state, notes } = this.read();
    this.state = normalise(state);
    say(this.note, notes.join("; "));
    for (const [name, control] of Object.entries(this.sliders)) control.update(state[name], schema[name].min, schema[name].max);
    this.towards.update(state.towards);
    const refused = problem(operation(this.state));
    this.root.classList.toggle("refused", refused !== null);
    this.refusal.update(refused, operation(this.state));
    if (refused === null) this.#draw();
  }

  /** The pseudo-inverse of the last matrix: it is what takes time, and most changes leave it as it was. */
  #inverse(matrix) {
    const key = JSON.stringify(matrix);
    if (key !== this.inverseKey) Object.assign(this, { inverseKey: key, inverse: pseudoInverse(matrix) });
    return this.inverse;
  }

  #draw() {
    const { state } = this;
    this.found = explore(state, (matrix) => this.#inverse(matrix));
    this.sides = { input: state.input_size, output: outputSize(operation(state)), kernel: state.kernel_size };
    for (const name of Object.keys(GRIDS)) this.#drawGrid(name);
    say(this.verdict, verdict(this.found, state.input_size));
    say(this.way, walkInWords(this.found));
    const { x, y, forward, adjoint } = this.found;
    const product = (title, a, b) => [html("dt", {}, title), html("dd", {}, sumInWords(a, b), " = ", html("b", {}, numeral(innerProduct(a, b))))];
    this.products.replaceChildren(...product("⟨Cx, y⟩", forward, y), ...product("⟨x, Cᵀy⟩", x, adjoint));
    this.light();
  }

  #drawGrid(name) {
    const [space, , label] = GRIDS[name];
    const { drawing, caption } = this.figures[name];
    const side = this.sides[space];
    const values = name === "kernel" ? this.state.kernel : toRows(this.found[name], side);
    const model = COMPARED[name] && toRows(this.found[COMPARED[name]], side);
    say(caption, nameOf(name));
    drawing.draw({
      rows: side, columns: side, label: `${label}, ${side} by ${side} cells`,
      cell: (r, c) => ({ text: brief(values[r][c]), kind: model === undefined || same(values[r][c], model[r][c]) ? "solid" : "cropped" }),
    });
  }

  /** Lights what takes part in the pointed or pinned cell, everywhere, and says it. */
  light() {
    if (this.root.classList.contains("refused")) return;
    const pinned = selectionOf(this.state.selected);
    this.editor.offer(EDITABLE.includes(pinned?.grid) ? this.state[pinned.grid][pinned.cell[0]]?.[pinned.cell[1]] : undefined);
    const chosen = this.pointed ?? pinned;
    const there = chosen !== null && inside(chosen.cell, this.figures[chosen.grid].drawing.size);
    const own = there && GRIDS[chosen.grid][0];
    const n = !there || own === "kernel" ? 0 : chosen.cell[0] * this.sides[own] + chosen.cell[1];
    say(this.sentence, there ? sentence(this.found, chosen, n, this.state.kernel) : "");
    for (const [name, [space]] of Object.entries(GRIDS)) this.figures[name].drawing.light(there ? this.#lit(name, space, chosen, own, n) : []);
  }

  /** Of one grid the cells that take part in the chosen one: the same place, or what C connects with it. */
  #lit(name, space, chosen, own, n) {
    if (name === chosen.grid) return [[...chosen.cell, "chosen"]];
    if (own === "kernel" || space === "kernel") return [];
    if (space === own) return [[...chosen.cell, "part"]];
    const weights = own === "output" ? this.found.matrix[n] : this.found.matrix.map((row) => row[n]);
    return weights.flatMap((weight, m) => (weight === 0 ? [] : [[Math.floor(m / this.sides[space]), m % this.sides[space], "part"]]));
  }
}

/** anywidget's entry point: draws the explorer into `el` and returns the clean-up. */
export function render({ model, el }) {
  return new AdjointExplorer(model, el).follow();
}
