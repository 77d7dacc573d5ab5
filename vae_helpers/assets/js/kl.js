// The sliders of sliders.kl_sliders: KL(q || p) of two normal distributions while they are moved.

import { drawAxes, drawCurve, fillCurve, roundTicks } from "./chart.js";
import { keepKeys } from "./keys.js";
import { bind } from "./model.js";
import { SPAN, describeDivergence, logDensity, places } from "./normal.js";
import { fit } from "./paint.js";
import { layOutPanel, makePicture, makeSlider, written } from "./panel.js";

const NAMES = ["mean_q", "std_q", "mean_p", "std_p"];

/** Show the sliders of a model with "mean_q", "std_q", "mean_p" and "std_p", and return a function that ends it. */
export function showKl(el, model) {
  keepKeys();
  const state = bind(model), { t } = state, { controls, ...colours } = state.get("setup");
  const sliders = controls.map(({ name, label, ...rest }) =>
    [name, makeSlider({ label: t(label), ...rest }, (value) => state.set({ [name]: value }))]);
  const values = () => NAMES.map((name) => state.get(name));
  const picture = makePicture(t("the densities of q and p, and below them what the divergence is the area of"),
    (canvas) => paint(canvas, t, values(), colours));
  const sentence = layOutPanel(el, t("KL divergence of two Gaussians"), sliders.map(([, slider]) => slider.node),
    [picture.canvas]);

  function update() {
    for (const [name, slider] of sliders) slider.show(state.get(name));
    const { kl, above, below } = describeDivergence(...values());
    sentence.textContent = t("KL(q || p) is {nats} nats, or {bits} bits. The filled area, where q is above p, adds {above} " +
      "nats; the hatched area, where p is above q, takes away {below}.",
    { nats: written(kl), bits: written(kl / Math.LN2), above: written(above), below: written(below) });
    picture.repaint();
  }

  for (const name of NAMES) state.listen(`change:${name}`, update);
  update();
  return () => [picture.stop, state.end].forEach((end) => end());
}

function paint(canvas, t, [meanQ, stdQ, meanP, stdP], { encoder, prior, ink }) {
  const [context, ...size] = fit(canvas);
  const upper = drawAxes(context, size, [0.16, 0.65, 0.82, 0.32],
    { t, x: [-SPAN, SPAN], y: [0, 1.2], yticks: [0, 0.5, 1], ylabel: t("density") });
  for (const [name, mean, std, colour, dash] of [["q", meanQ, stdQ, encoder, []], ["p", meanP, stdP, prior, [8, 4]]]) {
    const x = places(mean, std);
    drawCurve(context, upper, x, x.map((place) => Math.exp(logDensity(place, mean, std))), colour, 2.5, dash);
    Object.assign(context, { fillStyle: colour, font: "bold 17px sans-serif", textAlign: "center", textBaseline: "bottom" });
    context.fillText(name, upper.toX(mean), upper.toY(0.4 / std + 0.02));
  }
  const { x, integrand } = describeDivergence(meanQ, stdQ, meanP, stdP);
  // The floor keeps an integrand that is all but 0 from being blown up.
  const y = [1.15 * Math.min(...integrand, -0.15), 1.15 * Math.max(...integrand, 0.4)];
  const lower = drawAxes(context, size, [0.16, 0.15, 0.82, 0.38],
    { t, x: [-SPAN, SPAN], y, xticks: [-6, -4, -2, 0, 2, 4, 6], yticks: roundTicks(...y, 3), xlabel: "x" });
  Object.assign(context, { textAlign: "left", textBaseline: "bottom" });
  context.fillText("q(x) (log q(x) \u2212 log p(x))", lower.box[0], lower.box[1] - 3);
  drawCurve(context, lower, [-SPAN, SPAN], [0, 0], ink, 1);
  context.globalAlpha = 0.6;
  fillCurve(context, lower, x, integrand.map((value) => Math.max(value, 0)), prior);
  context.globalAlpha = 1;
  fillCurve(context, lower, x, integrand.map((value) => Math.min(value, 0)), prior, true);
  drawCurve(context, lower, x, integrand, prior, 2);
}

export default { render: ({ model, el }) => showKl(el, model) };
