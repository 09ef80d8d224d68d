// What the AdjointExplorer says, in words. No DOM.

import { same } from "./adjoint.js";
import { count, sumOfProducts } from "./dom.js";

const LONGEST_SUM = 16;

/** A number short enough for a cell: three significant digits, and all digits before the point up to the fifth. */
export function brief(value) {
  const size = Math.abs(value);
  const text = size >= 99999.5 ? value.toExponential(1).replace("+", "") : String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
  return text.replace(/-/g, "−").replace(/^−0$/, "0");
}

/** The sum behind an inner product; of a long one the first and the last terms. */
export function sumInWords(a, b) {
  const pairs = a.map((value, n) => [value, b[n]]);
  if (pairs.length <= LONGEST_SUM) return sumOfProducts(pairs);
  return `${sumOfProducts(pairs.slice(0, LONGEST_SUM - 2))} + … + ${sumOfProducts(pairs.slice(-1))} (${pairs.length} terms)`;
}

const alike = (a, b) => a.filter((value, n) => same(value, b[n])).length;

/** What Cᵀ and what C⁺ bring back of x. */
export function verdict({ x, back, recovered, rank, matrix }, side) {
  const kept = (values) => (alike(x, values) === x.length ? `all ${x.length} numbers` : `${alike(x, values)} of ${count(x.length, "number")}`);
  const lost = x.length - rank;
  const why = lost === 0
    ? `C, ${matrix.length} × ${x.length}, has rank ${rank}: it loses nothing, and C⁺ undoes it.`
    : `C, ${matrix.length} × ${x.length}, has rank ${rank}: ${count(lost, "direction")} of x ${lost === 1 ? "leaves" : "leave"} no trace in Cx.`;
  return `Cᵀ brings back the shape of x, ${side} × ${side}, and ${kept(back)}; C⁺ brings back ${kept(recovered)}. ${why}`;
}

/** How far the walk has changed x, and Cx with it. */
export function walkInWords({ x, walked, forward, walked_forward: after }) {
  const changed = (a, b) => `${a.length - alike(a, b)} of ${count(a.length, "number")}`;
  if (alike(x, walked) === x.length) return "x′ = x: nothing has changed yet, or there is nowhere to go.";
  return `${changed(x, walked)} of x changed, ${changed(forward, after)} of Cx${
    alike(forward, after) === forward.length ? ": another input, the same output." : "."}`;
}

const NAMES = { forward: "Cx", back: "CᵀCx", adjoint: "Cᵀy", recovered: "C⁺Cx", walked: "x′", walked_forward: "Cx′" };

/** What stands in the chosen cell, the n-th of its grid, and where it comes from. */
export function sentence(found, { grid, cell }, n, kernel) {
  const place = `(${cell.join(", ")})`;
  if (grid === "kernel") return `kernel ${place} = ${brief(kernel[cell[0]][cell[1]])}.`;
  const value = brief(found[grid][n]);
  const column = found.matrix.map((row) => row[n]);
  const summed = (factors, weights) => {
    const pairs = factors.map((factor, m) => [factor, weights[m]]).filter(([, weight]) => weight !== 0);
    return pairs.length === 0 ? "0, for no weight leads here" : `${sumOfProducts(pairs)} = ${value}`;
  };
  const had = `; x has ${brief(found.x[n])} there`;
  const sentences = {
    x: () => `x ${place} = ${value} goes into ${count(column.filter((weight) => weight !== 0).length, "number")} of Cx.`,
    y: () => `y ${place} = ${value} is stamped by Cᵀ onto ${count(found.matrix[n].filter((weight) => weight !== 0).length, "number")} of Cᵀy.`,
    forward: () => `Cx ${place} = ${summed(found.x, found.matrix[n])}.`,
    walked_forward: () => `Cx′ ${place} = ${summed(found.walked, found.matrix[n])}; Cx has ${brief(found.forward[n])} there.`,
    back: () => `CᵀCx ${place} = ${summed(found.forward, column)}${had}.`,
    adjoint: () => `Cᵀy ${place} = ${summed(found.y, column)}.`,
    recovered: () => `C⁺Cx ${place} = ${value}${had}. Of all inputs with this Cx, C⁺Cx is the shortest.`,
    walked: () => `x′ ${place} = ${value}${had}.`,
  };
  return sentences[grid]();
}

/** The name of a grid as a caption. */
export const nameOf = (grid) => NAMES[grid] ?? grid;
