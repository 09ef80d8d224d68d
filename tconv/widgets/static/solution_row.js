// A row of the ShapeSolver's table: a layer to pick, number by number, and its overlap in words.

import { html, say, set } from "./dom.js";
import { RANGES, inWords, overlapInWords } from "./shapes.js";

export class SolutionRow {
  /** @param {string} group name of the radio buttons of a table @param {(layer: object) => void} onPick */
  constructor(group, onPick) {
    this.radio = html("input", { type: "radio", name: group, change: () => onPick(this.layer) });
    this.cells = [...Object.keys(RANGES), "overlap"].map(() => html("td", {}));
    this.element = html("tr", { click: (event) => event.target !== this.radio && this.radio.click() }, html("td", {}, this.radio), ...this.cells);
  }

  draw(layer, picked, beyond) {
    this.layer = layer;
    this.radio.checked = picked;
    this.element.classList.toggle("picked", picked);
    set(this.radio, "aria-label", inWords(layer));
    const overlap = overlapInWords(layer);
    const words = [...Object.keys(RANGES).map((name) => String(layer[name])), `${overlap}${beyond ? " (beyond the bounds)" : ""}`];
    this.cells.forEach((cell, n) => say(cell, words[n]));
    set(this.cells.at(-1), "class", overlap.split(":")[0]);
  }
}
