// The sliders of sliders.latent_sliders: the digit that a code decodes to while each element of the code is moved.

import { makeNote, watchPython } from "./kernel.js";
import { keepKeys } from "./keys.js";
import { bind } from "./model.js";
import { bytes, clamp, floats, halves, makeDecoder, ofHundred, priorTail } from "./network.js";
import { button, element, group, tile } from "./page.js";
import { paintDigits } from "./paint.js";
import { drawNormal, makeRandom } from "./normal.js";
import { layOutPanel, makeSlider, written } from "./panel.js";

const MANY = 5; // sliders; with as many, the sentence stands below the digit

/** Show the sliders of a model with "z" and "start", and return a function that ends it. What the model holds is what
 * sliders.LatentSliders holds; without "weights" Python answers each z with a "picture". */
export function showLatent(el, model) {
  keepKeys();
  const state = bind(model), { t } = state, setup = state.get("setup"), { order, limit, shape, kl } = setup;
  const shares = setup.shares === false ? null : kl; // `shares` is false where nobody has said yet what a KL is
  const many = order.length >= MANY, isDigit = setup.kind === "digit", weights = state.get("weights");
  const decode = weights.byteLength ? makeDecoder(halves(weights), setup.layers) : null, real = makeReal(state, setup);
  // Of a network that is run here, what Python could not do no longer counts: it may be busy, or gone.
  const set = (values) => state.set(decode ? { ...values, problem: "" } : values);
  const show = (z, start = -1) => {
    set({ z: Array.from(z, (value) => Number(clamp(value, -limit, limit).toFixed(2))), start });
    update(); // also where the code stays as it is
  };
  const move = (axis, value) => set({ z: state.get("z").map((old, i) => (i === axis ? value : old)) });
  const sliders = order.map((axis) => makeSlider({ label: `z[${axis}]`, low: -limit, high: limit, step: 0.05 },
    (value) => move(axis, value), ...(shares ? [makeShare(t, shares[axis], Math.max(...shares), setup.prior)] : [])));
  const decoded = tile(t("decoded"), setup.decoder, shape), origin = tile(t("original"), setup.ink, shape);
  const buttons = makeButtons(t, setup, real, show), field = makeField(state, setup), note = makeNote(state);
  if (field) buttons.append(field.node);
  const heading = shares ? [element("div", { class: "heading" }, t("KL (nats)"))] : [];
  const sentence = layOutPanel(el, isDigit ? t("{n} sliders for z and the digit that it decodes to", { n: order.length })
    : t("{n} sliders for z and the picture that it decodes to", { n: order.length }),
  [...heading, ...sliders.map((slider) => slider.node), buttons],
  [element("div", { class: "digits" }, decoded.figure, origin.figure)], many);
  const problem = element("p", { class: "problem", role: "alert" });
  sentence.after(problem, note);

  function update() {
    const z = state.get("z"), start = state.get("start"), hasStart = start >= 0, failed = state.get("problem");
    order.forEach((axis, i) => sliders[i].show(z[axis]));
    const picture = decode ? decode(z) : bytes(state.get("picture"));
    if (picture.length) paintDigits(decoded.canvas, [picture], decode ? 1 : 255, shape);
    origin.figure.style.visibility = hasStart ? "visible" : "hidden";
    const { name, image } = hasStart ? real.at(start) : {}, told = { number: start, name };
    if (hasStart) paintDigits(origin.canvas, [image], 255, shape);
    problem.textContent = failed ? `${t("The picture stays as it was.")} ${failed}` : "";
    sentence.textContent = failed ? "" : describe(t, z, Boolean(kl)) + (!hasStart ? "" : isDigit
      ? ` ${t("The original is number {number} of the real digits, a {name}.", told)}`
      : ` ${t("The original is number {number} of the real pictures, of the class {name}.", told)}`);
  }

  for (const name of ["z", "start", "picture", "problem"]) state.listen(`change:${name}`, update);
  update();
  const unwatch = field && watchPython(state, () => (decode ? field.node : el), note);
  return () => {
    unwatch?.();
    state.end();
  };
}

/** Return what is to be known of the real digits, by their index, and `at`, the name and the image of one by its number. */
function makeReal(state, { shape, order, numbers, labels, classes }) {
  const codes = floats(state.get("codes")), images = bytes(state.get("images"));
  const size = shape.reduce((a, b) => a * b), dim = order.length;
  return {
    code: (index) => codes.subarray(index * dim, (index + 1) * dim),
    indices: (label) => [...labels.keys()].filter((index) => label < 0 || labels[index] === label),
    at(number) {
      const index = numbers.indexOf(number), asked = state.get("original");
      return index < 0 ? { name: asked.name, image: bytes(asked.image) }
        : { name: classes[labels[index]], image: images.subarray(index * size, (index + 1) * size) };
    },
  };
}

/** Return a KL in nats over a bar that is as long as its share of the largest. */
function makeShare(t, kl, largest, colour) {
  const share = ((100 * kl) / largest).toFixed(0);
  const style = `border-image: linear-gradient(to right, ${colour} ${share}%, transparent ${share}%) 1`;
  return element("span", { class: "share", style }, t(written(kl)));
}

/** Return the choice of a start: a draw from the prior, 0, or a real digit. */
function makeButtons(t, { order, classes, kind, numbers, seed }, real, show) {
  const isDigit = kind === "digit", random = makeRandom(seed), any = element("option", { value: -1 }, t("any"));
  const select = element("select", { "aria-label": isDigit ? t("class of the real digit") : t("class of the real picture") },
    any, ...classes.map((name, label) => element("option", { value: label }, name)));
  const take = () => {
    const indices = real.indices(Number(select.value)), index = indices[Math.floor(random() * indices.length)];
    show(real.code(index), numbers[index]);
  };
  select.addEventListener("change", take); // whoever chooses a 3 wants to see one
  const draw = () => show(order.map(() => drawNormal(random)));
  return group(t("start from"), button(t("random draw"), draw, { title: t("draw z from N(0, I)") }),
    button(t("reset to 0"), () => show(order.map(() => 0))),
    button(isDigit ? t("take a real digit") : t("take a real picture"), take), select);
}

/** Return a field for the number of any real digit, for which Python is asked; none where there is no Python. */
function makeField(state, { last }) {
  if (state.get("wanted") === undefined) return null;
  const { t } = state, input = element("input", { inputmode: "numeric", placeholder: t("0 to {last}", { last }) });
  const shown = () => (state.get("start") < 0 ? "" : String(state.get("start")));
  const ask = () => ![shown(), ""].includes(input.value.trim()) && state.set({ wanted: input.value.trim() });
  const show = () => { input.value = shown(); };
  input.addEventListener("change", ask);
  input.addEventListener("keydown", ({ key }) => key === "Enter" && ask());
  state.listen("change:start", show);
  show();
  return { node: element("label", { class: "row" }, t("or from number"), input) };
}

function describe(t, z, isVae) {
  const values = { z: `(${z.map((value) => written(value)).join(", ")})`, distance: written(Math.hypot(...z)) };
  const sentence = z.length > 3 ? t("z is at a distance of {distance} from 0.", values)
    : t("z is {z}, at a distance of {distance} from 0.", values);
  if (!isVae) return `${sentence} ${t("An autoencoder has no prior: it calls no code more likely than another.")}`;
  const tail = priorTail(z), share = 100 * tail;
  const shown = share < 0.1 ? t("Less than 0.1") : share > 99.9 ? t("More than 99.9") : written(share, 1);
  return `${sentence} ${t("{share} % of the prior N(0, I) lies farther out.", { share: shown, count: ofHundred(tail) })}`;
}

export default { render: ({ model, el }) => showLatent(el, model) };
