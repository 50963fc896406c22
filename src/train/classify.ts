import type { NdArray, Shape } from "../array/ndarray.ts";

export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/**
 * For each sample of `answers`, whose outputs have the shape `outputShape`, the classes with their probabilities, best
 * first; ties stay in the order of the classes. Fetched when a model classifies for the first time.
 */
export function rankClasses(
  { shape, data }: NdArray,
  outputShape: Shape,
  classes: readonly string[] | undefined,
): readonly (readonly ClassProbability[])[] {
  const rows = shape.length > outputShape.length ? shape[0]! : 1;
  const outputs = data.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const values = data.subarray(row * outputs, (row + 1) * outputs);
    // One sigmoid tells two classes apart: it is the probability of the second.
    const probabilities = outputs === 1 ? [1 - values[0]!, values[0]!] : [...values];
    const named = probabilities.map(
      (probability, i): ClassProbability => ({ label: classes?.[i] ?? String(i), probability }),
    );
    return named.sort((a, b) => b.probability - a.probability);
  });
}
