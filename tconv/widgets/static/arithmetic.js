// The arithmetic of convolution, direct and transposed, without any drawing.
// tconv (Python) is the truth; tests compare every number here with it.
//
// A setting is { direction, ndim, input_size, kernel_size, stride, padding, output_padding, dilation }.
// One axis of either operation is a list of taps (output, input, kernel): the connections along that
// axis. Everything else — values, matrix, what lights up — follows from that list.

export const effective = (kernelSize, dilation) => dilation * (kernelSize - 1) + 1;

/** Output size along one axis; may be smaller than 1, which `problem` explains. */
export function outputSize(setting) {
  const { input_size: i, stride: s, padding: p } = setting;
  const reach = effective(setting.kernel_size, setting.dilation);
  return setting.direction === "direct"
    ? Math.floor((i + 2 * p - reach) / s) + 1
    : s * (i - 1) + reach - 2 * p + setting.output_padding;
}

/** Connections along one axis. Transposed: also those that the padding crops, outside 0 … size − 1. */
function axisTaps({ direction, input_size: size, kernel_size: k, stride, padding, dilation }, out) {
  const taps = [];
  const direct = direction === "direct";
  const positions = direct ? out : size;
  for (let position = 0; position < positions; position += 1) {
    for (let t = 0; t < k; t += 1) {
      const reached = position * stride + t * dilation - padding;
      if (!direct) taps.push([reached, position, t]);
      else if (reached >= 0 && reached < size) taps.push([position, reached, t]);
    }
  }
  return taps;
}

/** What lies along an axis of size 1: the missing axis of a 1-D operation. */
const FLAT = [[0, 0, 0]];

/**
 * Every connection of the operation: taps[n] = { output, input, kernel }, each a pair [row, column].
 * @returns {{output: number[], input: number[], kernel: number[]}[]}
 */
export function taps(setting) {
  const across = axisTaps(setting, outputSize(setting));
  const down = setting.ndim === 1 ? FLAT : across;
  return down.flatMap(([o, i, k]) =>
    across.map(([oo, ii, kk]) => ({ output: [o, oo], input: [i, ii], kernel: [k, kk] })));
}

/** The shape [rows, columns] of a grid whose side is `size`: one row in 1-D. */
export const shape = (setting, size) => [setting.ndim === 1 ? 1 : size, size];

/** Is the pair inside a grid of this shape? */
export const inside = ([row, column], [rows, columns]) =>
  row >= 0 && column >= 0 && row < rows && column < columns;

/** Sum of input · kernel per output cell, on a canvas whose cell (0, 0) is output cell `origin`. */
export function accumulate(connections, input, kernel, [rows, columns], origin = [0, 0]) {
  const total = Array.from({ length: rows }, () => new Array(columns).fill(0));
  for (const { output, input: [r, c], kernel: [a, b] } of connections) {
    const row = total[output[0] - origin[0]];
    if (row && output[1] - origin[1] in row) {
      row[output[1] - origin[1]] += input[r][c] * kernel[a][b];
    }
  }
  return total;
}

/** The output, a list of rows. */
export function convolve(setting, input, kernel) {
  return accumulate(taps(setting), input, kernel, shape(setting, outputSize(setting)));
}

/**
 * The direct convolution of stride 1 that gives the same output (transposed settings only).
 * A negative padding crops. `zeros` more cells stand at the end for the output padding.
 */
export function emulation({ input_size: i, kernel_size: k, stride, padding, output_padding: op, dilation }) {
  return {
    inserted: stride * (i - 1) + 1,
    padding: dilation * (k - 1) - padding,
    zeros: op,
  };
}

/** The input of the emulating convolution: { size, at }, `at(n)` the input index at n, or null for a zero. */
export function emulatedAxis(setting) {
  const { inserted, padding, zeros } = emulation(setting);
  return {
    size: inserted + 2 * padding + zeros,
    at: (n) => {
      const offset = n - padding;
      return offset >= 0 && offset < inserted && offset % setting.stride === 0 ? offset / setting.stride : null;
    },
  };
}

/** The kernel turned by 180°: every axis reversed. */
export const rotate180 = (kernel) => kernel.map((row) => [...row].reverse()).reverse();

/** What the emulation gives if the kernel is not rotated: the same taps with the kernel read backwards. */
export const withoutRotation = (setting, input, kernel) => convolve(setting, input, rotate180(kernel));

/** Why PyTorch would refuse the setting, in a sentence; null if it would not. */
export function problem(setting) {
  const { direction, input_size: i, padding: p, stride, dilation, output_padding: op } = setting;
  const reach = effective(setting.kernel_size, dilation);
  if (direction === "direct") {
    return i + 2 * p >= reach ? null
      : `The kernel reaches over ${reach} cells, and the padded input has only ${i + 2 * p}.`;
  }
  if (op >= Math.max(stride, dilation)) {
    return `Output padding must be smaller than the stride or the dilation: below ${Math.max(stride, dilation)}, not ${op}.`;
  }
  const size = outputSize(setting);
  return size >= 1 ? null : `Padding ${p} crops everything away: the output size would be ${size}.`;
}

/** The possible setting with the fewest slider steps from this one. `ranges` gives [min, max] by name. */
export function nearestPossible(setting, ranges) {
  let best = null;
  let fewest = Infinity;
  const names = Object.keys(ranges);
  const search = (candidate, at, steps) => {
    if (steps >= fewest) return;
    if (at === names.length) {
      if (problem(candidate) === null) {
        best = { ...candidate };
        fewest = steps;
      }
      return;
    }
    const [low, high] = ranges[names[at]];
    for (let value = low; value <= high; value += 1) {
      search({ ...candidate, [names[at]]: value }, at + 1, steps + Math.abs(value - setting[names[at]]));
    }
  };
  search(setting, 0, 0);
  return best;
}

/** The name of the padding, where it has one. */
export function paddingName({ kernel_size: k, padding, dilation }) {
  const reach = effective(k, dilation);
  if (padding === 0) return "none";
  if (2 * padding === reach - 1) return "half (same)";
  if (padding === reach - 1) return "full";
  return padding > reach - 1 ? "beyond full" : "";
}

/** Which relationship of the guide (Dumoulin & Visin) the setting falls under: [number, in words]. */
export function relationship(setting) {
  const { direction, stride, padding, output_padding: op, dilation } = setting;
  const name = paddingName(setting);
  const direct = direction === "direct";
  if (dilation > 1) return direct ? ["R15", "dilated"] : ["general", "dilated"];
  if (stride === 1) {
    if (name === "none") return [direct ? "R1" : "R8", "no padding, stride 1"];
    if (name === "half (same)") return [direct ? "R3" : "R10", "half padding, stride 1"];
    if (name === "full") return [direct ? "R4" : "R11", "full padding, stride 1"];
    return [direct ? "R2" : "R9", "any padding, stride 1"];
  }
  if (direct) return padding === 0 ? ["R5", `no padding, stride ${stride}`] : ["R6", `padding ${padding}, stride ${stride}`];
  if (op > 0) return ["R14", `output padding ${op}, stride ${stride}`];
  return padding === 0 ? ["R12", `no padding, stride ${stride}`] : ["R13", `padding ${padding}, stride ${stride}`];
}

/** The formula for the output size, and the same with this setting's numbers in it. */
export function sizeFormula(setting) {
  const { input_size: i, kernel_size: k, stride: s, padding: p, output_padding: op, dilation: d } = setting;
  const dilated = d > 1;
  const reach = dilated ? `(${d}·(${k} − 1) + 1)` : `${k}`;
  const size = outputSize(setting);
  return setting.direction === "direct"
    ? {
        letters: `o = ⌊(i + 2p − ${dilated ? "(d(k − 1) + 1)" : "k"}) / s⌋ + 1`,
        numbers: `⌊(${i} + 2·${p} − ${reach}) / ${s}⌋ + 1 = ${size}`,
      }
    : {
        letters: `o′ = s(i′ − 1) + ${dilated ? "(d(k − 1) + 1)" : "k"} − 2p + op`,
        numbers: `${s}·(${i} − 1) + ${reach} − 2·${p} + ${op} = ${size}`,
      };
}
