// A trained generator in the page: move its latent numbers, watch every layer's maps grow, ask where a pixel comes from.

import { asExplorer, button, menu, slider } from "./controls.js";
import { count, html, numeral, say } from "./dom.js";
import { Explorer } from "./explorer.js";
import { fitLatent, grey, mix, receptiveField, run, sample, unpack } from "./generator.js";
import { LatentPad, latentBank } from "./latent_controls.js";
import { actions, hint } from "./panels.js";
import { PixelMap, inGreen, inGrey, selectable } from "./pixel_map.js";
import { integer, pattern } from "./schema.js";

const MOST_LATENT = 256;
const LAST_SEED = 9999;
const WALK_SECONDS = 2.5;

/** The latent numbers, or none: then they are those of the samples. */
const latentVector = {
  initial: [],
  parse: (text) => (text === "" ? [] : text.slice(0, 20 * MOST_LATENT).split(",").map((entry) => (entry.trim() === "" ? NaN : Number(entry)))),
  print: (value) => value.join(","),
  fit: (value) => {
    if (!Array.isArray(value) || value.length > MOST_LATENT || !value.every(Number.isFinite)) return latentVector.initial;
    return value.every((one) => Math.abs(one) <= 3) ? value : value.map(fitLatent);
  },
};

/** What a state may be: the page reads it from the address. The network itself is never read from there. */
export const schema = {
  seed: integer(0, LAST_SEED, 0),
  other_seed: integer(0, LAST_SEED, 1),
  percent: integer(0, 100, 0),
  z: latentVector,
  pad_x: integer(0, MOST_LATENT - 1, 0),
  pad_y: integer(0, MOST_LATENT - 1, 1),
  selected: pattern(/^$|^\d{1,2},\d{1,2}$/, ""),
};

/** The state made to fit this network: as many latent numbers as it has, a pixel that it draws. */
export function fitState(state, layers) {
  const latent = layers[0].in_channels;
  const pixel = state.selected.split(",").map(Number);
  return {
    ...state,
    z: state.z.length === latent ? state.z : [],
    pad_x: Math.min(state.pad_x, latent - 1),
    pad_y: Math.min(state.pad_y, latent - 1),
    selected: pixel.every((n) => n < layers.at(-1).size) ? state.selected : "",
  };
}

/** The latent numbers that a state stands for. */
export function latentOf({ seed, other_seed, percent, z }, layers) {
  const size = layers[0].in_channels;
  return z.length > 0 ? z : mix(sample(seed, size), sample(other_seed, size), percent);
}

const times = (a, b) => `${a} × ${b}`;
const span = ({ from, to }) => times(to[0] - from[0] + 1, to[1] - from[1] + 1);

/** Where a pixel comes from, in words. */
export function pixelSentence(layers, pixel, value) {
  const fields = receptiveField(layers, pixel).slice(1, -1).reverse();
  const sizes = layers.slice(0, -1).map(({ size }) => size).reverse();
  const parts = fields.map((field, n) => `${span(field)} of each ${times(sizes[n], sizes[n])} map`);
  return `Pixel (${pixel.join(", ")}) has grey level ${grey(value)} of 255. It comes from `
    + `${[...parts, `all ${count(layers[0].in_channels, "latent number")}`].join(", and those from ")}.`;
}

/** The formula for a layer's size with its numbers in it. */
const sizeSum = ({ s, k, p, inputSize, size }) => `${s}·(${inputSize} − 1) + ${k} − 2·${p} = ${size}`;

class GeneratorExplorer extends Explorer {
  constructor(model, root, layers) {
    super(model, root, schema);
    Object.assign(this, { layers, moved: null, walking: null });
    this.#build();
    this.update();
  }

  #build() {
    const { layers } = this;
    const latent = layers[0].in_channels;
    const { size } = layers.at(-1);
    this.image = new PixelMap({ name: "image", maps: 1, size, columns: 1, unit: Math.max(2, Math.round(196 / size)), colours: inGrey });
    selectable(this.image, { onPoint: (pixel) => this.#point(pixel), onPin: (pixel) => this.#pin(pixel) });
    this.maps = layers.slice(0, -1).map(({ out_channels, size: side }, n) => new PixelMap({
      name: `maps${n + 1}`, maps: out_channels, size: side, columns: Math.min(8, out_channels), unit: 3, colours: inGreen,
    }));
    this.thumbs = [0, 1].map((n) => new PixelMap({ name: `end${n}`, maps: 1, size, columns: 1, unit: 2, colours: inGrey }));
    for (const thumb of this.thumbs) thumb.overlay.classList.remove("tconv-grid");
    this.pad = new LatentPad((x, y) => this.#move([[this.state.pad_x, x], [this.state.pad_y, y]]));
    this.bank = latentBank(latent, (n, value) => this.#move([[n, value]]));
    const axes = Array.from({ length: latent }, (_, n) => [String(n), `z ${n}`]);
    this.menus = Object.fromEntries([["pad_x", "across"], ["pad_y", "up"]].map(([name, label]) =>
      [name, menu({ label: `The pad moves ${label}`, options: axes, onChoose: (n) => this.change({ [name]: Number(n) }) })]));
    this.percent = slider({ letter: "%", name: "percent", title: "between", onInput: (percent) => this.change({ percent, z: [] }) });
    this.walk = button("▶ walk", () => (this.walking === null ? this.#start() : this.stop()), { "data-action": "walk" });
    this.names = this.thumbs.map(() => html("span", {}));
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    this.note = html("p", { class: "note", role: "status" });
    const end = (n) => html("div", { class: "end" }, this.thumbs[n].element, this.names[n]);
    const panel = (kind, heading, ...content) => html("div", { class: `panel ${kind}` }, html("p", { class: "heading" }, ...heading), ...content);
    asExplorer(this.root, "generator");
    this.root.append(
      html("div", { class: "bar" },
        button("new sample", () => this.change({ seed: this.#nextSeed(), percent: 0, z: [] }), { "data-action": "new" }),
        button("other end", () => this.change({ other_seed: this.#nextSeed(), z: [] }), { "data-action": "other" }), this.walk),
      html("div", { class: "ends" }, end(0), this.percent.element, end(1)), this.note,
      html("div", { class: "studio" },
        panel("whole", [html("b", {}, `image, ${times(size, size)}`), html("br"), sizeSum(layers.at(-1))], this.image.element),
        panel("plane", [html("b", {}, "pad"), ": across and up", html("br"), this.menus.pad_x.element, " ", this.menus.pad_y.element], this.pad.element),
        panel("latent", [html("b", {}, `z: ${count(latent, "number")}`), html("br"), `the input, ${latent} × 1 × 1`], this.bank.element)),
      html("div", { class: "said" }, this.sentence),
      html("div", { class: "growth" }, ...this.maps.map((map, n) => panel("maps", [html("b", {}, `layer ${n + 1}: ${map.maps} maps of ${times(map.size, map.size)}`), html("br"), sizeSum(layers[n])], map.element))),
      actions({ model: this.model, root: this.root, file: "generator", title: () => this.sentence.textContent },
        hint("Drag on the pad, or move a slider. Point at a pixel of the image to see where it comes from; a click or Enter pins it.")));
  }

  /** Changes the state at the reader's hand and tells the model. */
  change(changes) {
    this.stop();
    if (!("z" in changes && changes.z.length > 0)) this.moved = null;
    this.send(changes);
  }

  #nextSeed() {
    return (Math.max(this.state.seed, this.state.other_seed) + 1) % (LAST_SEED + 1);
  }

  #move(entries) {
    const z = [...this.z];
    for (const [n, value] of entries) z[n] = value;
    this.moved = entries.map(([n]) => n);
    this.change({ z });
  }

  #point(pixel) {
    this.pointed = pixel;
    this.light();
  }

  #pin(pixel) {
    this.pointed = null;
    this.change({ selected: pixel === null ? "" : pixel.join(",") });
  }

  #start() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.change({ percent: this.state.percent === 100 ? 0 : 100, z: [] });
      return;
    }
    const from = this.state.percent % 100;
    const began = performance.now();
    this.walk.textContent = "❚❚ pause";
    this.moved = null;
    this.model.set("z", []);
    const frame = (now) => {
      const percent = Math.min(100, from + Math.round((100 * Math.max(0, now - began)) / (1000 * WALK_SECONDS)));
      this.model.set("percent", percent);
      if (percent === 100) this.stop();
      else this.walking = requestAnimationFrame(frame);
    };
    this.walking = requestAnimationFrame(frame);
  }

  /** Ends the walk, if one is under way, and stores how far it came. */
  stop() {
    if (this.walking === null) return;
    cancelAnimationFrame(this.walking);
    this.walking = null;
    this.walk.textContent = "▶ walk";
    this.model.save_changes();
  }

  /** Reads the model and draws everything. */
  update() {
    const { layers } = this;
    const { state, notes } = this.read();
    this.state = fitState(state, layers);
    if (state.z.length !== this.state.z.length) notes.push(`z had ${count(state.z.length, "number")} and is now the sample's`);
    say(this.note, notes.join("; "));
    this.z = latentOf(this.state, layers);
    const stages = run(layers, this.z);
    this.values = stages.at(-1);
    const { size } = layers.at(-1);
    this.image.draw(this.values, `The image, ${times(size, size)} grey levels. The arrow keys move over its pixels, Enter pins one.`);
    this.maps.forEach((map, n) => map.draw(stages[n + 1], `${map.maps} maps of ${times(map.size, map.size)}, the output of layer ${n + 1}`));
    this.#drawControls();
    this.light();
  }

  #drawControls() {
    const { state, layers } = this;
    [state.seed, state.other_seed].forEach((seed, n) => {
      if (this.names[n].textContent === `sample ${seed}`) return;
      this.names[n].textContent = `sample ${seed}`;
      this.thumbs[n].draw(run(layers, sample(seed, layers[0].in_channels)).at(-1), `The image of sample ${seed}`);
    });
    this.percent.update(state.percent, 0, 100);
    this.bank.update(this.z);
    this.pad.update([this.z[state.pad_x], this.z[state.pad_y]], [state.pad_x, state.pad_y]);
    for (const [name, one] of Object.entries(this.menus)) one.update(String(state[name]));
  }

  /** Frames where the pointed or pinned pixel comes from, and says it. */
  light() {
    const { layers, state } = this;
    const pixel = this.pointed ?? (state.selected === "" ? null : state.selected.split(",").map(Number));
    const fields = pixel === null ? null : receptiveField(layers, pixel);
    [...this.maps, this.image].forEach((map, n) => map.light(fields === null ? null : fields[n + 1]));
    say(this.sentence, pixel === null ? this.#summary()
      : pixelSentence(layers, pixel, this.values[pixel[0] * layers.at(-1).size + pixel[1]]));
  }

  #summary() {
    const { seed, other_seed, percent, z } = this.state;
    if (this.moved !== null) return `${this.moved.map((n) => `z ${n} = ${numeral(this.z[n])}`).join(", ")}.`;
    if (z.length > 0) return "The latent numbers are set one by one.";
    return percent === 0 ? `Sample ${seed}: ${count(this.z.length, "random number")}, and what the generator makes of them.`
      : `${percent} % of the way from sample ${seed} to sample ${other_seed}.`;
  }
}

/** anywidget's entry point: draws the explorer into `el` and returns the clean-up. */
export function render({ model, el }) {
  const layers = unpack(model.get("network"), model.get("weights"));
  if (layers === null) {
    el.append(html("p", { role: "alert" }, "The generator's stored weights can't be read, so it can't run here."));
    return () => {};
  }
  const explorer = new GeneratorExplorer(model, el, layers);
  const forget = explorer.follow();
  return () => {
    explorer.stop();
    forget();
  };
}
