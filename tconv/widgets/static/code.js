// The setting as code for tconv and for each framework. A test runs every text and compares the numbers.

import { effective, emulation, outputSize } from "./arithmetic.js";

const tuple = (parts) => `(${parts.join(", ")}${parts.length === 1 ? "," : ""})`;
const nested = (rows, ndim) => (ndim === 1 ? `[${rows[0].join(", ")}]` : `[${rows.map((row) => `[${row.join(", ")}]`).join(", ")}]`);

/** "stride=2, padding=1": the named settings that differ from their default. */
function options(named) {
  return Object.entries(named).filter(([, [value, initial]]) => value !== initial)
    .map(([name, [value]]) => `, ${name}=${value}`).join("");
}

function torchOptions({ direction, stride, padding, output_padding, dilation }) {
  const named = { stride: [stride, 1], padding: [padding, 0], output_padding: [output_padding, 0], dilation: [dilation, 1] };
  if (direction === "direct") delete named.output_padding;
  return options(named);
}

/** @returns {Object<string, string>} code by framework name; each ends with `y`, the output */
export function codeFor(setting, input, kernel) {
  const { direction, ndim, stride, padding: p, dilation, output_padding: op, kernel_size: k } = setting;
  const direct = direction === "direct";
  const all = (value) => tuple(Array(ndim).fill(value));
  const slices = (from, to) => Array(ndim).fill(`${from}:${to}`).join(", ");
  const x = nested(input, ndim);
  const w = nested(kernel, ndim);
  const name = `${direct ? "conv" : "conv_transpose"}${ndim}d`;
  const first = Array(2).fill("0").join(", ");
  const spatial = `NC${"HW".slice(2 - ndim)}`;
  const filter = `OI${"HW".slice(2 - ndim)}`;
  const layout = `dimension_numbers=("${spatial}", "${filter}", "${spatial}")`;
  const { padding: around } = emulation(setting);
  const end = p + outputSize(setting);
  const missing = Math.max(0, end - (stride * (setting.input_size - 1) + Math.max(effective(k, dilation), stride)));
  const kerasOptions = `strides=${stride}, padding="valid", dilation_rate=${dilation}`;
  return {
    tconv: `import numpy as np\nimport tconv\n\nx = np.array(${x})\nw = np.array(${w})\ny = tconv.${name}(x, w${torchOptions(setting)})\n`,
    PyTorch: `import torch\nimport torch.nn.functional as F\n\nx = torch.tensor(${x}, dtype=torch.float32)\n`
      + `w = torch.tensor(${w}, dtype=torch.float32)\n`
      + `y = F.${name}(x[None, None], w[None, None]${torchOptions(setting)})[${first}]\n`,
    Keras: `import keras\nimport numpy as np\n\nx = np.array(${x}, dtype="float32")[None, ..., None]\n`
      + `w = np.array(${w}, dtype="float32")[..., None, None]\n`
      + (direct
        ? `${p > 0 ? `x = np.pad(x, ((0, 0), ${Array(ndim).fill(`(${p}, ${p})`).join(", ")}, (0, 0)))\n` : ""}`
          + `y = keras.ops.conv(x, w, ${kerasOptions})[0, ..., 0]\n`
        : `full = keras.ops.conv_transpose(x, w, ${kerasOptions})[0, ..., 0]\n`
          + `${missing > 0 ? `full = np.pad(full, (0, ${missing}))  # output padding beyond the last tap\n` : ""}`
          + `y = full[${slices(p, end)}]\n`),
    JAX: `import jax.numpy as jnp\nfrom jax import lax\n\nx = jnp.array(${x}, dtype="float32")[None, None]\n`
      + `w = jnp.array(${w}, dtype="float32")[None, None]\n`
      + (direct
        ? `y = lax.conv_general_dilated(\n    x, w, window_strides=${all(stride)}, padding=${all(`(${p}, ${p})`)},\n`
          + `    rhs_dilation=${all(dilation)}, ${layout},\n)[${first}]\n`
        : `y = lax.conv_transpose(\n    x, w, strides=${all(stride)}, padding=${all(`(${around}, ${around + op})`)},\n`
          + `    rhs_dilation=${all(dilation)}, ${layout},\n    transpose_kernel=True,\n)[${first}]\n`),
  };
}
