// What the explorers have in common: a state read from the model and sent to it, a pinned cell, numbers to edit.

import { nearestPossible } from "./arithmetic.js";
import { button, menu } from "./controls.js";
import { html, uniqueId } from "./dom.js";
import { onChange, readState } from "./schema.js";
import { PRESETS } from "./values.js";

const LARGEST = 999999;

/** "output:1,0" as { grid, cell }, "" as null. */
export function selectionOf(text) {
  const [grid, at] = text.split(":");
  return at === undefined ? null : { grid, cell: at.split(",").map(Number) };
}

const selectionText = (selection) => (selection === null ? "" : `${selection.grid}:${selection.cell.join(",")}`);

/** A subclass draws itself in `update()`, from what `read()` gives. */
export class Explorer {
  constructor(model, root, schema) {
    Object.assign(this, { model, root, schema, pointed: null });
  }

  /** The model's state, made to fit, with notes on what was replaced. */
  read() {
    this.drawn = Object.fromEntries(Object.keys(this.schema).map((name) => [name, this.model.get(name)]));
    return readState(this.schema, (name) => this.drawn[name]);
  }

  /** Tells the model what the reader changed. */
  send(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Keeps the pinned cell, with no need of another drawing. */
  remember(selection) {
    const selected = selectionText(selection);
    this.state.selected = selected;
    this.drawn.selected = selected;
    this.send({ selected });
  }

  /** Draws anew whatever the model holds that isn't drawn. Returns what ends that. */
  follow() {
    const isCurrent = () => Object.keys(this.schema).every((name) => this.model.get(name) === this.drawn[name]);
    return onChange(this.model, Object.keys(this.schema), () => isCurrent() || this.update());
  }
}

/** A field for the pinned number. @param {(value: number) => void} onWrite gets a number that a grid may hold */
export function numberEditor(onWrite) {
  const write = () => {
    const value = Number(field.value);
    if (field.value !== "" && Math.abs(value) <= LARGEST) onWrite(value);
  };
  const id = uniqueId("edit");
  const field = html("input", {
    id, type: "number", step: "any", inputmode: "decimal", change: write,
    keydown: (event) => event.key === "Enter" && write(), // JupyterLab keeps Enter from becoming a change
  });
  const element = html("p", { class: "editor", hidden: true }, html("label", { for: id }, "value "), field);
  return {
    element,
    /** Offers a number to edit; undefined offers none. */
    offer(value) {
      element.hidden = value === undefined;
      if (value !== undefined && document.activeElement !== field) field.value = value;
    },
    open() {
      field.focus();
      field.select();
    },
  };
}

/** A copy of a grid with one number changed. */
export const withNumber = (rows, [row, column], value) => rows.with(row, rows[row].with(column, value));

/** The list of values to start from. */
export function presetMenu(label, onChoose) {
  const presets = menu({
    label,
    options: [["", "values …"], ...Object.entries(PRESETS).map(([name, [text]]) => [name, text])],
    onChoose: (name) => {
      presets.update("");
      onChoose(name);
    },
  });
  return presets;
}

/** Says why a setting is impossible and offers the nearest possible one. @param {string[]} names its numbers, as the schema has them */
export function refusal(schema, names, onMend) {
  const ranges = Object.fromEntries(names.map((name) => [name, [schema[name].min, schema[name].max]]));
  const element = html("p", { class: "problem", role: "status" });
  return {
    element,
    update(refused, setting) {
      element.hidden = refused === null;
      if (refused === null) return;
      const nearest = nearestPossible(setting, ranges);
      const changes = Object.fromEntries(names.filter((name) => nearest[name] !== setting[name]).map((name) => [name, nearest[name]]));
      const words = Object.entries(changes).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");
      element.replaceChildren(`Impossible: ${refused} `, button(`use ${words}`, () => onMend(changes)));
    },
  };
}
