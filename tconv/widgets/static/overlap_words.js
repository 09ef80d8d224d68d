// What the OverlapExplorer says, in words. No DOM.

import { brief } from "./adjoint_words.js";
import { count } from "./dom.js";
import { countPeriod, even, extremes, tapsAt } from "./overlap.js";

export const TITLES = { transposed: "transposed convolution", nearest: "nearest, then convolution", subpixel: "sub-pixel convolution" };

/** Whether one period of an interior is even, and between which numbers it swings if not. */
export function evenness({ values }) {
  const [low, high] = extremes(values);
  return even(values) ? `even: ${brief(high)} everywhere` : `uneven: from ${brief(low)} to ${brief(high)}`;
}

/** Why the counts are as even as they are. */
export function verdict(layers) {
  const period = countPeriod(layers);
  const uneven = layers.filter(([size, stride]) => size % stride > 0);
  const why = uneven.length === 0
    ? `Each stride divides its kernel size (${layers.map(([size, stride]) => `${size} = ${size / stride}·${stride}`).join(", ")})`
    : `Stride ${uneven[0][1]} does not divide kernel size ${uneven[0][0]}${layers.length > 1 ? ` in layer ${layers.indexOf(uneven[0]) + 1}` : ""}`;
  const [low, high] = extremes(period);
  const despite = uneven.length > 0 ? ", and yet the layers together even it out" : "";
  if (even(period)) return `${why}${despite}: ${count(high, layers.length > 1 ? "path" : "tap")} everywhere, far from the borders.`;
  const shown = period.length <= 9 ? `the counts repeat ${period.join(", ")}` : `the counts repeat every ${period.length} cells, from ${low} to ${high}`;
  return `${why}: ${shown}; in 2-D from ${low * low} to ${high * high}.`;
}

/** What stands at the chosen cell. */
export function sentence(state, counts, images, { grid, cell: [row, column] }) {
  const noun = state.layers.length > 1 ? "path" : "tap";
  if (grid === "counts") {
    return `Position (${row}, ${column}): ${counts[row]}·${counts[column]} = ${count(counts[row] * counts[column], noun)}.`;
  }
  if (grid === "bars") {
    if (state.layers.length > 1) return `Position ${column}: ${count(counts[column], "path")} through ${state.layers.length} layers.`;
    const taps = tapsAt(column, state.input_size, state.layers[0]).map(([input, weight]) => `input ${input} through weight ${weight}`);
    return `Position ${column}: ${count(counts[column], "tap")}${taps.length > 0 ? `, ${taps.join(", ")}` : ""}.`;
  }
  const { side, values } = images[grid];
  return `${TITLES[grid]}, (${row}, ${column}): ${brief(values[row * side + column])}.`;
}
