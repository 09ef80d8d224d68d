// The checkerboard: how many taps reach each output, and what that does to a constant image.

import { brief } from "./adjoint_words.js";
import { asExplorer, button, segments, slider } from "./controls.js";
import { html, say } from "./dom.js";
import { Explorer, selectionOf } from "./explorer.js";
import { METHODS, even, interior, interiorPeriod, overlapCount, square, upsampled } from "./overlap.js";
import { TITLES, evenness, sentence, verdict } from "./overlap_words.js";
import { actions, captioned, hint, section } from "./panels.js";
import { Bars, Raster } from "./raster.js";
import { choice, integer, pattern } from "./schema.js";
import { inTurn } from "./turns.js";

const [MAX_KERNEL, MAX_STRIDE, MAX_LAYERS] = [6, 3, 3];
const kernelSize = integer(1, MAX_KERNEL, 3);
const stride = integer(1, MAX_STRIDE, 2);

/** One to three layers, each [kernel size, stride]. */
const layerStack = {
  initial: [[3, 2]],
  parse: (text) => (text.length > 40 ? [] : text.split(";").map((layer) => layer.split(",").map(kernelSize.parse))),
  print: (layers) => layers.map((layer) => layer.join(",")).join(";"),
  fit: (value) => {
    const pairs = Array.isArray(value) && value.length > 0 && value.every((layer) => Array.isArray(layer) && layer.length === 2);
    if (!pairs) return layerStack.initial;
    const fitted = value.slice(0, MAX_LAYERS).map(([size, by]) => [kernelSize.fit(size), stride.fit(by)]);
    return JSON.stringify(fitted) === JSON.stringify(value) ? value : fitted;
  },
};

/** What a state may be: the page reads it from the address. */
export const schema = {
  input_size: integer(2, 6, 5),
  layers: layerStack,
  kernel: choice(["ones", "random", "bilinear"], "ones"),
  seed: integer(0, 999, 0),
  selected: pattern(/^$|^(bars|counts|transposed|nearest|subpixel):\d{1,3},\d{1,3}$/, ""),
};

class OverlapExplorer extends Explorer {
  constructor(model, root) {
    super(model, root, schema);
    this.#build();
    this.images = {};
    this.update();
  }

  #build() {
    const told = (grid) => {
      const selected = (cell) => (cell === null ? null : { grid, cell });
      return {
        name: grid,
        onPoint: (cell) => {
          this.pointed = selected(cell);
          this.light();
        },
        onPin: (cell) => this.#pin(selected(cell)),
      };
    };
    this.figures = { bars: captioned(new Bars(told("bars"))) };
    for (const name of ["counts", ...METHODS]) this.figures[name] = captioned(new Raster(told(name)));
    const set = (name) => (value) => this.send({ [name]: value });
    this.sliders = {
      input_size: slider({ letter: "i", name: "input_size", title: "input", onInput: set("input_size") }),
      depth: slider({ letter: "", name: "depth", title: "layers", onInput: (depth) => this.#deepen(depth) }),
    };
    this.pairs = Array.from({ length: MAX_LAYERS }, (_, n) => ["kernel", "stride"].map((title, which) => slider({
      letter: "ks"[which], name: `${title}_${n + 1}`, title: `${title} ${n + 1}`, onInput: (value) => this.#setLayer(n, which, value),
    })));
    this.layers = this.pairs.map((pair) => html("div", { class: "layer" }, ...pair.map((one) => one.element)));
    this.kernel = segments({ legend: "Kernel", options: ["ones", "random", "bilinear"].map((kind) => [kind, kind]), onChoose: set("kernel") });
    this.dice = button("new random weights", () => this.send({ seed: (this.state.seed + 1) % 1000 }));
    this.note = html("p", { class: "note", role: "status" });
    this.verdict = html("p", { class: "verdict", role: "status" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    asExplorer(this.root);
    this.root.append(
      html("div", { class: "sliders above-layers" }, ...Object.values(this.sliders).map((one) => one.element)),
      html("div", { class: "sliders layers" }, ...this.layers),
      this.note,
      html("div", { class: "views" },
        section("overlap", "Overlap", "how many taps reach each output: along one axis, and in two",
          html("div", { class: "figures overlap" }, this.figures.bars.element, this.figures.counts.element), this.verdict),
        section("constant", "A constant image", "an image of ones, upsampled in three ways by the same kind of kernel; for sub-pixel its size is a multiple of the stride",
          html("div", { class: "bar" }, this.kernel.element, this.dice),
          html("div", { class: "figures rasters" }, ...METHODS.map((name) => this.figures[name].element)))),
      html("div", { class: "said" }, this.sentence),
      actions({ model: this.model, root: this.root, file: "overlap", title: () => this.verdict.textContent }, hint("Point at any bar or cell, or tab to a figure and use the arrow keys. Enter or a click pins.")));
  }

  /** More layers are like the last one. */
  #deepen(depth) {
    const { layers } = this.state;
    this.send({ layers: Array.from({ length: depth }, (_, n) => layers[Math.min(n, layers.length - 1)]) });
  }

  #setLayer(n, which, value) {
    this.send({ layers: this.state.layers.map((layer, m) => (m === n ? layer.map((old, w) => (w === which ? value : old)) : layer)) });
  }

  #pin(selection) {
    this.pointed = null;
    this.remember(selection);
    this.light();
  }

  /** Reads the model and draws everything. */
  update() {
    const { state, notes } = this.read();
    this.state = state;
    say(this.note, notes.join("; "));
    this.sliders.input_size.update(state.input_size, schema.input_size.min, schema.input_size.max);
    this.sliders.depth.update(state.layers.length, 1, MAX_LAYERS);
    this.pairs.forEach((pair, n) => pair.forEach((control, which) => {
      this.layers[n].hidden = n >= state.layers.length;
      const { min, max } = [kernelSize, stride][which];
      control.update(state.layers[n]?.[which] ?? min, min, max);
    }));
    this.kernel.update(state.kernel);
    this.dice.disabled = state.kernel !== "random";
    this.#drawCounts();
    METHODS.forEach((method) => this.#draw(method));
    this.light();
  }

  /** Draws an image at first, and draws it anew when its turn comes. */
  #draw(method) {
    if (!(method in this.images)) this.#drawImage(method);
    else {
      this.images[method] = null;
      inTurn(this.figures[method].element, () => {
        this.#drawImage(method);
        this.light();
      });
    }
  }

  #drawCounts() {
    const { input_size: size, layers } = this.state;
    this.counts = overlapCount(size, layers);
    const { bars, counts } = this.figures;
    const noun = layers.length > 1 ? "paths" : "taps";
    const side = this.counts.length;
    say(bars.caption, `${noun} to each of ${side} positions along an axis`);
    bars.drawing.draw({ counts: this.counts, inside: interior(size, layers), label: `${noun} to each of ${side} positions: ${this.counts.join(", ")}` });
    say(counts.caption, `${side} × ${side}`);
    counts.drawing.draw({ ...square(side, (r, c) => this.counts[r] * this.counts[c]), label: `Overlap in two dimensions, ${side} by ${side}`, text: brief });
    say(this.verdict, verdict(layers));
  }

  #drawImage(method) {
    const { caption, drawing, element } = this.figures[method];
    const image = upsampled(method, this.state.input_size, this.state);
    const period = interiorPeriod(method, this.state);
    const said = evenness(period);
    caption.replaceChildren(html("strong", {}, TITLES[method]), html("span", { class: "evenness" }, said));
    element.classList.toggle("uneven", !even(period.values));
    drawing.draw({ ...image, label: `An image of ones through ${TITLES[method]}, ${image.side} by ${image.side}; inside ${said}`, text: brief });
    this.images[method] = image;
  }

  /** Lights the pointed or pinned cell, and says what stands there. */
  light() {
    const chosen = this.pointed ?? selectionOf(this.state.selected);
    const sides = { bars: this.counts.length, counts: this.counts.length };
    const side = chosen === null ? 0 : sides[chosen.grid] ?? this.images[chosen.grid]?.side ?? 0;
    const there = chosen !== null && chosen.cell.every((n) => n < side) && (chosen.grid !== "bars" || chosen.cell[0] === 0);
    say(this.sentence, there ? sentence(this.state, this.counts, this.images, chosen) : "");
    const across = chosen?.grid === "counts" ? { bars: chosen.cell.map((n) => [0, n]) } : {};
    const lit = there ? { ...across, [chosen.grid]: [chosen.cell] } : {};
    for (const [name, { drawing }] of Object.entries(this.figures)) drawing.light(lit[name] ?? []);
  }
}

/** anywidget's entry point: draws the explorer into `el` and returns the clean-up. */
export function render({ model, el }) {
  return new OverlapExplorer(model, el).follow();
}
