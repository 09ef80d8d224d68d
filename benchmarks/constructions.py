"""Time tconv's transposed convolution, and the ways of constructing it, beside PyTorch's.

Prints the fastest of several runs in milliseconds, on one thread.
"""

import functools
import timeit

import numpy as np
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits

import tconv

#: Input channels, output channels, input size, kernel size, and the settings.
LAYERS = {
    "first layer of a generator": (64, 32, 4, 4, {"stride": 1}),
    "doubling, kernel 4": (32, 16, 16, 4, {"stride": 2, "padding": 1}),
    "doubling, kernel 3": (32, 16, 16, 3, {"stride": 2, "padding": 1, "output_padding": 1}),
    "dilated": (16, 16, 16, 3, {"stride": 2, "padding": 2, "dilation": 2}),
}
WAYS = {
    "tconv": tconv.conv_transpose2d,
    "scatter": tconv.conv_transpose_by_scatter,
    "matrix": tconv.conv_transpose_by_matrix,
    "emulation": tconv.conv_transpose_by_emulation,
    "subpixel": tconv.conv_transpose_by_subpixel,
}


def milliseconds(function, *arguments, **settings):
    """Return the time of the fastest of five runs, after one that fills caches."""
    run = functools.partial(function, *arguments, **settings)
    run()
    return 1000 * min(timeit.repeat(run, number=1, repeat=5))


def main():
    """Print one line a layer, one column a way."""
    rng = np.random.default_rng(0)
    print(f"{'milliseconds':28}{'PyTorch':>10}", *(f"{way:>10}" for way in WAYS), sep="")
    for name, (c_in, c_out, size, kernel, settings) in LAYERS.items():
        x = rng.standard_normal((c_in, size, size))
        weight = rng.standard_normal((c_in, c_out, kernel, kernel))
        tensors = torch.from_numpy(x), torch.from_numpy(weight)
        expected = F.conv_transpose2d(*tensors, **settings)
        times = [milliseconds(F.conv_transpose2d, *tensors, **settings)]
        for way in WAYS.values():
            np.testing.assert_allclose(way(x, weight, **settings), expected, atol=1e-9)
            times.append(milliseconds(way, x, weight, **settings))
        print(f"{name:28}", *(f"{time:10.2f}" for time in times), sep="")


if __name__ == "__main__":
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
