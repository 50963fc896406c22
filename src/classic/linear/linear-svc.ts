import type { NdArray, Samples, Shape } from "../../array/ndarray.ts";
import { Random } from "../../array/random.ts";
import type { Dataset } from "../../data/index.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../train/model.ts";
import { inputsOf, namesOf, shareRight } from "../answers.ts";
import { type Labelled, labelledSamples, machinesFor } from "../labelled.ts";
import {
  boundsOf,
  type ClassWeights,
  checkC,
  checkClassWeights,
  checkCount,
  checkTolerance,
  checkUnknown,
  rest,
  wrongOption,
} from "../svm-options.ts";
import { CoordinateDescent, type SharedProblem, type SvcLoss } from "./coordinate-descent.ts";
import { type CoordinateRows, exactRows, type PlainSamples } from "./coordinate-rows.ts";
import { linearValues } from "./linear-values.ts";

export interface LinearSvcOptions {
  /** What a sample inside the street costs, above 0. Default 1. */
  readonly C?: number;
  /** ξ or ξ² for a sample that is ξ short of its margin. Default "squaredHinge". */
  readonly loss?: SvcLoss;
  /** The constant feature whose weight makes the bias; the larger, the less the bias is made small. 0: no bias. Default 1. */
  readonly biasScale?: number;
  /** Factors of C for the samples of each class. Default 1 each. */
  readonly classWeights?: ClassWeights;
  /** It is solved when the gap between primal and dual is at most so large a part of the objective. Default 1e-3. */
  readonly tolerance?: number;
  /** Times through the samples, at most; where they do not suffice, `isConverged` is false. Default 1000. */
  readonly maxPasses?: number;
  /** Of the orders in which samples are visited. Default 0. */
  readonly seed?: number;
}

export type LinearSvcSettings = Required<LinearSvcOptions>;

/** One linear machine: f(x) = w·x + b tells one class from another, or from all others. */
export interface LinearMachine {
  /** Class on the positive side. */
  readonly positive: string;
  /** Class on the negative side; "the rest" with more than two classes. */
  readonly negative: string;
  /** w [features] */
  readonly weights: Float64Array;
  /** b, the constant's weight times the constant. */
  readonly bias: number;
  /** α of each sample. */
  readonly multipliers: Float64Array;
  /** ½‖w‖² + ½(b/s)² + Σ Cᵢ ℓ(ξᵢ) */
  readonly objective: number;
  /** How far above the optimum that is, at most. */
  readonly gap: number;
  readonly passes: number;
  readonly isConverged: boolean;
}

export interface LinearSvcFitOptions {
  /** Ends the fit: it throws the signal's reason, and the classifier stays as it was. */
  readonly signal?: AbortSignal;
  /** Called with each machine when it is solved. */
  readonly onMachine?: (machine: LinearMachine, done: number, total: number) => void;
}

/**
 * The linear support vector classifier for many samples: LIBLINEAR's problem, solved by dual coordinate descent.
 *
 *     minimise ½‖w‖² + ½(b/s)² + Σ Cᵢ ℓ(1 − yᵢ(w·xᵢ + b))
 *
 * The bias is made small like a weight, so shifting the samples changes the answer: for the widest street take `Svm`.
 * More than two classes get one machine each against the rest. Of two classes, the second is the positive one.
 */
export class LinearSvc {
  readonly settings: LinearSvcSettings;
  #fitted: { readonly samples: Labelled; readonly machines: readonly LinearMachine[] } | undefined;

  /** Throws OPTION. */
  constructor(options: LinearSvcOptions = {}) {
    this.settings = settle(options);
  }

  /**
   * Solves the problem for labelled samples, pausing every 8 ms so that a page can answer. The same seed gives the same
   * bits everywhere. Throws DATA without labels, for one class alone, NaN and infinity.
   */
  async fit(data: Dataset, { signal, onMachine }: LinearSvcFitOptions = {}): Promise<this> {
    const samples = labelledSamples(data, "LinearSvc");
    const { C, biasScale, classWeights } = this.settings;
    const bounds = boundsOf(samples, C, classWeights, "LinearSvc");
    const plain = { x: samples.x, size: samples.size, features: samples.features, constant: biasScale };
    const wanted = machinesFor(samples);
    const machines: LinearMachine[] = [];
    const negative = wanted.length === 1 ? samples.classes[0]! : rest;
    for (let first = 0; first < wanted.length; first += mostTogether) {
      const group = wanted.slice(first, first + mostTogether);
      const shared = {
        samples: plain,
        rows: await rowsFor(plain, group.length),
        labels: samples.labels,
        bounds,
        machines: group.length,
        alpha: new Float64Array(samples.size * group.length),
        taking: new Uint32Array(samples.size),
      };
      const solvers = group.map((positive, m) => new CoordinateDescent(shared, m, positive, this.settings));
      const onSolved = (m: number, isConverged: boolean): void => {
        const positive = samples.classes[group[m]!]!;
        machines[first + m] = machineOf(solvers[m]!, { positive, negative, biasScale, isConverged });
        onMachine?.(machines[first + m]!, machines.filter(Boolean).length, wanted.length);
      };
      await this.#descend(shared, solvers, { signal, onSolved });
    }
    this.#fitted = { samples, machines };
    return this;
  }

  /**
   * Passes over the samples until all machines are solved. They go together: one order serves all, and a sample that
   * one machine has read is near for the next.
   */
  async #descend(
    shared: SharedProblem,
    solvers: readonly CoordinateDescent[],
    { signal, onSolved }: { signal: AbortSignal | undefined; onSolved: (m: number, isConverged: boolean) => void },
  ): Promise<void> {
    const { seed, maxPasses } = this.settings;
    const random = new Random(seed, "visit");
    const [{ Pace }, { now }] = await Promise.all([import("../../train/pace.ts"), import("../../train/clock.ts")]);
    const pace = new Pace();
    let open = [...solvers.keys()];
    for (let pass = 0; open.length > 0; pass++) {
      const order = shuffled(takingPart(shared.taking), random, pass);
      for (let at = 0; at < order.length; ) {
        const [began, count] = [now(), pace.steps(order.length - at)];
        visit(shared, solvers, order.subarray(at, at + count));
        at += count;
        pace.ran(count, now() - began);
        if (pace.isDue) await pace.pause();
        signal?.throwIfAborted();
      }
      open = open.filter((m) => {
        const solver = solvers[m]!;
        const isConverged = solver.endPass();
        if (!isConverged && solver.passes < maxPasses) return true;
        if (!isConverged) solver.check();
        solver.leave();
        onSolved(m, isConverged);
        return false;
      });
    }
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.#known.samples.classes;
  }

  /** Shape of one sample. */
  get shape(): Shape {
    return this.#known.samples.shape;
  }

  /** One machine for two classes, else one for each class against the rest. */
  get machines(): readonly LinearMachine[] {
    return this.#known.machines;
  }

  /**
   * f(x) = w·x + b of each sample: [n] for two classes, above 0 on the side of the second; [n, classes] for more. Throws
   * SHAPE and DATA for samples that do not fit.
   */
  async decisionFunction(x: Samples | Dataset): Promise<NdArray> {
    const { samples, machines } = this.#known;
    const { data, count } = inputsOf(x, samples.features);
    const values = linearValues(machines, data, count);
    return { shape: machines.length === 1 ? [count] : [count, machines.length], data: values };
  }

  /** The class of each sample, by name. */
  async predict(x: Samples | Dataset): Promise<readonly string[]> {
    return namesOf(await this.decisionFunction(x), this.classes);
  }

  /** Share of the samples whose class is predicted. Throws DATA without labels. */
  async score(data: Dataset): Promise<number> {
    return shareRight(await this.predict(data), data, "LinearSvc.score");
  }

  /**
   * The classifier as a network of one dense layer, to save, evaluate and compile like any other. Two classes get two
   * outputs, ∓½f; more get f of each class.
   */
  async toModel(): Promise<Model> {
    const { samples, machines } = this.#known;
    const { linearModel } = await import("../to-model.ts");
    return linearModel(machines, samples);
  }

  get #known() {
    if (this.#fitted) return this.#fitted;
    throw new NablaError("OPTION", "this LinearSvc has not been fitted", {
      expected: "a fitted classifier",
      received: "a new one",
      hint: "Call await linearSvc.fit(data) first.",
    });
  }
}

function settle(options: LinearSvcOptions): LinearSvcSettings {
  const {
    C = 1,
    loss = "squaredHinge",
    biasScale = 1,
    classWeights = [],
    tolerance = 1e-3,
    maxPasses = 1000,
    seed = 0,
    ...others
  } = options;
  checkUnknown("LinearSvc", others, "C, loss, biasScale, classWeights, tolerance, maxPasses, seed");
  checkC("LinearSvc", C, false);
  if (loss !== "hinge" && loss !== "squaredHinge")
    throw wrongOption("LinearSvc", "loss", loss, '"hinge" or "squaredHinge"');
  if (typeof biasScale !== "number" || !(biasScale >= 0 && biasScale < Number.POSITIVE_INFINITY))
    throw wrongOption("LinearSvc", "biasScale", biasScale, "a number of at least 0");
  checkClassWeights("LinearSvc", classWeights);
  checkTolerance("LinearSvc", tolerance);
  checkCount("LinearSvc", "maxPasses", maxPasses);
  if (!Number.isSafeInteger(seed)) throw wrongOption("LinearSvc", "seed", seed, "a whole number");
  return { C, loss, biasScale, classWeights, tolerance, maxPasses, seed };
}

/** Visits samples in order, each for all machines in which it takes part. */
function visit({ rows, taking }: SharedProblem, solvers: readonly CoordinateDescent[], order: Uint32Array): void {
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    for (let bits = taking[i]!; bits !== 0; bits &= bits - 1) {
      const m = 31 - Math.clz32(bits & -bits);
      const share = solvers[m]!.visit(i, rows.dot(m, i));
      if (share !== 0) rows.add(m, i, share);
    }
  }
}

/** So many machines share the rows: a bit each. */
const mostTogether = 32;

/** Up to so many numbers float64 takes no time worth saving. */
const mostDenseNumbers = 1 << 16;

/** Small problems in float64, large ones in float32 in generated code, or their twin where WebAssembly is forbidden. */
async function rowsFor(samples: PlainSamples, machines: number): Promise<CoordinateRows> {
  if (samples.size * (samples.features + 1) <= mostDenseNumbers) return exactRows(samples, machines);
  const [{ plainBlockRows, toBlocks }, { wasmRows }, { isSimdAvailable }] = await Promise.all([
    import("./block-rows.ts"),
    import("./wasm-rows.ts"),
    import("../../backend/wasm/platform.ts"),
  ]);
  const blocks = toBlocks(samples);
  return isSimdAvailable() ? wasmRows(blocks, machines) : plainBlockRows(blocks, machines);
}

/** The samples that take part in one of the machines at least. */
function takingPart(taking: Uint32Array): Uint32Array {
  const list = new Uint32Array(taking.length);
  let count = 0;
  for (let i = 0; i < list.length; i++) if (taking[i] !== 0) list[count++] = i;
  return list.subarray(0, count);
}

function shuffled(list: Uint32Array, random: Random, pass: number): Uint32Array {
  return random.permutation(list.length, pass).map((at) => list[at]!);
}

function machineOf(
  solver: CoordinateDescent,
  {
    biasScale,
    ...facts
  }: Pick<LinearMachine, "positive" | "negative" | "isConverged"> & { readonly biasScale: number },
): LinearMachine {
  const all = solver.weights;
  const features = all.length - 1;
  const { multipliers, objective, gap, passes } = solver;
  return {
    ...facts,
    weights: all.slice(0, features),
    bias: all[features]! * biasScale,
    multipliers,
    objective,
    gap,
    passes,
  };
}
