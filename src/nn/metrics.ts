import { argmax, equal, less, reshape, sub, type Tensor } from "../graph/index.ts";
import { named } from "./named.ts";
import { pairUp } from "./targets.ts";

/** What a prediction is worth: a function of (output, target) that gives one number per sample, [batch]. */
export interface Metric {
  readonly name: string;
  (output: Tensor, target: Tensor): Tensor;
}

/**
 * 1 where the prediction is right, else 0. The prediction is the largest output, the first where several tie; a single
 * output predicts class 1 from 0.5 on. The target is a class label, or the class of its largest number.
 */
export const accuracy = /* @__PURE__ */ named("accuracy", (a, t) => {
  const { output, target, outputs, isLabels } = pairUp("accuracy", a, t);
  const [batch = 0] = output.shape;
  if (outputs === 1) return reshape(equal(isAtLeastHalf(output), isAtLeastHalf(target)), [batch]);
  const predicted = reshape(argmax(output), [batch]);
  return equal(predicted, isLabels ? t : reshape(argmax(target), [batch]));
});

/** 1 where the prediction is wrong, else 0: the zero-one loss, which has no slope to train by. */
export const zeroOne = /* @__PURE__ */ named("zeroOne", (output, target) => sub(1, accuracy(output, target)));

const isAtLeastHalf = (x: Tensor): Tensor => sub(1, less(x, 0.5));
