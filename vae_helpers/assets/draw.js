

// The canvas to draw on: pad.py puts this file below pad.js. The strokes go to Python, which brings them to the form of
// an MNIST digit, encodes them, and answers with a reading: the picture, its z_mean and z_std, or a message.

const PEN = 0.08; // of the canvas's side; for the network Python draws with a pen of MNIST's thickness
const NEAR = 0.005; // points closer than this are one
const PATIENCE = 1000; // milliseconds without an answer before the page says that it waits for Python

function makeSketch({ model, setup, help, set, listen, take, tell, paintMarks }) {
  const canvas = element("canvas"), seen = tile("input x", setup.ink);
  const message = element("p", { class: "message" });
  const surface = element("div", {
    class: "surface", tabindex: 0, role: "application", "aria-roledescription": "drawing canvas",
    "aria-label": "draw a digit", "aria-describedby": `${help}-draw`,
  }, canvas);
  let strokes = [], pen = [0.5, 0.2], isDown = false, waiting = 0;

  function paint() {
    const [context, side] = fit(canvas);
    for (const stroke of strokes) {
      const path = () => { for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x * side, y * side); };
      line(context, setup.ink, PEN * side, path, 0);
    }
    if (!surface.matches(":focus-visible")) return;
    // The pen of the arrow keys
    const circle = () => context.arc(pen[0] * side, pen[1] * side, (PEN * side) / 2 + 2, 0, 7);
    line(context, isDown ? setup.decoder : setup.encoder, 2, circle);
  }

  function follow() {
    strokes = model.get("strokes").map((stroke) => [...stroke]);
    paint();
  }

  function answer() {
    clearTimeout(waiting);
    const { image, message: text, failed } = model.get("_reading");
    paintDigits(seen.canvas, [image ? bytes(image) : new Uint8Array(PIXELS)], 255);
    message.textContent = text;
    if (failed) message.setAttribute("role", "alert");
    else message.removeAttribute("role");
    message.style.color = failed ? setup.wrong : "";
    tell();
    paintMarks();
  }

  function ask(values) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      message.textContent = "Waiting for Python, which encodes the drawing. Another cell may be running.";
    }, PATIENCE);
    set(values);
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
    isDown = false;
    ask({ strokes: [], chosen: -1 });
  }

  onDrag(surface, (points, begins) => {
    isDown = false;
    add(points, begins);
  });
  onKey(surface, (key, shift) => {
    if (ARROWS[key]) {
      const step = shift ? 0.01 : 0.04, [right, up] = ARROWS[key];
      pen = [clamp(pen[0] + right * step, 0, 1), clamp(pen[1] - up * step, 0, 1)];
      if (isDown) add([pen], false);
    } else if (key === " ") {
      isDown = !isDown;
      if (isDown) add([pen], true);
    } else if (key === "Backspace" || key === "Delete") clear();
    else if (/^[0-9]$/.test(key)) take(Number(key));
    else return false;
    paint();
    return true;
  });
  for (const event of ["focus", "blur"]) surface.addEventListener(event, paint);
  listen("change:strokes", follow);
  listen("change:_reading", answer);
  return {
    ask,
    seen,
    message,
    paint() { follow(); answer(); },
    column: element("div", { class: "column" }, surface, group("drawing", button("clear", clear)), message),
    help: element("p", { id: `${help}-draw` }, "On the canvas the arrow keys move a pen, with Shift in small steps. " +
      "Space lowers and raises it, Backspace clears the canvas, 0 to 9 take a real digit."),
  };
}
