"""tconv, PyTorch and JAX on real layers, interleaved, two threads: `make bench`.

Times are medians; ratios are tconv's time over PyTorch's, and JAX's over PyTorch's.
"""

import os

os.environ.update(OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2", MKL_NUM_THREADS="2")
# The threads of one must not spin, waiting for more, while it is another's turn.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

import argparse
import time

import jax
import numpy as np
import torch
import torch.nn.functional as F

import tconv

# name: batch, C_in, C_out, size, kernel size, stride, padding of the transposed convolution
LAYERS = {
    "DCGAN 1": (16, 100, 1024, 1, 4, 1, 0),
    "DCGAN 2": (16, 1024, 512, 4, 4, 2, 1),
    "DCGAN 3": (16, 512, 256, 8, 4, 2, 1),
    "DCGAN 4": (16, 256, 128, 16, 4, 2, 1),
    "DCGAN 5": (16, 128, 3, 32, 4, 2, 1),
    "FCN-32s": (1, 21, 21, 16, 64, 32, 16),
    "U-Net": (1, 128, 64, 128, 2, 2, 0),
    "FSRCNN": (1, 56, 1, 64, 9, 3, 3),
}


def contenders(layer, dtype):
    """For each operation, the three functions to time; every one returns an array."""
    batch, c_in, c_out, size, k, s, p = layer
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, c_in, size, size)).astype(dtype)
    w = rng.standard_normal((c_in, c_out, k, k)).astype(dtype)
    side = tconv.conv_transpose_output_size(size, k, stride=s, padding=p)
    y = rng.standard_normal((batch, c_out, side, side)).astype(dtype)
    tx, tw, ty = (torch.from_numpy(a) for a in (x, w, y))
    jx, jw, jy = (jax.numpy.asarray(a) for a in (x, w, y))

    @jax.jit
    def jax_direct(y, w):
        return jax.lax.conv_general_dilated(y, w, (s, s), [(p, p)] * 2)

    @jax.jit
    def jax_transposed(x, w):
        return jax.vjp(lambda y: jax_direct(y, w), jy)[1](x)[0]

    @jax.jit
    def jax_weight_grad(y, x):
        return jax.vjp(lambda w: jax_direct(y, w), jw)[1](x)[0]

    settings = {"stride": s, "padding": p}
    # The transposed convolution's input gradient is the direct convolution; both share a weight
    # gradient.
    return {
        "transposed": (
            lambda: tconv.conv_transpose2d(x, w, **settings),
            lambda: F.conv_transpose2d(tx, tw, **settings).numpy(),
            lambda: np.asarray(jax_transposed(jx, jw)),
        ),
        "direct": (
            lambda: tconv.conv2d(y, w, **settings),
            lambda: F.conv2d(ty, tw, **settings).numpy(),
            lambda: np.asarray(jax_direct(jy, jw)),
        ),
        "weight gradient": (
            lambda: tconv.conv2d_weight_grad(y, w.shape, x, **settings),
            lambda: torch.nn.grad.conv2d_weight(ty, w.shape, tx, **settings).numpy(),
            lambda: np.asarray(jax_weight_grad(jy, jx)),
        ),
    }


def median_times(functions, runs):
    """Median seconds of each function, all of them taking turns."""
    times = [[] for _ in functions]
    for _ in range(runs):
        for function, taken in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return [np.median(taken) for taken in times]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    torch.set_num_threads(2)
    jax.config.update("jax_enable_x64", True)
    print(f"{'':33}{'PyTorch ms':>11}{'tconv':>8}{'JAX':>8}")
    for dtype in ("float32", "float64"):
        ratios = {}
        for name, layer in LAYERS.items():
            for operation, functions in contenders(layer, dtype).items():
                ours, theirs, _ = (function() for function in functions)  # warm up and compare
                np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
                ours, theirs, jaxs = median_times(functions, runs)
                ratios.setdefault(operation, []).append(ours / theirs)
                print(
                    f"{dtype:9}{name:8}{operation:16}{1e3 * theirs:11.2f}"
                    f"{ours / theirs:8.2f}{jaxs / theirs:8.2f}",
                    flush=True,
                )
        for operation, found in ratios.items():
            mean = np.exp(np.mean(np.log(found)))
            print(f"{dtype} {operation}: geometric mean {mean:.2f}, worst {max(found):.2f}")


if __name__ == "__main__":
    main()
