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

// A formula wider than its column scrolls, so the keyboard must reach it. Those out of sight can wait.
addEventListener("DOMContentLoaded", () => {
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const formula of document.querySelectorAll("div.math mjx-container")) sizes.observe(formula);
});
