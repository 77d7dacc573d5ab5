// What the views compute: the pictures that a network decodes, and places on its latent plane. No page, no notebook.

/** Return numbers that were sent as bytes. Copied, because what is sent may begin where no number may. */
export function floats(sent) {
  return new Float32Array(bytes(sent).slice().buffer);
}

/** Return bytes that were sent as such. */
export function bytes(sent) {
  return new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength);
}

/** Return a function from a code to the pixels of its picture; each call overwrites the pixels of the last.
 * `weights` holds each layer's kernel, row by row, and its bias; `layers` its numbers of inputs and of units. */
export function makeDecoder(weights, layers) {
  let offset = 0;
  const stack = layers.map(([inputs, units]) => ({
    kernel: weights.subarray(offset, (offset += inputs * units)),
    bias: weights.subarray(offset, (offset += units)),
    output: new Float32Array(units),
  }));
  return (z) => {
    let x = Float32Array.from(z);
    stack.forEach(({ kernel, bias, output }, depth) => {
      const units = output.length;
      output.set(bias);
      for (let i = 0; i < x.length; i++) {
        const value = x[i], row = i * units;
        if (value === 0) continue; // about half of what a ReLU lets through
        for (let j = 0; j < units; j++) output[j] += value * kernel[row + j];
      }
      const last = depth === stack.length - 1;
      for (let j = 0; j < units; j++) output[j] = last ? 1 / (1 + Math.exp(-output[j])) : Math.max(output[j], 0);
      x = output;
    });
    return x;
  };
}

/** Return the share of N(0, I) that lies farther from the origin than z: chi-squared with 2 degrees of freedom. */
export function priorTail([x, y]) {
  return Math.exp(-(x * x + y * y) / 2);
}

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
