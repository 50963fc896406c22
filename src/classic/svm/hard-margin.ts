import { NablaError, quoted } from "../../errors.ts";
import type { Labelled } from "../labelled.ts";
import { rest } from "../svm-options.ts";
import type { KernelCache } from "./kernel-cache.ts";
import type { Machine, Solution } from "./machine.ts";
import type { NearestPoints } from "./nearest-points.ts";

/** Two classes that are to be separated. */
export interface HardProblem {
  readonly signs: Float64Array;
  readonly samples: Labelled;
  readonly names: Pick<Machine, "positive" | "negative">;
  readonly isLinear: boolean;
}

/** A point that both classes' convex hulls contain, as a convex combination of samples of each. */
export interface CommonPoint {
  /** The point itself, [features]. */
  readonly point: Float64Array;
  /** Samples of the positive class, numbered from 0, with weights above 0 that add up to 1. */
  readonly positive: readonly HullWeight[];
  readonly negative: readonly HullWeight[];
}

export interface HullWeight {
  readonly sample: number;
  readonly weight: number;
}

/** The point that a NOT_SEPARABLE error names; undefined for any other error. */
export function commonPointOf(error: unknown): CommonPoint | undefined {
  const { code, cause } = error instanceof NablaError ? error : { code: undefined, cause: undefined };
  return code === "NOT_SEPARABLE" ? (cause as CommonPoint) : undefined;
}

/**
 * The widest street between two classes, from the nearest points p, q of their convex hulls: w = 2(p − q)/‖p − q‖², so
 * that its width 2/‖w‖ is the distance of the hulls (Bennett & Bredensteiner 2000).
 *
 * Throws NOT_SEPARABLE where the hulls meet, with a common point: hulls that come nearer than 10⁻⁹ of the samples' size
 * (10⁻⁶ in the space of the RBF kernel) count as meeting, since float64 cannot tell them apart.
 */
export function hardMargin(
  { combination, products, squaredDistance, iterations }: NearestPoints,
  rows: KernelCache,
  { signs, samples, names, isLinear }: HardProblem,
): Solution {
  const scale = rows.diagonal.reduce((most, value) => Math.max(most, value), 0);
  const distance = isLinear ? distanceOf(combination, samples) : Math.sqrt(squaredDistance);
  if (!(distance > (isLinear ? 1e-9 : 1e-6) * Math.sqrt(scale))) throw notSeparable(combination, samples, names);
  const factor = 2 / squaredDistance;
  let [nearest, farthest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < signs.length; i++)
    if (signs[i]! > 0) nearest = Math.min(nearest, products[i]!);
    else farthest = Math.max(farthest, products[i]!);
  // Widened to margins of exactly 1, w is feasible: its ½‖w‖² lies above the optimum, the dual's below.
  const feasible = (2 * squaredDistance) / ((nearest - farthest) * (nearest - farthest));
  return {
    beta: combination.map((share) => share * factor),
    bias: (-(nearest + farthest) / 2) * factor,
    squaredNorm: 4 / squaredDistance,
    objective: 2 / squaredDistance,
    gap: Math.max(0, feasible - 2 / squaredDistance),
    iterations,
    isConverged: true,
  };
}

/** ‖p − q‖ by the samples themselves: the products of float64 lose half the digits of a small distance. */
function distanceOf(combination: Float64Array, { x, features, size }: Labelled): number {
  let total = 0;
  for (let j = 0; j < features; j++) {
    let sum = 0;
    for (let i = 0; i < size; i++) if (combination[i] !== 0) sum += combination[i]! * x[i * features + j]!;
    total += sum * sum;
  }
  return Math.sqrt(total);
}

function notSeparable(
  combination: Float64Array,
  { x, features, size }: Labelled,
  { positive, negative }: Pick<Machine, "positive" | "negative">,
): NablaError {
  const side = (sign: number): HullWeight[] =>
    Array.from({ length: size }, (_, sample) => ({ sample, weight: sign * combination[sample]! })).filter(
      ({ weight }) => weight > 0,
    );
  const common = { positive: side(1), negative: side(-1) };
  const point = new Float64Array(features);
  for (const { sample, weight } of common.positive)
    for (let j = 0; j < features; j++) point[j]! += weight * x[sample * features + j]!;
  const shown = [...point.subarray(0, 4)].map((value) => String(Number(value.toPrecision(6)))).join(", ");
  const where = `(${shown}${features > 4 ? ", …" : ""})`;
  const rival = negative === rest ? rest : quoted(negative);
  return new NablaError(
    "NOT_SEPARABLE",
    `no plane separates ${quoted(positive)} from ${rival}: ${where} lies in the convex hulls of both, ` +
      `between ${samplesText(common.positive)} of ${quoted(positive)} and ${samplesText(common.negative)} of ${rival}`,
    {
      expected: "classes whose convex hulls do not meet",
      received: `a common point ${where}`,
      hint: "Give a finite C, which lets samples lie in the street, or another kernel; commonPointOf(error) has the weights.",
      cause: { point, ...common } satisfies CommonPoint,
    },
  );
}

/** `sample 3`, or `samples 1 (25 %), 2 (75 %)`; rows count from 1 as in all messages. */
function samplesText(weights: readonly HullWeight[]): string {
  const percent = (weight: number) => `${Number((100 * weight).toPrecision(3))} %`;
  if (weights.length === 1) return `sample ${weights[0]!.sample + 1}`;
  const some = [...weights].sort((a, b) => b.weight - a.weight).slice(0, 4);
  const list = some.map(({ sample, weight }) => `${sample + 1} (${percent(weight)})`).join(", ");
  return `samples ${list}${weights.length > some.length ? ", …" : ""}`;
}
