// What stands beside widgets that Python makes of ipywidgets. It shows nothing but a sentence when Python is gone, and
// keeps the keys of all.

import { keepKeys } from "./keys.js";
import { makeNote, watchPython } from "./kernel.js";
import { bind } from "./model.js";

/** Guard the widgets in the element's parent, and return a function that ends it. */
export function showGuard(el, model) {
  keepKeys();
  const state = bind(model), note = makeNote(state);
  el.classList.add("vae-guard");
  el.style.width = "100%"; // a row of its own
  el.append(note);
  const unwatch = watchPython(state, () => el.parentElement ?? el, note);
  return () => {
    unwatch();
    state.end();
  };
}

export default { render: ({ model, el }) => showGuard(el, model) };
