import { add, div, minimum, mul, sqrt, square, sum, type Tensor } from "../graph/index.ts";
import { checkAboveZero } from "./settings.ts";

/**
 * The gradients, scaled down together where their common length ‖g‖₂ is more than `norm`: g · min(1, norm / ‖g‖₂).
 * Pascanu, Mikolov & Bengio 2013, algorithm 1. Throws OPTION unless norm > 0.
 */
export function clipByNorm(gradients: readonly Tensor[], norm: number): readonly Tensor[] {
  checkAboveZero("clipByNorm", "norm", norm);
  if (gradients.length === 0) return gradients;
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const length = sqrt(squares.reduce((a, b) => add(a, b)));
  const scale = minimum(1, div(norm, length)); // norm / 0 = ∞: nothing to clip
  return gradients.map((gradient) => mul(gradient, scale));
}
