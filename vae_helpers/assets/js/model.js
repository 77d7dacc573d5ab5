// What a view asks of a model: get, set and on; off and save_changes where the model has them. A notebook's model has
// Python behind it; a page's can be any object that calls back at "change:" and the name of what was set.

/** Return the model as the parts of a view use it: several values set at once, and an end to all listening. */
export function bind(model) {
  const ends = [];
  return {
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
