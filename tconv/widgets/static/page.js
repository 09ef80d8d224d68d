// In the published page: mounts the widgets' modules on their elements, with no kernel behind them.

import { html } from "./dom.js";

/** What a widget's module needs of anywidget's model: get, set, on, off, save_changes. */
export class PageModel {
  constructor(state) {
    this.state = new Map(Object.entries(state));
    this.listeners = new Map();
  }

  get(name) {
    return this.state.get(name);
  }

  set(name, value) {
    if (Object.is(this.state.get(name), value)) return;
    this.state.set(name, value);
    for (const listener of [...(this.listeners.get(`change:${name}`) ?? [])]) listener();
  }

  on(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  save_changes() {
    this.onSave?.();
  }
}

/** Entries "id.name=value" of the page's address that belong to this widget, parsed by its schema. */
export function fromAddress(hash, id, schema) {
  const found = {};
  if (!hash.startsWith("#") || hash.length > 20000) return found;
  for (const [key, text] of new URLSearchParams(hash.slice(1))) {
    const name = key.slice(id.length + 1);
    if (key.startsWith(`${id}.`) && Object.hasOwn(schema, name)) found[name] = schema[name].parse(text);
  }
  return found;
}

/** The address fragment with this widget's entries replaced by those that differ from `original`. */
export function toAddress(hash, id, schema, get, original) {
  const entries = [...new URLSearchParams(hash.slice(1))].filter(([key]) => key.includes(".") && !key.startsWith(`${id}.`));
  for (const [name, field] of Object.entries(schema)) {
    const fitted = (value) => field.fit(value ?? field.initial);
    const [value, first] = [fitted(get(name)), fitted(original[name])];
    if (value === null) continue;
    const text = field.print(value);
    if (first === null || text !== field.print(first)) entries.push([`${id}.${name}`, text]);
  }
  return entries.length === 0 ? "" : `#${entries.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join("&")}`;
}

function mount(element, { render, schema }, id) {
  let original = {};
  try {
    original = Object(JSON.parse(element.dataset.state ?? "{}"));
  } catch {
    element.append(html("p", { role: "alert" }, "This widget's stored state can't be read; it shows its default."));
  }
  const model = new PageModel({ ...original, ...fromAddress(location.hash, id, schema) });
  let waiting;
  model.onSave = () => {
    clearTimeout(waiting);
    // Browsers refuse more than some address changes a second.
    waiting = setTimeout(() => {
      const hash = toAddress(location.hash, id, schema, (name) => model.get(name), original);
      history.replaceState(history.state, "", hash === "" ? location.pathname + location.search : hash);
    }, 200);
  };
  model.address = () => {
    const hash = toAddress(location.hash, id, schema, (name) => model.get(name), original);
    return location.href.split("#")[0] + hash;
  };
  const stage = html("div", { class: "tconv-stage" });
  // The static form stays for the printer; the style sheet hides it on a screen. It goes by a class, not by
  // `:has(> .tconv-stage)`, for which browsers look through all of a widget whenever something is added to it.
  element.append(stage);
  element.classList.add("started");
  try {
    render({ model, el: stage });
  } catch (error) {
    stage.remove();
    element.classList.remove("started");
    throw error;
  }
  // A link within the page may carry a setting of its own.
  addEventListener("hashchange", () => {
    for (const [name, value] of Object.entries(fromAddress(location.hash, id, schema))) model.set(name, value);
  });
}

/** Mounts a widget on its element; one that fails leaves its static form in place. */
export function start(element, widget, id) {
  try {
    mount(element, widget, id);
  } catch (error) {
    console.error(`${element.dataset.widget} could not start`, error);
  }
}

/** Calls `then` when the element holds its widget's state. A long one has a script, and loads here. */
function fetchState(element, then) {
  const src = element.dataset.stateFrom;
  if (src === undefined) return then();
  const words = "What this widget needs could not be loaded; it shows its still form. Load the page again to try once more.";
  const error = () => element.append(html("p", { role: "alert" }, words));
  document.head.append(html("script", { src, load: then, error }));
}

/** Starts each `.tconv-widget` of the page when a reader comes near. */
export function mountAll(widgets) {
  const seen = {};
  const ids = new Map();
  const near = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      near.unobserve(target);
      fetchState(target, () => start(target, widgets[target.dataset.widget], ids.get(target)));
    }
  }, { rootMargin: "100%" });
  for (const element of document.querySelectorAll(".tconv-widget[data-widget]")) {
    const name = element.dataset.widget;
    if (!Object.hasOwn(widgets, name)) continue;
    seen[name] = (seen[name] ?? 0) + 1;
    ids.set(element, `${name}${seen[name]}`);
    near.observe(element);
  }
  // A link that carries a setting leads to its widget; on a page opened again the reader stays where they were.
  const lead = () => [...ids].find(([, id]) => location.hash.startsWith(`#${id}.`))?.[0].scrollIntoView();
  if (performance.getEntriesByType("navigation")[0].type === "navigate") lead();
  addEventListener("hashchange", lead);
}
