// Painting on canvases: digits as ink on paper, lines and words with a white rim.

import { PIXELS, SIDE } from "./network.js";

/** Put digits side by side on a canvas, ink on paper; a pixel's value is 0 to `full`. */
export function paintDigits(canvas, digits, full) {
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
export function fit(canvas) {
  const side = canvas.clientWidth, scale = window.devicePixelRatio || 1, pixels = Math.round(side * scale);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels; // slow even where nothing changes
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, side, side);
  return [context, side];
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
