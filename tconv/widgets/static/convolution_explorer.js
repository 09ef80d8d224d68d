// The book's main instrument: one convolution, direct or transposed, in linked views.

import { effective, inside, nearestPossible, outputSize, paddingName, problem, relationship, shape, sizeFormula, taps } from "./arithmetic.js";
import { codeFor } from "./code.js";
import { asExplorer, button, copy, menu, segments, slider, tick } from "./controls.js";
import { html, uniqueId } from "./dom.js";
import { Figures } from "./explorer_figures.js";
import { SLIDERS, compact, normalise, presetValues, explorerSchema, selectionOf, selectionText, turned } from "./explorer_state.js";
import { ravel, unravel } from "./links.js";
import { actions, hint } from "./panels.js";
import { player } from "./player.js";
import { onChange, readState } from "./schema.js";
import { PRESETS } from "./values.js";

/** What a state may be: the page reads it from the address. */
export const schema = explorerSchema;

class Explorer {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.pointed = null;
    this.stamps = null; // how many inputs have stamped, while the player walks through them
    this.#build();
    this.update();
  }

  #build() {
    this.figures = new Figures({
      onPoint: (selection) => this.#point(selection),
      onPin: (selection) => this.#pin(selection),
      onType: (selection) => this.#edit(selection),
    });
    const set = (name) => (value) => this.change({ [name]: value });
    this.controls = {
      direction: segments({ legend: "Which convolution", options: [["direct", "convolution"], ["transposed", "transposed"]], onChoose: (value) => this.change(turned(this.state, value)) }),
      ndim: segments({ legend: "Dimensions", options: [["1", "1-D"], ["2", "2-D"]], onChoose: (value) => this.change({ ndim: Number(value) }) }),
      rotate_kernel: tick({ label: "forget to rotate the kernel", name: "rotate_kernel", onChange: (value) => this.change({ rotate_kernel: !value }) }),
    };
    this.sliders = Object.fromEntries(SLIDERS.map(([name, letter, title]) => [name, slider({ letter, name, title, onInput: set(name) })]));
    this.presets = menu({
      label: "Values of input and kernel",
      options: [["", "values …"], ...Object.entries(PRESETS).map(([name, [text]]) => [name, text])],
      onChoose: (name) => {
        this.presets.update("");
        this.change(presetValues(this.state, name));
      },
    });
    this.formula = html("p", { class: "formula" });
    this.badge = html("p", { class: "badge" });
    this.alert = html("p", { class: "problem", role: "status" });
    this.note = html("p", { class: "note", role: "status" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    const editId = uniqueId("edit");
    this.editField = html("input", {
      id: editId, type: "number", step: "any", inputmode: "decimal", change: () => this.#write(),
      keydown: (event) => event.key === "Enter" && this.#write(),
    });
    this.editor = html("p", { class: "editor", hidden: true }, html("label", { for: editId }, "value "), this.editField);
    this.walk = player({ label: "Step", onStep: (n) => this.#step(n) });
    this.order = segments({ legend: "Step through", options: [["output", "by output"], ["input", "by input"]], onChoose: (value) => this.#walkBy(value) });
    this.walkedBy = "output";
    this.figures.emulation.append(this.controls.rotate_kernel.element);
    this.code = html("pre", { class: "code", tabindex: 0, role: "group", "aria-label": "Code for this setting" }, html("code", {}));
    this.language = segments({ legend: "Library", options: ["tconv", "PyTorch", "Keras", "JAX"].map((name) => [name, name]), onChoose: (name) => this.#showCode(name) });
    const copyCode = button("copy", () => copy(this.code.textContent, copyCode));
    this.codePanel = html("details", { class: "code-panel" }, html("summary", {}, "Code for this setting"),
      html("div", { class: "bar" }, this.language.element, copyCode), this.code);
    asExplorer(this.root);
    this.root.append(
      html("div", { class: "bar" }, this.controls.direction.element, this.controls.ndim.element, this.presets.element),
      html("div", { class: "sliders" }, ...Object.values(this.sliders).map((one) => one.element)),
      html("div", { class: "status" }, this.formula, this.badge), this.alert, this.note,
      this.figures.element,
      html("div", { class: "said" }, this.sentence, this.editor),
      html("div", { class: "bar" }, this.walk.element, this.order.element),
      actions({ model: this.model, root: this.root, file: "convolution", title: () => this.sentence.textContent },
        hint("Point at any cell, or tab to a grid and use the arrow keys. Enter or a click pins; type a digit to edit.")),
      this.codePanel);
    this.#showCode("tconv");
  }

  /** Changes the state at the reader's hand and tells the model. */
  change(changes) {
    this.stamps = null;
    const next = normalise({ ...this.state, ...changes });
    const sized = ["input_size", "kernel_size", "ndim", "direction", "input", "kernel"].some((name) => name in changes);
    const sent = sized ? { ...changes, input: compact(next.input, next.ndim), kernel: compact(next.kernel, next.ndim) } : changes;
    for (const [name, value] of Object.entries(sent)) this.model.set(name, value);
    this.model.save_changes();
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
    const stamped = this.stamps;
    this.stamps = null;
    this.#remember(selectionText(selection));
    if (stamped !== null) this.figures.drawOutput(null);
    this.light();
  }

  #edit(selection) {
    this.#pin(selection);
    this.editField.focus();
    this.editField.select();
  }

  #write() {
    const { grid, cell } = selectionOf(this.state.selected);
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
    const walked = this.#walked();
    const side = walked === "output" ? outputSize(this.state) : this.state.input_size;
    const cell = unravel(n, shape(this.state, side));
    this.pointed = null;
    this.#remember(selectionText({ grid: walked, cell }));
    this.stamps = walked === "input" ? n + 1 : null;
    if (walked === "input") this.figures.drawOutput(this.stamps);
    this.light(n);
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
      this.sentence.textContent = "";
      this.walk.pause();
      return;
    }
    this.order.element.hidden = state.direction !== "transposed";
    this.figures.draw(this.state, taps(this.state), this.stamps);
    this.#showCode(this.shownCode);
    this.light();
  }

  #drawSettings() {
    const { state } = this;
    const transposed = state.direction === "transposed";
    const reach = effective(state.kernel_size, state.dilation);
    for (const [name] of SLIDERS) {
      const { min, max } = schema[name];
      const upTo = name === "padding" ? Math.max(reach - 1, state.padding) : max;
      this.sliders[name].update(state[name], min, upTo);
      this.sliders[name].element.hidden = name === "output_padding" && !transposed;
      if (name === "input_size") this.sliders[name].letter.textContent = transposed ? "i′" : "i";
    }
    const { letters, numbers } = sizeFormula(state);
    this.formula.replaceChildren(html("i", {}, letters), " = ", html("b", {}, numbers));
    const [number, words] = relationship(state);
    const name = paddingName(state);
    // The names are those of stride 1, where half padding is the one that keeps the size.
    const named = name && state.stride === 1 ? ` · padding: ${name}` : "";
    this.badge.textContent = `${number} · ${words}${named}`;
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

  /** Lights what takes part in the pointed or pinned cell, and says it. `step` is given while the player walks. */
  light(step) {
    if (problem(this.state) !== null) return;
    const pinned = selectionOf(this.state.selected);
    this.sentence.textContent = this.figures.light(this.pointed ?? pinned);
    this.#offerEditing(pinned);
    if (step === undefined) this.#placePlayer(pinned);
  }

  #offerEditing(pinned) {
    const value = ["input", "kernel"].includes(pinned?.grid) ? this.state[pinned.grid][pinned.cell[0]]?.[pinned.cell[1]] : undefined;
    this.editor.hidden = value === undefined;
    if (value !== undefined && document.activeElement !== this.editField) this.editField.value = value;
  }

  #placePlayer(pinned) {
    const steps = shape(this.state, this.#walked() === "output" ? outputSize(this.state) : this.state.input_size);
    const there = pinned?.grid === this.#walked() && inside(pinned.cell, steps);
    this.walk.update(steps[0] * steps[1], there ? ravel(pinned.cell, steps) : -1);
  }

  /** What the player walks over: the outputs, or, transposed, whichever the reader chose. */
  #walked() {
    return this.state.direction === "direct" ? "output" : this.walkedBy;
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
