// Runs before the page is drawn and before any other script.
"use strict";

// The reader's choice of light or dark, or the system's: set now, so that no page flashes.
(function () {
  const root = document.documentElement;
  let mode = "auto";
  try {
    mode = localStorage.getItem("mode") || mode;
  } catch {
    // storage may be refused, for one on file:// in some browsers: the system decides then
  }
  if (!["light", "dark"].includes(mode)) mode = "auto";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
})();

// What is larger than its box scrolls, so the keyboard must reach it. The observer tells of each when
// it is drawn and when it grows; the theme would measure all of them at once.
addEventListener("DOMContentLoaded", () => {
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const boxes = "pre, .cell_output > .output, .pst-scrollable-table-container, div.math mjx-container";
  for (const box of document.querySelectorAll(boxes)) sizes.observe(box);
});
