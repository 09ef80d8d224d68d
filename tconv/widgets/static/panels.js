// Frames around what a widget shows: a figure with its caption, a view with its title, the row of actions.

import { button, copy, download, exportSvg } from "./controls.js";
import { html } from "./dom.js";

/** A drawing with its caption, in a box that scrolls by itself where the screen is too narrow. */
export function captioned(drawing) {
  const caption = html("p", { class: "tconv-caption" });
  return { drawing, caption, element: html("div", { class: "tconv-figure" }, caption, html("div", { class: "scroller" }, drawing.element)) };
}

/** A titled part of a widget. */
export const section = (name, title, explanation, ...children) =>
  html("div", { class: "view", "data-view": name },
    html("p", { class: "view-title" }, html("strong", {}, title), " ", html("span", {}, explanation)), ...children);

/** The last row of a widget: a hint, the link to share (where there is a page to link to) and the drawing as a file. */
export function actions({ model, root, hint, file, title }) {
  const share = button("copy link", () => copy(model.address(), share), { hidden: model.address === undefined });
  const save = button("save SVG", () => download(exportSvg(root, title()), `${file}.svg`, "image/svg+xml"));
  return html("div", { class: "bar" }, html("p", { class: "hint" }, hint), share, save);
}
