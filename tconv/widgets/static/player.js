// Step, play, pause, scrub: walks through n steps. It stands still where the reader asks for reduced motion.

import { html } from "./dom.js";
import { button } from "./controls.js";

const SECONDS_A_STEP = 0.7;

/** @param {{label: string, onStep: (n: number) => void}} options */
export function player({ label, onStep }) {
  let at = -1;
  let steps = 0;
  let timer = null;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const range = html("input", { type: "range", min: 0, step: 1, "aria-label": label, input: () => go(Number(range.value)) });
  const position = html("output", { class: "position" });
  const play = button("▶ play", () => (timer === null ? start() : pause()), { "data-action": "play" });

  function show() {
    range.max = Math.max(0, steps - 1);
    range.value = Math.max(0, at);
    position.textContent = `${at + 1} / ${steps}`;
  }
  function go(n) {
    at = n;
    show();
    onStep(at);
  }
  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ play";
  }
  function start() {
    if (still.matches) {
      go((at + 1) % steps);
      return;
    }
    play.textContent = "❚❚ pause";
    timer = setInterval(() => go((at + 1) % steps), 1000 * SECONDS_A_STEP);
    go((at + 1) % steps);
  }
  const step = (by) => {
    pause();
    go((at + by + steps) % steps);
  };
  const element = html("div", { class: "player", role: "group", "aria-label": "Step through the operation" },
    button("◀", () => step(-1), { "aria-label": "one step back", "data-action": "back" }), play,
    button("▶", () => step(1), { "aria-label": "one step on", "data-action": "step" }), range, position);
  return {
    element,
    /** Says how many steps there are now, and where the walk stands (−1: nowhere). */
    update(count, now) {
      steps = count;
      at = now;
      show();
    },
    pause,
  };
}
