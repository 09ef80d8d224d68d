// The controls every explorer shares. Native elements: keyboard, touch and screen readers come with them.

import { html, say, set, uniqueId } from "./dom.js";

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
      set(input, "min", min);
      set(input, "max", max);
      input.value = value;
      const filled = `${(100 * (value - min)) / Math.max(1, max - min)}%`;
      if (input.style.getPropertyValue("--filled") !== filled) input.style.setProperty("--filled", filled);
      say(output, String(value));
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
