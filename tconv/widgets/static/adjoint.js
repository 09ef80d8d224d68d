// C as a dense matrix, its transpose, its pseudo-inverse, and what each makes of Cx. No DOM.
// tconv and NumPy are the truth; tests compare every number here with theirs.

import { outputSize, shape, taps } from "./arithmetic.js";

// A singular value below this share of the largest counts as zero, here as in Python.
const CUTOFF = 1e-10;
const MAX_SWEEPS = 60;

function dot(a, b) {
  let sum = 0;
  for (let n = 0; n < a.length; n += 1) sum += a[n] * b[n];
  return sum;
}

const transpose = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));

/** The settings of the operation, as `arithmetic.js` reads them. */
export const operation = (state) => ({ ...state, direction: "direct", ndim: 2, output_padding: 0, dilation: 1 });

/** The matrix C: one row per cell of the output, one column per cell of the input. */
export function convolutionMatrix(state, kernel) {
  const setting = operation(state);
  const [outputs, inputs] = [shape(setting, outputSize(setting)), shape(setting, state.input_size)];
  const rows = Array.from({ length: outputs[0] * outputs[1] }, () => new Array(inputs[0] * inputs[1]).fill(0));
  for (const { output: [r, c], input: [i, j], kernel: [a, b] } of taps(setting)) {
    rows[r * outputs[1] + c][i * inputs[1] + j] = kernel[a][b];
  }
  return rows;
}

export const times = (matrix, vector) => matrix.map((row) => dot(row, vector));
export const transposeTimes = (matrix, vector) => times(transpose(matrix), vector);

/** Turns two columns, and what was turned with them before, by one angle. */
function turn(a, b, cos, sin) {
  for (let n = 0; n < a.length; n += 1) [a[n], b[n]] = [cos * a[n] - sin * b[n], sin * a[n] + cos * b[n]];
}

/**
 * Jacobi's one-sided method: rotates pairs of the columns until all are orthogonal.
 * @returns {{turned: number[][], axes: number[][]}} `turned[n]` is the matrix times `axes[n]`; the axes are orthonormal.
 */
function orthogonalise(columns) {
  const turned = columns.map((column) => [...column]);
  const axes = columns.map((_, n) => columns.map((__, m) => Number(n === m)));
  const scale = Math.max(...turned.map((column) => dot(column, column)));
  for (let sweep = 0, moved = true; moved && sweep < MAX_SWEEPS; sweep += 1) {
    moved = false;
    for (let p = 0; p < turned.length; p += 1) {
      for (let q = p + 1; q < turned.length; q += 1) {
        const [u, v] = [turned[p], turned[q]];
        const [uu, vv, uv] = [dot(u, u), dot(v, v), dot(u, v)];
        if (Math.abs(uv) <= 1e-15 * Math.sqrt(uu * vv) || uv * uv <= 1e-60 * scale * scale) continue;
        moved = true;
        const ratio = (vv - uu) / (2 * uv);
        const tan = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cos = 1 / Math.hypot(1, tan);
        turn(u, v, cos, cos * tan);
        turn(axes[p], axes[q], cos, cos * tan);
      }
    }
  }
  return { turned, axes };
}

/**
 * The pseudo-inverse C⁺ from the singular value decomposition.
 * @returns {{rank: number, apply: (vector: number[]) => number[]}}
 */
export function pseudoInverse(matrix) {
  const wide = matrix.length < matrix[0].length;
  const { turned, axes } = orthogonalise(wide ? matrix : transpose(matrix));
  const squares = turned.map((column) => dot(column, column));
  const least = CUTOFF ** 2 * Math.max(...squares);
  const kept = [...squares.keys()].filter((n) => squares[n] > least);
  const [from, to] = wide ? [axes, turned] : [turned, axes];
  return {
    rank: kept.length,
    apply: (vector) => kept.reduce((sum, n) => {
      const share = dot(from[n], vector) / squares[n];
      return sum.map((value, m) => value + share * to[n][m]);
    }, new Array(matrix[0].length).fill(0)),
  };
}

export const innerProduct = dot;

/** The same number, but for the rounding of a computation. */
export const same = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

/** Rows of `columns` numbers each. */
export const toRows = (vector, columns) =>
  Array.from({ length: vector.length / columns }, (_, r) => vector.slice(r * columns, (r + 1) * columns));

/** Everything the explorer shows of x, y and the kernel, as flat lists. `percent` of the way from x to one of the two. */
export function explore({ x, y, kernel, percent, towards, ...state }, inverseOf = pseudoInverse) {
  const matrix = convolutionMatrix(state, kernel);
  const inverse = inverseOf(matrix);
  const start = x.flat();
  const forward = times(matrix, start);
  const back = transposeTimes(matrix, forward);
  const recovered = inverse.apply(forward);
  const goal = towards === "adjoint" ? back : recovered;
  const walked = start.map((value, n) => value + (percent / 100) * (goal[n] - value));
  return {
    matrix, rank: inverse.rank, x: start, y: y.flat(), forward, back, recovered, walked,
    adjoint: transposeTimes(matrix, y.flat()),
    walked_forward: times(matrix, walked),
  };
}
