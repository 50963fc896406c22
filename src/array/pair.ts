/** Arithmetic with pairs of float64, 106 bits together (Dekker 1971), for the few places where 53 are too few. */

/** An unevaluated sum high + low with |low| ≤ ulp(high)/2. */
export type Pair = readonly [high: number, low: number];

/** The sum of two numbers with what its rounding lost (Knuth's two-sum). */
export function addExactly(a: number, b: number): Pair {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

/** a + b to about 2⁻¹⁰⁴ where the signs agree. */
export function add(a: Pair, b: Pair): Pair {
  const [sum, lost] = addExactly(a[0], b[0]);
  const low = lost + a[1] + b[1];
  const high = sum + low;
  return [high, sum - high + low];
}

/** The exact product of two numbers below 2⁹⁹⁶, by halves of 26 bits (Dekker 1971). */
function multiplyExactly(a: number, b: number): Pair {
  const aWide = a * 134217729;
  const bWide = b * 134217729;
  const a1 = aWide - (aWide - a);
  const b1 = bWide - (bWide - b);
  const a2 = a - a1;
  const b2 = b - b1;
  const product = a * b;
  return [product, a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2)];
}

/** a·b to about 2⁻¹⁰⁴. */
export function multiply(a: Pair, b: Pair): Pair {
  const [product, lost] = multiplyExactly(a[0], b[0]);
  const low = lost + (a[0] * b[1] + a[1] * b[0]);
  const high = product + low;
  return [high, product - high + low];
}

/** a/b to about 2⁻¹⁰³. */
export function divide(a: Pair, b: Pair): Pair {
  const quotient = a[0] / b[0];
  const [product, lost] = multiply([quotient, 0], b);
  return addExactly(quotient, (a[0] - product - lost + a[1]) / b[0]);
}
