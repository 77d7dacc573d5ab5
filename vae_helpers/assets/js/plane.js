// The latent plane: the codes of real digits, the prior's circles, and over them the code and the points of the reader.

import { clamp } from "./network.js";
import { overlap, placeLabels } from "./labels.js";
import { element, shortened } from "./page.js";
import { fit, line, unitOf, write } from "./paint.js";

const MOST_ZOOM = 40;
const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]; // between the numbers of an axis
const ROOM = 20, GAP = 6; // pixels from one number to the next, and between them, at least
const RING = 14; // pixels that no name is written on around the code
const SMALL = "15px", LEADING = 4; // pixels
const CORNERS = [[12, -10], [-12, -10], [12, 10], [-12, 10]]; // pixels from a point to its number: the first that is free
const NUMERAL = 0.054; // of the plane's side: 15 points in 5 inches, as plots.latent_plane has it

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
  const unit = () => ground.clientWidth / unitOf(ground) / 2 / view.half;
  const at = (z) => [(z[0] - view.x + view.half) * unit(), (view.y + view.half - z[1]) * unit()];

  const paintGround = () => paintPlane(ground, view, shown, labels, { ...setup, t: state.t }, [state.get("z")]);

  function paintMarks() {
    const [context] = fit(marks);
    paintPoints(context, at, state.get("points"), setup.ink, placed.get(shown)?.boxes ?? []);
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

/** Paint codes on a canvas, coloured by their labels, with the prior's circles and the axes, whose numbers `setup.t`
 * says; no name is written on what is `marked`. */
export function paintPlane(canvas, view, codes, labels, setup, marked = []) {
  const [context, side] = fit(canvas), unit = side / 2 / view.half;
  const at = (z) => [(z[0] - view.x + view.half) * unit, (view.y + view.half - z[1]) * unit];
  paintCodes(context, at, codes, labels, setup.colours);
  for (const radius of [1, 2, 3]) line(context, setup.prior, 1, () => context.arc(...at([0, 0]), radius * unit, 0, 7), 0);
  const axes = axisTexts(context, side, at, view, setup.t), marks = marked.map(at).map(([x, y]) => ({ x, y, width: RING, height: RING }));
  paintClasses(context, side, [...axes, ...marks], at, codes, labels, setup);
  for (const { text, x, y } of axes) write(context, text, x, y, setup.ink, SMALL);
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

const placed = new WeakMap(); // by the codes: whoever goes to and fro on the beta slider sees the same planes again

/** Write the name of each class where its codes are. */
function paintClasses(context, side, taken, at, codes, labels, { classes, ink }) {
  const font = `bold ${classes.every((name) => name.length === 1) ? clamp(NUMERAL * side, 15, 22) : 15}px`;
  const height = textSize(context, classes.join(""), font)[1];
  const key = JSON.stringify([side, taken, at([0, 0]), at([1, 1])]);
  if (placed.get(codes)?.key !== key) {
    const dots = classes.map(() => []);
    labels.forEach((label, i) => dots[label].push(at([codes[2 * i], codes[2 * i + 1]])));
    const named = classes.map((name, label) => ({ name, dots: dots[label] }));
    const widest = (rows) => Math.max(...rows.map((row) => textSize(context, row, font)[0]));
    const sizeOf = (rows) => [widest(rows), rows.length * (height + LEADING) - LEADING];
    placed.set(codes, { key, boxes: placeLabels(named, side, taken, sizeOf) });
  }
  for (const { rows, x, y, leader } of placed.get(codes).boxes) {
    if (leader) {
      line(context, ink, 1, () => leader.forEach((place) => context.lineTo(...place)));
      ring(context, leader[1], 1, ink, 2);
    }
    rows.forEach((row, i) => write(context, row, x, y + (i - (rows.length - 1) / 2) * (height + LEADING), ink, font));
  }
}

function textSize(context, text, font) {
  context.font = `${font} sans-serif`;
  const { width, actualBoundingBoxAscent, actualBoundingBoxDescent } = context.measureText(text);
  return [width, actualBoundingBoxAscent + actualBoundingBoxDescent];
}

/** Return what to write along the axes, as boxes: their names, and as many numbers as there is room for. */
function axisTexts(context, side, at, view, t) {
  const boxed = (text, x, y, shift = 0) => {
    const [width, height] = textSize(context, text, SMALL);
    return { text, x: x + shift * width, y, width, height };
  };
  const texts = [boxed("z[0]", side - 6, side - 12, -0.5), boxed("z[1]", 6, 14, 0.5)];
  // Those of z[0] within the frame, those of z[1] above them.
  const isInside = [({ x, width }) => x - width / 2 > 4 && x + width / 2 < side - 4, ({ y }) => y > 14 && y < side - 28];
  const numbers = (axis, step) => {
    const middle = [view.x, view.y][axis], first = Math.ceil((middle - view.half) / step);
    const count = Math.floor((middle + view.half) / step) - first + 1;
    return Array.from({ length: count }, (_, k) => {
      const value = (first + k) * step, pixel = at([value, value])[axis];
      const text = t(shortened(value, step < 0.1 ? 2 : step < 1 ? 1 : 0));
      return axis ? boxed(text, 6, pixel, 0.5) : boxed(text, pixel, side - 12);
    }).filter(isInside[axis]);
  };
  const hasRoom = (step) => {
    const room = (step * side) / 2 / view.half; // from one number to the next
    return room >= ROOM && numbers(0, step).every((box, i, all) => !i || (box.width + all[i - 1].width) / 2 + GAP <= room);
  };
  const step = STEPS.find((size) => view.half / size <= 4 && hasRoom(size)) ?? 50;
  for (const box of [...numbers(1, step), ...numbers(0, step)]) {
    if (!texts.some((other) => overlap({ ...box, width: box.width + LEADING }, other))) texts.push(box);
  }
  return texts;
}

function ring(context, [x, y], radius, colour, width) {
  line(context, colour, width, () => context.arc(x, y, radius, 0, 7));
}

/** Draw the points that were dropped, numbered where no class has its name, and the line through them. */
function paintPoints(context, at, points, ink, names) {
  const places = points.map(at);
  if (places.length > 1) line(context, ink, 2, () => places.forEach((place) => context.lineTo(...place)));
  places.forEach(([x, y], i) => {
    ring(context, [x, y], 4, ink, 2);
    const boxes = CORNERS.map(([dx, dy]) => ({ x: x + dx, y: y + dy, width: 9, height: 11 }));
    const free = boxes.find((box) => !names.some((name) => overlap(box, name))) ?? boxes[0];
    write(context, i + 1, free.x, free.y, ink, "bold 15px");
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
