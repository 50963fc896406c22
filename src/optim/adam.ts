import { wholePower } from "../array/math64.ts";
import { add, div, flushTiny, mul, sqrt, square, sub } from "../graph/index.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { checkAboveZero, checkDecay, checkLearningRate, checkNotNegative, settled, shownRate } from "./settings.ts";

export interface AdamOptions {
  readonly learningRate?: number | Schedule;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /**
   * True (default): weights shrink by η·weightDecay at every step, beside the adaptive update (AdamW; Loshchilov &
   * Hutter 2019, algorithm 2). False: weightDecay·w is added to the gradient.
   */
  readonly decoupled?: boolean;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m ← β₁m + (1 − β₁)g; s ← β₂s + (1 − β₂)g²;
 * w ← w − η·m̂ / (√ŝ + ε) with m̂ = m/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ), t = 1, 2, …
 *
 * Both corrections come from the host: in float32, 1 − β₂ᵗ would be off by 2.7e-5. Throws OPTION for settings out of
 * range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const settings = settled<Required<AdamOptions>>("adam", options, {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    decoupled: true,
  });
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = settings;
  checkLearningRate("adam", learningRate);
  checkDecay("adam", "beta1", beta1);
  checkDecay("adam", "beta2", beta2);
  checkAboveZero("adam", "epsilon", epsilon);
  checkNotNegative("adam", "weightDecay", weightDecay);
  const decaysWeights = weightDecay > 0 && decoupled;
  return {
    name: "adam",
    learningRate,
    settings: { ...settings, learningRate: shownRate(learningRate) },
    update(parameter, gradient, scope) {
      const g = weightDecay > 0 && !decoupled ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const mean = scope.moment("mean", (old) => flushTiny(add(mul(old, beta1), mul(g, 1 - beta1))));
      const meanSquare = scope.moment("meanSquare", (old) =>
        flushTiny(add(mul(old, beta2), mul(square(g), 1 - beta2))),
      );
      // m̂ = m/(1 − β₁ᵗ) is part of the step's size; √ŝ = √s·(1/√(1 − β₂ᵗ)).
      const stepSize = scope.perStep("stepSize", (rate, t) => rate / (1 - wholePower(beta1, t)));
      const correction = scope.perStep("rootCorrection", (_rate, t) => 1 / Math.sqrt(1 - wholePower(beta2, t)));
      const move = mul(stepSize, div(mean, add(mul(sqrt(meanSquare), correction), epsilon)));
      if (!decaysWeights) return sub(parameter, move);
      const shrink = scope.perStep("weightDecay", (rate) => rate * weightDecay);
      return sub(parameter, add(move, mul(parameter, shrink)));
    },
  };
}
