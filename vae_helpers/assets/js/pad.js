// The latent pad (see pad.py): a plane to move on, whose digit is decoded right here, so that it follows the finger.
// The model's "z" is the one place where the code lives: whoever sets it, every view follows. Nothing is loaded.

import { keepKeys } from "./keys.js";
import { makeNote } from "./kernel.js";
import { bind } from "./model.js";
import { bytes, clamp, floats, makeDecoder } from "./network.js";
import { ARROWS, button, element, group, newId, onDrag, onKey, watchSize } from "./page.js";
import { makePlane } from "./plane.js";
import { makeReading } from "./reading.js";
import { makeSketch } from "./sketch.js";
import { makeWalk } from "./walk.js";

const STEP = 0.1, FINE_STEP = 0.01; // of an arrow key, and of one with Shift
const ZOOM = 1.5;
const QUIET = 600; // milliseconds of rest before a screen reader is told: telling each step would flood it

/** Show the pad of a model in an element, and return a function that ends it. */
export function showPad(el, model) {
  keepKeys();
  const state = bind(model), data = unpack(state), { setup, labels } = data;
  const moveTo = (z) => state.set({ z: z.map((value) => clamp(value, -setup.farthest, setup.farthest)) });
  const shared = { ...data, state, moveTo, help: newId("vae-pad-help") };
  const plane = makePlane(shared), reading = makeReading(shared), walk = makeWalk(shared);
  const told = () => { teller.tell(); plane.paintMarks(); };
  const sketch = state.get("strokes") ? makeSketch(shared, { take, told }) : null;
  const teller = makeTeller(() => [...(sketch ? [sketch.message.textContent] : []), ...reading.lines()]);
  const next = makeNext(labels);

  function paintZ() {
    plane.follow(state.get("z"));
    reading.paint(state.get("z"), plane.codes());
    teller.tell();
    plane.paintMarks();
  }

  function paintPoints() {
    walk.paint();
    plane.paintMarks();
  }

  function paintAll() {
    if (!plane.isSeen()) return;
    plane.paintGround();
    paintZ();
    paintPoints();
    sketch?.paint();
  }

  function take(digit) {
    const index = next(digit);
    if (index === undefined) return;
    sketch?.ask({ chosen: index });
    moveTo([...plane.codes().subarray(2 * index, 2 * index + 2)]);
  }

  const acts = {
    moveTo,
    take,
    drop: () => state.set({ points: [...state.get("points"), [...state.get("z")]] }),
    takeBack: () => state.set({ points: state.get("points").slice(0, -1) }),
    zoom(factor) { plane.zoom(factor); paintAll(); },
    show(k) { plane.show(k); paintAll(); },
  };
  el.append(layOut(shared, { plane, reading, walk, sketch, teller, note: makeNote(state) }, acts));
  steer(plane, walk, state, acts);
  state.listen("change:z", paintZ);
  state.listen("change:points", paintPoints);
  const ends = [watchSize(plane.node, paintAll), walk.stop, teller.stop, state.end];
  paintAll();
  return () => ends.forEach((end) => end());
}

/** Return what Python sent in one piece, by network. */
function unpack(state) {
  const setup = state.get("_setup"), { names } = setup;
  const parts = (name) => {
    const all = floats(state.get(name)), length = all.length / names.length;
    return names.map((_, k) => all.subarray(k * length, (k + 1) * length));
  };
  return {
    setup,
    names,
    labels: bytes(state.get("_labels")),
    images: bytes(state.get("_images")),
    codes: parts("_codes"),
    decoders: parts("_weights").map((weights) => makeDecoder(weights, setup.layers)),
  };
}

/** Return a function from a digit to the index of the next of its kind, after the last of them the first. */
function makeNext(labels) {
  const n = labels.length;
  let last = -1;
  return (digit) => {
    const index = Array.from({ length: n }, (_, i) => (last + 1 + i) % n).find((i) => labels[i] === digit);
    last = index ?? last;
    return index;
  };
}

/** Return the `node` that tells a screen reader what `lines` gives, once `tell` has not been called for a while. */
function makeTeller(lines) {
  const node = element("p", { class: "told", role: "status" });
  let telling = 0;
  const stop = () => clearTimeout(telling);
  return {
    node,
    stop,
    tell() {
      stop();
      telling = setTimeout(() => { node.textContent = lines().join(" "); }, QUIET);
    },
  };
}

/** Return all parts in their places: the canvas, the plane, what is decoded, and below them the strip and the help. */
function layOut({ state: { t }, setup, names, help }, { plane, reading, walk, sketch, teller, note }, acts) {
  const tiles = [...(sketch ? [sketch.seen] : []), ...reading.tiles];
  const isDigit = setup.kind === "digit";
  const points = group(t("points and zoom"),
    button(t("drop a point"), acts.drop), button(t("take it back"), acts.takeBack), walk.button,
    button("+", () => acts.zoom(1 / ZOOM), { "aria-label": t("zoom in") }),
    button("\u2212", () => acts.zoom(ZOOM), { "aria-label": t("zoom out") }));
  const digits = group(isDigit ? t("go to a real digit") : t("go to a real picture"),
    isDigit ? t("real digit") : t("real picture"), ...setup.classes.map((name, label) =>
      button(name, () => acts.take(label), { "aria-label": t("go to a real {name}", { name }) })));
  const keys = isDigit
    ? t("On the plane the arrow keys move, with Shift in small steps. Enter drops a point, Backspace takes it back, W " +
      "walks. 0 to 9 go to a real digit, plus and minus zoom, Home goes to the middle. In a notebook Escape leads back " +
      "to the cell.")
    : t("On the plane the arrow keys move, with Shift in small steps. Enter drops a point, Backspace takes it back, W " +
      "walks. 0 to 9 go to a real picture, plus and minus zoom, Home goes to the middle. In a notebook Escape leads " +
      "back to the cell.");
  return element("div", { class: "vae-pad" },
    element("div", { class: "columns" }, ...(sketch ? [sketch.column] : []),
      element("div", { class: "column" }, plane.node, points),
      element("div", { class: "column" }, ...(names.length > 1 ? [switches(t, names, acts.show)] : []),
        element("div", { class: "tiles" }, ...tiles.map((part) => part.figure)), reading.where, digits)),
    walk.strip, teller.node, note,
    element("details", {}, element("summary", {}, t("keys")), element("p", { id: help }, keys),
      ...(sketch ? [sketch.help] : [])));
}

/** Return one button a network, of which the pressed one says whose codes are on the plane. */
function switches(t, names, show) {
  const press = (k) => nodes.forEach((node, i) => node.setAttribute("aria-pressed", i === k));
  const nodes = names.map((name, k) => button(name, () => { press(k); show(k); }));
  press(0);
  return group(t("whose codes are on the plane"), t("codes of"), ...nodes);
}

/** Move the code, and do the rest, by mouse, finger and keys on the plane. */
function steer(plane, walk, state, { moveTo, take, drop, takeBack, zoom }) {
  const rounded = (z) => z.map((value) => Math.round(value * 100) / 100); // what one reads is what Python has
  onDrag(plane.node, (places) => {
    walk.stop();
    moveTo(rounded(plane.codeAt(places.at(-1))));
  });
  const toggle = () => walk.button.click();
  const keys = { Enter: drop, Backspace: takeBack, Delete: takeBack, Home: () => moveTo([0, 0]), w: toggle, W: toggle,
    "+": () => zoom(1 / ZOOM), "=": () => zoom(1 / ZOOM), "-": () => zoom(ZOOM) };
  onKey(plane.node, (key, shift) => {
    const step = (value, axis) => value + ARROWS[key][axis] * (shift ? FINE_STEP : STEP);
    if (ARROWS[key]) moveTo(rounded(state.get("z").map(step)));
    else if (/^[0-9]$/.test(key)) take(Number(key));
    else if (Object.hasOwn(keys, key)) keys[key]();
    else return false;
    return true;
  });
}

export default { render: ({ model, el }) => showPad(el, model) };
