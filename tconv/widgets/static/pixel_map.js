// Square maps of numbers as pixels: the tiles of one canvas, and over it an SVG that frames, points and exports.

import { html, svg } from "./dom.js";

const GREEN = 0x739e00; // blue, green, red: as a canvas holds them
const FAINTEST = 26; // a zero is seen to be part of its map
const GAP = 2;

/** Grey, opaque: −1 black, 1 white. */
export const inGrey = () => (value) => 0xff000000 | (Math.round(127.5 * (value + 1)) * 0x010101);

/** The house green on the ground of the page, the stronger the nearer to the largest value. */
export const inGreen = (values) => {
  const largest = values.reduce((most, value) => Math.max(most, value), 1e-9);
  return (value) => ((FAINTEST + ((255 - FAINTEST) * value) / largest) << 24) | GREEN;
};

export class PixelMap {
  /**
   * @param {{name: string, maps: number, size: number, columns: number, unit: number, colours: Function}} options
   *   `maps` tiles of `size` × `size`, in `columns` columns; a pixel is `unit` wide; `colours(values)` gives the
   *   function from a value to its colour, four bytes in one number.
   */
  constructor({ name, maps, size, columns, unit, colours }) {
    Object.assign(this, { maps, size, columns, unit, colours });
    this.width = columns * (size + GAP) - GAP;
    this.height = Math.ceil(maps / columns) * (size + GAP) - GAP;
    this.canvas = html("canvas", { width: this.width, height: this.height, "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
    this.picture = this.context.createImageData(this.width, this.height);
    this.places = Int32Array.from({ length: maps * size * size }, (_, n) => this.#place(n));
    this.lit = svg("path", { class: "framed" });
    this.overlay = svg("svg", {
      class: "tconv-grid pixels", "data-grid": name, role: "img",
      viewBox: `0 0 ${this.width * unit} ${this.height * unit}`,
    }, this.lit);
    this.element = html("div", { class: "pixel-map" }, this.canvas, this.overlay);
    this.element.style.width = `${this.width * unit}px`;
  }

  /** Column and row of a map's first pixel. */
  #corner(map) {
    return [map % this.columns, Math.floor(map / this.columns)].map((n) => n * (this.size + GAP));
  }

  /** Where in the picture the n-th number stands. */
  #place(n) {
    const { size } = this;
    const [x, y] = this.#corner(Math.floor(n / size ** 2));
    return (y + (Math.floor(n / size) % size)) * this.width + x + (n % size);
  }

  /** @param {Float32Array} values map after map, row after row */
  draw(values, label) {
    this.overlay.setAttribute("aria-label", label);
    const colour = this.colours(values);
    const pixels = new Uint32Array(this.picture.data.buffer);
    values.forEach((value, n) => { pixels[this.places[n]] = colour(value); });
    this.context.putImageData(this.picture, 0, 0);
  }

  /** Frames the field on every map; null frames nothing. */
  light(field) {
    Object.assign(this.lit.dataset, { from: field?.from ?? "", to: field?.to ?? "" });
    const frame = (map) => {
      const [x, y] = this.#corner(map);
      const height = (field.to[0] - field.from[0] + 1) * this.unit;
      const width = (field.to[1] - field.from[1] + 1) * this.unit;
      return `M${(x + field.from[1]) * this.unit} ${(y + field.from[0]) * this.unit}h${width}v${height}h${-width}z`;
    };
    this.lit.setAttribute("d", field === null ? "" : Array.from({ length: this.maps }, (_, map) => frame(map)).join(""));
  }
}

/** Makes the pixels of a single map selectable: by pointer, by touch, and from one tab stop by the arrow keys. */
export function selectable(map, { onPoint, onPin }) {
  const { overlay, size } = map;
  let cursor = [size >> 1, size >> 1];
  const at = (event) => {
    const box = overlay.getBoundingClientRect();
    const place = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    return place.map((share) => Math.max(0, Math.min(size - 1, Math.floor(share * size))));
  };
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -size], End: [0, size], PageUp: [-size, 0], PageDown: [size, 0] };
  const listeners = {
    pointermove: (event) => event.pointerType !== "touch" && onPoint(at(event)),
    pointerleave: () => onPoint(null),
    click: (event) => {
      cursor = at(event);
      onPin(cursor);
    },
    focus: () => overlay.matches(":focus-visible") && onPoint(cursor),
    blur: () => onPoint(null),
    keydown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (moves[event.key]) {
        cursor = cursor.map((n, axis) => Math.max(0, Math.min(size - 1, n + moves[event.key][axis])));
        onPoint(cursor);
      } else if (event.key === "Enter" || event.key === " ") onPin(cursor);
      else if (event.key === "Escape") onPin(null);
      else return;
      event.preventDefault();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) overlay.addEventListener(name, listener);
  for (const [name, value] of Object.entries({ tabindex: 0, role: "application", "aria-roledescription": "grid of pixels" })) overlay.setAttribute(name, value);
}
