// What takes part in what: from one selected cell to the cells of every grid, and to a sentence. No DOM.

import { emulatedAxis, inside, outputSize, shape } from "./arithmetic.js";
import { count, numeral, sumOfProducts } from "./dom.js";

const same = (a, b) => a[0] === b[0] && a[1] === b[1];
export const ravel = ([row, column], [, columns]) => row * columns + column;
export const unravel = (n, [, columns]) => [Math.floor(n / columns), n % columns];

/** The input cell under a cell of the emulating convolution's input, or null for a zero. */
export function emulatedInput(setting, [row, column]) {
  const axis = emulatedAxis(setting);
  const r = setting.ndim === 1 ? row : axis.at(row);
  const c = axis.at(column);
  const there = r !== null && c !== null && inside([r, c], shape(setting, setting.input_size));
  return there ? [r, c] : null;
}

/** Matrix rows are output cells, columns input cells: the pair of cells behind a matrix entry. */
export function entry(setting, [row, column]) {
  return {
    output: unravel(row, shape(setting, outputSize(setting))),
    input: unravel(column, shape(setting, setting.input_size)),
  };
}

/** The connections that the selected cell takes part in. */
export function partsOf(setting, connections, { grid, cell }) {
  if (grid === "matrix") {
    const { output, input } = entry(setting, cell);
    return connections.filter((tap) => same(tap.output, output) && same(tap.input, input));
  }
  if (grid === "emulated") {
    const input = emulatedInput(setting, cell);
    return input === null ? [] : connections.filter((tap) => same(tap.input, input));
  }
  return connections.filter((tap) => same(tap[grid], cell));
}

/** Places of the given cells, each once. */
function distinct(cells) {
  return [...new Map(cells.map((cell) => [String(cell), cell])).values()];
}

/** The cells of each grid that take part: { input, kernel, output, matrix }, lists of [row, column]. */
export function litCells(setting, parts) {
  const outputShape = shape(setting, outputSize(setting));
  const inputShape = shape(setting, setting.input_size);
  return {
    input: distinct(parts.map((tap) => tap.input)),
    kernel: distinct(parts.map((tap) => tap.kernel)),
    output: distinct(parts.map((tap) => tap.output)),
    matrix: parts.filter((tap) => inside(tap.output, outputShape))
      .map((tap) => [ravel(tap.output, outputShape), ravel(tap.input, inputShape)]),
  };
}

/** How a cell is called: "(1, 2)" in two dimensions, "2" in one. */
export const place = (setting, [row, column]) => (setting.ndim === 1 ? `${column}` : `(${row}, ${column})`);

const terms = (parts, input, kernel) =>
  parts.map((tap) => [input[tap.input[0]][tap.input[1]], kernel[tap.kernel[0]][tap.kernel[1]]]);

const total = (pairs) => pairs.reduce((sum, [a, b]) => sum + a * b, 0);

function outputSentence(setting, cell, parts, input, kernel) {
  const name = `output ${place(setting, cell)}`;
  const within = inside(cell, shape(setting, outputSize(setting)));
  if (parts.length === 0) {
    return within
      ? `${name} = 0: no input reaches it${setting.direction === "direct" ? ", only padding does" : ", so it gets no tap"}.`
      : "The padding crops this cell. No input reaches it.";
  }
  const pairs = terms(parts, input, kernel);
  const sum = `${sumOfProducts(pairs)} = ${numeral(total(pairs))}`;
  if (!within) return `The padding crops this cell: ${sum} is computed by no one and kept by no one.`;
  if (setting.direction === "direct") return `${name} = ${sum}.`;
  return `${name} = ${sum}${parts.length > 1 ? `: ${count(parts.length, "stamp")} overlap here.` : ": one stamp reaches it."}`;
}

function inputSentence(setting, cell, parts, input) {
  const value = numeral(input[cell[0]][cell[1]]);
  const name = `input ${place(setting, cell)} = ${value}`;
  const reached = litCells(setting, parts).output;
  if (reached.length === 0) return `${name}: no window covers it. The stride steps over it.`;
  if (setting.direction === "direct") return `${name} takes part in ${count(reached.length, "output")}.`;
  const kept = reached.filter((output) => inside(output, shape(setting, outputSize(setting)))).length;
  const cropped = reached.length - kept;
  return `${name} stamps ${value} times the kernel onto ${count(reached.length, "cell")}`
    + `${cropped > 0 ? `; the padding crops ${cropped} of them` : ""}.`;
}

function kernelSentence(setting, cell, parts, kernel) {
  const name = `kernel ${place(setting, cell)} = ${numeral(kernel[cell[0]][cell[1]])}`;
  const uses = litCells(setting, parts).matrix.length;
  return `${name} stands ${uses === 1 ? "once" : `${uses} times`} in the matrix: the same weight, used ${uses === 1 ? "once" : "again and again"}.`;
}

function matrixSentence(setting, cell, parts, kernel) {
  const { output, input } = entry(setting, cell);
  const where = `row ${cell[0]}, column ${cell[1]}`;
  const ends = `input ${place(setting, input)} to output ${place(setting, output)}`;
  if (parts.length === 0) return `${where} = 0: no weight leads from ${ends}.`;
  const at = parts[0].kernel;
  return `${where} = ${numeral(kernel[at[0]][at[1]])}: kernel ${place(setting, at)} leads from ${ends}.`;
}

/** What is lit, in words. */
export function sentence(setting, { grid, cell }, parts, input, kernel) {
  if (grid === "output") return outputSentence(setting, cell, parts, input, kernel);
  if (grid === "kernel") return kernelSentence(setting, cell, parts, kernel);
  if (grid === "matrix") return matrixSentence(setting, cell, parts, kernel);
  if (grid === "input" && !inside(cell, shape(setting, setting.input_size))) return "A cell of the padding: zero.";
  const source = grid === "emulated" ? emulatedInput(setting, cell) : cell;
  if (source === null) return "A zero that was put in. Whatever weight it meets, it adds nothing.";
  return inputSentence(setting, source, parts, input);
}
