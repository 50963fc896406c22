import { log } from "../array/math64.ts";
import { NablaError } from "../errors.ts";

export interface Mistake {
  /** Of the sample in its data, from 0. */
  readonly index: number;
  readonly actual: number;
  readonly seenAs: number;
  /** What the model gave the class it chose. */
  readonly probability: number;
  /** What it gave the right one. */
  readonly actualProbability: number;
  /** −ln of `actualProbability`; infinite where the model ruled the right class out. */
  readonly loss: number;
}

/**
 * The mistakes that cost most cross entropy, worst first: samples whose most probable class is not their label.
 *
 * @param probabilities [samples, classes], row by row
 * @param labels class numbers, one a sample
 * Equal losses (probabilities underflow to 0) fall to the surer answer, then to the earlier sample.
 * Throws DATA where the lengths disagree or a label is no class.
 */
export function worstMistakes(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes, count = 24 }: { readonly classes: number; readonly count?: number },
): readonly Mistake[] {
  if (probabilities.length !== labels.length * classes) {
    throw new NablaError("DATA", "probabilities and labels do not fit together", {
      expected: `${labels.length} labels × ${classes} classes = ${labels.length * classes} probabilities`,
      received: `${probabilities.length}`,
      hint: "Pass the predictions for the same samples that the labels belong to.",
    });
  }
  const mistakes: Mistake[] = [];
  for (let index = 0; index < labels.length; index++) {
    const actual = labels[index]!;
    if (!Number.isInteger(actual) || actual < 0 || actual >= classes) {
      throw new NablaError("DATA", `label ${actual} of sample ${index} is no class`, {
        where: { row: index + 1 },
        expected: `a whole number from 0 to ${classes - 1}`,
        received: `${actual}`,
        hint: "Check the labels.",
      });
    }
    const start = index * classes;
    let seenAs = 0;
    for (let k = 1; k < classes; k++) if (probabilities[start + k]! > probabilities[start + seenAs]!) seenAs = k;
    if (seenAs === actual) continue;
    const actualProbability = probabilities[start + actual]!;
    const loss = actualProbability > 0 ? -log(actualProbability) : Number.POSITIVE_INFINITY;
    mistakes.push({ index, actual, seenAs, probability: probabilities[start + seenAs]!, actualProbability, loss });
  }
  mistakes.sort(
    (a, b) => a.actualProbability - b.actualProbability || b.probability - a.probability || a.index - b.index,
  );
  return mistakes.slice(0, count);
}
