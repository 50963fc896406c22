import { checkNames, NablaError } from "../errors.ts";
import { add, matmul, type Tensor, transpose } from "../graph/index.ts";
import { glorotUniform, zeros } from "./initializers.ts";
import type { Initializer, Layer, Scope } from "./layer.ts";
import { called, checkCount, checkPenalties } from "./settings.ts";

export interface DenseOptions {
  readonly name?: string;
  readonly bias?: boolean;
  /** Starting values of the weight; the bias starts at 0. */
  readonly initializer?: Initializer;
  /** Weight of Σ|W| added to the loss. */
  readonly l1?: number;
  /** Weight of ½‖W‖² added to the loss. */
  readonly l2?: number;
}

export const denseOptions: readonly (keyof DenseOptions)[] = ["name", "bias", "initializer", "l1", "l2"];

/**
 * A fully connected layer: y = x·Wᵀ + b, x [batch, features] → y [batch, units].
 *
 * Parameters: `weight` [units, features], one row for each unit, and `bias` [units]. In memory the weight lies
 * features first, as the forward product reads it. Throws OPTION for impossible settings; applied to anything but
 * [batch, features], throws SHAPE with the layer's name.
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  checkNames("dense", options, denseOptions);
  const { name, bias = true, initializer = glorotUniform, l1 = 0, l2 = 0 } = options;
  checkCount(called("dense", name), "units", units, 1, "dense(128)");
  checkPenalties(called("dense", name), { l1, l2 });
  return {
    kind: "dense",
    ...(name === undefined ? {} : { name }),
    settings: { units, bias, l2, ...(l1 > 0 && { l1 }) },
    apply: (x, scope) => weightedSum(x, scope, units, { bias, initializer, l1, l2 }),
  };
}

/** x·Wᵀ + b for the parameters `weight` and `bias`, with `suffix` behind their names. Throws SHAPE. */
export function weightedSum(
  x: Tensor,
  scope: Scope,
  units: number,
  { bias, initializer, l1, l2 }: Required<Omit<DenseOptions, "name">>,
  suffix = "",
): Tensor {
  const features = x.shape[1];
  if (x.shape.length !== 2 || features === undefined)
    throw new NablaError("SHAPE", `layer "${scope.name}": expects rows of numbers, got shape [${x.shape}]`, {
      where: { layer: scope.name },
      expected: "[batch, features]",
      received: `[${x.shape}]`,
      hint: "Put flatten() before this layer, or give pictures as rows: input: 784.",
    });
  const fan = { fanIn: features, fanOut: units };
  const weight = scope.param(`weight${suffix}`, [units, features], { initializer, order: [1, 0], ...fan, l1, l2 });
  const y = matmul(x, transpose(weight)); // [batch, units]
  return bias ? add(y, scope.param(`bias${suffix}`, [units], { initializer: zeros, ...fan })) : y;
}
