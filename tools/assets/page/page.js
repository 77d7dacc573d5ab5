// Each widget comes to life when it is about to be seen, so that the first one need not wait for the others.

const alive = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    alive.unobserve(target);
    for (const [el, model] of bringAlive(target)) window.twins.set(el, model);
  }
}, { rootMargin: "100%" });

window.twins = new Map();
document.querySelectorAll("main section").forEach((section) => alive.observe(section));
