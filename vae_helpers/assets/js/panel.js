// Sliders beside a picture, and a sentence with the numbers: what the sliders that need no Python are made of.

import { clamp } from "./network.js";
import { element, newId, watchSize } from "./page.js";

/** Return a slider with a field for its number: `node` to be put on the page, and `show`, which moves both. `act` is called
 * with each new value; `more` stands behind the slider. */
export function makeSlider({ label, low, high, step }, act, ...more) {
  const digits = Number.isInteger(step) ? 0 : 2, id = newId("vae-slider");
  const limits = { min: low, max: high, step };
  const range = element("input", { type: "range", "aria-label": label, ...limits });
  const number = element("input", { type: "number", id, ...limits });
  const show = (value) => {
    range.value = value;
    number.value = (value + 0).toFixed(digits); // 0 is added to lose the sign of -0
  };
  const take = () => {
    const typed = Number.isNaN(number.valueAsNumber) ? Number(range.value) : number.valueAsNumber;
    const value = clamp(Number(typed.toFixed(digits)), low, high);
    show(value); // also where it is the value of before
    act(value);
  };
  range.addEventListener("input", () => act(Number(range.value)));
  number.addEventListener("change", take);
  number.addEventListener("keydown", ({ key }) => key === "Enter" && take()); // in JupyterLab that alone is no change
  return { node: element("div", { class: "row" }, element("label", { for: id }, label), number, range, ...more), show };
}

/** Return a canvas for `paint`, which is given the canvas whenever it has to be painted anew, and what ends it. */
export function makePicture(label, paint) {
  const canvas = element("canvas", { class: "chart", role: "img", "aria-label": label });
  const repaint = () => canvas.clientWidth && paint(canvas);
  return { canvas, repaint, stop: watchSize(canvas, repaint) };
}

/** Put the parts into the element: controls at the left, what they show at the right. Return the sentence's element. */
export function layOutPanel(el, title, controls, pictures, many = false) {
  const sentence = element("p", { class: "sentence", role: "status", "aria-live": "polite" });
  const left = element("div", { class: "knobs" }, ...controls), right = element("div", { class: "pictures" }, ...pictures);
  (many ? right : left).append(sentence);
  el.append(element("div", { class: `vae-twin${many ? " many" : ""}`, role: "group", "aria-label": title }, left, right));
  return sentence;
}

/** Return a number as Python writes it. */
export function written(value, digits = 2) {
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, "");
}
