"""How the time and memory of `tconv.convolution_matrix` grow with the image: `make bench`."""

import time
import tracemalloc

import numpy as np

import tconv


def main(sizes=(32, 64, 128, 256, 512), runs=7):
    kernel = np.ones((3, 3))
    times = {size: [] for size in sizes}
    for _ in range(runs):
        for size in sizes:
            start = time.process_time()
            for _ in range((sizes[-1] // size) ** 2):  # as many entries at every size
                tconv.convolution_matrix(kernel, (size, size), padding=1)
            times[size].append((time.process_time() - start) / (sizes[-1] // size) ** 2)
    print(f"{'image':>10}{'entries':>10}{'ms':>9}{'ns per entry':>14}{'peak bytes per entry':>22}")
    for size in sizes:
        tracemalloc.start()
        entries = tconv.convolution_matrix(kernel, (size, size), padding=1).nnz
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        seconds = np.median(times[size])
        print(
            f"{size:>6}^2{entries:>12}{1e3 * seconds:>9.2f}"
            f"{1e9 * seconds / entries:>14.1f}{peak / entries:>22.0f}"
        )


if __name__ == "__main__":
    main()
