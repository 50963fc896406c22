/** A score as the sum of its pixels: ink times weight, what speaks for the unit, what against, and the bias. */
export interface Product {
  /** Ink ⊙ weight, pixel by pixel. */
  readonly terms: Float32Array;
  readonly speaksFor: number;
  readonly speaksAgainst: number;
  readonly bias: number;
  /** Sum of all of it. */
  readonly score: number;
}

export function productOf(pixels: Float32Array, weights: Float32Array, bias: number): Product {
  const terms = pixels.map((ink, i) => ink * weights[i]!);
  let [speaksFor, speaksAgainst] = [0, 0];
  for (const term of terms) {
    if (term > 0) speaksFor += term;
    else speaksAgainst += term;
  }
  return { terms, speaksFor, speaksAgainst, bias, score: speaksFor + speaksAgainst + bias };
}
