import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { labelledRows } from "./rows.ts";

/** A plane: a sample is of class 1 where normal·x + offset > 0. Its length does not matter. */
export interface Separator {
  readonly normal: readonly number[];
  readonly offset: number;
}

export interface MistakeBound {
  /** R: length of the longest (x, 1). */
  readonly radius: number;
  /** γ: smallest t·(w·x + b), with (w, b) scaled to length 1. */
  readonly margin: number;
  /** (R/γ)²: so many mistakes a perceptron that starts at 0 makes at most. */
  readonly mistakes: number;
}

/**
 * How often a perceptron with bias can be wrong about two classes that `separator` tells apart, in any order and for any
 * learning rate: (R/γ)². Novikoff 1962, "On convergence proofs on perceptrons", with the bias as weight of a constant
 * input. Throws DATA unless there are two classes, SHAPE for a normal of another length than the samples, NOT_SEPARABLE
 * with the first sample (from 1) on the wrong side.
 */
export function mistakeBound(data: Dataset, { normal, offset }: Separator): MistakeBound {
  const { rows, labels, classes } = labelledRows(data, "mistakeBound");
  const { features, count } = rows;
  if (classes.length !== 2)
    throw new NablaError("DATA", `mistakeBound: the data have ${classes.length} classes`, {
      expected: "two classes",
      received: `${classes.length}`,
      hint: "A plane tells two classes apart.",
    });
  if (normal.length !== features)
    throw new NablaError("SHAPE", `mistakeBound: the normal has ${normal.length} numbers, the samples ${features}`, {
      expected: `${features} numbers`,
      received: `${normal.length}`,
      hint: "Give one number for each feature.",
    });
  let [longest, smallest] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < count; i += 1) {
    let [square, score] = [1, offset];
    for (let k = 0; k < features; k += 1) {
      const value = rows.data[i * features + k]!;
      square += value * value;
      score += normal[k]! * value;
    }
    const margin = (labels[i] === 1 ? 1 : -1) * score;
    if (!(margin > 0))
      throw new NablaError("NOT_SEPARABLE", `mistakeBound: sample ${i + 1} is not on its side of the separator`, {
        where: { row: i + 1 },
        expected: "every sample on the side of its class",
        received: `a margin of ${margin}`,
        hint: "Give a plane that tells the two classes apart; where there is none, there is no bound.",
      });
    longest = Math.max(longest, square);
    smallest = Math.min(smallest, margin);
  }
  const length = Math.sqrt(normal.reduce((sum, w) => sum + w * w, offset * offset));
  const [radius, margin] = [Math.sqrt(longest), smallest / length];
  return { radius, margin, mistakes: (radius / margin) * (radius / margin) };
}
