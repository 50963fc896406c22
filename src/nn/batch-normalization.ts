import { checkNames, NablaError, wrongOption } from "../errors.ts";
import { add, div, mean, mul, reshape, type Shape, sqrt, square, sub, type Tensor } from "../graph/index.ts";
import { constant, zeros } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { called } from "./settings.ts";

export interface BatchNormalizationOptions {
  readonly name?: string;
  /** Share of the new batch in the running mean and variance, 0 < momentum ≤ 1, as PyTorch counts it. Default 0.1. */
  readonly momentum?: number;
  /** Added to the variance, so that a feature that never varies is not divided by 0. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Each feature (last axis) with mean 0 and variance 1 over the batch, then stretched and shifted:
 * y = γ·(x − μ)/√(σ² + ε) + β. Ioffe & Szegedy 2015, algorithm 1. x [batch, …, features], y the same.
 *
 * Parameters `gamma` (starts at 1) and `beta` (0), [features]. Outside training μ and σ² are the states `running mean`
 * and `running variance`, which each training step moves: r ← (1 − momentum)·r + momentum·(the batch's). As in PyTorch,
 * σ² divides by n where it normalizes and by n − 1 where it goes into the running variance. A bias before this layer
 * has no effect: `dense(64, { bias: false })`.
 *
 * Throws OPTION for impossible settings, and where a training batch gives a feature one number only, which has no
 * variance; SHAPE without a feature axis.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  checkNames("batchNormalization", options, ["name", "momentum", "epsilon"]);
  const { name, momentum = 0.1, epsilon = 1e-5 } = options;
  const what = called("batchNormalization", name);
  if (!(momentum > 0 && momentum <= 1))
    throw wrongOption(what, "momentum", momentum, "a number above 0, at most 1", "Give for example momentum: 0.1.");
  if (!(epsilon > 0 && epsilon < Infinity))
    throw wrongOption(what, "epsilon", epsilon, "a number above 0", "Give for example epsilon: 1e-5.");
  return {
    kind: "batchNormalization",
    ...(name === undefined ? {} : { name }),
    settings: { momentum, epsilon },
    apply(x, scope) {
      const features = x.shape.at(-1)!;
      if (x.shape.length < 2)
        throw new NablaError("SHAPE", `layer "${scope.name}": expects features to normalize, got shape [${x.shape}]`, {
          where: { layer: scope.name },
          expected: "[batch, …, features]",
          received: `[${x.shape}]`,
          hint: "Give each sample as a row of numbers.",
        });
      const gamma = scope.param("gamma", [features], { initializer: constant(1) });
      const beta = scope.param("beta", [features], { initializer: zeros });
      if (!scope.isTraining) {
        const runningMean = scope.state("running mean", [features]);
        const runningVariance = scope.state("running variance", [features], { initial: 1 });
        return add(mul(div(sub(x, runningMean), sqrt(add(runningVariance, epsilon))), gamma), beta);
      }
      const axes = x.shape.slice(0, -1).map((_, axis) => axis);
      const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
      if (count < 2) throw tooFew(scope.name, x.shape);
      const move = (old: Tensor, value: Tensor): Tensor =>
        add(mul(old, 1 - momentum), mul(reshape(value, [features]), momentum));
      const centre = mean(x, axes, { keepDims: true });
      const centred = sub(x, centre);
      const variance = mean(square(centred), axes, { keepDims: true });
      scope.state("running mean", [features], { next: (old) => move(old, centre) });
      scope.state("running variance", [features], {
        initial: 1,
        next: (old) => move(old, mul(variance, count / (count - 1))),
      });
      return add(mul(div(centred, sqrt(add(variance, epsilon))), gamma), beta);
    },
  };
}

const tooFew = (layer: string, shape: Shape): NablaError =>
  new NablaError("OPTION", `layer "${layer}": a training batch of 1 sample has no variance to normalize by`, {
    where: { layer },
    expected: "at least 2 samples in every batch",
    received: `[${shape}]`,
    hint: "Choose a batch size of at least 2 that does not leave one sample over at the end of an epoch.",
  });
