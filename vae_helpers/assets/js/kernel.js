// Whether Python is still there, and a sentence where it is not.

import { element } from "./page.js";

const PATIENCE = 2000; // milliseconds
const TOUCHES = ["keydown", "pointerdown", "input"];

/** Return a note that is empty until JupyterLab restarts the kernel. */
export function makeNote(state) {
  const style = "margin: 0; color: #bd1f01; line-height: 1.4";
  const note = element("p", { class: "vae-gone", role: "alert", style });
  state.listen("comm_live_update", () => { note.textContent = state.t("The kernel was restarted: run this cell again."); });
  return note;
}

/** Ask Python for an answer when something in the box is touched, and write into the note that there is none: nobody else
 * tells of a kernel that is busy or was exchanged. Return what ends it. */
export function watchPython(state, box, note) {
  const silent = state.t("Python does not answer. Another cell may be running; if the kernel was restarted, " +
    "run this cell again.");
  let waiting = 0;
  const ask = (event) => {
    if (waiting || !box().contains(event.target)) return;
    state.set({ asked: true }); // Python sets it back
    waiting = setTimeout(() => {
      waiting = 0;
      if (state.get("asked")) note.textContent ||= silent;
    }, PATIENCE);
  };
  state.listen("change:asked", () => {
    if (!state.get("asked")) note.textContent = "";
  });
  for (const event of TOUCHES) window.addEventListener(event, ask, true);
  return () => {
    clearTimeout(waiting);
    for (const event of TOUCHES) window.removeEventListener(event, ask, true);
  };
}
