// The latent pad (see pad.py): a plane to move on, whose digit is decoded right here, so that it follows the finger.
// The model's "z" is the one place where the code lives: whoever sets it, every view follows. Nothing is loaded.

const SIDE = 28, PIXELS = SIDE * SIDE;
const STEP = 0.1, FINE_STEP = 0.01; // of an arrow key, and of one with Shift
const ZOOM = 1.5, MOST_ZOOM = 40;
const STRIP = 10; // digits of a walk
const LEG = 1500; // milliseconds from one point of a walk to the next
const QUIET = 600; // milliseconds of rest before a screen reader is told: telling each step would flood it
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
let views = 0;

// Arithmetic ----------------------------------------------------------------------------------------------------------

/** Return numbers that were sent as bytes. Copied, because what is sent may begin where no number may. */
export function floats(sent) {
  return new Float32Array(bytes(sent).slice().buffer);
}

/** Return bytes that were sent as such. */
export function bytes(sent) {
  return new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength);
}

/** Return a function from a code to the 784 pixels of its digit; each call overwrites the pixels of the last.
 * `weights` holds each layer's kernel, row by row, and its bias; `layers` its numbers of inputs and of units. */
export function makeDecoder(weights, layers) {
  let offset = 0;
  const stack = layers.map(([inputs, units]) => ({
    kernel: weights.subarray(offset, (offset += inputs * units)),
    bias: weights.subarray(offset, (offset += units)),
    output: new Float32Array(units),
  }));
  return (z) => {
    let x = Float32Array.from(z);
    stack.forEach(({ kernel, bias, output }, depth) => {
      const units = output.length;
      output.set(bias);
      for (let i = 0; i < x.length; i++) {
        const value = x[i], row = i * units;
        if (value === 0) continue; // about half of what a ReLU lets through
        for (let j = 0; j < units; j++) output[j] += value * kernel[row + j];
      }
      const last = depth === stack.length - 1;
      for (let j = 0; j < units; j++) output[j] = last ? 1 / (1 + Math.exp(-output[j])) : Math.max(output[j], 0);
      x = output;
    });
    return x;
  };
}

/** Return the share of N(0, I) that lies farther from the origin than z: chi-squared with 2 degrees of freedom. */
export function priorTail([x, y]) {
  return Math.exp(-(x * x + y * y) / 2);
}

/** Return n codes at equal distances along the line through the points. */
export function along(points, n) {
  const legs = points.slice(1).map((end, i) => Math.hypot(end[0] - points[i][0], end[1] - points[i][1]));
  const total = legs.reduce((sum, leg) => sum + leg, 0);
  return Array.from({ length: n }, (_, k) => {
    if (k === n - 1) return [...points.at(-1)]; // which rounding might miss
    let left = (total * k) / (n - 1), i = 0;
    while (i < legs.length - 1 && left > legs[i]) left -= legs[i++];
    const t = legs[i] > 0 ? Math.min(left / legs[i], 1) : 0;
    return [0, 1].map((axis) => points[i][axis] + t * (points[i + 1][axis] - points[i][axis]));
  });
}

/** Return the index of the code nearest to z, of those in a flat array, and how far it is. */
export function nearestCode(codes, [x, y]) {
  let index = 0, least = Infinity;
  for (let i = 0; i < codes.length; i += 2) {
    const square = (codes[i] - x) ** 2 + (codes[i + 1] - y) ** 2;
    if (square < least) [index, least] = [i / 2, square];
  }
  return [index, Math.sqrt(least)];
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const rounded = (z) => z.map((value) => Math.round(value * 100) / 100); // what one reads is what Python has
const shortened = (value, digits) => value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
const percent = (share) => (share < 1e-4 ? "less than 0.01 %"
  : `${shortened(100 * share, share < 0.01 ? 2 : share < 0.1 ? 1 : 0)} %`);

// Parts of the page ---------------------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function button(label, action, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", action);
  return node;
}

const group = (name, ...children) => element("div", { class: "group", role: "group", "aria-label": name }, ...children);

/** A digit above its name. */
function tile(label, colour) {
  const canvas = element("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });
  const caption = element("figcaption", { style: `color: ${colour}` }, label);
  return { canvas, caption, figure: element("figure", {}, canvas, caption) };
}

/** Put digits side by side on a canvas, ink on paper; a pixel's value is 0 to `full`. */
function paintDigits(canvas, digits, full) {
  if (canvas.width !== SIDE * digits.length) canvas.width = SIDE * digits.length;
  if (canvas.height !== SIDE) canvas.height = SIDE;
  const context = canvas.getContext("2d"), image = context.createImageData(SIDE, SIDE);
  digits.forEach((ink, k) => {
    for (let i = 0; i < PIXELS; i++) {
      image.data.fill(255 - (255 * ink[i]) / full, 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, k * SIDE, 0);
  });
}

/** Empty a square canvas, fit it to its place on the screen, and return its context and its side in CSS pixels. */
function fit(canvas) {
  const side = canvas.clientWidth, scale = window.devicePixelRatio || 1, pixels = Math.round(side * scale);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels; // slow even where nothing changes
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, side, side);
  return [context, side];
}

/** Write with a white rim, readable on whatever lies behind. */
function write(context, text, x, y, colour, font = "15px", textAlign = "center") {
  Object.assign(context, { font: `${font} sans-serif`, textAlign, textBaseline: "middle", lineJoin: "round" });
  Object.assign(context, { lineWidth: 4, strokeStyle: "white", fillStyle: colour });
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** Draw a line, with a white rim unless `rim` is 0. */
function line(context, colour, width, path, rim = 2.5) {
  context.beginPath();
  path();
  for (const [strokeStyle, lineWidth] of [["white", rim && width + rim], [colour, width]]) {
    Object.assign(context, { strokeStyle, lineWidth: lineWidth || width, lineCap: "round", lineJoin: "round" });
    if (lineWidth) context.stroke();
  }
}

/** Call `act` with the places, from (0, 0) at the top left to (1, 1), where mouse, pen or finger press and move: all
 * since the last call, which may be several to a picture of the screen. */
function onDrag(node, act) {
  const report = (events, begins) => {
    const box = node.getBoundingClientRect();
    act(events.map(({ clientX, clientY }) => [clamp((clientX - box.left) / box.width, 0, 1),
      clamp((clientY - box.top) / box.height, 0, 1)]), begins);
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault(); // no text is to be selected
    report([event], true);
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    const events = event.getCoalescedEvents?.() ?? [];
    report(events.length ? events : [event], false);
  });
}

/** Call `act` with each key; a key that it has a use for, it returns true for, does not scroll the page. */
function onKey(node, act) {
  node.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.altKey && !event.metaKey && act(event.key, event.shiftKey)) event.preventDefault();
  });
}

// A view --------------------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const setup = model.get("_setup"), { names, colours } = setup;
  const labels = bytes(model.get("_labels")), images = bytes(model.get("_images"));
  const parts = (name) => {
    const all = floats(model.get(name)), length = all.length / names.length;
    return names.map((_, k) => all.subarray(k * length, (k + 1) * length));
  };
  const codes = parts("_codes"), decoders = parts("_weights").map((weights) => makeDecoder(weights, setup.layers));
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const moveTo = (z) => set({ z: z.map((value) => clamp(value, -setup.farthest, setup.farthest)) });
  const help = `vae-pad-help-${views++}`;
  const ends = [];
  function listen(event, act) { model.on(event, act); ends.push(() => model.off(event, act)); }
  let shown = 0; // the network whose codes are on the plane
  let view = { x: 0, y: 0, half: setup.span }; // what the plane shows: its middle, and half its side
  const widest = codes.reduce((reach, all) => all.reduce((a, b) => Math.max(a, Math.abs(1.05 * b)), reach), setup.span);
  let walking = 0, telling = 0, taken = -1;

  // What it consists of
  const ground = element("canvas"), marks = element("canvas");
  const plane = element("div", {
    class: "surface", tabindex: 0, role: "application", "aria-roledescription": "two-dimensional slider",
    "aria-label": `latent plane of ${names.join(" and ")}`, "aria-describedby": help,
  }, ground, marks);
  const decoded = names.map((name) => tile(`${name} decodes z`, setup.decoder));
  const nearest = tile("nearest real digit", setup.ink);
  const where = element("p", { class: "where" }), told = element("p", { class: "told", role: "status" });
  const strip = element("div", { class: "strip" });
  const walk = button("walk", toggleWalk);
  const switches = names.map((name, k) => button(name, () => show(k)));
  // In draw.js, which Python puts below this file where there is a canvas to draw on.
  const sketch = setup.canvas ? makeSketch({ model, setup, help, set, listen, take, tell, paintMarks }) : null;
  const tiles = [...(sketch ? [sketch.seen] : []), ...decoded, nearest];
  const root = element("div", { class: "vae-pad" },
    element("div", { class: "columns" }, ...(sketch ? [sketch.column] : []),
      element("div", { class: "column" }, plane, group("points and zoom",
        button("drop a point", drop), button("take it back", takeBack), walk,
        button("+", () => zoom(1 / ZOOM), { "aria-label": "zoom in" }),
        button("\u2212", () => zoom(ZOOM), { "aria-label": "zoom out" }))),
      element("div", { class: "column" },
        ...(names.length > 1 ? [group("whose codes are on the plane", "codes of", ...switches)] : []),
        element("div", { class: "tiles" }, ...tiles.map((part) => part.figure)), where,
        group("go to a real digit", "real digit", ...colours.map((_, digit) =>
          button(digit, () => take(digit), { "aria-label": `go to a real ${digit}` }))))),
    strip, told,
    element("details", {}, element("summary", {}, "keys"), element("p", { id: help },
      "On the plane the arrow keys move, with Shift in small steps. Enter drops a point, Backspace takes it back, W " +
      "walks. 0 to 9 go to a real digit, plus and minus zoom, Home goes to the middle."),
      ...(sketch ? [sketch.help] : [])));
  // Else JupyterLab takes the keys, too: Enter edits the cell, D D deletes it, 0 0 restarts the kernel.
  for (const node of root.querySelectorAll("[tabindex], button, summary")) node.dataset.lmSuppressShortcuts = true;
  el.append(root);

  // Painting
  const unit = () => ground.clientWidth / 2 / view.half; // CSS pixels
  const at = (z) => [(z[0] - view.x + view.half) * unit(), (view.y + view.half - z[1]) * unit()];

  function paintGround() {
    const [context, side] = fit(ground), plotted = codes[shown];
    labels.forEach((label, i) => {
      const [x, y] = at([plotted[2 * i], plotted[2 * i + 1]]);
      context.fillStyle = colours[label];
      context.beginPath();
      context.arc(x, y, 2, 0, 7);
      context.fill();
    });
    for (const radius of [1, 2, 3]) {
      line(context, setup.prior, 1, () => context.arc(...at([0, 0]), radius * unit(), 0, 7), 0);
    }
    const median = (values) => values.sort((a, b) => a - b)[values.length >> 1], written = [];
    colours.forEach((_, digit) => {
      const own = [...labels.keys()].filter((i) => labels[i] === digit);
      if (!own.length) return;
      // The median stays among the dots when a few of them lie far out. Fours and nines lie in one place, though.
      let [x, y] = at([0, 1].map((axis) => median(own.map((i) => plotted[2 * i + axis]))));
      while (written.some((place) => Math.hypot(place[0] - x, place[1] - y) < 11)) x -= 11;
      written.push([x, y]);
      if (Math.min(x, side - x, y, side - y) > 26) write(context, digit, x, y, setup.ink, "bold 22px");
    });
    const step = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20].find((size) => view.half / size <= 4) ?? 50;
    [view.x, view.y].forEach((middle, axis) => {
      for (let k = Math.ceil((middle - view.half) / step); k * step <= middle + view.half; k++) {
        const pixel = at([k * step, k * step])[axis], label = shortened(k * step, step < 0.1 ? 2 : step < 1 ? 1 : 0);
        if (pixel < 44 || pixel > side - 44) continue; // there the axis has its name
        if (axis === 0) write(context, label, pixel, side - 12, setup.ink);
        else write(context, label, 6, pixel, setup.ink, "15px", "left");
      }
    });
    write(context, "z[0]", side - 6, side - 12, setup.ink, "15px", "right");
    write(context, "z[1]", 6, 14, setup.ink, "15px", "left");
  }

  function paintMarks() {
    const [context] = fit(marks), points = model.get("points"), [x, y] = at(model.get("z"));
    const ring = (z, radius, colour, width) => line(context, colour, width, () => context.arc(...at(z), radius, 0, 7));
    if (points.length > 1) line(context, setup.ink, 2, () => points.forEach((point) => context.lineTo(...at(point))));
    points.forEach((point, i) => {
      ring(point, 4, setup.ink, 2);
      write(context, i + 1, at(point)[0] + 12, at(point)[1] - 10, setup.ink, "bold 15px");
    });
    ring(model.get("z"), 9, setup.decoder, 3);
    line(context, setup.decoder, 2, () => {
      [[-3, 0], [3, 0]].forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
      context.moveTo(x, y - 3);
      context.lineTo(x, y + 3);
    });
    const { z_mean: mean, z_std: std } = model.get("_reading") ?? {};
    if (mean) {
      const radii = std.map((value) => value * unit());
      line(context, setup.encoder, 2, () => context.ellipse(...at(mean), ...radii, 0, 0, 7));
      ring(mean, Math.max(...radii) + 15, setup.encoder, 1.5); // the ellipse alone may be too small to be found
    }
  }

  function paintZ() {
    const z = model.get("z");
    // The plane follows a code that leaves it, however it got there.
    const [x, y] = [view.x, view.y].map((middle, axis) => clamp(middle, z[axis] - view.half, z[axis] + view.half));
    if (x !== view.x || y !== view.y) {
      view = { ...view, x, y };
      paintGround();
    }
    decoded.forEach(({ canvas }, k) => paintDigits(canvas, [decoders[k](z)], 1));
    const [index, distance] = nearestCode(codes[shown], z);
    paintDigits(nearest.canvas, [images.subarray(index * PIXELS, (index + 1) * PIXELS)], 255);
    nearest.caption.textContent = `nearest real digit: ${labels[index]}`;
    nearest.canvas.setAttribute("aria-label", nearest.caption.textContent);
    const lines = [`z = (${z.map((value) => shortened(value, 2)).join(", ")})`,
      `${percent(priorTail(z))} of the prior N(0, I) lies farther out.`,
      `The nearest real code, of a ${labels[index]}, is ${shortened(distance, 2)} away.`];
    where.replaceChildren(...lines.map((text) => element("span", {}, text)));
    tell();
    paintMarks();
  }

  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => {
      told.textContent = [sketch?.message, ...where.children].map((node) => node?.textContent ?? "").join(" ");
    }, QUIET);
  }

  function paintPoints() {
    const points = model.get("points");
    walk.disabled = points.length < 2;
    strip.replaceChildren(...(walk.disabled ? [] : names).flatMap((name, k) => {
      const digits = along(points, STRIP).map((z) => decoders[k](z).slice());
      const canvas = element("canvas", { role: "img",
        "aria-label": `${STRIP} digits that ${name} decodes on the way from point 1 to point ${points.length}` });
      paintDigits(canvas, digits, 1);
      return [element("span", {}, `${name}, from point 1 to ${points.length}`), canvas];
    }));
    paintMarks();
  }

  function paintAll() { if (plane.clientWidth) { paintGround(); paintZ(); paintPoints(); sketch?.paint(); } }

  // What the reader does
  function drop() { set({ points: [...model.get("points"), [...model.get("z")]] }); }
  function takeBack() { set({ points: model.get("points").slice(0, -1) }); }

  function zoom(factor) {
    const half = clamp(view.half * factor, setup.span / MOST_ZOOM, widest), z = model.get("z");
    // The code stays where it is on the screen. Where all is seen that was at first, the origin is in the middle again.
    const [x, y] = [view.x, view.y].map((middle, axis) => z[axis] + ((middle - z[axis]) * half) / view.half);
    view = half > 0.99 * setup.span ? { x: 0, y: 0, half } : { x, y, half };
    paintAll();
  }

  function show(k) {
    shown = k;
    switches.forEach((node, i) => node.setAttribute("aria-pressed", i === k));
    paintAll();
  }

  function take(digit) {
    const n = labels.length; // the next of its kind, and after the last the first
    const index = Array.from({ length: n }, (_, i) => (taken + 1 + i) % n).find((i) => labels[i] === digit);
    if (index === undefined) return;
    taken = index;
    sketch?.ask({ chosen: index });
    moveTo([codes[shown][2 * index], codes[shown][2 * index + 1]]);
  }

  function toggleWalk() {
    const points = model.get("points"), way = along(points, 400), began = performance.now();
    const step = (now) => {
      const t = clamp((now - began) / LEG / (points.length - 1), 0, 1);
      moveTo(way[Math.round(t * 399)]);
      walking = t < 1 ? requestAnimationFrame(step) : stop();
    };
    if (walking) { stop(); return; }
    walk.textContent = "stop";
    walking = requestAnimationFrame(step);
  }

  function stop() {
    cancelAnimationFrame(walking);
    walk.textContent = "walk";
    return (walking = 0);
  }

  onDrag(plane, (places) => {
    const [right, down] = places.at(-1);
    stop();
    moveTo(rounded([view.x + (2 * right - 1) * view.half, view.y + (1 - 2 * down) * view.half]));
  });
  onKey(plane, (key, shift) => {
    const act = ARROWS[key] ? () => moveTo(rounded(model.get("z").map((value, axis) =>
      value + ARROWS[key][axis] * (shift ? FINE_STEP : STEP))))
      : /^[0-9]$/.test(key) ? () => take(Number(key))
      : { Enter: drop, Backspace: takeBack, Delete: takeBack, Home: () => moveTo([0, 0]), "+": () => zoom(1 / ZOOM),
          "=": () => zoom(1 / ZOOM), "-": () => zoom(ZOOM), w: () => walk.click(), W: () => walk.click() }[key];
    act?.();
    return Boolean(act);
  });

  // Until the view is closed
  const sizes = new ResizeObserver(paintAll);
  sizes.observe(plane);
  window.addEventListener("resize", paintAll); // the browser's zoom changes how fine a canvas has to be
  listen("change:z", paintZ);
  listen("change:points", paintPoints);
  show(0);
  return () => {
    stop();
    clearTimeout(telling);
    sizes.disconnect();
    window.removeEventListener("resize", paintAll);
    ends.forEach((end) => end());
  };
}

export default { render };
