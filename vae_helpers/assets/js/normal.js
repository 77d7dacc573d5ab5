// What the sliders of normal distributions compute. No page, no notebook.

export const SPAN = 7; // the pictures show -7 to 7
export const BINS = 56; // of the histogram over them
const REACH = 8, STEPS = 640; // of a curve, in standard deviations and in steps over twice as many

/** Return the logarithm of the density of N(mean, std ** 2) at x. */
export function logDensity(x, mean, std) {
  return -0.5 * ((x - mean) / std) ** 2 - Math.log(std) - 0.5 * Math.log(2 * Math.PI);
}

/** Return KL(q || p) of two normal distributions, in nats. */
export function klBetween(meanQ, stdQ, meanP, stdP) {
  const ratio = stdQ / stdP;
  return 0.5 * ((meanQ - meanP) / stdP) ** 2 + 0.5 * (ratio * ratio - 1) - Math.log(ratio);
}

/** Return the draws z = mean + std * alpha, what was measured of them, and how far it may be off. */
export function describeDraws(noise, mean, std, n) {
  const z = Array.from(noise.slice(0, n), (alpha) => mean + std * alpha);
  const average = z.reduce((sum, value) => sum + value, 0) / n;
  const squares = z.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return { z, mean: average, std: Math.sqrt(squares / (n - 1)), errorOfMean: std / Math.sqrt(n),
    errorOfStd: std / Math.sqrt(2 * (n - 1)) };
}

/** Return the density that the draws have in each of the BINS from -SPAN to SPAN. */
export function histogram(z) {
  const width = (2 * SPAN) / BINS, heights = new Array(BINS).fill(0);
  for (const value of z) {
    const bin = value === SPAN ? BINS - 1 : Math.floor((value + SPAN) / width);
    if (bin >= 0 && bin < BINS) heights[bin] += 1 / z.length / width;
  }
  return heights;
}

/** Return the places of a curve around a mean, beyond which the density is below 1e-14 of its peak. */
export function places(mean, std) {
  return Array.from({ length: STEPS + 1 }, (_, i) => mean + std * ((2 * REACH * i) / STEPS - REACH));
}

/** Return q(x) (log q(x) - log p(x)) at the places x, the areas where it adds and takes away, and the divergence. */
export function describeDivergence(meanQ, stdQ, meanP, stdP) {
  const x = places(meanQ, stdQ);
  const integrand = x.map((place) => {
    const logQ = logDensity(place, meanQ, stdQ);
    return Math.exp(logQ) * (logQ - logDensity(place, meanP, stdP));
  });
  const area = (part) => integrand.slice(1).reduce((sum, value, i) =>
    sum + ((x[i + 1] - x[i]) * (part(value) + part(integrand[i]))) / 2, 0);
  return { x, integrand, kl: klBetween(meanQ, stdQ, meanP, stdP), above: area((value) => Math.max(value, 0)),
    below: area((value) => Math.max(-value, 0)) };
}

/** Return a draw from N(0, 1). */
export function drawNormal(random = Math.random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Return a function like Math.random that gives the same numbers for the same seed, a whole number: mulberry32. */
export function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
