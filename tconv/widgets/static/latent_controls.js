// The hand on the latent numbers: a pad for two of them, and a bank of sliders for all.

import { html, numeral, svg } from "./dom.js";
import { LARGEST, fitLatent } from "./generator.js";

const MARGIN = 0.35;
const STEP = 0.1;

/** Two latent numbers as a point: drag it, or move it by the arrow keys (with shift, five steps at once). */
export class LatentPad {
  /** @param {(x: number, y: number) => void} onMove */
  constructor(onMove) {
    this.at = [0, 0];
    this.onMove = onMove;
    this.knob = svg("circle", { r: 0.26, class: "knob" });
    this.element = svg("svg", {
      class: "pad", viewBox: `${-LARGEST - MARGIN} ${-LARGEST - MARGIN} ${2 * (LARGEST + MARGIN)} ${2 * (LARGEST + MARGIN)}`,
      tabindex: 0, role: "application", "aria-roledescription": "two-dimensional slider",
      pointerdown: (event) => {
        this.element.setPointerCapture(event.pointerId);
        this.#follow(event);
      },
      pointermove: (event) => this.element.hasPointerCapture(event.pointerId) && this.#follow(event),
      keydown: (event) => this.#key(event),
    },
    ...[1, 2, 3].map((n) => svg("circle", { r: n, class: "ring" })),
    svg("path", { class: "axes", d: `M${-LARGEST} 0H${LARGEST}M0 ${-LARGEST}V${LARGEST}` }), this.knob);
  }

  update(values, names) {
    this.at = values;
    this.knob.setAttribute("cx", values[0]);
    this.knob.setAttribute("cy", -values[1]);
    this.element.setAttribute("aria-label",
      `z ${names[0]} across: ${numeral(values[0])}; z ${names[1]} up: ${numeral(values[1])}. The arrow keys move both.`);
  }

  #follow(event) {
    const box = this.element.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    this.onMove(...share.map((one) => fitLatent((2 * one - 1) * (LARGEST + MARGIN))));
  }

  #key(event) {
    const step = event.shiftKey ? 5 * STEP : STEP;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (!moves[event.key]) return;
    event.preventDefault();
    this.onMove(...this.at.map((value, axis) => fitLatent(value + moves[event.key][axis])));
  }
}

/** A standing slider for each latent number. @param {(n: number, value: number) => void} onInput */
export function latentBank(size, onInput) {
  const inputs = Array.from({ length: size }, (_, n) => html("input", {
    type: "range", min: -LARGEST, max: LARGEST, step: STEP, "data-latent": n, "aria-label": `z ${n}`,
    "aria-orientation": "vertical", input: (event) => onInput(n, Number(event.target.value)),
  }));
  return {
    element: html("div", { class: "bank", role: "group", "aria-label": "All the latent numbers" }, ...inputs),
    update: (z) => inputs.forEach((input, n) => {
      if (document.activeElement !== input || Math.abs(Number(input.value) - z[n]) > STEP) input.value = z[n];
      input.title = `z ${n} = ${numeral(z[n])}`;
    }),
  };
}
