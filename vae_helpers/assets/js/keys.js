// Whatever has the focus in a widget keeps its keys: none of them changes the notebook. JupyterLab takes single keys
// for commands (D D deletes the cell), also on a slider's handle or a button, unless the very element that has the
// focus carries GUARD. It then leaves chords alone, too, so that for those the element loses it.

const WIDGETS = ".jupyter-widgets, .vae-pad, .vae-twin";
const GUARD = "data-lm-suppress-shortcuts";
const KEPT = Symbol.for("vae_helpers.keys");

/** Keep the keys of all widgets of the page, those of ipywidgets, too; once is enough, and more does no harm. */
export function keepKeys() {
  if (window[KEPT]) return;
  window[KEPT] = true;
  window.addEventListener("keydown", guard, true); // before JupyterLab, which listens on the document
  window.addEventListener("beforeinput", takeComma, true);
}

function guard(event) {
  const node = event.target, isChord = leadsOut(event);
  if (!node.closest?.(WIDGETS)) return;
  node.toggleAttribute(GUARD, !isChord);
  // The fields of ipywidgets end every key's way, and JupyterLab would not come to see the chord.
  if (isChord && node.matches("input, textarea")) event.stopPropagation = () => {};
  // Of one that edits text it would come to see that the browser undoes, and keep it from that.
  if (!isChord && (event.ctrlKey || event.metaKey)) node.addEventListener("keydown", end, { once: true });
  if (event.key === "Escape") leave(event);
}

const end = (event) => event.stopPropagation();

/** Whether JupyterLab may have a key: one with Ctrl or Cmd, unless it edits text, which in JupyterLab edits cells. */
function leadsOut({ key, keyCode, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey || !(ctrlKey || metaKey)) return false; // AltGr counts as Ctrl and Alt
  if (key.length > 1) return key === "Enter"; // and not the arrows, Backspace and their like
  return !(shiftKey ? "MZ" : "ACVXYZ").includes(String.fromCharCode(keyCode)); // by its place, as JupyterLab does
}

/** Give the focus back to the notebook's cell, unless the element has a use for Escape itself. */
function leave(event) {
  const node = event.target, cell = node.closest(".jp-Cell");
  const isOpen = CSS.supports("selector(:open)") && node.matches("select:open");
  if (!cell || isOpen || event.isComposing) return;
  setTimeout(() => {
    if (!event.defaultPrevented) cell.focus({ preventScroll: true });
  });
}

/** Read 0,7 typed or pasted into a field for numbers as 0.7; a browser may drop the comma and make it 7. */
function takeComma(event) {
  const { target, data } = event;
  if (target.type !== "number" || !target.closest(WIDGETS) || !/^[^.,]*,[^.,]*$/.test(data ?? "")) return;
  event.preventDefault();
  document.execCommand("insertText", false, data.replace(",", "."));
}
