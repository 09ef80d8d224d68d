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

// A formula wider than its column scrolls, so the keyboard must reach it.
function focusWideFormulas() {
  for (const formula of document.querySelectorAll("div.math mjx-container")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}

// Only what MyST marks as mathematics is typeset.
window.MathJax = {
  loader: { load: [] }, // its script holds all of it
  tex: { packages: { "[+]": ["ams"] } },
  startup: {
    async pageReady() {
      await MathJax.startup.defaultPageReady();
      focusWideFormulas();
      addEventListener("resize", focusWideFormulas);
    },
  },
  options: {
    ignoreHtmlClass: "tex2jax_ignore|mathjax_ignore|bd-container",
    processHtmlClass: "tex2jax_process|mathjax_process|math|output_area",
  },
};
