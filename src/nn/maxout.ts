import { checkNames } from "../errors.ts";
import { less, type Tensor, where } from "../graph/index.ts";
import { type DenseOptions, denseOptions, weightedSum } from "./dense.ts";
import { glorotUniform } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { called, checkCount, checkPenalties } from "./settings.ts";

export type MaxoutOptions = DenseOptions;

/**
 * The largest of several weighted sums: yⱼ = max(w₁ⱼᵀx + b₁ⱼ, w₂ⱼᵀx + b₂ⱼ, …), x [batch, features] → [batch, units].
 * Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013, eq. 2.
 *
 * Parameters: `weight 1` [units, features], `bias 1` [units], `weight 2` and so on, one pair for each piece. The
 * gradient goes to the piece that won, to the first of them where several tie. Throws OPTION for impossible settings,
 * SHAPE for anything but [batch, features].
 */
export function maxout(units: number, pieces = 2, options: MaxoutOptions = {}): Layer {
  checkNames("maxout", options, denseOptions);
  const { name, bias = true, initializer = glorotUniform, l1 = 0, l2 = 0 } = options;
  checkCount(called("maxout", name), "units", units, 1, "maxout(128)");
  checkCount(called("maxout", name), "pieces", pieces, 1, "maxout(128, 2)");
  checkPenalties(called("maxout", name), { l1, l2 });
  return {
    kind: "maxout",
    ...(name === undefined ? {} : { name }),
    settings: { units, pieces, bias, ...(l1 > 0 && { l1 }), ...(l2 > 0 && { l2 }) },
    apply(x, scope) {
      let largest: Tensor | undefined;
      for (let piece = 1; piece <= pieces; piece++) {
        const z = weightedSum(x, scope, units, { bias, initializer, l1, l2 }, ` ${piece}`);
        // not `maximum`, which gives both sides of a tie no gradient: here the first keeps it
        largest = largest ? where(less(largest, z), z, largest) : z;
      }
      return largest!;
    },
  };
}
