// The twin of sliders.latent_sliders: the digit that a code decodes to while each element of the code is moved.

import { bind } from "./model.js";
import { bytes, clamp, floats, makeDecoder, ofHundred, priorTail } from "./network.js";
import { button, element, group, tile } from "./page.js";
import { paintDigits } from "./paint.js";
import { drawNormal } from "./normal.js";
import { layOutPanel, makeSlider, written } from "./panel.js";

const MANY = 5; // sliders; with as many, the buttons stand below the digit

/** Show the sliders of a model with "z", and return a function that ends it. What the model holds is made by `latent` in
 * tools/twins.py. */
export function showLatent(el, model) {
  const state = bind(model), { t } = state, setup = state.get("setup"), { order, limit, shape, kl } = setup;
  const shares = setup.shares === false ? null : kl; // `shares` is false where nobody has said yet what a KL is
  const many = order.length >= MANY;
  const decode = makeDecoder(floats(state.get("weights")), setup.layers), real = makeReal(state, setup);
  let original = null; // the index of the real digit that the code started from
  const show = (z, index = null) => {
    original = index;
    state.set({ z: Array.from(z, (value) => Number(clamp(value, -limit, limit).toFixed(2))) });
    update(); // also where the code stays as it is
  };
  const move = (axis, value) => state.set({ z: state.get("z").map((old, i) => (i === axis ? value : old)) });
  const sliders = order.map((axis) => makeSlider({ label: `z[${axis}]`, low: -limit, high: limit, step: 0.05 },
    (value) => move(axis, value), ...(shares ? [makeShare(t, shares[axis], Math.max(...shares), setup.prior)] : [])));
  const decoded = tile(t("decoded"), setup.decoder, shape), origin = tile("original", setup.ink, shape);
  const buttons = makeButtons(t, setup, real, show);
  const heading = shares ? [element("div", { class: "heading" }, t("KL (nats)"))] : [];
  const sentence = layOutPanel(el, t("{n} sliders for z and the digit that it decodes to", { n: order.length }),
    [...heading, ...sliders.map((slider) => slider.node), ...(many ? [] : buttons)],
    [element("div", { class: "digits" }, decoded.figure, origin.figure), ...(many ? buttons : [])], many);

  function update() {
    const z = state.get("z");
    order.forEach((axis, i) => sliders[i].show(z[axis]));
    paintDigits(decoded.canvas, [decode(z)], 1, shape);
    origin.figure.style.visibility = original === null ? "hidden" : "visible";
    if (original !== null) paintDigits(origin.canvas, [real.image(original)], 255, shape);
    sentence.textContent = describe(t, z, Boolean(kl)) + (original === null ? "" :
      ` ${t("The original is number {number} of the real digits, a {name}.",
        { number: real.number(original), name: real.label(original) })}`);
  }

  state.listen("change:z", update);
  update();
  return state.end;
}

/** Return what is to be known of the real digits, by their index. */
function makeReal(state, { shape, order }) {
  const codes = floats(state.get("codes")), images = bytes(state.get("images")), labels = bytes(state.get("labels"));
  const size = shape[0] * shape[1], dim = order.length, numbers = state.get("numbers");
  return {
    code: (index) => codes.subarray(index * dim, (index + 1) * dim),
    image: (index) => images.subarray(index * size, (index + 1) * size),
    label: (index) => labels[index],
    number: (index) => numbers[index],
    indices: (label) => [...labels.keys()].filter((index) => label < 0 || labels[index] === label),
  };
}

/** Return a KL in nats over a bar that is as long as its share of the largest. */
function makeShare(t, kl, largest, colour) {
  const share = ((100 * kl) / largest).toFixed(0);
  const style = `border-image: linear-gradient(to right, ${colour} ${share}%, transparent ${share}%) 1`;
  return element("span", { class: "share", style }, t(written(kl)));
}

/** Return the choice of a start: a draw from the prior, 0, or a real digit. */
function makeButtons(t, { order }, real, show) {
  const any = element("option", { value: -1 }, t("any"));
  const select = element("select", { "aria-label": t("class of the real digit") }, any,
    ...Array.from("0123456789", (name) => element("option", { value: name }, name)));
  const take = () => {
    const indices = real.indices(Number(select.value)), index = indices[Math.floor(Math.random() * indices.length)];
    show(real.code(index), index);
  };
  select.addEventListener("change", take); // whoever chooses a 3 wants to see one
  return [group(t("start from"), button(t("random draw"), () => show(order.map(drawNormal))),
    button(t("reset to 0"), () => show(order.map(() => 0))), button(t("take a real digit"), take), select)];
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
