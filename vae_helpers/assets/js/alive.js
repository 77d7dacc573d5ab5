// Bring the widgets of a page to life that has no notebook and no Python behind it: a lecture's deck, or a page.

import { showBeta } from "./beta.js";
import { showGaussian } from "./gaussian.js";
import { showKl } from "./kl.js";
import { showLatent } from "./latent.js";
import { makeModel } from "./model.js";
import { halves } from "./network.js";
import { showPad } from "./pad.js";
import { answerDrawings } from "./reader.js";

const SHOW = { latent: showLatent, gaussian: showGaussian, kl: showKl, beta: showBeta, pad: showPad };

/** Show a widget in each element that names one, in the language of the script "words", and with what the script "says" has
 * in the place of some texts, if the page has them. An element's
 * `data-twin` is its kind, `data-model` the id of what it begins with, a script of JSON in which {"bytes": id} stands for
 * the bytes, and {"halves": [id, ...]} for the numbers of 16 bits, that the scripts of these ids hold as base64. Return the
 * models, by the elements. */
export function bringAlive(root = document) {
  const models = new Map(), [words, says] = ["words", "says"].map((id) =>
    JSON.parse(document.getElementById(id)?.textContent ?? "{}"));
  for (const el of root.querySelectorAll("[data-twin]")) {
    const model = makeModel({ words, says, ...JSON.parse(text(el.dataset.model), revive) });
    if (model.get("_encoder")) answerDrawings(model);
    SHOW[el.dataset.twin](el, model);
    models.set(el, model);
  }
  return models;
}

const text = (id) => document.getElementById(id).textContent;

// What several widgets share is unpacked once: as bytes, as numbers, or as both.
const unpacked = new Map();

function revive(_, value) {
  if (value?.bytes) return once(value.bytes, () => fromBase64(text(value.bytes)));
  return value?.halves ? joined(value.halves.map((id) => once(`${id} in numbers`, () => halves(fromBase64(text(id))))))
    : value;
}

function once(name, make) {
  if (!unpacked.has(name)) unpacked.set(name, make());
  return unpacked.get(name);
}

function joined(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

function fromBase64(letters) {
  const binary = atob(letters), array = new Uint8Array(binary.length);
  for (let i = 0; i < array.length; i++) array[i] = binary.charCodeAt(i);
  return array;
}
