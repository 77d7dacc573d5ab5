// The twin of sliders.latent_sliders: the digit that a code decodes to while each element of the code is moved.

import { bind } from "./model.js";
import { bytes, clamp, floats, makeDecoder, priorTail } from "./network.js";
import { button, element, group, tile } from "./page.js";
import { paintDigits } from "./paint.js";
import { drawNormal } from "./normal.js";
import { layOutPanel, makeSlider, written } from "./panel.js";

const MANY = 5; // sliders; with as many, the buttons stand below the digit

/** Show the sliders of a model with "z", and return a function that ends it. What the model holds is made by `latent` in
 * tools/twins.py. */
export function showLatent(el, model) {
  const state = bind(model), setup = state.get("setup"), { order, limit, shape, kl } = setup, many = order.length >= MANY;
  const decode = makeDecoder(floats(state.get("weights")), setup.layers), real = makeReal(state, setup);
  let original = null; // the index of the real digit that the code started from
  const show = (z, index = null) => {
    original = index;
    state.set({ z: Array.from(z, (value) => Number(clamp(value, -limit, limit).toFixed(2))) });
    update(); // also where the code stays as it is
  };
  const move = (axis, value) => state.set({ z: state.get("z").map((old, i) => (i === axis ? value : old)) });
  const sliders = order.map((axis) => makeSlider({ label: `z[${axis}]`, low: -limit, high: limit, step: 0.05 },
    (value) => move(axis, value), ...(kl ? [makeShare(kl[axis], Math.max(...kl), setup.prior)] : [])));
  const decoded = tile("decoded", setup.decoder, shape), origin = tile("original", setup.ink, shape);
  const buttons = makeButtons(setup, real, show);
  const heading = kl ? [element("div", { class: "heading" }, "KL (nats)")] : [];
  const sentence = layOutPanel(el, `${order.length} sliders for z and the digit that it decodes to`,
    [...heading, ...sliders.map((slider) => slider.node), ...(many ? [] : buttons)],
    [element("div", { class: "digits" }, decoded.figure, origin.figure), ...(many ? buttons : [])], many);

  function update() {
    const z = state.get("z");
    order.forEach((axis, i) => sliders[i].show(z[axis]));
    paintDigits(decoded.canvas, [decode(z)], 1, shape);
    origin.figure.style.visibility = original === null ? "hidden" : "visible";
    if (original !== null) paintDigits(origin.canvas, [real.image(original)], 255, shape);
    sentence.textContent = describe(z, Boolean(kl)) + (original === null ? "" :
      ` The original is number ${real.number(original)} of the real digits, a ${real.label(original)}.`);
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
function makeShare(kl, largest, colour) {
  const share = ((100 * kl) / largest).toFixed(0);
  const style = `border-image: linear-gradient(to right, ${colour} ${share}%, transparent ${share}%) 1`;
  return element("span", { class: "share", style }, written(kl));
}

/** Return the choice of a start: a draw from the prior, 0, or a real digit. */
function makeButtons({ order }, real, show) {
  const any = element("option", { value: -1 }, "any");
  const select = element("select", { "aria-label": "class of the real digit" }, any,
    ...Array.from("0123456789", (name) => element("option", { value: name }, name)));
  const take = () => {
    const indices = real.indices(Number(select.value)), index = indices[Math.floor(Math.random() * indices.length)];
    show(real.code(index), index);
  };
  return [group("start from", button("random draw", () => show(order.map(drawNormal))),
    button("reset to 0", () => show(order.map(() => 0))), button("take a real digit", take), select)];
}

function describe(z, isVae) {
  const code = z.length > 3 ? "" : `(${z.map((value) => written(value)).join(", ")}), `;
  const sentence = `z is ${code}at a distance of ${written(Math.hypot(...z))} from 0. `;
  if (!isVae) return `${sentence}An autoencoder has no prior: it calls no code more likely than another.`;
  const share = 100 * priorTail(z);
  const shown = share < 0.1 ? "Less than 0.1" : share > 99.9 ? "More than 99.9" : written(share, 1);
  return `${sentence}${shown} % of the prior N(0, I) lies farther out.`;
}
