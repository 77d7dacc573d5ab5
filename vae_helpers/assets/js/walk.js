// The way through the points that were dropped: the digits on it as a strip, and a walk along it.

import { along, clamp } from "./network.js";
import { button, element } from "./page.js";
import { paintDigits } from "./paint.js";

const STRIP = 10; // digits of a walk
const LEG = 3000; // milliseconds from one point of a walk to the next: slow enough to name the digits on the way
const PLACES = 400; // of a walk; where the reader's system asks for less motion, those of the strip

/** Return the `strip` and the `button` that walks; `moveTo` is called with each code on the way. */
export function makeWalk({ state, setup, names, decoders, moveTo }) {
  const { t } = state, strip = element("div", { class: "strip" });
  const start = button(t("walk"), toggle);
  let walking = 0;

  function paint() {
    const points = state.get("points");
    start.disabled = points.length < 2;
    strip.replaceChildren(...(start.disabled ? [] : names).flatMap((name, k) => {
      const digits = along(points, STRIP).map((z) => decoders[k](z).slice());
      const values = { n: STRIP, name, last: points.length };
      const canvas = element("canvas", { role: "img", "aria-label": setup.kind === "digit"
        ? t("{n} digits that {name} decodes on the way from point 1 to point {last}", values)
        : t("{n} pictures that {name} decodes on the way from point 1 to point {last}", values) });
      paintDigits(canvas, digits, 1, setup.shape);
      return [element("span", {}, t("{name}, from point 1 to {last}", values)), canvas];
    }));
  }

  function toggle() {
    const stepwise = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const points = state.get("points"), way = along(points, stepwise ? STRIP : PLACES), began = performance.now();
    const step = (now) => {
      const t = clamp((now - began) / LEG / (points.length - 1), 0, 1);
      moveTo(way[Math.round(t * (way.length - 1))]);
      walking = t < 1 ? requestAnimationFrame(step) : stop();
    };
    if (walking) return void stop();
    start.textContent = t("stop");
    walking = requestAnimationFrame(step);
  }

  function stop() {
    cancelAnimationFrame(walking);
    start.textContent = t("walk");
    return (walking = 0);
  }

  return { strip, button: start, paint, stop };
}
