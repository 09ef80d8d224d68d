"""Whatever an address or a stored notebook holds, every explorer draws, says what it replaced, and lets nothing in."""

import json
import random
from html import escape
from urllib.parse import quote

import numpy as np
import pytest

from tconv.widgets import (
    AdjointExplorer,
    ConvolutionExplorer,
    GeneratorExplorer,
    OverlapExplorer,
    ShapeSolver,
)
from tconv.widgets._assets import WIDGETS

GENERATOR = GeneratorExplorer(
    [{"weight": np.ones((2, 3, 3, 3))}, {"weight": np.ones((3, 1, 4, 4)), "stride": 2}]
)
LAYER = GENERATOR.network[0]
EXPLORERS = [AdjointExplorer(), ConvolutionExplorer(), GENERATOR, OverlapExplorer(), ShapeSolver()]
STATES = 10_000

WORDS = [
    "",
    "__proto__",
    "constructor",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "NaN",
    "1e999",
    "١",
    "\u0000",
    "%00%ff%&&&===",
    "x" * 99,
    "output:0,0",
    "output:999,999",
    "back:9,9",
    "bars:0,0",
    "nearest:999,999",
    "99,99",
    "AAA=",
]
NUMBERS = [-1, 0, 1, 2, 3.7, 7, 99, 9999, -7, 1e-300, 1e308, -1e308, 999_999, 2**53, 10**20]


def anything(rng, depth=0):
    """A random value of every kind that JSON can hold."""
    plain = [None, True, False, *NUMBERS, *WORDS]
    kind = rng.randrange(5 if depth < 3 else 2)
    if kind < 2:
        return rng.choice(plain)
    if kind == 2:
        return [anything(rng, depth + 1) for _ in range(rng.randrange(9))]
    if kind == 3:
        return {rng.choice([*WORDS, *LAYER]): anything(rng, depth + 1)}
    side = rng.randrange(1, 9)
    return [[rng.choice([1, 2.5, -999_999, 1e-9, 3]) for _ in range(side)] for _ in range(side)]


def almost(rng, value):
    """A good value with something changed in it."""
    if isinstance(value, list | dict) and value and rng.random() < 0.8:
        keys = list(value if isinstance(value, dict) else range(len(value)))
        key, changed = rng.choice(keys), value.copy()
        changed[key] = almost(rng, value[key])
        return changed
    if isinstance(value, list):
        return rng.choice([value * 2, value[1:], [*value, None], [value], value * 40])
    if isinstance(value, int) and rng.random() < 0.7:
        return value + rng.randint(-3, 3)
    return anything(rng)


def as_text(rng, value):
    """The value as an address might hold it, with the separators that the schemas print."""
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value[:20]
        mark = ";" if any(isinstance(one, list | dict) for one in parts) else ","
        return mark.join(as_text(rng, one) for one in parts)
    return str(value)


def pool(rng, explorer):
    """For each trait, and for two names that are none, hostile values as (value, text in an address)."""
    good = {name: getattr(explorer, name) for name in explorer.traits(page=True)}
    values = {
        name: [almost(rng, value) for _ in range(200)] + [anything(rng) for _ in range(200)]
        for name, value in good.items()
    } | {name: [anything(rng)] for name in ("__proto__", "constructor")}
    written = {}
    for name, ones in values.items():
        texts = [as_text(rng, one) * rng.choice([1] * 99 + [300]) for one in ones]
        written[name] = [text if rng.random() < 0.3 else quote(text) for text in texts]
    return values, written


def cases(explorer, count):
    """Half of them trait values, as a stored notebook holds them, half address fragments."""
    rng = random.Random(0)
    values, written = pool(rng, explorer)
    for n in range(count):
        names = rng.choices(list(values), k=4)
        if n % 2:
            yield {"traits": {name: rng.choice(values[name]) for name in names}, "hash": ""}
        else:
            entries = [
                f"{type(explorer).__name__}1.{one}={rng.choice(written[one])}" for one in names
            ]
            yield {"traits": {}, "hash": f"#{'&'.join(entries)}"}


# Of each explorer: what makes a state whole, and whether all that is computed of it is sound.
SOUND = {
    "AdjointExplorer": """(state) => {
      const whole = $adjoint_state.normalise(state);
      return $arithmetic.problem($adjoint.operation(whole)) !== null || Object.values($adjoint.explore(whole)).flat(2).every(Number.isFinite);
    }""",
    "ConvolutionExplorer": """(state) => {
      const whole = $explorer_state.normalise(state);
      return $arithmetic.problem(whole) !== null || $arithmetic.convolve(whole, whole.input, whole.kernel).flat().every(Number.isFinite);
    }""",
    "GeneratorExplorer": """(state, traits) => {
      const layers = $generator.unpack(traits.network, traits.weights);
      return layers === null || $generator.run(layers, $generator_explorer.latentOf($generator_explorer.fitState(state, layers), layers)).at(-1).every(Number.isFinite);
    }""",
    "OverlapExplorer": "({ input_size, layers }) => $overlap.overlapCount(input_size, layers).every((n) => n >= 0 && Number.isInteger(n))",
    "ShapeSolver": """(state) => {
      const { sizes, layers, step } = $shapes.arrange(state);
      return sizes.length === layers.length + 1 && step <= layers.length
        && sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= $shapes.MAX_SIZE)
        && layers.every((layer, n) => layer === null || $shapes.sizeAfter(sizes[n], layer) === sizes[n + 1]);
    }""",
}

CHECK = """({ name, widget, sound, original, cases, every }) => {
  const failures = [];
  const { schema, render } = widget;
  const id = `${name}1`;
  const seen = new Set(); // most states are made the default
  const notesOf = (state) => $schema.readState(schema, (field) => state[field]);
  const check = ({ traits, hash }, n) => {
    const asked = { ...original, ...traits, ...$page.fromAddress(hash, id, schema) };
    const { state, notes } = notesOf(asked);
    const silent = Object.keys(schema).filter((field) => asked[field] != null && asked[field] !== state[field]
      && !notes.some((note) => note.startsWith(field.replaceAll("_", " "))));
    if (silent.length > 0) return `replaced in silence: ${silent}`;
    if (notesOf(state).notes.length > 0) return `not made to fit: ${notesOf(state).notes}`;
    const key = JSON.stringify([state, traits.network, traits.weights]);
    if (!seen.has(key) && !sound(state, asked)) return "unsound";
    seen.add(key);
    const model = new $page.PageModel(asked);
    const shared = $page.fromAddress($page.toAddress(hash, id, schema, (field) => model.get(field), original), id, schema);
    if (notesOf({ ...original, ...shared }).notes.length > 0) return "a link to it is out of range too";
    if (n % every > 0) return null;
    const stage = document.createElement("div");
    document.body.replaceChildren(stage);
    const stop = render({ model, el: stage });
    const said = stage.querySelector(".note")?.textContent ?? "";
    const lacking = stage.querySelector("[role=alert]") ? [] : notes.filter((note) => !said.includes(note));
    const intruders = stage.querySelectorAll("script, img, iframe, object, embed, link, style, foreignObject").length
      + [...stage.querySelectorAll("*")].filter((one) => one.getAttributeNames().some((attribute) => attribute.startsWith("on"))).length;
    stop();
    if (stage.textContent === "") return "nothing drawn";
    if (lacking.length > 0) return `not said: ${lacking}`;
    return intruders > 0 ? "something was let in" : null;
  };
  cases.forEach((one, n) => {
    let failure;
    try {
      failure = check(one, n);
    } catch (error) {
      failure = error.stack;
    }
    if (failure !== null) failures.push(`${failure}: ${JSON.stringify(one).slice(0, 400)}`);
  });
  if (Object.keys(Object.prototype).length > 0) failures.push("Object.prototype was changed");
  return failures.slice(0, 5);
}"""


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda one: type(one).__name__)
def test_ten_thousand_hostile_states(script, explorer):
    """Read, said and computed, all of them; each fortieth drawn as well."""
    name = type(explorer).__name__
    argument = {
        "name": name,
        "original": {trait: getattr(explorer, trait) for trait in explorer.traits(page=True)},
        "cases": list(cases(explorer, STATES)),
        "every": 40,
    }
    call = f"""(text) => ({CHECK})({{
      ...JSON.parse(text), widget: ${WIDGETS[name]}, sound: {SOUND[name]},
    }})"""
    assert script.evaluate(call, json.dumps(argument)) == []


# What an address asks for, and what the explorer says of it.
ADDRESSES = {
    "AdjointExplorer": {
        "stride=99999999999999999999": "stride was out of range and is now 1",
        "percent=-7&AdjointExplorer1.padding=1e9": "percent was out of range and is now 0",
        "towards=__proto__&AdjointExplorer1.__proto__=1": "towards was out of range",
        "x=<img src=x onerror=alert(1)>": "x was out of range and is now the default",
        "y=1,2;3&AdjointExplorer1.kernel=1e999": "kernel was out of range and is now the default",
        "kernel=" + "9," * 5000: "kernel was out of range and is now the default",
        "selected=constructor:0,0": "selected was out of range and is now none",
        "selected=back:9,9": "",
    },
    "ConvolutionExplorer": {
        "stride=NaN&ConvolutionExplorer1.padding=-7": "padding was out of range and is now 0",
        "constructor=1&ConvolutionExplorer1.direction=constructor": "direction was out of range",
        "input=<img src=x onerror=alert(1)>": "input was out of range and is now the default",
        "selected=wrong:0,0&ConvolutionExplorer1.ndim=3": "ndim was out of range and is now 2",
        "input=%00%ff%&&&===": "input was out of range and is now the default",
        "selected=output:999,999": "",
        "kernel=" + "9," * 50_000: "",
    },
    "GeneratorExplorer": {
        "seed=99999": "seed was out of range and is now 9999",
        "z=9,9,9": "z had 3 numbers and is now the sample's",
        "z=9,9": "z was out of range and is now 3,3",
        "z=<img src=x onerror=alert(1)>": "z was out of range",
        "percent=NaN&GeneratorExplorer1.pad_x=-7": "percent was out of range",
        "__proto__=1&GeneratorExplorer1.network=[]&GeneratorExplorer1.weights=AAAA": "",
        "selected=99,99": "",
    },
    "OverlapExplorer": {
        "layers=99999999999,2": "layers was out of range and is now 3,2",
        "layers=9,9": "layers was out of range and is now 6,3",
        "layers=3,2;3,2;3,2;3,2": "layers was out of range and is now 3,2;3,2;3,2",
        "layers=" + "3,2;" * 1000: "layers was out of range",
        "input_size=1e9&OverlapExplorer1.seed=-1": "seed was out of range and is now 0",
        "selected=__proto__:0,0": "selected was out of range",
        "selected=nearest:999,999": "",
    },
    "ShapeSolver": {
        "sizes=0,99999999&ShapeSolver1.step=77": "sizes was out of range and is now 1,9999",
        "sizes=NaN,-7": "sizes was out of range and is now 7,14,28",
        "sizes=1,2,3,4,5,6,7,8,9,10": "sizes was out of range and is now 1,2,3,4,5,6,7",
        "sizes=" + "9," * 5000: "sizes was out of range",
        "question=sizes&ShapeSolver1.layers=99,99,99,99,99": "layers was out of range",
        "question=sizes&ShapeSolver1.layers=" + ";".join(["16,8,0,0,1"] * 6): "ends before it",
        "question=sizes&ShapeSolver1.layers=1,1,16,7,1": "padding of layer 1 is now",
        "max_stride=NaN&ShapeSolver1.max_padding=1e999": "max padding was out of range",
    },
}

# A widget starts when it is seen, so not at once.
MOUNT_AGAIN = """async (address) => {
  history.replaceState(null, "", address);
  const mount = document.querySelector(".tconv-widget");
  mount.replaceChildren();
  const script = document.createElement("script");
  script.textContent = document.querySelector("body > script").textContent;
  mount.after(script);
  for (let frame = 0; frame < 100 && !mount.querySelector(".note"); frame += 1) await new Promise(requestAnimationFrame);
  return [mount.querySelector(".note")?.textContent, mount.querySelectorAll("img, script").length];
}"""


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda one: type(one).__name__)
def test_hostile_addresses_of_a_page(show, explorer):
    name = type(explorer).__name__
    with show(explorer) as page:
        for entry, expected in ADDRESSES[name].items():
            note, intruders = page.evaluate(MOUNT_AGAIN, f"#{name}1.{entry}")
            assert intruders == 0, entry
            assert expected in note if expected else note == "", (entry[:99], note)


RAW = [
    "",
    "null",
    "7",
    '"text"',
    "[[]]",
    "{",
    "[" * 100_000,
    "<img src=x onerror=alert(1)>",
    '{"__proto__": {"padding": 7}, "constructor": {"prototype": {"padding": 7}}}',
    '{"input_size": "<img src=x onerror=alert(1)>", "sizes": {"length": 1e9}, "network": "AAAA"}',
]


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda one: type(one).__name__)
def test_hostile_text_in_the_mount_element(show, explorer):
    name = type(explorer).__name__
    mounts = [
        f'<div class="tconv-widget" data-widget="{name}" data-state="{escape(text)}">static</div>'
        for text in RAW
    ]
    with show(*mounts) as page:
        stages = page.locator(".tconv-stage").all_text_contents()
        assert len(list(filter(None, stages))) == len(RAW)
        assert page.locator("img").count() == 0
        assert page.evaluate("({}).padding") is None
        unread = page.get_by_text("stored state can't be read; it shows its default")
        assert unread.count() == 4  # those that are no JSON
