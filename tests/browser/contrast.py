"""How well words stand out from their ground: once for each pair of colours on a page.

axe's own rule looks at every word, which on a long chapter takes longer than all its other rules.
`make audit` lets it.
"""

import numpy as np

#: The pairs of colours, "colour on ground", of all words that can be seen.
PAIRS = """() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && one.closest(":disabled, .unseen, mjx-assistive-mml") === null;
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
  const clear = "rgba(0, 0, 0, 0)";
  const ground = (one) => {
    if (one === null) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(one);
    return backgroundColor === clear ? ground(one.parentElement) : backgroundColor;
  };
  // A number stands on the cells of its kind, if those are filled.
  const cell = (text) => {
    const path = text.closest("svg").querySelector(`path.${text.classList[0] ?? "none"}`);
    const { fill } = path ? getComputedStyle(path) : { fill: "none" };
    return fill === "none" ? ground(text.closest("div")) : fill;
  };
  const pairs = [...document.querySelectorAll("body, body *")].filter((one) => own(one) && seen(one)).map((one) =>
    (one.namespaceURI.endsWith("svg")
      ? [getComputedStyle(one).fill, cell(one)] : [getComputedStyle(one).color, ground(one)]).join(" on "));
  return [...new Set(pairs)];
}"""
ENOUGH = 4.5


def luminance(colour):
    channels = np.array([float(n) for n in colour[4:-1].split(",")]) / 255
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(pair):
    low, high = sorted(luminance(colour) for colour in pair.split(" on "))
    return (high + 0.05) / (low + 0.05)


def too_pale(page):
    """Return the pairs of colours whose contrast is below `ENOUGH`, with it."""
    pairs = page.evaluate(PAIRS)
    assert pairs
    return {pair: contrast(pair) for pair in pairs if contrast(pair) < ENOUGH}
