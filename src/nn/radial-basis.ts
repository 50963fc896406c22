import { checkNames, NablaError, wrongOption } from "../errors.ts";
import { add, exp, matmul, mul, relu, square, sub, sum, type Tensor, transpose } from "../graph/index.ts";
import { glorotUniform } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { called, checkCount } from "./settings.ts";

/**
 * exp(−γ‖x − c‖²) for all rows of x [batch, features] and c [units, features] → [batch, units].
 *
 * Computed as ‖x‖² + ‖c‖² − 2x·c, so that the work is one product of matrices. What rounding leaves below 0 counts as 0.
 */
export function gaussian(x: Tensor, centers: Tensor, gamma: number): Tensor {
  const own = sum(square(x), 1, { keepDims: true }); // [batch, 1]
  const theirs = transpose(sum(square(centers), 1, { keepDims: true })); // [1, units]
  const distance = relu(sub(add(own, theirs), mul(matmul(x, transpose(centers)), 2)));
  return exp(mul(distance, -gamma));
}

/**
 * A layer of radial basis functions: unit k answers exp(−γ‖x − cₖ‖²) to x [batch, features].
 *
 * Parameter: `centers` [units, features], one row for each unit; in memory they lie features first. Broomhead & Lowe
 * 1988. With a dense layer after it, it is a support vector machine with the RBF kernel. Throws OPTION unless units is a
 * whole number from 1 and gamma a number above 0; applied to anything but [batch, features], SHAPE with its name.
 */
export function radialBasis(units: number, options: { readonly gamma: number; readonly name?: string }): Layer {
  checkNames("radialBasis", options, ["gamma", "name"]);
  const { gamma, name } = { ...options }; // none at all is a user's mistake
  const what = called("radialBasis", name);
  const example = "radialBasis(100, { gamma: 0.1 })";
  checkCount(what, "units", units, 1, example);
  if (typeof gamma !== "number" || !(gamma > 0 && gamma < Infinity))
    throw wrongOption(what, "gamma", gamma, "a number above 0", `Write for example ${example}.`);
  return {
    kind: "radialBasis",
    ...(name === undefined ? {} : { name }),
    settings: { units, gamma },
    apply(x, scope) {
      const features = x.shape[1];
      if (x.shape.length !== 2 || features === undefined)
        throw new NablaError("SHAPE", `layer "${scope.name}": expects rows of numbers, got shape [${x.shape}]`, {
          where: { layer: scope.name },
          expected: "[batch, features]",
          received: `[${x.shape}]`,
          hint: "Give each sample as one row, for example input: 784 for pictures of 28 × 28.",
        });
      const options = { initializer: glorotUniform, order: [1, 0], fanIn: features, fanOut: units };
      return gaussian(x, scope.param("centers", [units, features], options), gamma);
    },
  };
}
