// The book's main instrument: one convolution, direct or transposed, in linked views.

import { effective, inside, outputSize, paddingName, problem, relationship, shape, sizeFormula, taps } from "./arithmetic.js";
import { codeFor } from "./code.js";
import { asExplorer, button, copy, segments, slider, tick } from "./controls.js";
import { html, say } from "./dom.js";
import { Explorer, numberEditor, presetMenu, refusal, selectionOf, withNumber } from "./explorer.js";
import { Figures } from "./explorer_figures.js";
import { SLIDERS, compact, normalise, presetValues, explorerSchema, turned } from "./explorer_state.js";
import { ravel, unravel } from "./links.js";
import { actions, hint } from "./panels.js";
import { player } from "./player.js";

/** What a state may be: the page reads it from the address. */
export const schema = explorerSchema;

class ConvolutionExplorer extends Explorer {
  constructor(model, root) {
    super(model, root, schema);
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
    const presets = presetMenu("Values of input and kernel", (name) => this.change(presetValues(this.state, name)));
    this.letters = html("i", {});
    this.sum = html("b", {});
    this.badge = html("p", { class: "badge" });
    this.refusal = refusal(schema, SLIDERS.map(([name]) => name), (changes) => this.change(changes));
    this.note = html("p", { class: "note", role: "status" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    this.editor = numberEditor((value) => this.#write(value));
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
      html("div", { class: "bar" }, this.controls.direction.element, this.controls.ndim.element, presets.element),
      html("div", { class: "sliders" }, ...Object.values(this.sliders).map((one) => one.element)),
      html("div", { class: "status" }, html("p", { class: "formula" }, this.letters, " = ", this.sum), this.badge), this.refusal.element, this.note,
      this.figures.element,
      html("div", { class: "said" }, this.sentence, this.editor.element),
      html("div", { class: "bar steps" }, this.walk.element, this.order.element),
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
    this.send(sent);
  }

  #point(selection) {
    this.pointed = selection;
    this.light();
  }

  #pin(selection) {
    this.walk.pause();
    this.pointed = null;
    const stamped = this.stamps;
    this.stamps = null;
    this.remember(selection);
    if (stamped !== null) this.figures.drawOutput(null);
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
    this.remember({ grid: walked, cell });
    this.stamps = walked === "input" ? n + 1 : null;
    if (walked === "input") this.figures.drawOutput(this.stamps);
    this.light(n);
  }

  /** Reads the model and draws everything. */
  update() {
    const { state, notes } = this.read();
    this.state = normalise(state);
    say(this.note, notes.join("; "));
    for (const control of ["direction", "rotate_kernel"]) {
      this.controls[control].update(control === "rotate_kernel" ? !state.rotate_kernel : state[control]);
    }
    this.controls.ndim.update(String(state.ndim));
    this.order.update(this.walkedBy);
    this.#drawSettings();
    const refused = problem(this.state);
    this.root.classList.toggle("refused", refused !== null);
    this.refusal.update(refused, this.state);
    if (refused !== null) {
      say(this.sentence, "");
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
      if (name === "input_size") say(this.sliders[name].letter, transposed ? "i′" : "i");
    }
    const { letters, numbers } = sizeFormula(state);
    say(this.letters, letters);
    say(this.sum, numbers);
    const [number, words] = relationship(state);
    const name = paddingName(state);
    // The names are those of stride 1, where half padding is the one that keeps the size.
    const named = name && state.stride === 1 ? ` · padding: ${name}` : "";
    say(this.badge, `${number} · ${words}${named}`);
  }

  /** Lights what takes part in the pointed or pinned cell, and says it. `step` is given while the player walks. */
  light(step) {
    if (problem(this.state) !== null) return;
    const pinned = selectionOf(this.state.selected);
    say(this.sentence, this.figures.light(this.pointed ?? pinned));
    this.editor.offer(["input", "kernel"].includes(pinned?.grid) ? this.state[pinned.grid][pinned.cell[0]]?.[pinned.cell[1]] : undefined);
    if (step === undefined) this.#placePlayer(pinned);
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
    say(this.code.firstElementChild, codeFor(this.state, this.state.input, this.state.kernel)[name]);
  }
}

/** anywidget's entry point: draws the explorer into `el` and returns the clean-up. */
export function render({ model, el }) {
  const explorer = new ConvolutionExplorer(model, el);
  const forget = explorer.follow();
  return () => {
    explorer.walk.pause();
    forget();
  };
}
