import type { Program } from "../compile/index.ts";
import {
  abs,
  add,
  type Differentiation,
  differentiate,
  mean,
  mul,
  perStep,
  square,
  state,
  sum,
  type Tensor,
  topologicalOrder,
} from "../graph/index.ts";
import { clipByNorm, type Optimizer } from "../optim/index.ts";
import { lossPerSample, metricPerSample, type Objective } from "./objective.ts";
import type { Parameter } from "./parameters.ts";
import type { Hyperparameter } from "./scope.ts";
import type { Trace } from "./trace.ts";

/** How the losses of a batch become the one number that is minimised. */
export type Reduction = "mean" | "sum";

/** A number that the host computes in float64 before each step; `step` counts from 1. */
export interface Rate {
  readonly name: string;
  readonly value: (learningRate: number, step: number) => number;
}

/** One training step as graph. */
export interface TrainingGraph {
  readonly trace: Trace;
  /** Loss of each sample, [batch]. */
  readonly losses: Tensor;
  /** The one number that is minimised, with the penalties. */
  readonly cost: Tensor;
  /** How its gradients came about, before any pass of the compiler. */
  readonly differentiation: Differentiation;
  readonly gradients: readonly { readonly parameter: Parameter; readonly gradient: Tensor }[];
  /** Parameters, moments and states of layers, and what they become. */
  readonly next: readonly (readonly [state: Tensor, value: Tensor])[];
  readonly moments: readonly Tensor[];
  /** All numbers that the host writes before a step, those of layers too. */
  readonly rates: readonly Rate[];
  readonly program: Program;
}

export interface TrainingGraphOptions {
  readonly reduction: Reduction;
  /** Longest common length of the gradients. */
  readonly clipNorm?: number | undefined;
  /** The value of a hyperparameter at a step, from 0; default what its layer gave. */
  readonly hyperparameter?: (step: number, of: Hyperparameter) => number;
}

/** Prefix of the metrics that are sums over the batch; `loss` itself is the mean. */
export const metricName = (name: string): string => `sum of ${name}`;

/**
 * Forward pass, loss, backward pass and update of a batch.
 *
 * The minimised number is the mean (or sum) of the losses plus l1·Σ|w| + ½·l2·‖w‖² of each parameter that has them; the
 * loss that is recorded is the mean of the losses alone, so that it compares with that of other data. With `clipNorm` the
 * optimizer gets gradients whose common length is at most that; `gradients` are those before.
 */
export function trainingGraph(
  trace: Trace,
  target: Tensor,
  objective: Objective,
  optimizer: Optimizer,
  { reduction, clipNorm, hyperparameter = (_step, { value }) => value }: TrainingGraphOptions,
): TrainingGraph {
  const parameters = trace.layers.flatMap((layer) => layer.parameters).filter((p, i, all) => all.indexOf(p) === i);
  const losses = lossPerSample(objective, trace.output, target);
  const cost = parameters.reduce(
    (total, { tensor, options: { l1 = 0, l2 = 0 } }) => {
      const withAbsolute = l1 > 0 ? add(total, mul(l1, sum(abs(tensor)))) : total;
      return l2 > 0 ? add(withAbsolute, mul(l2 / 2, sum(square(tensor)))) : withAbsolute;
    },
    reduction === "mean" ? mean(losses) : sum(losses),
  );
  const differentiation = differentiate(
    cost,
    parameters.map(({ tensor }) => tensor),
  );
  const gradients = differentiation.gradients.map((gradient, i) => ({ parameter: parameters[i]!, gradient }));
  const rates = new Map<string, { rate: Rate; tensor: Tensor }>();
  const moments: (readonly [Tensor, Tensor])[] = [];
  const all = gradients.map(({ gradient }) => gradient);
  const taken = clipNorm === undefined ? all : clipByNorm(all, clipNorm);
  const updates = gradients.map(({ parameter }, i) => {
    const { tensor, name } = parameter;
    const value = optimizer.update(tensor, taken[i]!, {
      moment(momentName, next) {
        const old = state(
          `${optimizer.name} ${momentName} of ${name}`,
          tensor.shape,
          tensor.attributes["order"] as readonly number[],
        );
        const fresh = next(old);
        moments.push([old, fresh]);
        return fresh;
      },
      perStep(rateName, value) {
        const known = rates.get(rateName);
        if (known) return known.tensor;
        const leaf = perStep(`${optimizer.name} ${rateName}`, []);
        rates.set(rateName, { rate: { name: leaf.attributes["name"] as string, value }, tensor: leaf });
        return leaf;
      },
    });
    return [tensor, value] as const;
  });
  const next = [...updates, ...moments, ...trace.next.map(([{ tensor }, value]) => [tensor, value] as const)];
  const sums = objective.metrics.map(
    (metric) => [metricName(metric.name), sum(metricPerSample(metric, trace.output, target))] as const,
  );
  const metrics = { loss: mean(losses), ...Object.fromEntries(sums) };
  return {
    trace,
    losses,
    cost,
    differentiation,
    gradients,
    next,
    moments: moments.map(([old]) => old),
    rates: [...[...rates.values()].map(({ rate }) => rate), ...ratesOf(trace, hyperparameter, next, metrics)],
    program: { next, metrics },
  };
}

/** The numbers that layers want from the host; what no result depends on has no place in a plan. */
function ratesOf(
  { hostNumbers, hyperparameters }: Trace,
  hyperparameter: NonNullable<TrainingGraphOptions["hyperparameter"]>,
  next: TrainingGraph["next"],
  metrics: Readonly<Record<string, Tensor>>,
): Rate[] {
  if (hostNumbers.length + hyperparameters.length === 0) return [];
  const isUsed = new Set(topologicalOrder([...next.map(([, value]) => value), ...Object.values(metrics)]));
  return [
    ...hostNumbers,
    ...hyperparameters.map((h) => ({ leaf: h.leaf, value: (step: number) => hyperparameter(step, h) })),
  ]
    .filter(({ leaf }) => isUsed.has(leaf))
    .map(({ leaf, value }) => ({ name: leaf.attributes["name"] as string, value: (_rate, step) => value(step - 1) }));
}
