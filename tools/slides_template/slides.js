// Starts the slides.
"use strict";

const WIDGET = ".tconv-widget";

async function start() {
  // A swipe or an arrow key in an explorer is the explorer's.
  for (const widget of document.querySelectorAll(WIDGET)) widget.dataset.preventSwipe = "";
  await Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0.03,
    center: false,
    transition: "none",
    slideNumber: "c/t",
    hash: false, // the address holds the explorers' settings
    keyboardCondition: () => !document.activeElement?.closest(WIDGET),
  });
  // An explorer of a slide that was hidden has not had a width until now.
  Reveal.on("slidechanged", () => dispatchEvent(new Event("resize")));
}

start();
