// Overlap counts, and what three ways of upsampling make of a constant image. No DOM.
// tconv is the truth; tests compare every number here with it.
//
// An image is { side, values }: a square, row by row. A layer is [kernel size, stride], without padding.

export const METHODS = ["transposed", "nearest", "subpixel"];

/** A square of what `value(row, column)` gives. */
export function square(side, value) {
  const values = new Float64Array(side * side);
  for (let r = 0; r < side; r += 1) for (let c = 0; c < side; c += 1) values[r * side + c] = value(r, c);
  return { side, values };
}

/** A transposed convolution: each value stamps its multiple of the kernel, `stride` cells from the last. */
export function stamp({ side, values }, kernel, stride) {
  const across = stride * (side - 1) + kernel.side;
  const sums = new Float64Array(across * across);
  for (let a = 0; a < kernel.side; a += 1) {
    for (let b = 0; b < kernel.side; b += 1) {
      const weight = kernel.values[a * kernel.side + b];
      for (let r = 0; r < side; r += 1) {
        let to = (r * stride + a) * across + b;
        for (let n = r * side; n < (r + 1) * side; n += 1, to += stride) sums[to] += values[n] * weight;
      }
    }
  }
  return { side: across, values: sums };
}

/** Whole numbers from −4 to 4 by the Lehmer generator 16807, the same as in Python. */
function randomKernel(side, seed, layer) {
  let state = 1 + 3 * seed + layer;
  const next = () => {
    state = (16807 * state) % 2147483647;
    return state;
  };
  next();
  next();
  return square(side, () => (next() % 9) - 4);
}

/** The weights of one layer: all ones, a triangle along both axes, or random. */
export function kernelOf(kind, side, seed, layer) {
  if (kind === "random") return randomKernel(side, seed, layer);
  const triangle = (n) => (kind === "ones" ? 1 : 1 - Math.abs(n - (side - 1) / 2) / Math.ceil(side / 2));
  return square(side, (r, c) => triangle(r) * triangle(c));
}

const ones = (side) => square(side, () => 1);
const rotated = ({ side, values }) => ({ side, values: values.slice().reverse() });

// Each upsamples by the stride. The last two have no overlap that the stride doesn't divide.
const LAYER = {
  transposed: (image, [size, stride], kernel) => stamp(image, kernel(size), stride),
  // Each value repeated, then a convolution padded by size − 1: that is, a stamp of ones, each of them a stamp of the rotated kernel.
  nearest: (image, [size, stride], kernel) => stamp(image, stamp(ones(stride), rotated(kernel(size)), 1), stride),
  // A convolution to stride² channels, shuffled: a transposed convolution whose kernel the stride divides.
  subpixel: (image, [size, stride], kernel) => stamp(image, kernel(Math.ceil(size / stride) * stride), stride),
};

/** What a method makes of an image of ones, `inputSize` cells a side. */
export function upsampled(method, inputSize, { layers, kernel, seed }) {
  return layers.reduce((image, layer, n) => LAYER[method](image, layer, (side) => kernelOf(kernel, side, seed, n)), ones(inputSize));
}

/** By how much a stack of layers upsamples. */
export const factorOf = (layers) => layers.reduce((factor, [, stride]) => factor * stride, 1);

/** One period of an image's interior, borders away: the sums of a single value's stamp over each phase. */
export function interiorPeriod(method, state) {
  const factor = factorOf(state.layers);
  const { side, values } = upsampled(method, 1, state);
  const sums = new Float64Array(factor * factor);
  values.forEach((value, n) => {
    sums[(Math.floor(n / side) % factor) * factor + ((n % side) % factor)] += value;
  });
  return { side: factor, values: sums };
}

/** Taps of one layer, paths of a stack, that reach each position along an axis. */
export function overlapCount(inputSize, layers) {
  return layers.reduce((counts, [size, stride]) => {
    const sums = new Array(stride * (counts.length - 1) + size).fill(0);
    counts.forEach((count, n) => {
      for (let tap = 0; tap < size; tap += 1) sums[n * stride + tap] += count;
    });
    return sums;
  }, new Array(inputSize).fill(1));
}

/** One period of the counts, far from the borders. */
export function countPeriod(layers) {
  const factor = factorOf(layers);
  const sums = new Array(factor).fill(0);
  overlapCount(1, layers).forEach((count, n) => {
    sums[n % factor] += count;
  });
  return sums;
}

/** First and last position that no border touches; the first lies behind the last where the borders meet. */
export function interior(inputSize, layers) {
  const [from, to] = layers.reduce(([low, high], [size, stride]) => [stride * (low - 1) + size, stride * (high + 1) - 1], [0, inputSize - 1]);
  return [Math.max(0, from), Math.min(overlapCount(inputSize, layers).length - 1, to)];
}

/** Smallest and largest number. */
export const extremes = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

/** Do all numbers agree, but for rounding? */
export function even(values) {
  const [low, high] = extremes(values);
  return high - low <= 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
}

/** The taps of one layer that reach a position: [input, weight] pairs. */
export function tapsAt(position, inputSize, [size, stride]) {
  return Array.from({ length: inputSize }, (_, input) => [input, position - input * stride])
    .filter(([, weight]) => weight >= 0 && weight < size);
}
