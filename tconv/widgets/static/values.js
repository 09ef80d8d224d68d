// The numbers the explorer starts from. Python reads the braces below as JSON: one source for both.

export const EXAMPLE = {
  "direct": [
    [4, 5, 8, 7, 2, 6, 1], [1, 8, 8, 8, 3, 1, 5], [3, 6, 6, 4, 7, 2, 8], [6, 5, 7, 8, 1, 9, 4],
    [2, 9, 3, 5, 6, 4, 7], [7, 1, 4, 6, 8, 3, 2], [5, 3, 9, 2, 4, 7, 6]
  ],
  "transposed": [
    [2, 1, 3, 5, 2, 4, 1], [4, 4, 1, 2, 6, 3, 5], [3, 2, 5, 1, 4, 2, 6], [1, 6, 2, 4, 3, 5, 2],
    [5, 3, 4, 2, 1, 6, 3], [2, 4, 1, 6, 5, 2, 4], [6, 1, 3, 2, 4, 3, 5]
  ],
  "kernel": [[1, 4, 1, 2, 3], [1, 4, 3, 1, 2], [3, 3, 1, 2, 1], [2, 1, 3, 4, 1], [1, 2, 2, 1, 3]]
};

/** A grid of numbers made to have `size` cells a side: cut, or continued from `more`. */
export function fitGrid(values, ndim, size, more) {
  const rows = Array.isArray(values[0]) ? values : [values];
  const sides = ndim === 1 ? [0] : [...Array(size).keys()];
  return sides.map((r) => [...Array(size).keys()].map((c) => rows[r]?.[c] ?? more[r][c]));
}

/** One axis of the bilinear kernel: a triangle over `size` cells with its peak in the middle. */
function triangle(size) {
  const factor = Math.ceil(size / 2);
  return [...Array(size).keys()].map((n) => 1 - Math.abs(n - (size - 1) / 2) / factor);
}

/** What the list of values offers: kernel and input as functions of their size and place. */
export const PRESETS = {
  example: ["running example", {}],
  ones: ["all ones", { input: () => 1, kernel: () => 1 }],
  identity: ["kernel: a single one", { kernel: (r, c, size, ndim) => {
    const middle = Math.floor((size - 1) / 2);
    return Number(c === middle && (ndim === 1 || r === middle));
  } }],
  bilinear: ["kernel: bilinear", { kernel: (r, c, size, ndim) => triangle(size)[c] * (ndim === 1 ? 1 : triangle(size)[r]) }],
  random: ["random integers", { input: () => Math.floor(Math.random() * 10), kernel: () => Math.floor(Math.random() * 7) - 2 }],
};
