"""How the time and memory of `tconv.convolution_matrix` grow with the image: `make bench`.

A call costs something whatever the image: about as much as for an image of one cell. What comes on
top, the last column, is the cost of the entries alone.
"""

import time
import tracemalloc

import numpy as np

import tconv

SIZES = (1, 32, 64, 128, 256, 512)


def seconds_per_call(kernel, runs=7):
    """Median processor time of a call for each size, all of them taking turns."""
    times = {size: [] for size in SIZES}
    for _ in range(runs):
        for size in SIZES:
            calls = (SIZES[-1] // max(size, SIZES[1])) ** 2  # as many entries at every size
            start = time.process_time()
            for _ in range(calls):
                tconv.convolution_matrix(kernel, (size, size), padding=len(kernel) // 2)
            times[size].append((time.process_time() - start) / calls)
    return {size: np.median(taken) for size, taken in times.items()}


def main():
    print("kernel   image   entries       ms  peak bytes per entry  ns per entry  beyond a call")
    for kernel in (np.ones((3, 3)), np.ones((5, 5))):
        times = seconds_per_call(kernel)
        for size, seconds in times.items():
            tracemalloc.start()
            matrix = tconv.convolution_matrix(kernel, (size, size), padding=len(kernel) // 2)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            beyond = 1e9 * (seconds - times[1]) / matrix.nnz
            print(
                f"{len(kernel):>4}^2{size:>6}^2{matrix.nnz:>10}{1e3 * seconds:>9.2f}"
                f"{peak / matrix.nnz:>22.0f}{1e9 * seconds / matrix.nnz:>14.1f}{beyond:>15.1f}"
            )


if __name__ == "__main__":
    main()
