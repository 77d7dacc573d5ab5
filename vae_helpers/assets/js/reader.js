// What Python does for the canvas to draw on, where no Python is: the encoder runs in the page.

import { speaker } from "./language.js";
import { drawAsMnist } from "./mnist.js";
import { bytes, floats, makeEncoder } from "./network.js";
import { shortened } from "./page.js";

/** Answer each drawing of a pad's model with a reading, as pad.DrawingPad does. */
export function answerDrawings(model) {
  const { layers, slope } = model.get("_encoder_setup"), images = bytes(model.get("_images"));
  const encode = makeEncoder(floats(model.get("_encoder")), layers, slope), t = speaker(model.get("words"), model.get("says"));

  function read(image, message) {
    const code = image && Array.from(encode(Array.from(image, (value) => value / 255)));
    const mean = code?.slice(0, 2), std = code && (code.length > 2 ? code.slice(2).map((x) => Math.exp(x / 2)) : [0, 0]);
    model.set("_reading", { z_mean: mean ?? null, z_std: std ?? null, image: image ?? null,
      message: message ?? describe(t, mean, std), failed: false });
    if (mean) model.set("z", mean);
  }

  function readAll() {
    const strokes = model.get("strokes"), chosen = model.get("chosen"), image = strokes.length ? drawAsMnist(strokes) : null;
    if (strokes.length) read(image, image ? undefined : t("This is but a dot. Draw a digit, as large as you like."));
    else if (chosen >= 0) read(images.slice(784 * chosen, 784 * (chosen + 1)));
    else read(null, t("Nothing is drawn yet. Draw a digit, or take a real one."));
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

function describe(t, mean, std) {
  const pair = (values) => `(${values.map((value) => shortened(value, 2)).join(", ")})`;
  if (Math.max(...std) === 0) return t("Its code is {mean}. An autoencoder gives no spread.", { mean: pair(mean) });
  return t("The encoder gives it z_mean {mean} and z_std {std}.", { mean: pair(mean), std: pair(std) });
}
