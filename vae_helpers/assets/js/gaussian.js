// The sliders of sliders.gaussian_sliders: draws z = mean + std * alpha while their distribution is moved.

import { drawAxes, drawCurve, within } from "./chart.js";
import { keepKeys } from "./keys.js";
import { bind } from "./model.js";
import { BINS, SPAN, describeDraws, drawNormal, histogram, logDensity } from "./normal.js";
import { button } from "./page.js";
import { fit } from "./paint.js";
import { layOutPanel, makePicture, makeSlider, written } from "./panel.js";

const N_THREADS = 30; // draws whose way from alpha to z is drawn; more become a stain
const X = Array.from({ length: 1401 }, (_, i) => -SPAN + i / 100);

/** Show the sliders of a model with "mean", "std", "n_draws" and "noise", and return a function that ends it. */
export function showGaussian(el, model) {
  keepKeys();
  const state = bind(model), { t } = state, { controls, ...colours } = state.get("setup");
  const sliders = controls.map(({ name, label, ...rest }) =>
    [name, makeSlider({ label: t(label), ...rest }, (value) => state.set({ [name]: value }))]);
  const renew = () => state.set({ noise: Array.from(state.get("noise"), () => drawNormal()) });
  const draws = () => describeDraws(state.get("noise"), state.get("mean"), state.get("std"), state.get("n_draws"));
  const picture = makePicture(t("a histogram of the draws and the density that they are drawn from"),
    (canvas) => paint(canvas, state, draws(), colours));
  const sentence = layOutPanel(el, t("draws from a Gaussian"),
    [...sliders.map(([, slider]) => slider.node), button(t("draw new noise"), renew)], [picture.canvas]);

  function update() {
    for (const [name, slider] of sliders) slider.show(state.get(name));
    sentence.textContent = describe(draws(), state);
    picture.repaint();
  }

  for (const name of ["mean", "std", "n_draws", "noise"]) state.listen(`change:${name}`, update);
  update();
  return () => [picture.stop, state.end].forEach((end) => end());
}

function describe(found, state) {
  return state.t("{n} draws. Their mean is {mean}, asked for {asked_mean}, standard error {error_mean}. " +
    "Their standard deviation is {std}, asked for {asked_std}, standard error {error_std}.", {
    n: state.get("n_draws"), mean: written(found.mean), asked_mean: written(state.get("mean")),
    error_mean: written(found.errorOfMean), std: written(found.std), asked_std: written(state.get("std")),
    error_std: written(found.errorOfStd) });
}

function paint(canvas, state, { z }, { noise: grey, encoder, ink }) {
  const [context, ...size] = fit(canvas), noise = state.get("noise"), { t } = state;
  const strip = drawAxes(context, size, [0.16, 0.74, 0.82, 0.22],
    { t, x: [-SPAN, SPAN], y: [-0.15, 1.15], yticks: [0, 1], names: ["z", "\u03b1"] });
  const some = z.slice(0, N_THREADS);
  context.globalAlpha = 0.7;
  some.forEach((value, i) => drawCurve(context, strip, [noise[i], value], [1, 0], grey, 1));
  context.globalAlpha = 1;
  some.forEach((value, i) => {
    mark(context, strip, noise[i], 1, grey);
    mark(context, strip, value, 0, encoder);
  });
  const axes = drawAxes(context, size, [0.16, 0.15, 0.82, 0.54], { t, x: [-SPAN, SPAN], y: [0, 1.2],
    xticks: [-6, -4, -2, 0, 2, 4, 6], yticks: [0, 0.5, 1], xlabel: "z", ylabel: t("density") });
  paintBars(context, axes, histogram(z), encoder);
  drawCurve(context, axes, X, X.map((x) => Math.exp(logDensity(x, state.get("mean"), state.get("std")))), ink, 2.5);
}

/** A short upright line. */
function mark(context, { toX, toY }, x, y, colour) {
  Object.assign(context, { strokeStyle: colour, lineWidth: 2 });
  context.beginPath();
  context.moveTo(toX(x), toY(y) - 6);
  context.lineTo(toX(x), toY(y) + 6);
  context.stroke();
}

function paintBars(context, { toX, toY, box }, heights, colour) {
  const width = (2 * SPAN) / BINS;
  within(context, box, () => {
    Object.assign(context, { fillStyle: colour, globalAlpha: 0.55 });
    context.beginPath(); // one shape, without seams between the bars
    context.moveTo(toX(-SPAN), toY(0));
    heights.forEach((height, i) => {
      context.lineTo(toX(-SPAN + i * width), toY(height));
      context.lineTo(toX(-SPAN + (i + 1) * width), toY(height));
    });
    context.lineTo(toX(SPAN), toY(0));
    context.fill();
  });
}

export default { render: ({ model, el }) => showGaussian(el, model) };
