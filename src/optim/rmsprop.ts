import { add, div, flushTiny, mul, sqrt, square, sub } from "../graph/index.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { checkAboveZero, checkDecay, checkLearningRate, settled, shownRate } from "./settings.ts";

export interface RmspropOptions {
  readonly learningRate?: number | Schedule;
  /** Share of the running mean of squares that is kept, 0 ≤ decay < 1. */
  readonly decay?: number;
  readonly epsilon?: number;
}

/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6.5): s ← decay·s + (1 − decay)·g²; w ← w − η·g / (√s + ε), ε outside the
 * root. Throws OPTION for settings out of range.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001, decay: 0.9, epsilon: 1e-8 };
  const settings = settled<Required<RmspropOptions>>("rmsprop", options, defaults);
  const { learningRate, decay, epsilon } = settings;
  checkLearningRate("rmsprop", learningRate);
  checkDecay("rmsprop", "decay", decay);
  checkAboveZero("rmsprop", "epsilon", epsilon);
  return {
    name: "rmsprop",
    learningRate,
    settings: { ...settings, learningRate: shownRate(learningRate) },
    update(parameter, gradient, scope) {
      const meanSquare = scope.moment("meanSquare", (old) =>
        flushTiny(add(mul(old, decay), mul(square(gradient), 1 - decay))),
      );
      const rate = scope.perStep("learningRate", (learningRate) => learningRate);
      return sub(parameter, mul(rate, div(gradient, add(sqrt(meanSquare), epsilon))));
    },
  };
}
