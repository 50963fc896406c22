import { NablaError, wrongOption } from "../errors.ts";
import {
  abs,
  add,
  div,
  equal,
  exp,
  largestAlong,
  log,
  max,
  minimum,
  mul,
  relu,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "../graph/index.ts";
import { named } from "./named.ts";
import { originOf } from "./scores.ts";
import { pairUp } from "./targets.ts";

/**
 * What a prediction costs: a function of (output, target) that gives one number per sample, [batch]. Sum or mean over
 * the samples is the trainer's `reduction`.
 *
 * `output` is [batch, outputs]. `target` is [batch, outputs], or class labels [batch], which count as one-hot where
 * there are several outputs. Any function of two tensors is a loss; the built-in ones throw SHAPE where output and
 * target do not fit. Below a is the output, t the target, e = a − t, z the scores before a softmax or sigmoid.
 */
export interface Loss {
  readonly name: string;
  (output: Tensor, target: Tensor): Tensor;
}

/** ½ Σⱼ eⱼ², with the derivative eⱼ: the lecture's L2 loss. */
export const halfSquared = regression("halfSquared", (e) => mul(sum(square(e), 1), 0.5));

/** Σⱼ eⱼ² */
export const squared = regression("squared", (e) => sum(square(e), 1));

/** 1/n Σⱼ eⱼ² over the n outputs. */
export const meanSquared = regression("meanSquared", (e, outputs) => div(sum(square(e), 1), outputs));

/** Σⱼ |eⱼ|, the L1 loss; its derivative at eⱼ = 0 is 0. */
export const absolute = regression("absolute", (e) => sum(abs(e), 1));

/** √(Σⱼ eⱼ²), the distance between output and target; its gradient at e = 0 is 0. */
export const euclidean = regression("euclidean", (e) => {
  const total = sum(square(e), 1);
  const isZero = equal(total, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, total))); // √ never sees the 0, where its slope is infinite
});

/** Σⱼ ½eⱼ² where |eⱼ| ≤ δ, else δ(|eⱼ| − ½δ). Huber 1964. Throws OPTION unless δ > 0. */
export function huber(delta = 1): Loss {
  if (typeof delta !== "number" || !(delta > 0 && delta < Infinity))
    throw wrongOption("huber", "delta", delta, "a number above 0", "Write for example huber(1).");
  return regression(delta === 1 ? "huber" : `huber(${delta})`, (e) => {
    const size = abs(e);
    const bent = minimum(size, delta);
    return sum(mul(bent, sub(size, mul(bent, 0.5))), 1);
  });
}

/**
 * Σⱼ max(0, 1 − tⱼ·aⱼ) with t = ±1, for scores (`linear`). Class labels become signs: with one output class 1 is + and
 * class 0 is −; with several the class is + and the others −. Cortes & Vapnik 1995.
 */
export const hinge = /* @__PURE__ */ named("hinge", (a, t) => {
  const { output, target, isLabels } = pairUp("hinge", a, t);
  const signs = isLabels ? sub(mul(target, 2), 1) : target;
  return sum(relu(sub(1, mul(signs, output))), 1);
});

/**
 * A margin between the score of the right class y and the others, for scores (`linear`) and class labels.
 *
 * - `westonWatkins`: Σ_{j≠y} max(0, 1 + sⱼ − s_y). Weston & Watkins 1999.
 * - `crammerSinger`: max(0, 1 + max_{j≠y} sⱼ − s_y). Crammer & Singer 2001, eq. 4.
 */
export function multiclassHinge(kind: "westonWatkins" | "crammerSinger" = "westonWatkins"): Loss {
  if (kind !== "westonWatkins" && kind !== "crammerSinger")
    throw wrongOption("multiclassHinge", "kind", kind, '"westonWatkins" or "crammerSinger"');
  const name = kind === "westonWatkins" ? "multiclassHinge" : `multiclassHinge(${kind})`;
  return named(name, (scores, labels) => {
    const { output, target, outputs } = pairUp(name, scores, labels); // target is 1 at the right class, else 0
    if (outputs < 2)
      throw new NablaError("SHAPE", `${name}: one output has no rival`, {
        expected: "at least 2 outputs",
        received: "1",
        hint: "Give one output for each class, or use hinge.",
      });
    const right = sum(mul(target, output), 1, { keepDims: true });
    if (kind === "westonWatkins") return sum(mul(sub(1, target), relu(add(1, sub(output, right)))), 1);
    const rival = max(where(target, -largestFloat, output), 1, { keepDims: true });
    return sum(relu(add(1, sub(rival, right))), 1);
  });
}

/**
 * −Σⱼ tⱼ log aⱼ for the probabilities a of a `softmax`; with class labels −log a_y. At the scores its gradient is a − t
 * (for Σt = 1).
 *
 * Computed from the scores z, for which softmax notes them: Σⱼ tⱼ(log Σₖ e^{zₖ−m} − (zⱼ − m)) with m = max z, so that a
 * probability that rounds to 0 costs what it should and not infinity. Throws OPTION when the output is no softmax.
 */
export const crossEntropy = /* @__PURE__ */ named("crossEntropy", (output, target) =>
  crossEntropyWithLogits(scoresBefore("crossEntropy", "softmax", output), target),
);

/** The cross entropy of softmax(z) for scores z: for a model without the softmax. */
export const crossEntropyWithLogits = /* @__PURE__ */ named("crossEntropyWithLogits", (logits, t) => {
  const { output, target, outputs, isOneHot } = pairUp("crossEntropy", logits, t);
  if (logits.shape.length !== 2 || outputs < 2)
    throw new NablaError("SHAPE", `crossEntropy: expects a row of scores per sample, got shape [${logits.shape}]`, {
      expected: "[batch, classes], 2 classes or more",
      received: `[${logits.shape}]`,
      hint: "Give one output for each class, or use binaryCrossEntropy.",
    });
  const shifted = sub(output, largestAlong(output)); // z − m
  const logTotal = log(sum(exp(shifted), 1, { keepDims: true }));
  if (isOneHot) return sum(sub(logTotal, sum(mul(target, shifted), 1, { keepDims: true })), 1);
  return sum(mul(target, sub(logTotal, shifted)), 1); // exact for any target, also where Σt is only nearly 1
});

/**
 * Σⱼ −tⱼ log aⱼ − (1 − tⱼ) log(1 − aⱼ) for the outputs a of a `sigmoid`, t from 0 to 1; at the scores its gradient is
 * a − t. Computed from the scores, as softplus(z) − t·z. Throws OPTION when the output is no sigmoid.
 */
export const binaryCrossEntropy = /* @__PURE__ */ named("binaryCrossEntropy", (a, t) => {
  const scores = scoresBefore("binaryCrossEntropy", "sigmoid", a);
  const { output, target } = pairUp("binaryCrossEntropy", scores, t);
  return sum(sub(softplus(output), mul(target, output)), 1);
});

/** The most negative float32, as a score that never wins. */
const largestFloat = 3.4028234663852886e38;

function scoresBefore(loss: string, activation: "softmax" | "sigmoid", output: Tensor): Tensor {
  const origin = originOf(output);
  if (origin?.activation === activation) return origin.scores;
  throw new NablaError("OPTION", `${loss}: needs probabilities that ${activation} made`, {
    expected: `a model that ends with ${activation}`,
    received: origin ? `the output of ${origin.activation}` : "scores",
    hint: `End the model with ${activation}, or choose a loss for numbers, such as meanSquared.`,
  });
}

/**
 * A loss of the error e = output − target, both [batch, outputs]. Bundlers leave out those that a program does not use.
 * @__NO_SIDE_EFFECTS__
 */
function regression(name: string, perSample: (error: Tensor, outputs: number) => Tensor): Loss {
  return named(name, (a, t) => {
    const { output, target, outputs } = pairUp(name, a, t);
    return perSample(sub(output, target), outputs);
  });
}
