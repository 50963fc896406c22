import { add, div, flushTiny, mul, sqrt, square, sub } from "../graph/index.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { checkAboveZero, checkLearningRate, settled, shownRate } from "./settings.ts";

export interface AdagradOptions {
  readonly learningRate?: number | Schedule;
  readonly epsilon?: number;
}

/**
 * Adagrad (Duchi, Hazan & Singer 2011, the diagonal form): s ← s + g²; w ← w − η·g / (√s + ε), so that a weight that
 * moved much moves less. Throws OPTION for settings out of range.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const settings = settled<Required<AdagradOptions>>("adagrad", options, { learningRate: 0.01, epsilon: 1e-10 });
  const { learningRate, epsilon } = settings;
  checkLearningRate("adagrad", learningRate);
  checkAboveZero("adagrad", "epsilon", epsilon);
  return {
    name: "adagrad",
    learningRate,
    settings: { ...settings, learningRate: shownRate(learningRate) },
    update(parameter, gradient, scope) {
      const squares = scope.moment("squares", (old) => flushTiny(add(old, square(gradient))));
      const rate = scope.perStep("learningRate", (learningRate) => learningRate);
      return sub(parameter, mul(rate, div(gradient, add(sqrt(squares), epsilon))));
    },
  };
}
