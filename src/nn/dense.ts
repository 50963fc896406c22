import { NablaError } from "../errors.ts";
import { add, matmul, transpose } from "../graph/index.ts";
import { glorotUniform, zeros } from "./initializers.ts";
import type { Initializer, Layer } from "./layer.ts";

export interface DenseOptions {
  readonly name?: string;
  readonly bias?: boolean;
  /** Starting values of the weight; the bias starts at 0. */
  readonly initializer?: Initializer;
  /** Weight of ½‖W‖² added to the loss. */
  readonly l2?: number;
}

/**
 * A fully connected layer: y = x·Wᵀ + b, x [batch, features] → y [batch, units].
 *
 * Parameters: `weight` [units, features], one row for each unit, and `bias` [units]. In memory the weight lies
 * features first, as the forward product reads it. Throws OPTION for impossible settings; applied to anything but
 * [batch, features], throws SHAPE with the layer's name.
 */
export function dense(
  units: number,
  { name, bias = true, initializer = glorotUniform, l2 = 0 }: DenseOptions = {},
): Layer {
  const called = name === undefined ? "dense" : `dense "${name}"`;
  if (!Number.isInteger(units) || units < 1)
    throw new NablaError("OPTION", `${called}: units is ${String(units)}`, {
      expected: "a whole number of at least 1",
      received: String(units),
      hint: "Give the number of units, such as dense(128).",
    });
  if (!Number.isFinite(l2) || l2 < 0)
    throw new NablaError("OPTION", `${called}: l2 is ${String(l2)}`, {
      expected: "a number of at least 0",
      received: String(l2),
      hint: "Give a small number such as 1e-4, or leave l2 out.",
    });

  return {
    kind: "dense",
    ...(name === undefined ? {} : { name }),
    settings: { units, bias, l2 },
    apply(x, scope) {
      const features = x.shape[1];
      if (x.shape.length !== 2 || features === undefined)
        throw new NablaError("SHAPE", `layer "${scope.name}": expects rows of numbers, got shape [${x.shape}]`, {
          where: { layer: scope.name },
          expected: "[batch, features]",
          received: `[${x.shape}]`,
          hint: "Give each sample as one row, for example input: 784 for pictures of 28 × 28.",
        });
      const fan = { fanIn: features, fanOut: units };
      const weight = scope.param("weight", [units, features], { initializer, order: [1, 0], ...fan, l2 });
      const y = matmul(x, transpose(weight)); // [batch, units]
      return bias ? add(y, scope.param("bias", [units], { initializer: zeros, ...fan })) : y;
    },
  };
}
