import { add, flushTiny, mul, sub } from "../graph/index.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { checkDecay, checkLearningRate, checkNotNegative, settled, shownRate } from "./settings.ts";

export interface SgdOptions {
  readonly learningRate: number | Schedule;
  /** Share of the last step's velocity that is kept, 0 ≤ momentum < 1. */
  readonly momentum?: number;
  /** Look ahead along the velocity (Sutskever, Martens, Dahl & Hinton 2013, in PyTorch's form). */
  readonly nesterov?: boolean;
  /** Adds weightDecay·w to the gradient. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent on a batch: g ← g + weightDecay·w; v ← momentum·v + g; w ← w − η·v, or with `nesterov`
 * w ← w − η·(g + momentum·v). Robbins & Monro 1951; momentum: Polyak 1964. Throws OPTION for settings out of range.
 */
export function sgd(options: SgdOptions): Optimizer {
  const settings = settled<Partial<SgdOptions>>("sgd", options ?? {}, {
    learningRate: undefined, // sgd() is a user's mistake
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
  });
  const { learningRate, momentum, nesterov, weightDecay } = settings as Required<SgdOptions>;
  checkLearningRate("sgd", learningRate);
  checkDecay("sgd", "momentum", momentum);
  checkNotNegative("sgd", "weightDecay", weightDecay);
  return {
    name: "sgd",
    learningRate,
    settings: { ...settings, learningRate: shownRate(learningRate) },
    update(parameter, gradient, scope) {
      const g = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
      const rate = scope.perStep("learningRate", (learningRate) => learningRate);
      if (momentum === 0) return sub(parameter, mul(rate, g));
      const velocity = scope.moment("velocity", (old) => flushTiny(add(mul(old, momentum), g)));
      return sub(parameter, mul(rate, nesterov ? add(g, mul(velocity, momentum)) : velocity));
    },
  };
}
