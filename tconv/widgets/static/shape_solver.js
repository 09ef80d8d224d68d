// From sizes to the layers that lead from each to the next, and from layers to sizes.

import { sizeFormula } from "./arithmetic.js";
import { asExplorer, button, copy, menu, segments, slider } from "./controls.js";
import { count, html, say, svg, uniqueId } from "./dom.js";
import { Explorer } from "./explorer.js";
import { explorerSchema } from "./explorer_state.js";
import { actions } from "./panels.js";
import {
  MAX_LAYERS, MAX_SIZE, RANGES, arrange, evenOverlap, inExplorer, inWords, most, nearestSize, overlapInWords, pathCounts, same,
  settingOf, sizeAfter, stackCode, stackInWords,
} from "./shapes.js";
import { solverSchema } from "./shape_state.js";
import { SolutionRow } from "./solution_row.js";

/** What a state may be: the page reads it from the address. */
export const schema = solverSchema;

const LETTERS = { kernel_size: ["k", "kernel"], stride: ["s", "stride"], padding: ["p", "padding"], output_padding: ["op", "output padding"], dilation: ["d", "dilation"] };
const EXAMPLES = { "4,8": "twice: 4 → 8", "7,14,28": "digits: 7 → 14 → 28", "1,4,8,16,32,64": "DCGAN: 1 → … → 64", "4,7": "one short: 4 → 7", "16,16": "the same: 16 → 16", "8,64": "at once: 8 → 64" };
const GROWN = { kernel_size: 4, stride: 2, padding: 1, output_padding: 0, dilation: 1 };
const ROWS = 8;
const BARS = 64;
const COVER = "book/index.html";

/** How many paths reach each position, as bars: even overlap is a level skyline. */
function skyline(counts, label) {
  const shown = counts.slice(0, BARS);
  const [width, height, high] = [192, 34, Math.max(...shown)];
  const each = Math.min(48, width / shown.length);
  const gap = each > 6 ? 1.5 : each > 3 ? 0.75 : 0;
  const bars = shown.map((paths, n) => {
    const tall = (height * paths) / high;
    return `M${n * each} ${height}v${-tall}h${each - gap}v${tall}z`;
  });
  return svg("svg", { class: "tconv-grid skyline", viewBox: `0 0 ${width} ${height + 1}`, role: "img", "aria-label": label },
    svg("path", { class: "bars", d: bars.join("") }), svg("path", { class: "ground", d: `M0 ${height + 0.5}h${width}` }));
}

class ShapeSolver extends Explorer {
  constructor(model, root) {
    super(model, root, schema);
    this.said = [];
    this.drawnCards = []; // what each was drawn from
    this.#build();
    this.update();
  }

  #build() {
    this.question = segments({ legend: "What you look for", options: [["layers", "sizes → layers"], ["sizes", "layers → sizes"]], onChoose: (question) => this.change({ question }) });
    this.examples = menu({ label: "Examples", options: [["", "examples …"], ...Object.entries(EXAMPLES)], onChoose: (text) => this.change({ question: "layers", sizes: schema.sizes.parse(text), step: 1 }) });
    this.chain = html("div", { class: "chain", role: "group", "aria-label": "Sizes along one axis" });
    this.more = button("+", () => this.#grow(), { "data-action": "longer", "aria-label": "one more step" });
    this.fewer = button("−", () => this.#shrink(), { "data-action": "shorter", "aria-label": "one step fewer" });
    this.cards = html("div", { class: "cards", role: "group", "aria-label": "Steps" });
    this.bounds = Object.fromEntries(["kernel_size", "stride", "padding", "dilation"].map((name) => {
      const bound = `max_${name}`;
      const [letter, title] = LETTERS[name];
      return [bound, slider({ letter: `${letter} ≤`, name: bound, title, onInput: (value) => this.change({ [bound]: value }) })];
    }));
    this.settings = Object.fromEntries(Object.entries(LETTERS).map(([name, [letter, title]]) =>
      [name, slider({ letter, name, title, onInput: (value) => this.#set(name, value) })]));
    this.alert = html("p", { class: "problem", role: "status" });
    this.note = html("p", { class: "note", role: "status" });
    this.body = html("tbody", {});
    this.rows = [];
    this.caption = html("caption", {});
    this.group = uniqueId("layer");
    const head = (name) => html("th", { scope: "col" }, html("i", {}, LETTERS[name][0]), html("span", {}, LETTERS[name][1]));
    this.table = html("div", { class: "scroller solutions" }, html("table", {}, this.caption,
      html("thead", {}, html("tr", {}, html("th", { scope: "col" }, html("span", { class: "unseen" }, "pick")), ...Object.keys(LETTERS).map(head),
        html("th", { scope: "col" }, "overlap"))), this.body));
    this.longer = button("", () => this.#showMore(), { "data-action": "more" });
    this.formula = html("p", { class: "formula" });
    this.sentence = html("p", { class: "sentence", "aria-live": "polite" });
    this.link = html("a", { "data-action": "explorer", click: () => this.#goToExplorer() }, "");
    this.reason = html("p", { class: "hint" });
    this.code = html("pre", { class: "code", tabindex: 0, role: "group", "aria-label": "Code for the stack" }, html("code", {}));
    this.library = segments({ legend: "Code for", options: ["PyTorch", "tconv", "explorer"].map((name) => [name, name]), onChoose: (name) => this.#showCode(name) });
    const copyCode = button("copy", () => copy(this.code.textContent, copyCode));
    this.search = html("div", { class: "sliders" }, ...Object.values(this.bounds).map((one) => one.element));
    this.layer = html("div", { class: "sliders" }, ...Object.values(this.settings).map((one) => one.element));
    asExplorer(this.root, "tconv-solver");
    this.root.append(
      html("div", { class: "bar" }, this.question.element, this.examples.element),
      html("div", { class: "bar" }, this.chain, html("div", { class: "ends" }, this.fewer, this.more)), this.note, this.cards,
      this.search, this.layer, this.alert, this.table, this.longer,
      html("div", { class: "said" }, html("div", {}, this.formula, this.sentence)),
      actions({ model: this.model, root: this.root, file: "layers", title: () => this.sentence.textContent }, this.link, this.reason),
      html("details", { class: "code-panel" }, html("summary", {}, "Code for the stack"), html("div", { class: "bar" }, this.library.element, copyCode), this.code));
    this.#showCode("PyTorch");
  }

  /** Changes the state at the reader's hand and tells the model; sizes and layers go together. */
  change(changes, said = []) {
    const next = arrange({ ...this.state, ...changes });
    this.said = [...said, ...next.notes];
    this.send({ ...changes, sizes: next.sizes, ...(next.layers.includes(null) ? {} : { layers: next.layers }) });
    this.update();
  }

  /** Reads the model and draws everything. */
  update() {
    const { state, notes } = this.read();
    this.state = arrange(state);
    say(this.note, [...new Set([...notes, ...this.state.notes, ...this.said])].join("; "));
    const { question, step, sizes, layers } = this.state;
    this.question.update(question);
    this.examples.update("");
    this.#drawChain();
    this.#drawCards();
    const given = question === "sizes";
    this.root.classList.toggle("given", given);
    [this.search.hidden, this.layer.hidden, this.table.hidden] = [given, !given, given];
    if (given) this.#drawSettings();
    else this.#drawSolutions();
    const layer = layers[step - 1];
    say(this.formula, layer ? sizeFormula(settingOf(sizes[step - 1], layer)).numbers : "");
    const own = layer && `${inWords(layer)}: ${sizes[step - 1]} → ${sizes[step]}; overlap ${overlapInWords(layer)}. `;
    say(this.sentence, `${own ? own[0].toUpperCase() + own.slice(1) : ""}${stackInWords(this.state)}`);
    this.#drawLink(layer);
    this.#showCode(this.shownCode);
  }

  #drawChain() {
    const { sizes, question } = this.state;
    const typed = question === "layers" ? sizes.length : 1;
    const shape = `${typed}/${sizes.length}`;
    if (this.chainShape !== shape) {
      this.chainShape = shape;
      this.fields = sizes.slice(0, typed).map((_, n) => html("input", {
        type: "number", min: 1, max: MAX_SIZE, "data-size": n, "aria-label": n === 0 ? "input size" : `size after step ${n}`, change: () => this.#type(n),
      }));
      this.results = sizes.slice(typed).map(() => html("output", {}));
      const arrow = () => html("span", { "aria-hidden": "true" }, "→");
      this.chain.replaceChildren(...[...this.fields, ...this.results].flatMap((one, n) => (n === 0 ? [one] : [html("span", { class: "link" }, arrow(), one)])));
    }
    this.fields.forEach((field, n) => { field.value = sizes[n]; });
    this.results.forEach((result, n) => say(result, String(sizes[n + typed])));
    this.more.disabled = sizes.length > MAX_LAYERS || (question === "sizes" && sizeAfter(sizes.at(-1), GROWN) > MAX_SIZE);
    this.fewer.disabled = sizes.length < 3;
  }

  #drawCards() {
    const { sizes, layers, step } = this.state;
    while (this.cards.children.length > layers.length) this.cards.lastChild.remove();
    this.drawnCards.length = layers.length;
    let counts = new Array(sizes[0]).fill(1);
    layers.forEach((layer, n) => {
      const words = inWords(layer);
      counts = layer && counts ? pathCounts(counts, layer) : null;
      const even = counts && (evenOverlap(layers.slice(0, n + 1)) ? "even" : "uneven");
      const label = `Step ${n + 1}, ${sizes[n]} → ${sizes[n + 1]}: ${words}${even ? `; overlap so far ${even}` : ""}`;
      const card = this.cards.children[n] ?? this.cards.appendChild(button("", () => this.change({ step: n + 1 }), { class: "card", "data-step": n + 1 }));
      card.setAttribute("aria-pressed", String(n + 1 === step));
      const key = JSON.stringify([sizes.slice(0, n + 2), layers.slice(0, n + 1)]);
      if (this.drawnCards[n] === key) return;
      this.drawnCards[n] = key;
      card.setAttribute("aria-label", label);
      const letters = layer && Object.keys(LETTERS).filter((name, at) => at < 3 || layer[name] > RANGES[name][0]).map((name) => `${LETTERS[name][0]} ${layer[name]}`).join("  ");
      card.replaceChildren(
        html("strong", {}, `${sizes[n]} → ${sizes[n + 1]}`), html("span", { class: "mono" }, letters ?? words),
        ...(even ? [skyline(counts, label), html("span", { class: even }, counts.length > BARS ? `${even}; ${BARS} of ${counts.length} drawn` : even)] : []));
    });
  }

  #drawSettings() {
    const { sizes, layers, step } = this.state;
    this.alert.hidden = true;
    this.longer.hidden = true;
    for (const [name, control] of Object.entries(this.settings)) {
      control.update(layers[step - 1][name], RANGES[name][0], most(name, sizes[step - 1], layers[step - 1]));
    }
  }

  #drawSolutions() {
    const { sizes, layers, step, solutions } = this.state;
    for (const [name, control] of Object.entries(this.bounds)) control.update(this.state[name], schema[name].min, schema[name].max);
    const [before, after] = [sizes[step - 1], sizes[step]];
    const picked = layers[step - 1];
    const found = solutions[step - 1];
    const at = picked === null ? -1 : found.findIndex((layer) => same(layer, picked));
    const beyond = picked !== null && at < 0;
    const all = beyond ? [picked, ...found] : found;
    const shape = JSON.stringify([before, after, beyond && picked, ...Object.keys(this.bounds).map((name) => this.state[name])]);
    if (this.tableShape !== shape) Object.assign(this, { tableShape: shape, shown: ROWS });
    this.shown = Math.max(this.shown, at + 1);
    this.#drawRows(all.slice(0, this.shown), picked, beyond);
    say(this.caption, `${count(found.length, "layer")} within the bounds ${found.length === 1 ? "turns" : "turn"} ${before} into ${after}. `
      + "First those that upsample by exactly their stride, of these first those of even overlap, then the smallest kernels.");
    this.table.hidden = all.length === 0;
    this.longer.hidden = this.shown >= all.length;
    say(this.longer, `show ${Math.min(20, all.length - this.shown)} more of ${all.length}`);
    this.alert.hidden = found.length > 0;
    if (found.length > 0) return;
    const nearest = nearestSize(before, after, this.state);
    this.alert.replaceChildren(`Impossible: no layer within the bounds turns ${before} into ${after}. `,
      button(`use ${nearest}`, () => this.change({ sizes: sizes.with(step, nearest) }), { "data-action": "nearest" }));
  }

  /** Writes the layers into the rows there are, for most cells stay as they were. */
  #drawRows(layers, picked, beyond) {
    while (this.rows.length > layers.length) this.rows.pop().element.remove();
    layers.forEach((layer, n) => {
      this.rows[n] ??= new SolutionRow(this.group, (chosen) => this.#pick(chosen));
      this.rows[n].draw(layer, same(layer, picked), beyond && n === 0);
    });
    this.body.append(...this.rows.slice(this.body.children.length).map((row) => row.element));
  }

  #drawLink(layer) {
    const { entries, words } = layer ? inExplorer(this.state.sizes[this.state.step - 1], layer, explorerSchema) : { entries: null, words: "" };
    this.entries = entries;
    const { content_root: root } = document.documentElement.dataset;
    this.explorer = document.querySelector('.tconv-widget[data-widget="ConvolutionExplorer"]');
    const reachable = this.model.address !== undefined && (this.explorer !== null || root !== undefined);
    this.link.hidden = entries === null || !reachable;
    say(this.link, `Open step ${this.state.step} in the explorer`);
    say(this.reason, reachable ? words : "");
    if (!this.link.hidden) this.link.href = this.#explorerAddress();
  }

  /** The explorer of this page, if it has one, or else the cover's, with the layer in its fragment. */
  #explorerAddress() {
    const here = this.explorer === null ? [] : [...new URLSearchParams(this.model.address().split("#")[1] ?? "")].filter(([key]) => !key.startsWith("ConvolutionExplorer1."));
    const layer = Object.entries(this.entries).map(([name, value]) => [`ConvolutionExplorer1.${name}`, value]);
    const page = this.explorer === null ? document.documentElement.dataset.content_root + COVER : "";
    return `${page}#${[...here, ...layer].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
  }

  #goToExplorer() {
    this.link.href = this.#explorerAddress(); // with this solver's own state of now, which the page reads back
    if (this.explorer === null) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.explorer.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
    this.reason.textContent = `The explorer on this page now shows step ${this.state.step}.`;
  }

  #type(n) {
    const asked = this.fields[n].valueAsNumber;
    const size = Number.isNaN(asked) ? this.state.sizes[n] : schema.sizes.fit([asked, 1])[0];
    const said = size === asked ? [] : [`sizes are whole numbers from 1 to ${MAX_SIZE}: this one is now ${size}`];
    this.change({ sizes: this.state.sizes.with(n, size) }, said);
  }

  #grow() {
    const { sizes, layers, question } = this.state;
    if (question === "sizes") this.change({ layers: [...layers, GROWN], step: layers.length + 1 });
    else this.change({ sizes: [...sizes, Math.min(MAX_SIZE, 2 * sizes.at(-1))], step: sizes.length });
  }

  #shrink() {
    const { sizes, layers } = this.state;
    this.change({ sizes: sizes.slice(0, -1), layers: layers.slice(0, -1) });
  }

  #set(name, value) {
    const { layers, step } = this.state;
    const changed = layers.with(step - 1, { ...layers[step - 1], [name]: value });
    const possible = arrange({ ...this.state, layers: changed }).layers.length === layers.length;
    this.change({ layers: possible ? changed : layers }, possible ? [] : [`the stack would make more than ${MAX_SIZE} cells: nothing was changed`]);
  }

  #pick(layer) {
    const { layers, step } = this.state;
    this.change({ layers: layers.with(step - 1, layer) });
  }

  #showMore() {
    const first = this.shown;
    this.shown += 20;
    this.#drawSolutions();
    this.rows[first].radio.focus();
  }

  #showCode(name) {
    this.shownCode = name;
    this.library.update(name);
    if (this.state) say(this.code.firstElementChild, stackCode(this.state)?.[name] ?? "Each step needs a layer first.");
  }
}

/** anywidget's entry point: draws the solver into `el` and returns the clean-up. */
export function render({ model, el }) {
  return new ShapeSolver(model, el).follow();
}
