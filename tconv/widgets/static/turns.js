// What may wait until a frame is painted: a little after each frame, so that the reader's hand is followed first.

// In milliseconds. To lay out and paint what is written in that time takes about twice as long.
const A_LITTLE = 4;

const waiting = new Map();

const schedule = () => requestAnimationFrame(() => setTimeout(go)); // when that frame is painted

function next() {
  const [[element, work]] = waiting;
  waiting.delete(element);
  element.ariaBusy = null;
  work();
}

function go() {
  const end = performance.now() + A_LITTLE;
  try {
    while (waiting.size > 0) {
      next();
      if (performance.now() > end) break;
    }
  } finally {
    if (waiting.size > 0) schedule();
  }
}

/** Does the work on an element when its turn comes, in place of what it had waiting; until then the element is busy. */
export function inTurn(element, work) {
  if (waiting.size === 0) schedule();
  element.ariaBusy = "true";
  waiting.set(element, work);
}
