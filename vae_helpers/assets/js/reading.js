// What the code is decoded to, the real digit or picture whose code is nearest, and the sentences that tell of both.

import { nearestCode, priorTail } from "./network.js";
import { element, shortened, tile } from "./page.js";
import { paintDigits } from "./paint.js";

/** Return the `tiles` of the digits and, below them, `where` the code is; `paint` brings both up to date. */
export function makeReading({ setup, names, labels, images, decoders }) {
  const { shape, classes, kind } = setup, size = shape.reduce((a, b) => a * b);
  const decoded = names.map((name) => tile(`${name} decodes z`, setup.decoder, shape));
  const nearest = tile(`nearest real ${kind}`, setup.ink, shape);
  const where = element("p", { class: "where" });

  function paint(z, codes) {
    decoded.forEach(({ canvas }, k) => paintDigits(canvas, [decoders[k](z)], 1, shape));
    const [index, distance] = nearestCode(codes, z);
    const name = classes[labels[index]];
    paintDigits(nearest.canvas, [images.subarray(index * size, (index + 1) * size)], 255, shape);
    nearest.caption.textContent = `nearest real ${kind}: ${name}`;
    nearest.canvas.setAttribute("aria-label", nearest.caption.textContent);
    const lines = [`z = (${z.map((value) => shortened(value, 2)).join(", ")})`,
      `${percent(priorTail(z))} of the prior N(0, I) lies farther out.`,
      `The nearest real code, ${kind === "digit" ? "of a" : "of the class"} ${name}, is ${shortened(distance, 2)} away.`];
    where.replaceChildren(...lines.map((text) => element("span", {}, text)));
  }

  return { tiles: [...decoded, nearest], where, paint, lines: () => [...where.children].map((node) => node.textContent) };
}

function percent(share) {
  if (share < 1e-4) return "less than 0.01 %";
  return `${shortened(100 * share, share < 0.01 ? 2 : share < 0.1 ? 1 : 0)} %`;
}
