// The canvas to draw on. The strokes go to Python, which brings them to the form of an MNIST digit, encodes them, and
// answers with a reading: the picture, its z_mean and z_std, or a message.

import { bytes, clamp } from "./network.js";
import { ARROWS, button, element, group, onDrag, onKey, shortened, tile } from "./page.js";
import { fit, line, paintDigits } from "./paint.js";

const PEN = 0.08; // of the canvas's side; for the network Python draws with a pen of MNIST's thickness
const NEAR = 0.005; // points closer than this are one
const STEP = 0.04, FINE_STEP = 0.01; // of an arrow key, and of one with Shift
const PATIENCE = 1000; // milliseconds without an answer before the page says that it waits for Python

/** Return the `column` with the canvas, the tile of what the network has `seen`, and what is done with them. `take` is
 * called with the digit of a key, `told` after each answer. */
export function makeSketch({ state, setup, help }, { take, told }) {
  const seen = tile(state.t("input x"), setup.ink, setup.shape), message = element("p", { class: "message" });
  const surface = makeSurface(state.t, setup, `${help}-draw`);
  let strokes = [], waiting = 0;

  function follow() {
    strokes = state.get("strokes").map((stroke) => [...stroke]);
    surface.paint(strokes);
  }

  function answer() {
    clearTimeout(waiting);
    const reading = state.get("_reading"), { image, problem } = reading;
    const [height, width] = setup.shape;
    paintDigits(seen.canvas, [image ? bytes(image) : new Uint8Array(height * width)], 255, setup.shape);
    message.textContent = problem || describe(state.t, reading);
    if (problem) message.setAttribute("role", "alert");
    else message.removeAttribute("role");
    message.style.color = problem ? setup.wrong : "";
    told();
  }

  function ask(values) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      message.textContent = state.t("Waiting for Python, which encodes the drawing. Another cell may be running.");
    }, PATIENCE);
    state.set(values);
  }

  function add(points, begins) {
    if (begins || !strokes.length) strokes.push([points[0]]);
    for (const point of points) {
      const last = strokes.at(-1).at(-1);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) strokes.at(-1).push(point);
    }
    ask({ strokes: strokes.map((stroke) => [...stroke]) });
  }

  function clear() {
    surface.lift();
    ask({ strokes: [], chosen: -1 });
  }

  const repaint = () => surface.paint(strokes);
  onDrag(surface.node, (points, begins) => {
    surface.lift();
    add(points, begins);
  });
  onKey(surface.node, (key, shift) => surface.onKey(key, shift, { add, clear, take, repaint }));
  for (const event of ["focus", "blur"]) surface.node.addEventListener(event, repaint);
  state.listen("change:strokes", follow);
  state.listen("change:_reading", answer);
  const column = element("div", { class: "column" }, surface.node,
    group(state.t("drawing"), button(state.t("clear"), clear)), message);
  return { ask, seen, message, column, paint() { follow(); answer(); }, help: surface.help };
}

/** Say where the drawing was placed, or that there is none. */
function describe(t, { z_mean: mean, z_std: std, is_dot: isDot }) {
  if (isDot) return t("This is but a dot. Draw a digit, as large as you like.");
  if (!mean) return t("Nothing is drawn yet. Draw a digit, or take a real one.");
  const pair = (values) => `(${values.map((value) => shortened(value, 2)).join(", ")})`;
  if (Math.max(...std) === 0) return t("Its code is {mean}. An autoencoder gives no spread.", { mean: pair(mean) });
  return t("The encoder gives it z_mean {mean} and z_std {std}.", { mean: pair(mean), std: pair(std) });
}

/** Return the canvas itself, with the pen that the arrow keys move. */
function makeSurface(t, setup, help) {
  const canvas = element("canvas");
  const node = element("div", {
    class: "surface", tabindex: 0, role: "application", "aria-roledescription": t("drawing canvas"),
    "aria-label": t("draw a digit"), "aria-describedby": help,
  }, canvas);
  let pen = [0.5, 0.2], isDown = false;

  function paint(strokes) {
    const [context, side] = fit(canvas);
    for (const stroke of strokes) {
      const path = () => { for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x * side, y * side); };
      line(context, setup.ink, PEN * side, path, 0);
    }
    if (!node.matches(":focus-visible")) return;
    // The pen of the arrow keys
    const circle = () => context.arc(pen[0] * side, pen[1] * side, (PEN * side) / 2 + 2, 0, 7);
    line(context, isDown ? setup.decoder : setup.encoder, 2, circle);
  }

  function onKey(key, shift, { add, clear, take, repaint }) {
    if (ARROWS[key]) {
      const step = shift ? FINE_STEP : STEP, [right, up] = ARROWS[key];
      pen = [clamp(pen[0] + right * step, 0, 1), clamp(pen[1] - up * step, 0, 1)];
      if (isDown) add([pen], false);
    } else if (key === " ") {
      isDown = !isDown;
      if (isDown) add([pen], true);
    } else if (key === "Backspace" || key === "Delete") clear();
    else if (/^[0-9]$/.test(key)) take(Number(key));
    else return false;
    repaint();
    return true;
  }

  return {
    node,
    paint,
    onKey,
    lift() {
      isDown = false;
    },
    help: element("p", { id: help }, t("On the canvas the arrow keys move a pen, with Shift in small steps. " +
      "Space lowers and raises it, Backspace clears the canvas, 0 to 9 take a real digit.")),
  };
}
