// Axes, curves and areas on a canvas, with the frame of each given in shares of the picture.

const INK = "#1a1a1a";

/** Draw axes between these shares of the picture and return the functions from numbers to its places.
 * `frame` is [left, bottom, width, height], from 0 at the bottom to 1, as matplotlib has it; `t` says the numbers. */
export function drawAxes(context, [width, height], frame, { t, x, y, xticks = [], yticks = [], xlabel, ylabel, names }) {
  const [left, bottom, wide, high] = frame, right = (left + wide) * width, base = (1 - bottom) * height;
  const top = (1 - bottom - high) * height;
  const toX = (value) => left * width + ((value - x[0]) / (x[1] - x[0])) * wide * width;
  const toY = (value) => base - ((value - y[0]) / (y[1] - y[0])) * high * height;
  Object.assign(context, { strokeStyle: INK, fillStyle: INK, lineWidth: 1, font: "15px sans-serif" });
  if (!names) {
    stroke(context, [[left * width, top], [left * width, base], [right, base]]);
    for (const tick of xticks) stroke(context, [[toX(tick), base], [toX(tick), base + 4]]);
    for (const tick of yticks) stroke(context, [[left * width - 4, toY(tick)], [left * width, toY(tick)]]);
  }
  Object.assign(context, { textAlign: "center", textBaseline: "top" });
  if (xlabel) for (const tick of xticks) context.fillText(t(minus(tick)), toX(tick), base + 6);
  if (xlabel) context.fillText(xlabel, (left + wide / 2) * width, base + 24);
  Object.assign(context, { textAlign: "right", textBaseline: "middle" });
  yticks.forEach((tick, i) => context.fillText(names?.[i] ?? t(minus(tick)), left * width - 7, toY(tick)));
  if (ylabel) turned(context, ylabel, 9, (top + base) / 2);
  return { toX, toY, box: [left * width, top, wide * width, high * height] };
}

function turned(context, text, x, y) {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(text, 0, 0);
  context.restore();
}

const minus = (value) => String(value).replace("-", "\u2212");

function stroke(context, points) {
  context.beginPath();
  points.forEach((point) => context.lineTo(...point));
  context.stroke();
}

/** Draw a curve within its axes; `dash` as a canvas takes it. */
export function drawCurve(context, { toX, toY, box }, x, y, colour, width, dash = []) {
  within(context, box, () => {
    Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
    context.setLineDash(dash);
    stroke(context, x.map((place, i) => [toX(place), toY(y[i])]));
  });
}

/** Fill what lies between a curve and 0, or hatch it. */
export function fillCurve(context, { toX, toY, box }, x, y, colour, hatched = false) {
  within(context, box, () => {
    context.beginPath();
    context.moveTo(toX(x[0]), toY(0));
    x.forEach((place, i) => context.lineTo(toX(place), toY(y[i])));
    context.lineTo(toX(x.at(-1)), toY(0));
    Object.assign(context, { fillStyle: colour, strokeStyle: colour, lineWidth: 1 });
    if (!hatched) return void context.fill();
    context.clip();
    const [left, top, width, height] = box;
    for (let shift = -height; shift < width; shift += 5) {
      stroke(context, [[left + shift, top + height], [left + shift + height, top]]);
    }
  });
}

/** Paint with nothing outside the box, and leave the context as it was. */
export function within(context, [left, top, width, height], paint) {
  context.save();
  context.beginPath();
  context.rect(left, top - 2, width, height + 4);
  context.clip();
  paint();
  context.restore();
}

/** Return round numbers from low to high, at most about `most` of them. */
export function roundTicks(low, high, most) {
  const rough = (high - low) / most, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((value) => value >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9), count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}
