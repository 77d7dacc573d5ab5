// Strokes brought to the form of an MNIST digit, as drawing.draw_as_mnist does it. No page, no notebook.

const SIDE = 28, BOX_SIDE = 20, CENTRE = 14; // of the picture, of its ink, and where the ink's centre of mass lies
const FINENESS = 8; // a stroke is drawn with this many dots to a pixel, then made grey
const WIDTH = 20; // of the pen, in such dots
const ROUND = 0.4, STRAIGHT = 0.3; // how far Pillow's edges lie beyond the middle of the last dot
const SMALLEST = 0.05; // of the canvas's side; less is a dot

/** Return the picture, SIDE * SIDE bytes, or null if the strokes are but a dot. */
export function drawAsMnist(strokes) {
  const points = strokes.flat(), ends = (axis, pick) => points.reduce((end, point) => pick(end, point[axis]), points[0][axis]);
  const least = [0, 1].map((axis) => ends(axis, Math.min));
  const size = Math.max(...[0, 1].map((axis) => ends(axis, Math.max) - least[axis]));
  if (size < SMALLEST) return null;
  const scale = (FINENESS * BOX_SIDE - WIDTH) / size;
  return centred(inked(strokes.map((stroke) => stroke.map((point) =>
    [0, 1].map((axis) => (point[axis] - least[axis]) * scale + WIDTH)))));
}

/** Draw lines with a round pen on a grid of dots, which the ends of lines lie on, as Pillow does it but for single dots. */
function inked(lines) {
  const side = FINENESS * SIDE, values = new Uint8Array(side * side), half = (WIDTH - 1) / 2;
  const fill = (points, isInk) => {
    const ends = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, top] = ends.map((all) => Math.max(0, Math.floor(Math.min(...all)) - WIDTH));
    const [right, bottom] = ends.map((all) => Math.min(side - 1, Math.ceil(Math.max(...all)) + WIDTH));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) if (isInk([x, y])) values[y * side + x] = 255;
    }
  };
  for (const points of lines) {
    for (const point of points) {
      const [x, y] = point.map((value) => Math.floor(value - half) + half);
      fill([point], (dot) => Math.hypot(dot[0] - x, dot[1] - y) < half + ROUND);
    }
    const ends = points.map((point) => point.map(Math.floor));
    ends.slice(1).forEach((end, i) => fill([ends[i], end], (dot) => distance(dot, ends[i], end) < half + STRAIGHT));
  }
  return { values, width: side, height: side };
}

/** The distance of a point from the line between two others; beyond its ends it is infinite. */
function distance([x, y], [x0, y0], [x1, y1]) {
  const dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
  const t = ((x - x0) * dx + (y - y0) * dy) / square;
  return t >= 0 && t <= 1 ? Math.hypot(x - x0 - t * dx, y - y0 - t * dy) : Infinity; // of one point, t is not a number
}

/** Scale the ink to its box, and move it by whole pixels to the centre of the picture. */
function centred(picture) {
  let ink = cropped(picture);
  const longer = Math.max(ink.width, ink.height), fitted = (side) => Math.max(1, roundEven((side * BOX_SIDE) / longer));
  if (longer !== BOX_SIDE) ink = resized(ink, fitted(ink.width), fitted(ink.height));
  let total = 0, down = 0, right = 0;
  ink.values.forEach((value, i) => {
    total += value;
    down += value * Math.floor(i / ink.width);
    right += value * (i % ink.width);
  });
  const start = (moment, side) => Math.min(Math.max(roundEven(CENTRE - moment / total), 0), SIDE - side);
  const top = start(down, ink.height), left = start(right, ink.width), image = new Uint8Array(SIDE * SIDE);
  ink.values.forEach((value, i) => {
    image[(top + Math.floor(i / ink.width)) * SIDE + left + (i % ink.width)] = value;
  });
  return image;
}

function cropped({ values, width, height }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  values.forEach((value, i) => {
    if (!value) return;
    const x = i % width, y = Math.floor(i / width);
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  });
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const part = new Uint8Array(size.width * size.height);
  part.forEach((_, i) => { part[i] = values[(top + Math.floor(i / size.width)) * width + left + (i % size.width)]; });
  return { values: part, ...size };
}

/** Resize as Pillow does with BICUBIC: first along the rows, then along the columns. */
function resized(picture, width, height) {
  return turned(alongRows(turned(alongRows(picture, width)), height));
}

function turned({ values, width, height }) {
  return { values: values.map((_, i) => values[(i % height) * width + Math.floor(i / height)]), width: height, height: width };
}

function alongRows({ values, width, height }, wanted) {
  const scale = width / wanted, stretch = Math.max(scale, 1), result = new Uint8ClampedArray(wanted * height);
  for (let x = 0; x < wanted; x++) {
    const centre = (x + 0.5) * scale, first = Math.max(0, Math.floor(centre - 2 * stretch + 0.5));
    const last = Math.min(width, Math.floor(centre + 2 * stretch + 0.5));
    const weights = Array.from({ length: last - first }, (_, k) => bicubic((first + k - centre + 0.5) / stretch));
    const total = weights.reduce((sum, weight) => sum + weight);
    for (let y = 0; y < height; y++) {
      result[y * wanted + x] = weights.reduce((sum, weight, k) => sum + weight * values[y * width + first + k], 0) / total;
    }
  }
  return { values: result, width: wanted, height };
}

function bicubic(x) {
  const t = Math.abs(x);
  return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

/** Round as Python does: what lies halfway goes to the even number. */
function roundEven(x) {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2) : Math.round(x);
}
