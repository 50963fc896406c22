import { NablaError } from "../errors.ts";
import { equal, index, reshape, type Tensor } from "../graph/index.ts";
import { printShape, sizeOf } from "../graph/shape.ts";

/** An output with what it should have been, both as [batch, outputs]. */
export interface Pair {
  readonly output: Tensor;
  readonly target: Tensor;
  readonly outputs: number;
  /** True where the target came as class labels [batch] for several outputs, and is 1 at the class, else 0. */
  readonly isOneHot: boolean;
  /** True where the target came as [batch]. */
  readonly isLabels: boolean;
}

/**
 * Brings output and target to [batch, outputs]. A target [batch] holds class labels: with several outputs it becomes
 * one-hot, with one output it stays the number it is. Throws SHAPE where they do not fit; nothing is ever broadcast
 * over the batch.
 */
export function pairUp(what: string, output: Tensor, target: Tensor): Pair {
  const [batch = 0] = output.shape;
  const fits = output.shape.length > 0 && target.shape.length > 0 && target.shape[0] === batch;
  const outputs = fits ? sizeOf(output.shape) / batch : 0;
  const isLabels = target.shape.length === 1;
  if (!fits || (!isLabels && sizeOf(target.shape) !== sizeOf(output.shape)))
    throw new NablaError(
      "SHAPE",
      `${what}: output of shape ${printShape(output.shape)} against target of shape ${printShape(target.shape)}`,
      {
        expected: `${printShape(output.shape)}, or class labels [${batch}]`,
        received: printShape(target.shape),
        hint: "Give the last layer a unit for each number or class.",
      },
    );
  const isOneHot = isLabels && outputs > 1;
  return {
    output: reshape(output, [batch, outputs]),
    target: isOneHot ? oneHot(target, outputs) : reshape(target, [batch, outputs]),
    outputs,
    isOneHot,
    isLabels,
  };
}

/** Labels [batch] as [batch, classes]: 1 at the label, else 0. */
function oneHot(labels: Tensor, classes: number): Tensor {
  const [batch = 0] = labels.shape;
  return equal(reshape(labels, [batch, 1]), index([batch, classes], 1));
}
