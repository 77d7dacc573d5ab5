// What the views compute: the pictures that a network decodes, and places on its latent plane. No page, no notebook.

/** Return numbers that were sent as bytes. Copied, because what is sent may begin where no number may. */
export function floats(sent) {
  return new Float32Array(bytes(sent).slice().buffer);
}

/** Return bytes that were sent as such. */
export function bytes(sent) {
  return new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength);
}

/** Return numbers of 16 bits, as IEEE 754 has them and NumPy's float16, as numbers of 32. */
export function halves(sent) {
  const shorts = new Uint16Array(bytes(sent).slice().buffer), numbers = new Float32Array(shorts.length);
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, short) => half(short));
  for (let i = 0; i < shorts.length; i++) numbers[i] = table[shorts[i]];
  return numbers;
}

let table; // of all the numbers that there are: quicker than to work out each

function half(short) {
  const sign = short & 0x8000 ? -1 : 1, exponent = (short >> 10) & 31, fraction = short & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 25) * (1024 + fraction) : sign * 2 ** -24 * fraction;
}

/** Return a function through dense layers; each call overwrites the numbers of the last. `weights` holds each layer's
 * kernel, row by row, and its bias; `layers` its numbers of inputs and of units. `hidden` is applied to what all but the
 * last layer give, `last` to what the last gives. */
export function makeStack(weights, layers, hidden, last) {
  let offset = 0;
  const stack = layers.map(([inputs, units]) => ({
    kernel: weights.subarray(offset, (offset += inputs * units)),
    bias: weights.subarray(offset, (offset += units)),
    output: new Float32Array(units),
  }));
  return (input) => {
    let x = Float32Array.from(input);
    stack.forEach(({ kernel, bias, output }, depth) => {
      const units = output.length, activate = depth === stack.length - 1 ? last : hidden;
      output.set(bias);
      for (let i = 0; i < x.length; i++) {
        const value = x[i], row = i * units;
        if (value === 0) continue; // about half of what a ReLU lets through, and most of a picture's paper
        for (let j = 0; j < units; j++) output[j] += value * kernel[row + j];
      }
      for (let j = 0; j < units; j++) output[j] = activate(output[j]);
      x = output;
    });
    return x;
  };
}

/** Return a function from a code to the pixels of its picture, from 0 to 1. */
export function makeDecoder(weights, layers) {
  return makeStack(weights, layers, (x) => Math.max(x, 0), (x) => 1 / (1 + Math.exp(-x)));
}

/** Return a function from pixels, from 0 to 1, to z_mean and, of a VAE, z_log_var behind it. */
export function makeEncoder(weights, layers, slope) {
  return makeStack(weights, layers, (x) => Math.max(x, slope * x), (x) => x);
}

/** Return the share of N(0, I) that lies farther from the origin than z: chi-squared with z's number of degrees of
 * freedom, near the origin by a series, beyond by a continued fraction (Abramowitz and Stegun, 6.5.29 and 6.5.31). */
export function priorTail(z) {
  const a = z.length / 2, x = z.reduce((sum, value) => sum + value * value, 0) / 2;
  let logGamma = z.length % 2 ? Math.log(Math.PI) / 2 : 0; // of 1/2 or 1, and then of a
  for (let k = z.length % 2 ? 0.5 : 1; k < a; k++) logGamma += Math.log(k);
  const size = Math.exp(a * Math.log(x) - x - logGamma);
  if (x < a + 1) {
    let term = size / a, sum = term;
    for (let k = a + 1; term > 1e-17 * sum; k++) sum += term *= x / k;
    return 1 - sum;
  }
  let fraction = 0;
  for (let k = TERMS; k > 0; k--) fraction = (k * (a - k)) / (x + 2 * k + 1 - a + fraction);
  return size / (x + 1 - a + fraction);
}

/** Return how many of a hundred codes a share is, for who counts more easily than he reads per cent. */
export function ofHundred(share) {
  return Math.round(100 * share);
}

const TERMS = 200; // of a continued fraction of which 1 in 10 ** 10 is asked

/** Return n codes at equal distances along the line through the points. */
export function along(points, n) {
  const legs = points.slice(1).map((end, i) => Math.hypot(end[0] - points[i][0], end[1] - points[i][1]));
  const total = legs.reduce((sum, leg) => sum + leg, 0);
  return Array.from({ length: n }, (_, k) => {
    if (k === n - 1) return [...points.at(-1)]; // which rounding might miss
    let left = (total * k) / (n - 1), i = 0;
    while (i < legs.length - 1 && left > legs[i]) left -= legs[i++];
    const t = legs[i] > 0 ? Math.min(left / legs[i], 1) : 0;
    return [0, 1].map((axis) => points[i][axis] + t * (points[i + 1][axis] - points[i][axis]));
  });
}

/** Return the index of the code nearest to z, of those in a flat array, and how far it is. */
export function nearestCode(codes, [x, y]) {
  let index = 0, least = Infinity;
  for (let i = 0; i < codes.length; i += 2) {
    const square = (codes[i] - x) ** 2 + (codes[i + 1] - y) ** 2;
    if (square < least) [index, least] = [i / 2, square];
  }
  return [index, Math.sqrt(least)];
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
