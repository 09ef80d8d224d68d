// Frames around what a widget shows: a figure with its caption, a view with its title, the row of actions.

import { button, copy } from "./controls.js";
import { html } from "./dom.js";
import { download, exportSvg } from "./export.js";

/** A drawing with its caption, in a box that scrolls by itself where the screen is too narrow. */
export function captioned(drawing) {
  const caption = html("p", { class: "tconv-caption" });
  const scroller = html("div", { class: "scroller" }, drawing.element);
  return { drawing, caption, scroller, element: html("div", { class: "tconv-figure" }, caption, scroller) };
}

/** A titled part of a widget. */
export const section = (name, title, explanation, ...children) =>
  html("div", { class: "view", "data-view": name },
    html("p", { class: "view-title" }, html("strong", {}, title), " ", html("span", {}, explanation)), ...children);

/** The last row of a widget: what is given, the link to share (where there is a page to link to) and the drawing as a file. */
export function actions({ model, root, file, title }, ...before) {
  const share = button("copy link", () => copy(model.address(), share), { hidden: model.address === undefined });
  const save = button("save SVG", () => download(exportSvg(root, title()), `${file}.svg`, "image/svg+xml"));
  return html("div", { class: "bar" }, ...before, share, save);
}

export const hint = (words) => html("p", { class: "hint" }, words);
