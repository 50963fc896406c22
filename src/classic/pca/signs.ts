import type { Observations } from "../observations.ts";
import { fewMultiplications, MatrixProducts } from "../products.ts";

/**
 * Turns each component so that of its scores the largest in size is positive, the first of equals: scikit-learn's
 * `svd_flip`. A direction and its opposite explain the same; this makes a picture the same every time.
 */
export async function flipSigns(
  components: Float64Array,
  kept: number,
  x: Observations,
  products?: MatrixProducts,
): Promise<void> {
  const { count, features } = x;
  const scores = await scoresOf(components, kept, x, products);
  for (let c = 0; c < kept; c++) {
    let farthest = 0;
    for (let i = 0; i < count; i++) {
      const score = scores[i * kept + c]!;
      if (Math.abs(score) > Math.abs(farthest)) farthest = score;
    }
    if (farthest < 0) for (let k = 0; k < features; k++) components[c * features + k]! *= -1;
  }
}

/** [count, kept]; float32 is enough to tell signs where the sums are long. */
async function scoresOf(
  components: Float64Array,
  kept: number,
  { data, count, features }: Observations,
  products: MatrixProducts | undefined,
): Promise<Float32Array | Float64Array> {
  if (!products && count * features * kept < fewMultiplications) {
    const scores = new Float64Array(count * kept);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < kept; c++) {
        let score = 0;
        for (let k = 0; k < features; k++) score += data[i * features + k]! * components[c * features + k]!;
        scores[i * kept + c] = score;
      }
    return scores;
  }
  const right = new Float32Array(features * kept);
  for (let c = 0; c < kept; c++) for (let k = 0; k < features; k++) right[k * kept + c] = components[c * features + k]!;
  if (products) return products.times(right, kept);
  const own = await MatrixProducts.open({ data, count, features }, new Float64Array(features));
  try {
    return await own.times(right, kept);
  } finally {
    own[Symbol.dispose]();
  }
}
