// The controls every explorer shares. Native elements: keyboard, touch and screen readers come with them.

import { html, svg, uniqueId } from "./dom.js";

/** Makes `root` an explorer: styled as one, its keys its own (JupyterLab takes digits for shortcuts). */
export function asExplorer(root, ...classes) {
  root.classList.add("tconv-explorer", ...classes);
  root.dataset.lmSuppressShortcuts = "true";
}

/** A slider with its letter, name and value. `update(value, min, max)` moves it without an event. */
export function slider({ letter, name, title, onInput }) {
  const id = uniqueId(name);
  const output = html("output", { for: id });
  const input = html("input", {
    id, type: "range", step: 1, "data-setting": name, input: () => onInput(Number(input.value)),
  });
  const symbol = html("i", {}, letter);
  const element = html("div", { class: "slider" }, html("label", { for: id }, title, " ", symbol), output, input);
  return {
    element,
    letter: symbol,
    update(value, min, max) {
      Object.assign(input, { min, max, value });
      input.style.setProperty("--filled", `${(100 * (value - min)) / Math.max(1, max - min)}%`);
      output.textContent = String(value);
    },
  };
}

/** A row of choices of which one holds: radio buttons in the shape of a segmented switch. */
export function segments({ legend, options, onChoose }) {
  const group = uniqueId("segments");
  const inputs = options.map(([value]) => html("input", {
    type: "radio", name: group, id: `${group}-${value}`, value, change: () => onChoose(value),
  }));
  const element = html("fieldset", { class: "segments" }, html("legend", { class: "unseen" }, legend),
    ...options.flatMap(([value, text], n) => [inputs[n], html("label", { for: `${group}-${value}` }, text)]));
  return { element, update: (value) => inputs.forEach((input) => { input.checked = input.value === value; }) };
}

/** A drop-down list; options are [value, text]. */
export function menu({ label, options, onChoose }) {
  const select = html("select", { "aria-label": label, change: () => onChoose(select.value) },
    ...options.map(([value, text]) => html("option", { value }, text)));
  return { element: select, update: (value) => { select.value = value; } };
}

/** A tick box with its label. */
export function tick({ label, name, onChange }) {
  const input = html("input", { type: "checkbox", "data-setting": name, change: () => onChange(input.checked) });
  return { element: html("label", { class: "tick" }, input, " ", label), update: (value) => { input.checked = value; } };
}

export const button = (text, onClick, attributes = {}) =>
  html("button", { type: "button", click: onClick, ...attributes }, text);

/** Copies text, and says on the button whether that worked. */
export async function copy(text, on) {
  const label = on.textContent;
  try {
    await navigator.clipboard.writeText(text);
    on.textContent = "copied";
  } catch {
    on.textContent = "copy by hand";
  }
  setTimeout(() => { on.textContent = label; }, 1500);
}

const EXPORTED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity",
  "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];

/** The SVGs below `root` that are shown, one under the other, as the text of one SVG that needs no style sheet. */
export function exportSvg(root, title) {
  const shown = [...root.querySelectorAll("svg.tconv-grid")].filter((one) => one.getClientRects().length > 0);
  let height = 0;
  let width = 0;
  const parts = shown.map((original) => {
    const clone = original.cloneNode(true);
    const styled = [original, ...original.querySelectorAll("*")];
    [clone, ...clone.querySelectorAll("*")].forEach((element, n) => {
      const computed = getComputedStyle(styled[n]);
      for (const property of EXPORTED) element.setAttribute(property, computed.getPropertyValue(property));
      for (const name of ["class", "style", "tabindex", "role"]) element.removeAttribute(name);
    });
    const [, , w, h] = original.getAttribute("viewBox").split(" ").map(Number);
    const caption = svg("text", { x: 0, y: height + 16, "font-family": "sans-serif", "font-size": 13, fill: "#555" },
      original.getAttribute("aria-label"));
    for (const [name, value] of Object.entries({ x: 0, y: height + 24, width: w, height: h })) clone.setAttribute(name, value);
    height += h + 48;
    width = Math.max(width, w, 320);
    return [caption, clone];
  });
  const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `-12 -12 ${width + 24} ${height + 24}` },
    svg("title", {}, title),
    svg("rect", { x: -12, y: -12, width: width + 24, height: height + 24, fill: getComputedStyle(root).backgroundColor }),
    ...parts.flat());
  return new XMLSerializer().serializeToString(whole);
}

/** Offers text to the reader as a file. */
export function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
