"""From an input event to the next painted frame, per explorer at its largest setting: `make bench`.

Browsers hand on pointer and slider events at the start of a frame, so each interaction starts then.
What is timed is all that the page does before the frame is painted: script, style, layout, paint.
Large grids follow in the frames after it, a little in each: how long until the last of them is
painted is the second pair of numbers. Half of the interactions move sliders, half point at cells, a
tenth of a second apart.
"""

import runpy
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from tconv.widgets import (
    AdjointExplorer,
    ConvolutionExplorer,
    GeneratorExplorer,
    OverlapExplorer,
    ShapeSolver,
    page_script,
    page_style,
)

CHROMIUM = runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "chromium.py"))["installed"]
INTERACTIONS = 100
LARGEST = {"input_size": 7, "kernel_size": 5, "stride": 3, "dilation": 2}
LAYER = {"kernel_size": 16, "stride": 3, "padding": 0}
MNIST = [((32, 64, 7, 7), 1, 0), ((64, 32, 4, 4), 2, 1), ((32, 1, 4, 4), 2, 1)]


def generator():
    """Return one with as many weights as the book's, random."""
    rng = np.random.default_rng(0)
    return GeneratorExplorer(
        [
            {"weight": rng.normal(size=shape) / 8, "stride": stride, "padding": padding}
            for shape, stride, padding in MNIST
        ]
    )


EXPLORERS = {
    "ConvolutionExplorer, direct": ConvolutionExplorer(**LARGEST, padding=8),
    "ConvolutionExplorer, transposed": ConvolutionExplorer(
        direction="transposed", **LARGEST, output_padding=2, selected="output:9,9"
    ),
    "AdjointExplorer": AdjointExplorer(input_size=5, padding=2, kernel_size=2, selected="x:2,2"),
    "OverlapExplorer": OverlapExplorer(input_size=6, layers=[(6, 3)] * 3, kernel="random"),
    "ShapeSolver, to layers": ShapeSolver(
        sizes=[9, 27, 81, 243, 729, 2187, 6561], max_kernel_size=16
    ),
    "ShapeSolver, to sizes": ShapeSolver(question="sizes", sizes=[4], layers=[LAYER] * 6, step=6),
    "GeneratorExplorer": generator(),
}

INTERACT = """async (interactions) => {
  const shown = (selector) =>
    [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const sliders = shown("input[data-setting][type=range], input[data-latent]");
  const grids = shown("svg[role=application]");
  let up;
  const move = (slider, back) => {
    const step = Number(slider.step);
    up = back ? !up : slider.value === slider.min;
    slider.value = Number(slider.value) + (up ? step : -step);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const point = (grid, share) => {
    const { left, top, width, height } = grid.getBoundingClientRect();
    const place = { clientX: left + share * width, clientY: top + share * height };
    grid.dispatchEvent(new PointerEvent("pointermove", place));
  };
  const interact = (n) => {
    if (n % 4 > 1 && grids.length > 0) point(grids[n % grids.length], (0.37 * n) % 1);
    else move(sliders[(n >> 2) % sliders.length], n % 2 === 1);
  };
  // A message that is posted before a frame is painted is read when it has been.
  const painted = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(null);
  });
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (let n = 0; n < interactions; n += 1) {
    await frame();
    const start = performance.now();
    interact(n);
    const first = await painted();
    let last = first;
    while (document.querySelector("[aria-busy]") !== null) {
      await frame();
      last = await painted();
    }
    times.push([first - start, last - start]);
    await new Promise((done) => setTimeout(done, 100));
  }
  return times;
}"""


def milliseconds(playwright, explorer, slowdown):
    """Time each interaction, on a processor made to look slower: to the next frame, to the last."""
    # A browser that has timed a slow page has been seen never to paint the next one.
    browser = playwright.chromium.launch(executable_path=CHROMIUM(), args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(
        f'<!doctype html><html data-theme="light"><style>{page_style()}</style>'
        f"{explorer.page_html()}<script>{page_script()}</script></html>"
    )
    page.wait_for_selector(".tconv-widget.started")
    page.evaluate(INTERACT, INTERACTIONS // 5)  # not timed: the browser compiles meanwhile
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    times = page.evaluate(INTERACT, INTERACTIONS)
    browser.close()
    return np.array(times)


def main():
    titles = "".join(f"{one:>8}" for one in ("median", "95 %", "last", "95 %"))
    print(f"{'ms to the next frame, the last':<34}{titles}   4× slower:{titles}")
    with sync_playwright() as playwright:
        for name, explorer in EXPLORERS.items():
            columns = [
                np.percentile(milliseconds(playwright, explorer, slowdown), [50, 95], axis=0)
                for slowdown in (1, 4)
            ]
            rows = ("".join(f"{ms:>8.1f}" for ms in column.T.ravel()) for column in columns)
            print(f"{name:<34}" + (" " * 13).join(rows), flush=True)


if __name__ == "__main__":
    main()
