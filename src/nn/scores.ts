import type { Tensor } from "../graph/index.ts";

/**
 * Where probabilities come from: the scores (logits) that an output of `softmax` or `sigmoid` was made of.
 *
 * A loss on probabilities is stable only when it is computed from their scores, so the activations note them here
 * while the graph is built, and the losses look them up. No pass of the compiler has to find the pattern again.
 */
export interface Scores {
  readonly activation: "softmax" | "sigmoid";
  readonly scores: Tensor;
  /** What such an output costs on labels, unless a loss is named. Noted here, so that a program brings it with its layer. */
  readonly loss: (output: Tensor, target: Tensor) => Tensor;
  /** The layer that made the output, where it was one. */
  readonly layer?: string;
}

const known = new WeakMap<Tensor, Scores>();

/** Notes what `output` was made of, and returns it. */
export function noteScores(output: Tensor, origin: Scores): Tensor {
  known.set(output, origin);
  return output;
}

/** What `output` was made of; undefined unless it came from `softmax` or `sigmoid`. */
export const originOf = (output: Tensor): Scores | undefined => known.get(output);
