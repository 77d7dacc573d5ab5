// Begin the deck, and let a widget that has the focus keep its keys.
(() => {
  Reveal.initialize({
    width: 1280, height: 720, margin: 0, minScale: 0.05, maxScale: 20, center: false, display: "flex",
    controls: false, slideNumber: "c/t", hash: true, transition: "none", backgroundTransition: "none",
    plugins: [RevealNotes],
  });

  // A clicker's keys go on to the next slide, and Escape gives the keys back to the deck.
  const clicker = { PageDown: () => Reveal.next(), PageUp: () => Reveal.prev(), Escape: () => {} };
  const widgets = document.querySelectorAll(".twin");
  widgets.forEach((widget) => widget.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (!clicker[event.key]) return;
    event.preventDefault();
    document.activeElement.blur();
    clicker[event.key]();
  }));

  // Moved to a screen with other pixels, the window may keep its size.
  function watchScreen() {
    const screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    screen.addEventListener("change", () => {
      Reveal.layout();
      window.dispatchEvent(new Event("resize"));
      watchScreen();
    }, { once: true });
  }
  watchScreen();
})();
