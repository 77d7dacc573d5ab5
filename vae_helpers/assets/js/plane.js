// The latent plane: the codes of real digits, the prior's circles, and over them the code and the points of the reader.

import { clamp } from "./network.js";
import { element, shortened } from "./page.js";
import { fit, line, write } from "./paint.js";

const MOST_ZOOM = 40;
const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]; // between the numbers of an axis

/** Return the plane: `node` to be put on the page, and what is done with it. */
export function makePlane({ state, setup, names, labels, codes, help }) {
  const ground = element("canvas"), marks = element("canvas");
  const node = element("div", {
    class: "surface", tabindex: 0, role: "application", "aria-roledescription": state.t("two-dimensional slider"),
    "aria-label": state.t("latent plane of {names}", { names: names.join(` ${state.t("and")} `) }), "aria-describedby": help,
  }, ground, marks);
  const widest = codes.reduce((reach, all) => all.reduce((a, b) => Math.max(a, Math.abs(1.05 * b)), reach), setup.span);
  let shown = codes[0];
  let view = { x: 0, y: 0, half: setup.span }; // what the plane shows: its middle, and half its side
  const unit = () => ground.clientWidth / 2 / view.half; // CSS pixels
  const at = (z) => [(z[0] - view.x + view.half) * unit(), (view.y + view.half - z[1]) * unit()];

  const paintGround = () => paintPlane(ground, view, shown, labels, { ...setup, t: state.t });

  function paintMarks() {
    const [context] = fit(marks);
    paintPoints(context, at, state.get("points"), setup.ink);
    paintCode(context, at(state.get("z")), setup.decoder);
    const { z_mean: mean, z_std: std } = state.get("_reading") ?? {};
    if (mean) paintReading(context, at(mean), std.map((value) => value * unit()), setup.encoder);
  }

  return {
    node,
    paintGround,
    paintMarks,
    isSeen: () => node.clientWidth > 0,
    codes: () => shown,
    show(k) {
      shown = codes[k];
    },
    /** The code at a place, from (0, 0) at the top left to (1, 1). */
    codeAt: ([right, down]) => [view.x + (2 * right - 1) * view.half, view.y + (1 - 2 * down) * view.half],
    /** Move after a code that leaves the plane, however it got there. */
    follow(z) {
      const [x, y] = [view.x, view.y].map((middle, axis) => clamp(middle, z[axis] - view.half, z[axis] + view.half));
      if (x === view.x && y === view.y) return;
      view = { ...view, x, y };
      paintGround();
    },
    zoom(factor) {
      const half = clamp(view.half * factor, setup.span / MOST_ZOOM, widest), z = state.get("z");
      // The code stays where it is on the screen. Where all is seen that was at first, the middle is the origin again.
      const [x, y] = [view.x, view.y].map((middle, axis) => z[axis] + ((middle - z[axis]) * half) / view.half);
      view = half > 0.99 * setup.span ? { x: 0, y: 0, half } : { x, y, half };
    },
  };
}

/** Paint codes on a canvas, coloured by their labels, with the prior's circles and the axes; `setup.t` says the numbers. */
export function paintPlane(canvas, view, codes, labels, setup) {
  const [context, side] = fit(canvas), unit = side / 2 / view.half;
  const at = (z) => [(z[0] - view.x + view.half) * unit, (view.y + view.half - z[1]) * unit];
  paintCodes(context, at, codes, labels, setup.colours);
  for (const radius of [1, 2, 3]) line(context, setup.prior, 1, () => context.arc(...at([0, 0]), radius * unit, 0, 7), 0);
  paintClasses(context, side, at, codes, labels, setup);
  paintAxes(context, side, at, view, setup);
}

function paintCodes(context, at, codes, labels, colours) {
  labels.forEach((label, i) => {
    const [x, y] = at([codes[2 * i], codes[2 * i + 1]]);
    context.fillStyle = colours[label % colours.length];
    context.beginPath();
    context.arc(x, y, 2, 0, 7);
    context.fill();
  });
}

/** Write the name of each class where its codes are. */
function paintClasses(context, side, at, codes, labels, { classes, ink }) {
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1], written = [];
  classes.forEach((name, label) => {
    const own = [...labels.keys()].filter((i) => labels[i] === label);
    if (!own.length) return;
    // The median stays among the dots when a few of them lie far out. Fours and nines lie in one place, though.
    let [x, y] = at([0, 1].map((axis) => median(own.map((i) => codes[2 * i + axis]))));
    if (name.length === 1) while (written.some((place) => Math.hypot(place[0] - x, place[1] - y) < 11)) x -= 11;
    else while (written.some((place) => Math.abs(place[0] - x) < 80 && Math.abs(place[1] - y) < 16)) y -= 4;
    written.push([x, y]);
    const font = name.length === 1 ? "bold 22px" : "bold 15px";
    if (Math.min(x, side - x, y, side - y) > 26) write(context, name, x, y, ink, font);
  });
}

function paintAxes(context, side, at, view, { t, ink }) {
  const step = STEPS.find((size) => view.half / size <= 4) ?? 50;
  [view.x, view.y].forEach((middle, axis) => {
    for (let k = Math.ceil((middle - view.half) / step); k * step <= middle + view.half; k++) {
      const pixel = at([k * step, k * step])[axis], label = t(shortened(k * step, step < 0.1 ? 2 : step < 1 ? 1 : 0));
      if (pixel < 44 || pixel > side - 44) continue; // there the axis has its name
      if (axis === 0) write(context, label, pixel, side - 12, ink);
      else write(context, label, 6, pixel, ink, "15px", "left");
    }
  });
  write(context, "z[0]", side - 6, side - 12, ink, "15px", "right");
  write(context, "z[1]", 6, 14, ink, "15px", "left");
}

function ring(context, [x, y], radius, colour, width) {
  line(context, colour, width, () => context.arc(x, y, radius, 0, 7));
}

/** Draw the points that were dropped, numbered, and the line through them. */
function paintPoints(context, at, points, ink) {
  const places = points.map(at);
  if (places.length > 1) line(context, ink, 2, () => places.forEach((place) => context.lineTo(...place)));
  places.forEach(([x, y], i) => {
    ring(context, [x, y], 4, ink, 2);
    write(context, i + 1, x + 12, y - 10, ink, "bold 15px");
  });
}

/** Draw a ring with a cross in it, where the code is. */
function paintCode(context, [x, y], colour) {
  ring(context, [x, y], 9, colour, 3);
  line(context, colour, 2, () => {
    [[-3, 0], [3, 0]].forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
    context.moveTo(x, y - 3);
    context.lineTo(x, y + 3);
  });
}

/** Draw what the encoder made of a drawing: the ellipse of one standard deviation around the mean. */
function paintReading(context, mean, radii, colour) {
  line(context, colour, 2, () => context.ellipse(...mean, ...radii, 0, 0, 7));
  ring(context, mean, Math.max(...radii) + 15, colour, 1.5); // the ellipse alone may be too small to be found
}
