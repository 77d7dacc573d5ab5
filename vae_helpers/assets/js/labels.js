// Where the names of classes are written on a plane: amid their dots, and never over one another. Everything is in pixels,
// so that it holds at every width.

const GAP = 4; // between two labels
const CORE = 0.7; // the share of a class's dots, those around its middle, that its name may be written on
const ROW = 5; // digits in a row of a label that names several classes
const NEAR = 0.075; // of the plane's side: as far as a name looks for where its dots are denser
const STEPS = 20; // at most, on the way there
const MOST_HIDDEN = 0.75; // of a class's dots by its own name
const DOT = 3; // a dot's radius, and a pixel
const CROSSED = 20; // pixels that it is worth not to lead over a name
const RING = 5, TURNS = 16; // how finely the room around a place is searched

/** Whether two boxes, each given by its middle and its size, overlap or nearly do. */
export function overlap(a, b) {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + GAP && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + GAP;
}

/** Return the labels of classes: boxes, each with the `rows` to write in it.
 *
 * A name stands at the middle of its dots or, where another is in the way, where they are denser, or on the nearest dot of
 * its own that is free. Classes that leave no dot free for one of them lie in one place, and share a label. It stands
 * where it hides few dots, with a line to `leader`, which is that place; so does a name that would hide most of its own.
 *
 * `classes` are [{ name, dots }], `taken` are boxes to keep free, and `sizeOf` gives the width and height of rows. */
export function placeLabels(classes, side, taken, sizeOf) {
  const inView = ([x, y]) => x > 0 && y > 0 && x < side && y < side;
  const seen = classes.map(({ name, dots }, order) => ({ name, order, dots: dots.filter(inView) }));
  const dots = seen.flatMap((part) => part.dots);
  let labels = seen.filter((part) => part.dots.length).map((part) => makeLabel([{ ...part, ...middle(part.dots) }], sizeOf));
  const crowded = labels.filter((label) => labels.some((other) => other !== label && overlap(label, other)));
  labels = labels.map((label) => (crowded.includes(label) ? makeLabel([densest(label.parts[0], NEAR * side)], sizeOf) : label));
  for (;;) {
    const boxes = [...taken];
    const stuck = labels.find((label) => {
      const box = label.isApart ? null : onDots(label, boxes, side);
      if (box) boxes.push(box);
      return !box && !label.isApart;
    });
    if (!stuck) return finish(labels, boxes.slice(taken.length), taken, dots, side, sizeOf);
    labels = joined(labels, stuck, sizeOf);
  }
}

/** Return a label of one class or several: in the middle between their places. */
function makeLabel(parts, sizeOf) {
  const names = [...parts].sort((a, b) => a.order - b.order).map(({ name }) => name);
  const perRow = names.every((name) => name.length === 1) ? ROW : 1;
  const rows = names.flatMap((_, i) => (i % perRow ? [] : [names.slice(i, i + perRow).join(" ")]));
  const [width, height] = sizeOf(rows), mean = (axis) => parts.reduce((sum, part) => sum + part[axis], 0) / parts.length;
  return { parts, rows, width, height, x: mean("x"), y: mean("y"), dots: parts.flatMap((part) => part.dots), leader: null };
}

/** The median stays among the dots when a few of them lie far out. */
function middle(dots) {
  const [x, y] = [0, 1].map((axis) => dots.map((dot) => dot[axis]).sort((a, b) => a - b)[dots.length >> 1]);
  return { x, y };
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** Return a class with its place moved to where its dots are densest: one in two pieces has its median between them. */
function densest(part, near) {
  let place = part;
  for (let i = 0; i < STEPS; i++) {
    const around = part.dots.filter(([x, y]) => Math.hypot(x - place.x, y - place.y) < near);
    if (!around.length) break;
    const next = middle(around);
    if (next.x === place.x && next.y === place.y) break;
    place = next;
  }
  return { ...part, x: place.x, y: place.y };
}

/** Return the label where it is free, at its place or on the nearest of its dots, or nothing. */
function onDots(label, others, side) {
  const far = ([x, y]) => Math.hypot(x - label.x, y - label.y);
  label.spots ??= [[label.x, label.y], ...label.dots.map((dot) => [far(dot), dot]).sort((a, b) => a[0] - b[0])
    .slice(0, Math.ceil(CORE * label.dots.length)).map(([, dot]) => dot)];
  const spot = label.spots.find(([x, y]) => isFree({ ...label, x, y }, others, side));
  return spot && { ...label, x: spot[0], y: spot[1] };
}

function isFree(box, others, side) {
  const { x, y, width, height } = box;
  return Math.min(x, side - x) >= width / 2 + GAP && Math.min(y, side - y) >= height / 2 + GAP &&
    !others.some((other) => overlap(box, other));
}

/** Join a label that has no place with the nearest one, if that is in the same place. */
function joined(labels, stuck, sizeOf) {
  const [nearest] = labels.filter((label) => label !== stuck && distance(label, stuck) < (stuck.width + stuck.height) / 2)
    .sort((a, b) => distance(a, stuck) - distance(b, stuck));
  return united(labels, nearest ? [stuck, nearest] : [stuck], sizeOf);
}

function united(labels, some, sizeOf) {
  const one = makeLabel(some.flatMap(({ parts }) => parts), sizeOf);
  return [...labels.filter((label) => !some.includes(label)), { ...one, isApart: true }];
}

/** Return the boxes, and with them the labels that are better placed beside their dots. */
function finish(labels, boxes, taken, dots, side, sizeOf) {
  const hiding = boxes.filter((box) => nHidden(box, box.dots) > MOST_HIDDEN * box.dots.length);
  const done = boxes.filter((box) => !hiding.includes(box));
  let apart = [...labels.filter(({ isApart }) => isApart), ...hiding];
  const pair = () => apart.flatMap((a, i) => apart.slice(i + 1).map((b) => [a, b]))
    .find(([a, b]) => distance(a, b) < sizeOf([""])[1]);
  for (let both = pair(); both; both = pair()) apart = united(apart, both, sizeOf);
  for (const label of apart) {
    const box = beside(label, done, taken, dots, side);
    if (box) done.push(box); // else there is no room in the whole plane
  }
  return done;
}

const nHidden = ({ x, y, width, height }, dots) => dots.filter((dot) => Math.abs(dot[0] - x) < width / 2 + DOT &&
  Math.abs(dot[1] - y) < height / 2 + DOT).length;

/** Return the label where it is free and hides few dots: each counts as much as a pixel farther from its place, and all of
 * its own as much as the plane's side. */
function beside(label, done, taken, dots, side) {
  const inTheWay = [...done, ...done.flatMap(leaderOf)], place = inSight(label, done);
  let best = null, least = Infinity;
  for (let radius = 0; radius < Math.min(side, least); radius += RING) {
    for (let turn = 0; turn < (radius ? TURNS : 1); turn++) {
      const angle = (2 * Math.PI * turn) / TURNS; // the first is upwards
      const box = { ...label, x: place.x + radius * Math.sin(angle), y: place.y - radius * Math.cos(angle) };
      box.leader = leader(box, place);
      if (!isFree(box, [...inTheWay, ...taken], side)) continue;
      const crossed = leaderOf(box).filter((dash) => inTheWay.some((other) => overlap(dash, other)));
      const ownHidden = nHidden(box, label.dots) / label.dots.length;
      const cost = radius + nHidden(box, dots) + side * ownHidden + CROSSED * crossed.length;
      if (cost < least) [best, least] = [box, cost];
    }
  }
  return best;
}

/** Return the place of a label or, where that is hidden, the nearest of its dots that is not. */
function inSight(label, done) {
  const places = [label, ...label.dots.map(([x, y]) => ({ x, y }))].map(({ x, y }) => ({ x, y, width: DOT, height: DOT }));
  return places.filter((place) => !done.some((other) => overlap(place, other)))
    .sort((a, b) => distance(a, label) - distance(b, label))[0] ?? label;
}

/** Return the ends of the line from a box to its place, or nothing where it touches the place nearly. */
function leader({ x, y, width, height }, place) {
  const [right, down] = [place.x - x, place.y - y];
  const share = Math.min((width / 2 + GAP) / Math.abs(right), (height / 2 + GAP) / Math.abs(down));
  const isLong = (1 - share) * Math.hypot(right, down) >= RING;
  return isLong ? [[x + share * right, y + share * down], [place.x, place.y]] : null;
}

/** Return the line of a label as boxes. */
function leaderOf({ leader: ends }) {
  if (!ends) return [];
  const [[x, y], [endX, endY]] = ends, n = Math.ceil(Math.hypot(endX - x, endY - y) / RING);
  return Array.from({ length: n + 1 }, (_, i) => ({ x: x + (i * (endX - x)) / n, y: y + (i * (endY - y)) / n, width: 0, height: 0 }));
}
