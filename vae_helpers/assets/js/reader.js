// What Python does for the canvas to draw on, where no Python is: the encoder runs in the page.

import { drawAsMnist } from "./mnist.js";
import { bytes, floats, makeEncoder } from "./network.js";

/** Answer each drawing of a pad's model with a reading, as pad.DrawingPad does. */
export function answerDrawings(model) {
  const { layers, slope } = model.get("_encoder_setup"), images = bytes(model.get("_images"));
  const encode = makeEncoder(floats(model.get("_encoder")), layers, slope);

  function read(image, isDot = false) {
    const code = image && Array.from(encode(Array.from(image, (value) => value / 255)));
    const mean = code?.slice(0, 2), std = code && (code.length > 2 ? code.slice(2).map((x) => Math.exp(x / 2)) : [0, 0]);
    model.set("_reading", { z_mean: mean ?? null, z_std: std ?? null, image: image ?? null, is_dot: isDot });
    if (mean) model.set("z", mean);
  }

  function readAll() {
    const strokes = model.get("strokes"), chosen = model.get("chosen"), image = strokes.length ? drawAsMnist(strokes) : null;
    if (strokes.length) read(image, !image);
    else if (chosen >= 0) read(images.slice(784 * chosen, 784 * (chosen + 1)));
    else read(null);
  }

  // Whichever comes last counts; clearing one to make way for the other is no news.
  let isBusy = false;
  const clearing = (name, value) => () => {
    if (isBusy) return;
    isBusy = true;
    if (name === "chosen" ? model.get("strokes").length : model.get("chosen") >= 0) model.set(name, value);
    isBusy = false;
    readAll();
  };
  model.on("change:strokes", clearing("chosen", -1));
  model.on("change:chosen", clearing("strokes", []));
  readAll();
}
