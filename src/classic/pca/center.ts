import type { Observations } from "../observations.ts";

/** Of each column of a table. Sums are float64, of four rows at a time. */
export function columnMeans({ data, count, features }: Observations): Float64Array {
  const sums = new Float64Array(features);
  const fours = count - (count % 4);
  for (let row = 0; row < fours; row += 4) {
    const a = row * features;
    const [b, c, d] = [a + features, a + 2 * features, a + 3 * features];
    for (let k = 0; k < features; k++) sums[k]! += data[a + k]! + data[b + k]! + (data[c + k]! + data[d + k]!);
  }
  for (let at = fours * features, k = 0; at < count * features; at++, k = (k + 1) % features) sums[k]! += data[at]!;
  return sums.map((sum) => sum / count);
}

/** The sum of the variances of the columns, with n − 1 below; 0 where what is left of a constant column is rounding. */
export function totalVariance({ data, count, features }: Observations, mean: Float64Array): number {
  let [even, odd] = [0, 0]; // two sums that need not wait for each other
  for (let row = 0; row < count; row++) {
    const from = row * features;
    for (let k = 0; k + 1 < features; k += 2) {
      const a = Math.fround(data[from + k]! - mean[k]!);
      const b = Math.fround(data[from + k + 1]! - mean[k + 1]!);
      even += a * a;
      odd += b * b;
    }
    if (features % 2 === 0) continue;
    const last = Math.fround(data[from + features - 1]! - mean[features - 1]!);
    even += last * last;
  }
  const squares = even + odd;
  const rounding = 1e-26 * count * mean.reduce((sum, value) => sum + value * value, 0);
  return squares > rounding ? squares / (count - 1) : 0;
}

/** The table with its mean taken off, as a table of its own. */
export function center(x: Observations, mean = columnMeans(x)): Observations {
  const { data, count, features } = x;
  const centered = new Float32Array(data.length);
  for (let row = 0; row < count; row++) {
    const from = row * features;
    for (let k = 0; k < features; k++) centered[from + k] = data[from + k]! - mean[k]!;
  }
  return { data: centered, count, features };
}
