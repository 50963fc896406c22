/** What repeated measurements say. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and greatest of the values, and the values. */
export function summary(values) {
  return { median: median(values), minimum: Math.min(...values), maximum: Math.max(...values), values };
}

/** A generator of numbers in [0, 1) that is the same everywhere (Numerical Recipes' 32-bit congruence, high bits). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** The indices 0 … count − 1 in another order, written into `order`: Fisher and Yates. */
export function shuffle(order, next = Math.random) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
