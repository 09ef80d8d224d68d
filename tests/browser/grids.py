"""What the tests of the explorers do with a grid of numbers: find a cell, read the numbers, move a slider."""

import json

import numpy as np

from tconv.widgets._assets import WIDGETS

# A grid's numbers as texts, in reading order: a row is one text for each kind of cell, in which a
# space is half a digit wide. The numbers of bars are one row, however high they stand.
NUMERALS = """(svg) => [...svg.querySelectorAll(".values text")].flatMap((row) => {
  const half = -row.parentElement.getAttribute("word-spacing");
  const height = row.parentElement.classList.contains("rows") ? Number(row.getAttribute("y")) : 0;
  let at = Number(row.getAttribute("x"));
  return row.textContent.match(/ +|[^ ]+/g).map((part) => {
    const place = at;
    at += half * part.length * (part[0] === " " ? 1 : 2);
    return [height, place, part];
  });
}).filter(([, , part]) => part[0] !== " ").sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , part]) => part)"""


def centre(page, grid, row, column, nth=0):
    """Where on the screen the cell of a grid lies; `row` and `column` count from the grid's first cell."""
    element = page.locator(f'[data-grid="{grid}"]').nth(nth)
    element.scroll_into_view_if_needed()
    return element.evaluate(
        """(svg, [row, column]) => {
          const [x, y, w] = svg.getAttribute("viewBox").split(" ").map(Number);
          const scale = svg.getBoundingClientRect().width / w;
          const scroller = svg.closest(".scroller");
          scroller.scrollTo((column * 36 - x) * scale - 60, (row * 36 - y) * scale - 60);
          const box = svg.getBoundingClientRect();
          return [box.left + (column * 36 + 18 - x) * scale, box.top + (row * 36 + 18 - y) * scale];
        }""",
        [row, column],
    )


def written(page):
    """Wait for the grids that were not written at once, large ones and those out of sight."""
    page.wait_for_function("document.querySelector('[aria-busy]') === null")


# Images and bars have a rectangle for each lit cell, grids a path for all of a kind.
LIT = """(svg) => [...svg.querySelectorAll(".lit :is(rect, path)")].flatMap(({ dataset: { cells, row, column } }) =>
  (cells === undefined ? [[Number(row), Number(column)]] : JSON.parse(cells)))"""


def lit(page, grid, nth=0):
    """The lit cells of a grid, as a set of (row, column), once the large grids are written too."""
    written(page)
    places = page.locator(f'[data-grid="{grid}"]').nth(nth).evaluate(LIT)
    return set(map(tuple, places))


def numbers(page, grid, nth=0):
    """The numbers that a grid shows, in reading order, once the large grids are written too."""
    written(page)
    texts = page.locator(f'[data-grid="{grid}"]').nth(nth).evaluate(NUMERALS)
    return [float(text.replace("−", "-")) for text in texts]


def places(page, grid, cell=36, nth=0):
    """From where to where each number is drawn, across, in cells: an array of (start, end)."""
    ends = """(svg) => [...svg.querySelectorAll(".values text")].flatMap((text) => [...text.textContent.matchAll(/\\S+/g)].map(
        ({ 0: { length }, index }) => [text.getStartPositionOfChar(index).x, text.getEndPositionOfChar(index + length - 1).x]))"""
    return np.array(page.locator(f'[data-grid="{grid}"]').nth(nth).evaluate(ends)) / cell


def move_slider(page, name, value, nth=0):
    slider = page.locator(f'[data-setting="{name}"]').nth(nth)
    slider.fill(str(value))


def sentence(page, nth=0):
    return page.locator(".sentence").nth(nth).text_content()


# One widget led through many states; `read(root)` says what it shows in each. As text: Playwright
# takes long over large values. What waits for a frame or for a while is done in the next microtask.
LEAD_THROUGH = """async (text) => {
  const { requestAnimationFrame, setTimeout } = window;
  Object.assign(window, { requestAnimationFrame: queueMicrotask, setTimeout: queueMicrotask });
  const root = document.body.appendChild(document.createElement("div"));
  const states = JSON.parse(text);
  const model = new $page.PageModel(states[0]);
  const stop = MODULE.render({ model, el: root });
  const shown = [];
  for (const state of states) {
    for (const [name, value] of Object.entries(state)) model.set(name, value);
    for (let round = 0; round === 0 || root.querySelector("[aria-busy]") !== null; round += 1) {
      if (round > 99) throw new Error("a grid stays busy");
      await Promise.resolve(); // drawn in a microtask that the first change has asked for
    }
    shown.push((READ)(root));
  }
  stop();
  root.remove();
  Object.assign(window, { requestAnimationFrame, setTimeout });
  return JSON.stringify(shown);
}"""


def shown_in(script, widget, states, read):
    """What a widget shows in each of the states, as the JavaScript function `read` finds it."""
    call = LEAD_THROUGH.replace("MODULE", f"${WIDGETS[widget]}").replace("READ", read)
    return json.loads(script.evaluate(call, json.dumps(states)))


def numerals_of(*grids):
    """The JavaScript function that reads the numbers of each of the grids, as texts."""
    return f"""(root) => Object.fromEntries({json.dumps(grids)}.map((name) =>
      [name, ({NUMERALS})(root.querySelector(`[data-grid=${{name}}]`))]))"""
