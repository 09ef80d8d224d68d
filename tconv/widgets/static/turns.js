// What may wait until a frame is painted: one piece after each frame, so that the reader's hand is followed first.

const waiting = new Map();

const schedule = () => requestAnimationFrame(() => setTimeout(next)); // when that frame is painted

function next() {
  const [[element, work]] = waiting;
  waiting.delete(element);
  if (waiting.size > 0) schedule();
  element.ariaBusy = null;
  work();
}

/** Does the work on an element when its turn comes, in place of what waited there; the element is busy until then. */
export function inTurn(element, work) {
  element.ariaBusy = "true";
  if (waiting.size === 0) schedule();
  waiting.set(element, work);
}
