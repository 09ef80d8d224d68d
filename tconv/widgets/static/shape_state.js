// What the state of the solver may be, wherever it comes from: sizes and layers as lists, as text in an address.

import { choice, integer } from "./schema.js";
import { MAX_LAYERS, MAX_SIZE, RANGES } from "./shapes.js";

const NAMES = Object.keys(RANGES);
const LONGEST = 200;

const size = integer(1, MAX_SIZE, 1);
const settings = Object.fromEntries(NAMES.map((name) => [name, integer(...RANGES[name], RANGES[name][0])]));

/** The same list if none of its entries had to change: that is how `readState` sees that all was well. */
const unchanged = (list, fitted) => (fitted.every((entry, n) => entry === list[n]) && fitted.length === list.length ? list : fitted);

const listOfSizes = (initial) => ({
  initial,
  parse: (text) => (text.length > LONGEST ? NaN : text.split(",").map(size.parse)),
  print: (sizes) => sizes.join(","),
  fit(value) {
    if (!Array.isArray(value) || value.length < 2 || !value.every(Number.isFinite)) return initial;
    return unchanged(value, value.slice(0, MAX_LAYERS + 1).map(size.fit));
  },
});

/** A layer as it is, or made to fit; null, a step without a solution, stays null. */
function fitLayer(layer) {
  if (layer === null) return null;
  const fitted = Object.fromEntries(NAMES.map((name) => [name, settings[name].fit(layer[name])]));
  return NAMES.every((name) => fitted[name] === layer[name]) ? layer : fitted;
}

const isLayer = (layer) => layer === null || (typeof layer === "object" && NAMES.every((name) => Number.isFinite(layer[name])));

const listOfLayers = {
  initial: null,
  parse(text) {
    if (text.length > LONGEST) return NaN;
    const numbers = text.split(";").map((one) => one.split(",").map(size.parse));
    return numbers.map((one) => Object.fromEntries(NAMES.map((name, n) => [name, one[n]])));
  },
  print: (layers) => layers.filter(Boolean).map((layer) => NAMES.map((name) => layer[name]).join(",")).join(";"),
  fit(value) {
    if (!Array.isArray(value) || value.length < 1 || !value.every(isLayer)) return null;
    return unchanged(value, value.slice(0, MAX_LAYERS).map(fitLayer));
  },
};

const bound = (name, initial) => integer(...RANGES[name], initial);

export const solverSchema = {
  question: choice(["layers", "sizes"], "layers"),
  sizes: listOfSizes([7, 14, 28]),
  layers: listOfLayers,
  step: integer(1, MAX_LAYERS, 1),
  max_kernel_size: bound("kernel_size", 8),
  max_stride: bound("stride", 8),
  max_padding: bound("padding", 8),
  max_dilation: bound("dilation", 1),
};
