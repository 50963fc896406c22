import { sizeOf } from "../array/ndarray.ts";
import { permutation } from "../array/random.ts";
import type { Dataset } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { NablaError, wrongOption } from "../errors.ts";
import { evaluateAll, type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import type { Model } from "../train/model.ts";
import { networkOf } from "../train/network-of.ts";
import type { LossFunction } from "../train/objective.ts";
import { type TracedExample, traceDataset, valuesOf } from "./graph-values.ts";
import { decisionsOf, isPiecewise } from "./kinks.ts";

export interface GradientCheckOptions {
  /** The first samples are taken as one batch. */
  readonly data: Dataset;
  /** Default: what `fit` would take. */
  readonly loss?: LossFunction;
  readonly reduction?: "mean" | "sum";
  readonly isTraining?: boolean;
  /** Samples of the data that are used; default 4. */
  readonly samples?: number;
  /** Numbers of each parameter that are checked; default 16, drawn by the seed where there are more. */
  readonly entries?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** How well the gradient of a parameter agrees with differences of the loss. */
export interface GradientCheck {
  readonly parameter: string;
  readonly shape: readonly number[];
  /** Largest |gradient − difference| / max(1, |gradient|, |difference|) of the numbers that stand at no kink. */
  readonly largestError: number;
  /** Where it is: the position in the parameter, from 0. */
  readonly at: readonly number[];
  readonly gradient: number;
  readonly difference: number;
  /** Some number stands at a kink, where a slope has two sides: a relu at 0, a tie. Such numbers count in no error. */
  readonly kink: boolean;
  /** How many do. */
  readonly kinks: number;
  /** So many numbers were checked, of `size`. */
  readonly checked: number;
  readonly size: number;
}

/**
 * Every gradient against central differences of the loss, (L(w + h) − L(w − h)) / 2h, both in float64 by the reference
 * interpreter. Steps of several sizes are tried, and the one taken where formulas of second and fourth order agree best.
 * A number is at a kink where a piecewise op (max, |·|, a comparison, a choice) decides differently on the two sides of
 * even the smallest step.
 *
 * Costs a dozen forward passes for each number: large parameters are sampled. Throws what `explain` throws.
 */
export function gradientCheck(model: Model, options: GradientCheckOptions): readonly GradientCheck[] {
  const network = networkOf(model, "gradientCheck");
  const { data, loss, reduction = "mean", isTraining = true, samples = 4, entries = 16, seed = 0 } = options ?? {};
  if (!isDataset(data))
    throw new NablaError("OPTION", "gradientCheck: there are no data", {
      expected: "a data set",
      received: data === null ? "null" : typeof data,
      hint: "Write for example gradientCheck(model, { data: dataset(x, y), loss: crossEntropy }).",
    });
  if (reduction !== "mean" && reduction !== "sum") throw wrong("reduction", reduction, '"mean" or "sum"');
  checkCount("samples", samples, 4096);
  checkCount("entries", entries, 1_000_000);
  if (!Number.isSafeInteger(seed)) throw wrong("seed", seed, "a whole number");
  const settings = { loss, reduction, learningRate: 0.1, isTraining, step: 0 };
  const example = traceDataset(network, data.take(samples), settings);
  const { gradients, cost } = example.graph;
  const values = valuesOf(example, [cost, ...gradients.map(({ gradient }) => gradient)]);
  return gradients.map(({ parameter, gradient }): GradientCheck => {
    const { tensor, name } = parameter;
    const size = sizeOf(tensor.shape);
    const order = size <= entries ? undefined : permutation(size, seed, `gradient check of ${name}`);
    const places = order
      ? [...order.subarray(0, entries)].sort((a, b) => a - b)
      : Array.from({ length: size }, (_, i) => i);
    const slopes = differencesOf(example, tensor, values);
    let worst = { error: -1, flat: 0, gradient: 0, difference: 0 };
    let kinks = 0;
    for (const flat of places) {
      const exact = values.get(gradient)!.data[flat]!;
      const { slope, isKink } = slopes(flat);
      if (isKink) kinks++;
      const error = Math.abs(exact - slope) / Math.max(1, Math.abs(exact), Math.abs(slope));
      const isWorse = !isKink && !(error <= worst.error); // NaN is the worst of all
      if (isWorse) worst = { error, flat, gradient: exact, difference: slope };
    }
    return {
      parameter: name,
      shape: tensor.shape,
      largestError: Math.max(worst.error, 0),
      at: positionIn(tensor.shape, worst.flat),
      gradient: worst.gradient,
      difference: worst.difference,
      kink: kinks > 0,
      kinks,
      checked: places.length,
      size,
    };
  });
}

function positionIn(shape: readonly number[], flat: number): number[] {
  const position: number[] = [];
  let rest = flat;
  for (const extent of [...shape].reverse()) {
    position.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return position;
}

function checkCount(option: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw wrong(option, value, `a whole number from 1 to ${most}`);
}

const wrong = (option: string, value: unknown, expected: string): NablaError =>
  wrongOption("gradientCheck", option, value, expected);

interface Slope {
  readonly slope: number;
  readonly isKink: boolean;
}

/** The slope of the loss in one number of a parameter, by its place. Only what depends on the parameter is computed again. */
function differencesOf(
  example: TracedExample,
  parameter: Tensor,
  values: ReadonlyMap<Tensor, Values>,
): (flat: number) => Slope {
  const { cost } = example.graph;
  const order = topologicalOrder([cost]);
  const moving = new Set<Tensor>([parameter]);
  for (const tensor of order) if (tensor.inputs.some((x) => moving.has(x))) moving.add(tensor);
  const still = new Map(order.filter((tensor) => !moving.has(tensor)).map((tensor) => [tensor, values.get(tensor)!]));
  const active = new Set(example.graph.differentiation.contributions.map(({ node }) => node));
  const choices = order.filter((tensor) => moving.has(tensor) && isPiecewise(tensor) && isFelt(tensor, active));
  const start = Float64Array.from(values.get(parameter)!.data);
  const run = (flat: number, step: number): Run => {
    const moved = start.slice();
    moved[flat] = start[flat]! + step;
    const all = evaluateAll(
      [cost],
      new Map<Tensor, { data: ArrayLike<number> }>([...still, [parameter, { data: moved }]]),
    );
    const decided = choices.map((tensor) => decisionsOf(tensor, all));
    return { loss: all.get(cost)!.data[0]!, decided, step: moved[flat]! - start[flat]! };
  };
  return (flat) => {
    const middle = run(flat, 0);
    let best: { slope: number; doubt: number } = { slope: Number.NaN, doubt: Number.POSITIVE_INFINITY };
    let isSmooth = false;
    for (const relative of steps) {
      const h = relative * Math.max(1, Math.abs(start[flat]!));
      const runs = [2 * h, -2 * h, h, -h].map((step) => run(flat, step)) as [Run, Run, Run, Run];
      if (!runs.every((one) => decidesAlike(one, middle))) continue; // a smaller step may stay on one side of the kink
      isSmooth = true;
      const [far, near] = [slopeBetween(runs[0], runs[1]), slopeBetween(runs[2], runs[3])];
      const doubt = Math.abs(near - far) + (Math.abs(middle.loss) * 2 ** -52) / h;
      if (doubt < best.doubt) best = { slope: (4 * near - far) / 3, doubt };
      if (doubt <= 1e-8 * Math.max(1, Math.abs(best.slope))) break;
    }
    return { slope: best.slope, isKink: !isSmooth };
  };
}

/** Relative sizes of steps, the most promising first. */
const steps = [1e-3, 1e-4, 1e-5, 1e-2, 1e-6, 1e-7];

interface Run {
  readonly loss: number;
  readonly decided: readonly Int32Array[];
  /** The step that was really taken: w + h is rounded. */
  readonly step: number;
}

const slopeBetween = (high: Run, low: Run): number => (high.loss - low.loss) / (high.step - low.step);

const decidesAlike = (a: Run, b: Run): boolean =>
  a.decided.every((decided, i) => decided.every((decision, k) => decision === b.decided[i]![k]));

/** A decision is felt where the op passes a gradient on, or is itself a condition; not behind `detach`. */
const isFelt = (tensor: Tensor, active: ReadonlySet<Tensor>): boolean =>
  active.has(tensor) || tensor.op.name === "less" || tensor.op.name === "equal";
