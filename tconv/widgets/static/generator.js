// A generator of transposed convolutions: its weights unpacked, run, and looked into. No DOM.
// tconv (Python) is the truth; tests compare every number here with it.

/** A latent number lies between −LARGEST and LARGEST. */
export const LARGEST = 3;
const MOST_LAYERS = 6;
const MOST_CHANNELS = 256;
const LARGEST_SIZE = 64;

const whole = (value, min, max) => Number.isInteger(value) && value >= min && value <= max;
const numbers = (list, length) => Array.isArray(list) && list.length === length && list.every(Number.isFinite);

/** A layer's settings with the sizes of its input and its output, or null if they are none we can run. */
function sized(given, inputSize, inputChannels) {
  const { in_channels, out_channels, kernel_size: k, stride: s, padding: p, scale, bias } = Object(given);
  const fits = whole(in_channels, 1, MOST_CHANNELS) && whole(out_channels, 1, MOST_CHANNELS)
    && (inputChannels === null || in_channels === inputChannels)
    && whole(k, 1, LARGEST_SIZE) && whole(s, 1, k) && whole(p, 0, LARGEST_SIZE)
    && numbers(scale, out_channels) && numbers(bias, out_channels);
  const size = fits ? s * (inputSize - 1) + k - 2 * p : 0;
  return whole(size, 1, LARGEST_SIZE) ? { in_channels, out_channels, k, s, p, scale, bias, inputSize, size } : null;
}

/** The signed bytes of a text in base 64; none if it isn't one. */
function bytes(text) {
  try {
    return Int8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return new Int8Array(0);
  }
}

/**
 * The network that the widget's state describes, ready to run; null if the state describes none.
 * @returns {{in_channels: number, out_channels: number, k: number, s: number, p: number, inputSize: number,
 *   size: number, weight: Float32Array}[] | null} weights as whole numbers: a channel's scale comes after the sum.
 */
export function unpack(network, weights) {
  if (!Array.isArray(network) || !whole(network.length, 1, MOST_LAYERS) || typeof weights !== "string") return null;
  const layers = [];
  for (const given of network) {
    const before = layers.at(-1);
    const layer = sized(given, before?.size ?? 1, before?.out_channels ?? null);
    if (layer === null) return null;
    layers.push(layer);
  }
  const count = ({ in_channels, out_channels, k }) => in_channels * out_channels * k * k;
  const all = bytes(weights);
  if (layers.at(-1).out_channels !== 1 || all.length !== layers.reduce((sum, layer) => sum + count(layer), 0)) return null;
  let at = 0;
  for (const layer of layers) {
    layer.weight = Float32Array.from(all.subarray(at, at + count(layer)));
    at += count(layer);
  }
  return layers;
}

/** A transposed convolution by scatter: each input number stamps its multiple of the kernel onto every output map. */
function convTranspose({ in_channels, out_channels, k, s, p, inputSize, size, weight, scale, bias }, input) {
  const output = new Float32Array(out_channels * size * size);
  for (let n = 0; n < input.length; n += 1) {
    const value = input[n];
    if (value === 0) continue; // a ReLU leaves many
    const channel = Math.floor(n / inputSize ** 2) % in_channels;
    const top = s * (Math.floor(n / inputSize) % inputSize) - p;
    const left = s * (n % inputSize) - p;
    const fromRow = Math.max(0, -top);
    const toRow = Math.min(k, size - top);
    const fromColumn = Math.max(0, -left);
    const toColumn = Math.min(k, size - left);
    for (let map = 0; map < out_channels; map += 1) {
      for (let row = fromRow; row < toRow; row += 1) {
        const from = ((channel * out_channels + map) * k + row) * k;
        const to = (map * size + top + row) * size + left;
        for (let column = fromColumn; column < toColumn; column += 1) output[to + column] += value * weight[from + column];
      }
    }
  }
  const area = size * size;
  for (let n = 0; n < output.length; n += 1) {
    const map = Math.floor(n / area);
    output[n] = output[n] * scale[map] + bias[map];
  }
  return output;
}

/** What goes into and comes out of each layer: z, the maps after each ReLU, and the image from −1 to 1. */
export function run(layers, z) {
  const stages = [Float32Array.from(z)];
  layers.forEach((layer, n) => {
    const maps = convTranspose(layer, stages[n]);
    const last = n === layers.length - 1;
    for (let m = 0; m < maps.length; m += 1) maps[m] = last ? Math.tanh(maps[m]) : Math.max(0, maps[m]);
    stages.push(maps);
  });
  return stages;
}

/** Grey level, 0 to 255, of a number from −1 to 1. */
export const grey = (value) => Math.round(127.5 * (value + 1));

/**
 * The receptive field of a pixel of the image: for z, each layer's maps and the image the first and the last
 * row and column that it comes from.
 * @returns {{from: number[], to: number[]}[]}
 */
export function receptiveField(layers, pixel) {
  const fields = [{ from: pixel, to: pixel }];
  for (const { k, s, p, inputSize } of [...layers].reverse()) {
    const { from, to } = fields[0];
    fields.unshift({
      from: from.map((n) => Math.max(0, Math.ceil((n + p - k + 1) / s))),
      to: to.map((n) => Math.min(inputSize - 1, Math.floor((n + p) / s))),
    });
  }
  return fields;
}

/** Random numbers from 0 to 1: mulberry32. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A latent number to two decimals and within its limits. */
export const fitLatent = (value) => Math.max(-LARGEST, Math.min(LARGEST, Math.floor(100 * value + 0.5) / 100));

/** Normally distributed latent numbers, by the formula of Box and Muller; as `sample` in Python. */
export function sample(seed, size) {
  const next = uniform(seed);
  const drawn = [];
  while (drawn.length < size) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    drawn.push(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  return drawn.slice(0, size).map(fitLatent);
}

/** From one latent vector towards another on an arc, which keeps their length; as `mix` in Python. */
export function mix(start, end, percent) {
  const angle = ((Math.PI / 2) * percent) / 100;
  return start.map((value, n) => fitLatent(Math.cos(angle) * value + Math.sin(angle) * end[n]));
}
