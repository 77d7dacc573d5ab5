// What a view asks of a model: get, set and on; off and save_changes where the model has them. A notebook's model has
// Python behind it; a page's can be any object that calls back at "change:" and the name of what was set.

import { speaker } from "./language.js";

/** Return the model as the parts of a view use it: several values set at once, an end to all listening, and `t`, which
 * says a text in the model's language. */
export function bind(model) {
  const ends = [];
  return {
    t: speaker(model.get("words"), model.get("says")),
    get: (name) => model.get(name),
    set(values) {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      model.save_changes?.();
    },
    listen(event, act) {
      model.on(event, act);
      ends.push(() => model.off?.(event, act));
    },
    end() {
      ends.forEach((end) => end());
    },
  };
}

/** Return a model of these values, without Python behind it. */
export function makeModel(values) {
  const state = { ...values }, listeners = new Map();
  const of = (event) => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
  return {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const act of [...of(`change:${name}`)]) act();
    },
    on: (event, act) => of(event).add(act),
    off: (event, act) => of(event).delete(act),
  };
}
