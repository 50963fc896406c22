import { standardNormal } from "../array/distributions.ts";
import { Random } from "../array/random.ts";
import { add, mul, reshape, sub, sum, type Tensor, tanh } from "../graph/index.ts";
import type { Objective } from "./many-starts.ts";

/** XOR of ±1, and the four answers. */
export const xor = [
  [-1, -1, -1],
  [-1, 1, 1],
  [1, -1, 1],
  [1, 1, -1],
] as const;

/** Two units tanh, one linear: W¹ [2, 2] by rows, b¹ [2], W² [1, 2], b² [1]. */
export const parameterNames = ["W¹₁₁", "W¹₁₂", "W¹₂₁", "W¹₂₂", "b¹₁", "b¹₂", "W²₁", "W²₂", "b²"] as const;

/**
 * The cost of a 2-2-1 net on XOR, ¼Σ(ŷ − y)² + ½λ‖θ‖², for many nets at once. Without the second part, its minima would
 * be no points but whole valleys: nine parameters have four samples to satisfy.
 */
export const xorCost =
  (decay: number): Objective =>
  (parameters) => {
    const [{ shape }] = parameters as readonly [Tensor];
    const column = (k: number) => reshape(parameters[k]!, [shape[0]!, 1]);
    let total: Tensor | undefined;
    for (const [x1, x2, y] of xor) {
      const unit = (first: number, bias: number) =>
        tanh(add(add(mul(column(first), x1), mul(column(first + 1), x2)), column(bias)));
      const output = add(add(mul(column(6), unit(0, 4)), mul(column(7), unit(2, 5))), column(8));
      const error = sub(output, y);
      const square = mul(error, error);
      total = total ? add(total, square) : square;
    }
    const squares = parameters.map((parameter) => mul(parameter, parameter)).reduce(add);
    return add(mul(sum(total!, 1), 1 / xor.length), mul(squares, decay / 2));
  };

/** Standard normal starts by seed; the first is 0, where all gradients of a symmetric net vanish. */
export function netStarts(count: number, seed: number): readonly (readonly number[])[] {
  const random = new Random(seed, "minima net");
  return Array.from({ length: count }, (_, i) =>
    parameterNames.map((_, k) => (i === 0 ? 0 : standardNormal(random, i, k))),
  );
}
