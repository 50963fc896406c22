/** f(x) = w·x + b of each part for each sample: [count, parts]. Sums are in float64. */
export function linearValues(
  parts: readonly { readonly weights: ArrayLike<number>; readonly bias: number }[],
  data: Float32Array,
  count: number,
): Float32Array {
  const out = new Float32Array(count * parts.length);
  const features = data.length / count;
  for (const [m, { weights, bias }] of parts.entries())
    for (let i = 0; i < count; i++) {
      let sum = bias;
      for (let j = 0, at = i * features; j < features; j++, at++) sum += weights[j]! * data[at]!;
      out[i * parts.length + m] = sum;
    }
  return out;
}
