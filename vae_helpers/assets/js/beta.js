// The slider of sliders.beta_slider: networks that were trained with eight betas, and what their planes hold.

import { keepKeys } from "./keys.js";
import { bind } from "./model.js";
import { bytes, floats } from "./network.js";
import { element } from "./page.js";
import { paintPlane } from "./plane.js";
import { layOutPanel, makePicture, written } from "./panel.js";

const LEAST_SPAN = 4; // shows the prior's circle of 3 standard deviations

/** Show the slider of a model with "beta" and "seed", and return a function that ends it. What the model holds is
 * what sliders.BetaSlider holds. */
export function showBeta(el, model) {
  keepKeys();
  const state = bind(model), { t } = state, setup = { ...state.get("setup"), t }, { betas, seeds, runs } = setup;
  const codes = floats(state.get("codes")), labels = bytes(state.get("labels"));
  const length = codes.length / runs.length, planes = runs.map((_, k) => codes.subarray(k * length, (k + 1) * length));
  const current = () => runs.findIndex(({ beta, seed }) => beta === state.get("beta") && seed === state.get("seed"));
  const sheet = element("img", { class: "sheet", alt: "" });
  const plane = makePicture(t("the codes of test digits"), (canvas) => {
    const own = planes[current()];
    const half = own.reduce((reach, value) => Math.max(reach, Math.abs(1.05 * value)), LEAST_SPAN);
    paintPlane(canvas, { x: 0, y: 0, half }, own, labels, setup);
  });
  const slider = element("input", { type: "range", min: 0, max: betas.length - 1, step: 1, "aria-label": "beta" });
  const value = element("b"), choice = makeSeeds(t, seeds, (seed) => state.set({ seed }));
  slider.addEventListener("input", () => state.set({ beta: betas[Number(slider.value)] }));
  const row = element("div", { class: "row" }, element("span", {}, "\u03b2 = ", value), slider);
  const figure = (node, caption) => element("figure", {}, node, element("figcaption", {}, caption));
  const sentence = layOutPanel(el, t("a network for each beta"), [row, choice.node],
    [figure(sheet, t("digits of the plane")), figure(plane.canvas, t("codes of {n} test digits", { n: labels.length }))]);
  el.querySelector(".vae-twin").classList.add("wide");

  function update() {
    const beta = state.get("beta"), { rate, distortion } = runs[current()];
    slider.value = betas.indexOf(beta);
    slider.setAttribute("aria-valuetext", `beta ${t(String(beta))}`);
    value.textContent = t(String(beta));
    choice.show(state.get("seed"));
    sheet.src = state.get("sheets")[current()];
    sheet.alt = t("digits decoded over the plane of the network trained with beta {beta}", { beta });
    sentence.textContent = t("Rate {rate} nats, distortion {distortion} nats per image.",
      { rate: written(rate), distortion: written(distortion) });
    plane.repaint();
  }

  state.listen("change:beta", update);
  state.listen("change:seed", update);
  update();
  return () => [plane.stop, state.end].forEach((end) => end());
}

/** Return the choice between the seeds that the networks were trained with. */
function makeSeeds(t, seeds, act) {
  const select = element("select", { "aria-label": t("seed") }, ...seeds.map((seed) => element("option", { value: seed }, seed)));
  select.addEventListener("change", () => act(Number(select.value)));
  return {
    node: element("label", { class: "row" }, `${t("seed")} `, select),
    show(seed) {
      select.value = seed;
    },
  };
}

export default { render: ({ model, el }) => showBeta(el, model) };
