// What the code is decoded to, the real digit or picture whose code is nearest, and the sentences that tell of both.

import { nearestCode, ofHundred, priorTail } from "./network.js";
import { element, shortened, tile } from "./page.js";
import { paintDigits } from "./paint.js";

/** Return the `tiles` of the digits and, below them, `where` the code is; `paint` brings both up to date. */
export function makeReading({ state: { t }, setup, names, labels, images, decoders }) {
  const { shape, classes, kind } = setup, size = shape.reduce((a, b) => a * b), isDigit = kind === "digit";
  const decoded = names.map((name) => tile(t("{name} decodes z", { name }), setup.decoder, shape));
  const nearest = tile(isDigit ? t("nearest real digit") : t("nearest real picture"), setup.ink, shape);
  const where = element("p", { class: "where" });

  function paint(z, codes) {
    decoded.forEach(({ canvas }, k) => paintDigits(canvas, [decoders[k](z)], 1, shape));
    const [index, distance] = nearestCode(codes, z);
    const name = classes[labels[index]];
    paintDigits(nearest.canvas, [images.subarray(index * size, (index + 1) * size)], 255, shape);
    nearest.caption.textContent = isDigit ? t("nearest real digit: {name}", { name })
      : t("nearest real picture: {name}", { name });
    nearest.canvas.setAttribute("aria-label", nearest.caption.textContent);
    const away = { name, distance: shortened(distance, 2) };
    const lines = [`z = ${t(`(${z.map((value) => shortened(value, 2)).join(", ")})`)}`, tail(t, priorTail(z)),
      isDigit ? t("The nearest real code, of a {name}, is {distance} away.", away)
        : t("The nearest real code, of the class {name}, is {distance} away.", away)];
    where.replaceChildren(...lines.map((text) => element("span", {}, text)));
  }

  const lines = () => [...where.children].map((node) => node.textContent);
  return { tiles: [...decoded, nearest], where, paint, lines };
}

function tail(t, share) {
  const shown = shortened(100 * share, share < 0.01 ? 2 : share < 0.1 ? 1 : 0);
  return t("{share} % of the prior N(0, I) lies farther out.",
    { share: share < 1e-4 ? t("less than 0.01") : shown, count: ofHundred(share) });
}
