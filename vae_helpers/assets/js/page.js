// Parts of a page, and what is done to them with mouse, finger and keyboard.

import { clamp } from "./network.js";

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
let ids = 0;

/** Return a name that no other element of the page has. */
export function newId(name) {
  return `${name}-${ids++}`;
}

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function button(label, action, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", action);
  return node;
}

export function group(name, ...children) {
  return element("div", { class: "group", role: "group", "aria-label": name }, ...children);
}

/** A picture above its name, which is underlined in its colour. */
export function tile(label, colour, [height, width]) {
  const canvas = element("canvas", { width, height, role: "img", "aria-label": label,
    style: `aspect-ratio: ${width} / ${height}` });
  const caption = element("figcaption", { style: `text-decoration-color: ${colour}` }, label);
  return { canvas, caption, figure: element("figure", {}, canvas, caption) };
}

/** Return a number as it is written on the page. */
export function shortened(value, digits) {
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
}

/** Call `act` with the places, from (0, 0) at the top left to (1, 1), where mouse, pen or finger press and move: all
 * since the last call, which may be several to a picture of the screen. */
export function onDrag(node, act) {
  const report = (events, begins) => {
    const box = node.getBoundingClientRect();
    act(events.map(({ clientX, clientY }) => [clamp((clientX - box.left) / box.width, 0, 1),
      clamp((clientY - box.top) / box.height, 0, 1)]), begins);
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault(); // no text is to be selected
    report([event], true);
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    const events = event.getCoalescedEvents?.() ?? [];
    report(events.length ? events : [event], false);
  });
}

/** Call `act` with each key; a key that it has a use for, it returns true for, does not scroll the page. */
export function onKey(node, act) {
  node.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.altKey && !event.metaKey && act(event.key, event.shiftKey)) event.preventDefault();
  });
}

/** Call `act` when the element's place on the screen changes, also by the browser's zoom; return what ends it. */
export function watchSize(node, act) {
  const sizes = new ResizeObserver(act);
  // After what others do at the same event: a deck fits its slides.
  const later = () => requestAnimationFrame(act);
  sizes.observe(node);
  window.addEventListener("resize", later);
  return () => {
    sizes.disconnect();
    window.removeEventListener("resize", later);
  };
}
