// Fit each slide into its frame, then show the first.
(() => {
  const LEAST_SCALE = 0.75; // of the size of text: 24 px become 18 px
  const SMALLEST = 16; // pixels, of a formula that is wider than the slide

  function fit(slide) {
    for (let scale = 1; scale > LEAST_SCALE - 0.01; scale -= 0.05) {
      slide.style.setProperty("--scale", scale.toFixed(2));
      for (const formula of slide.querySelectorAll(".formula")) {
        formula.style.fontSize = "";
        const ratio = formula.clientWidth / formula.querySelector("math").getBoundingClientRect().width;
        const size = parseFloat(getComputedStyle(formula).fontSize);
        if (ratio < 1) formula.style.fontSize = `${Math.max(SMALLEST, Math.floor(10 * size * ratio) / 10)}px`;
      }
      if (slide.scrollHeight <= slide.clientHeight) return;
    }
  }

  async function begin() {
    const deck = document.querySelector(".slides");
    for (const section of deck.children) {
      if (section.querySelector("section")) section.classList.add("stack");
    }
    await document.fonts.load('24px "formulas"');
    deck.querySelectorAll("section:not(.stack)").forEach(fit);
    deck.classList.remove("measuring");
    Reveal.initialize({
      width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, display: "flex",
      navigationMode: "linear", controls: false, slideNumber: "c/t", hash: true,
      transition: "none", backgroundTransition: "none", plugins: [RevealNotes],
    });
  }

  begin();
})();
