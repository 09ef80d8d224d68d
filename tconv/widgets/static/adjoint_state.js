// The state of the AdjointExplorer: what it may be, and how it is made whole. No DOM.

import { operation } from "./adjoint.js";
import { outputSize, problem } from "./arithmetic.js";
import { choice, integer, numberGrid, pattern } from "./schema.js";
import { EXAMPLE, PRESETS, fitGrid } from "./values.js";

const MAX_INPUT = 5;
const MAX_KERNEL = 3;
const MAX_PADDING = 2;
const MAX_OUTPUT = MAX_INPUT + 2 * MAX_PADDING;

export const adjointSchema = {
  input_size: integer(2, MAX_INPUT, 4),
  kernel_size: integer(1, MAX_KERNEL, 3),
  stride: integer(1, 3, 1),
  padding: integer(0, MAX_PADDING, 0),
  x: numberGrid(MAX_INPUT, null),
  y: numberGrid(MAX_OUTPUT, null),
  kernel: numberGrid(MAX_KERNEL, null),
  percent: integer(0, 100, 50),
  towards: choice(["pseudo-inverse", "adjoint"], "pseudo-inverse"),
  selected: pattern(/^$|^(x|y|kernel|forward|back|recovered|adjoint|walked|walked_forward):\d,\d$/, ""),
};

/** The settings that have a slider: name, letter, title. */
export const SLIDERS = [["input_size", "i", "input"], ["kernel_size", "k", "kernel"], ["stride", "s", "stride"], ["padding", "p", "padding"]];

/** The example of y is repeated where the output is larger. */
const MORE = {
  x: EXAMPLE.direct,
  kernel: EXAMPLE.kernel,
  y: Array.from({ length: MAX_OUTPUT }, (_, r) =>
    Array.from({ length: MAX_OUTPUT }, (__, c) => EXAMPLE.transposed[r % EXAMPLE.transposed.length][c % EXAMPLE.transposed.length])),
};

/** The state made whole: each grid has the size that the settings give it. */
export function normalise(state) {
  const possible = problem(operation(state)) === null;
  const sizes = { x: state.input_size, kernel: state.kernel_size, y: possible ? outputSize(operation(state)) : 1 };
  const fitted = (name) => fitGrid(state[name] ?? MORE[name], 2, sizes[name], MORE[name]);
  return { ...state, x: fitted("x"), y: fitted("y"), kernel: fitted("kernel") };
}

/** The numbers of a preset of `values.js`: those of the input go to x, those of the kernel to the kernel. */
export function presetValues(state, name) {
  const [, makers] = PRESETS[name] ?? PRESETS.example;
  const made = (maker, size, example) => (maker
    ? Array.from({ length: size }, (_, r) => Array.from({ length: size }, (__, c) => maker(r, c, size, 2)))
    : fitGrid(example, 2, size, example));
  return { x: made(makers.input, state.input_size, MORE.x), kernel: made(makers.kernel, state.kernel_size, MORE.kernel) };
}
