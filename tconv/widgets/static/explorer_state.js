// The state of the ConvolutionExplorer: what it may be, and how the reader's choices change it. No DOM.

import { effective, outputSize } from "./arithmetic.js";
import { choice, flag, integer, numberGrid, pattern } from "./schema.js";
import { EXAMPLE, PRESETS, fitGrid } from "./values.js";

const MAX_INPUT = 7;
const MAX_KERNEL = 5;
export const explorerSchema = {
  direction: choice(["direct", "transposed"], "direct"),
  ndim: integer(1, 2, 2),
  input_size: integer(1, MAX_INPUT, 4),
  kernel_size: integer(1, MAX_KERNEL, 3),
  stride: integer(1, 3, 1),
  padding: integer(0, 8, 0),
  output_padding: integer(0, 2, 0),
  dilation: integer(1, 2, 1),
  input: numberGrid(MAX_INPUT, null),
  kernel: numberGrid(MAX_KERNEL, null),
  rotate_kernel: flag(true),
  selected: pattern(/^$|^(input|kernel|matrix|output|emulated):-?\d{1,3},-?\d{1,3}$/, ""),
};

/** The settings that have a slider: name, letter, title. */
export const SLIDERS = [
  ["input_size", "i", "input"], ["kernel_size", "k", "kernel"], ["stride", "s", "stride"],
  ["padding", "p", "padding"], ["output_padding", "op", "output padding"], ["dilation", "d", "dilation"],
];

/** The state of the explorer made whole: both grids have the size that the sliders say. */
export function normalise(state) {
  const fitted = (values, size, more) => fitGrid(values ?? more, state.ndim, size, more);
  return {
    ...state,
    input: fitted(state.input, state.input_size, EXAMPLE[state.direction]),
    kernel: fitted(state.kernel, state.kernel_size, EXAMPLE.kernel),
  };
}

/** Rows as the traits hold them: a flat list in 1-D. */
export const compact = (rows, ndim) => (ndim === 1 ? rows[0] : rows);

/** The other direction: its input has the size of this one's output, so that the shapes go back and forth. */
export function turned(state, direction) {
  const size = Math.min(MAX_INPUT, Math.max(1, outputSize(state)));
  const left = state.input_size + 2 * state.padding - effective(state.kernel_size, state.dilation);
  const output_padding = direction === "transposed" && left > 0 ? Math.min(left % state.stride, explorerSchema.output_padding.max) : 0;
  return { direction, input_size: size, output_padding, input: fitGrid([], state.ndim, size, EXAMPLE[direction]), selected: "" };
}

/** Input and kernel as a preset has them, in the present sizes. */
export function presetValues({ ndim, input_size, kernel_size, direction }, name) {
  const [, makers] = PRESETS[name] ?? PRESETS.example;
  const made = (maker, size, example) => {
    const sides = [...Array(size).keys()];
    return fitGrid([], ndim, size, maker ? sides.map((r) => sides.map((c) => maker(r, c, size, ndim))) : example);
  };
  return { input: made(makers.input, input_size, EXAMPLE[direction]), kernel: made(makers.kernel, kernel_size, EXAMPLE.kernel) };
}
