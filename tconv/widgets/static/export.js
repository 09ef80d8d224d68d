// What a widget shows, as a file.

import { html, svg } from "./dom.js";

const EXPORTED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity",
  "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];
const CAPTION = 24;
const MARGIN = 12;

/** A row of numbers as one text for each: another program's digits may be of another width. */
function apart(row, copy) {
  return [...row.textContent.matchAll(/\S+/g)].map(({ 0: number, index }) => {
    const one = copy.cloneNode();
    const [from, to] = [row.getStartPositionOfChar(index), row.getEndPositionOfChar(index + number.length - 1)];
    one.setAttribute("x", (from.x + to.x) / 2);
    one.setAttribute("text-anchor", "middle");
    one.textContent = number;
    return one;
  });
}

/** A drawing that needs no style sheet, with the pixels of the canvas below it. */
function standalone(original, [, , width, height]) {
  const clone = original.cloneNode(true);
  const [styled, copies] = [original, clone].map((one) => [one, ...one.querySelectorAll("*")]);
  copies.forEach((copy, n) => {
    const computed = getComputedStyle(styled[n]);
    for (const property of EXPORTED) copy.setAttribute(property, computed.getPropertyValue(property));
    for (const name of ["class", "style", "tabindex", "role"]) copy.removeAttribute(name);
    if (copy.localName === "text") copy.replaceWith(...apart(styled[n], copy));
  });
  const canvas = original.parentElement.querySelector(":scope > canvas");
  if (canvas !== null) {
    clone.prepend(svg("image", { href: canvas.toDataURL(), width, height, "image-rendering": "pixelated", preserveAspectRatio: "none" }));
  }
  return clone;
}

/** The SVGs below `root` that are shown, one under the other, as the text of one SVG. */
export function exportSvg(root, title) {
  const shown = [...root.querySelectorAll("svg.tconv-grid")].filter((one) => one.getClientRects().length > 0);
  let height = 0;
  let width = 320;
  const parts = shown.flatMap((original) => {
    const box = original.getAttribute("viewBox").split(" ").map(Number);
    const caption = svg("text", { x: 0, y: height + CAPTION - 8, "font-family": "sans-serif", "font-size": 13, fill: "#555" }, original.ariaLabel);
    const drawing = standalone(original, box);
    for (const [name, value] of Object.entries({ x: 0, y: height + CAPTION, width: box[2], height: box[3] })) drawing.setAttribute(name, value);
    height += box[3] + 2 * CAPTION;
    width = Math.max(width, box[2]);
    return [caption, drawing];
  });
  const frame = { x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const whole = svg("svg", { viewBox: Object.values(frame).join(" ") },
    svg("title", {}, title), svg("rect", { ...frame, fill: getComputedStyle(root).backgroundColor }), ...parts);
  return new XMLSerializer().serializeToString(whole);
}

/** Offers text to the reader as a file. */
export function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
