// Painting on canvases: digits as ink on paper, pictures in colour, lines and words with a white rim.

/** Put digits or pictures side by side on a canvas, ink on paper or red, green and blue; a value is 0 to `full`. */
export function paintDigits(canvas, digits, full, [height, width, colours]) {
  if (canvas.width !== width * digits.length) canvas.width = width * digits.length;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  digits.forEach((values, k) => {
    for (let i = 0; i < height * width; i++) {
      if (colours) for (let c = 0; c < 3; c++) image.data[4 * i + c] = (255 * values[3 * i + c]) / full;
      else image.data.fill(255 - (255 * values[i]) / full, 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, k * width, 0);
  });
}

const LETTERS = 15; // units, of what is written on a canvas

/** Return how many pixels of the page a canvas' unit takes: what is painted grows with the letters around it. */
export function unitOf(canvas) {
  return parseFloat(getComputedStyle(canvas).fontSize) / LETTERS || 1;
}

/** Empty a canvas, fit its pixels to those that it takes on the screen, also where the page shows it enlarged, and return
 * its context and its width and height in units. */
export function fit(canvas) {
  const unit = unitOf(canvas), [width, height] = [canvas.clientWidth / unit, canvas.clientHeight / unit];
  const enlarged = ((window.devicePixelRatio || 1) * canvas.getBoundingClientRect().width) / canvas.offsetWidth || 1;
  const scale = unit * enlarged, pixels = [width, height].map((side) => Math.round(side * scale));
  if (canvas.width !== pixels[0]) canvas.width = pixels[0]; // slow even where nothing changes
  if (canvas.height !== pixels[1]) canvas.height = pixels[1];
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return [context, width, height];
}

/** Write with a white rim, readable on whatever lies behind. */
export function write(context, text, x, y, colour, font = "15px", textAlign = "center") {
  Object.assign(context, { font: `${font} sans-serif`, textAlign, textBaseline: "middle", lineJoin: "round" });
  Object.assign(context, { lineWidth: 4, strokeStyle: "white", fillStyle: colour });
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** Draw a line, with a white rim unless `rim` is 0. */
export function line(context, colour, width, path, rim = 2.5) {
  context.beginPath();
  path();
  for (const [strokeStyle, lineWidth] of [["white", rim && width + rim], [colour, width]]) {
    Object.assign(context, { strokeStyle, lineWidth: lineWidth || width, lineCap: "round", lineJoin: "round" });
    if (lineWidth) context.stroke();
  }
}
