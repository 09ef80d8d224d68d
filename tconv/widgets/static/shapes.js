// Sizes and layers of stacked transposed convolutions, without any drawing. tconv (Python) is the truth.
//
// A layer is { kernel_size, stride, padding, output_padding, dilation }, its size that of one axis.

import { outputSize } from "./arithmetic.js";
import { count } from "./dom.js";

export const MAX_SIZE = 9999;
export const MAX_LAYERS = 6;
/** What each setting of a layer may be; those but the output padding can be bounded in the search. */
export const RANGES = { kernel_size: [1, 16], stride: [1, 8], padding: [0, 16], output_padding: [0, 7], dilation: [1, 4] };
const NAMES = Object.keys(RANGES);
const IDENTITY = { kernel_size: 1, stride: 1, padding: 0, output_padding: 0, dilation: 1 };

/** The layer on an input of this size, as the other modules want a setting. */
export const settingOf = (size, layer) => ({ direction: "transposed", ndim: 2, input_size: size, ...layer });
export const sizeAfter = (size, layer) => outputSize(settingOf(size, layer));

/** The most that a setting of the layer may be if an output is to be left. */
export function most(name, size, layer) {
  const high = RANGES[name][1];
  if (name === "output_padding") return Math.min(high, Math.max(layer.stride, layer.dilation) - 1);
  if (name === "padding") return Math.min(high, Math.floor((sizeAfter(size, { ...layer, padding: 0 }) - 1) / 2));
  return high;
}

/**
 * Do as many paths lead to every output position, away from the border?
 *
 * The counts repeat with the product of all strides. They are even when none of their components of period m > 1
 * remains, and a layer removes that component when its taps, equally spaced, go round m a whole number of times.
 */
export function evenOverlap(layers) {
  let spread = 1; // what the strides of the layers that follow make of a distance of 1
  const combs = [...layers].reverse().map(({ kernel_size, stride, dilation }) => {
    const step = dilation * spread;
    spread *= stride;
    return [step, kernel_size * step];
  });
  const removed = (m) => combs.some(([step, length]) => step % m !== 0 && length % m === 0);
  for (let m = 2; m <= spread; m += 1) if (spread % m === 0 && !removed(m)) return false;
  return true;
}

/** How many taps each of the `stride` phases of the output gets, away from the border. */
export function phases({ kernel_size, stride, dilation }) {
  const counts = new Array(stride).fill(0);
  for (let t = 0; t < kernel_size; t += 1) counts[(t * dilation) % stride] += 1;
  return counts;
}

/** How many paths lead to each position after the layer, from how many lead to each before it. */
export function pathCounts(before, layer) {
  const after = new Array(sizeAfter(before.length, layer)).fill(0);
  before.forEach((paths, n) => {
    for (let t = 0; t < layer.kernel_size; t += 1) {
      const at = n * layer.stride + t * layer.dilation - layer.padding;
      if (at in after) after[at] += paths;
    }
  });
  return after;
}

/** Calls `visit` for every layer within the bounds, as yet without paddings, in the order of tconv.solve_conv_transpose. */
function search(bounds, visit) {
  for (let kernel_size = 1; kernel_size <= bounds.max_kernel_size; kernel_size += 1) {
    for (let stride = 1; stride <= bounds.max_stride; stride += 1) {
      for (let dilation = 1; dilation <= bounds.max_dilation; dilation += 1) {
        visit({ kernel_size, stride, padding: 0, output_padding: 0, dilation }, Math.max(stride, dilation));
      }
    }
  }
}

/** Every layer within the bounds that turns one size into another, in the order of tconv.solve_conv_transpose. */
export function solve(input, output, bounds) {
  const found = [[], [], [], []];
  search(bounds, (layer, limit) => {
    const left = output - sizeAfter(input, layer);
    const group = 2 * Number(output !== layer.stride * input) + Number(!evenOverlap([layer]));
    for (let padding = Math.max(0, Math.ceil(-left / 2)); padding <= bounds.max_padding && left + 2 * padding < limit; padding += 1) {
      found[group].push({ ...layer, padding, output_padding: left + 2 * padding });
    }
  });
  return found.flat();
}

/** The size closest to the wanted one that some layer within the bounds reaches. */
export function nearestSize(input, output, bounds) {
  let nearest = input;
  search(bounds, (layer, limit) => {
    for (let padding = 0; padding <= bounds.max_padding; padding += 1) {
      const low = sizeAfter(input, { ...layer, padding });
      const size = Math.min(low + limit - 1, MAX_SIZE, Math.max(low, 1, output));
      if (size >= low && size >= 1 && Math.abs(size - output) < Math.abs(nearest - output)) nearest = size;
    }
  });
  return nearest;
}

/** Are the two layers one and the same? */
export const same = (a, b) => NAMES.every((name) => a?.[name] === b?.[name]);

/** A layer whose padding and output padding are possible on this size. */
function fitted(size, layer) {
  const next = { ...layer, output_padding: Math.min(layer.output_padding, most("output_padding", size, layer)) };
  return { ...next, padding: Math.min(next.padding, most("padding", size, next)) };
}

/** From layers to sizes: impossible paddings are lowered, layers that lead beyond the largest size are left out. */
function forward({ sizes: [input], layers }) {
  const chain = { sizes: [input], layers: [], notes: [] };
  for (const [n, asked] of layers.entries()) {
    const size = chain.sizes.at(-1);
    const layer = fitted(size, asked);
    const after = sizeAfter(size, layer);
    if (after > MAX_SIZE) {
      chain.notes.push(`layer ${n + 1} would make ${after} cells, more than ${MAX_SIZE}, so the stack ends before it`);
      break;
    }
    for (const name of ["padding", "output_padding"]) {
      if (layer[name] !== asked[name]) chain.notes.push(`${name.replace("_", " ")} of layer ${n + 1} is now ${layer[name]}, the most that is possible`);
    }
    chain.sizes.push(after);
    chain.layers.push(layer);
  }
  return chain;
}

/** From sizes to layers: a layer that was picked stays if it still fits, or else the first that does; null if none does. */
function backward(sizes, picked, bounds) {
  const solutions = sizes.slice(1).map((output, n) => solve(sizes[n], output, bounds));
  const fits = (layer, n) => layer && fitted(sizes[n], layer).padding === layer.padding
    && layer.output_padding <= most("output_padding", sizes[n], layer) && sizeAfter(sizes[n], layer) === sizes[n + 1];
  return { sizes, solutions, notes: [], layers: solutions.map((found, n) => (fits(picked?.[n], n) ? picked[n] : found[0] ?? null)) };
}

/** The state made whole: sizes and layers that belong together, whichever of them the question asks for. */
export function arrange(state) {
  const { question, step } = state;
  const chain = question === "layers" || !state.layers ? backward(state.sizes, state.layers, state) : state;
  const whole = question === "layers" ? chain
    : forward({ sizes: chain.sizes, layers: chain.layers.map((layer) => layer ?? IDENTITY) });
  if (whole.layers.length === 0) return { ...arrange({ ...state, sizes: [state.sizes[0], state.sizes[0]], layers: null }), notes: whole.notes };
  return { ...state, ...whole, step: Math.min(step, whole.layers.length) };
}

const described = ({ kernel_size, stride, padding, output_padding, dilation }) =>
  [`kernel ${kernel_size}`, `stride ${stride}`, `padding ${padding}`, output_padding > 0 && `output padding ${output_padding}`,
    dilation > 1 && `dilation ${dilation}`].filter(Boolean).join(", ");

/** The layer in words. */
export const inWords = (layer) => (layer === null ? "no layer" : described(layer));

/** Whether a layer's overlap is even, and how many taps its phases get. */
export function overlapInWords(layer) {
  const counts = phases(layer);
  const [first] = counts;
  return counts.every((taps) => taps === first) ? `even: ${count(first, "tap")} each` : `uneven: ${counts.join(", ")}`;
}

/** The whole stack in words. */
export function stackInWords({ sizes, layers }) {
  const missing = layers.findIndex((layer) => layer === null);
  if (missing >= 0) return `Step ${missing + 1} has no layer yet.`;
  const done = `${layers.length > 1 ? "The stack" : "It"} turns ${sizes[0]} into ${sizes.at(-1)}`;
  return evenOverlap(layers) ? `${done} with even overlap, away from the border.` : `${done} with uneven overlap.`;
}

const named = ({ stride, padding, output_padding, dilation }) =>
  Object.entries({ stride: [stride, 1], padding: [padding, 0], output_padding: [output_padding, 0], dilation: [dilation, 1] })
    .filter(([, [value, initial]]) => value !== initial).map(([name, [value]]) => `, ${name}=${value}`).join("");

/** The stack as code by library, each text ending with `y`, the output; null where a step has no layer. */
export function stackCode({ sizes, layers, step }) {
  if (layers.includes(null)) return null;
  const [input, last] = [sizes[0], sizes.at(-1)];
  const picked = layers[step - 1];
  return {
    PyTorch: `import torch\nfrom torch import nn\n\nchannels = [${new Array(layers.length + 1).fill(1).join(", ")}]  # yours\nstack = nn.Sequential(\n`
      + layers.map((layer, n) => `    nn.ConvTranspose2d(channels[${n}], channels[${n + 1}], ${layer.kernel_size}${named(layer)}),  # ${sizes[n]} → ${sizes[n + 1]}\n`).join("")
      + `)\ny = stack(torch.zeros(1, channels[0], ${input}, ${input}))\nassert y.shape[2:] == (${last}, ${last})\n`,
    tconv: `import numpy as np\nimport tconv\n\ny = np.ones((${input}, ${input}))\n`
      + layers.map((layer, n) => `y = tconv.conv_transpose2d(y, np.ones((${layer.kernel_size}, ${layer.kernel_size}))${named(layer)})  # ${sizes[n]} → ${sizes[n + 1]}\n`).join("")
      + `assert y.shape == (${last}, ${last})\n`,
    explorer: `from tconv.widgets import ConvolutionExplorer\n\n# step ${step}: ${sizes[step - 1]} → ${sizes[step]}\n`
      + `ConvolutionExplorer(\n    direction="transposed",\n    input_size=${sizes[step - 1]},\n    kernel_size=${picked.kernel_size}${named(picked)},\n)\n`,
  };
}

/**
 * How the book's explorer can show the layer.
 * @returns {{entries: object | null, words: string}} entries for its address, null if its ranges are too small
 */
export function inExplorer(size, layer, schema) {
  const tooFar = NAMES.find((name) => layer[name] > schema[name].max);
  if (tooFar) {
    return { entries: null, words: `Too large for the explorer: its ${tooFar.replace("_", " ")} goes up to ${schema[tooFar].max}.` };
  }
  const input_size = Math.min(size, schema.input_size.max);
  if (sizeAfter(input_size, layer) < 1) {
    return { entries: null, words: `The explorer holds at most ${input_size} cells, and of those this padding leaves nothing.` };
  }
  const words = input_size < size ? `The explorer holds at most ${input_size} cells: it opens with ${input_size} in place of ${size}.` : "";
  return { entries: { direction: "transposed", ndim: 2, input_size, ...layer, selected: "" }, words };
}
