import type { NdArray, Samples, Shape } from "../../array/ndarray.ts";
import { Random } from "../../array/random.ts";
import type { Dataset } from "../../data/index.ts";
import { checkNames, NablaError, wrongOption } from "../../errors.ts";
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
  rest,
} from "../svm-options.ts";
import { CoordinateDescent, type SvcLoss } from "./coordinate-descent.ts";
import { type DescentState, takingPart } from "./descent-state.ts";
import { linearValues } from "./linear-values.ts";
import { visitsOf, wayFor } from "./visits.ts";

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
      const problem = { labels: samples.labels, bounds, positives: group, loss: this.settings.loss };
      const way = await wayFor(plain, problem);
      try {
        const shared = { ...problem, samples: plain, rows: way.rows, state: way.state };
        const solvers = group.map((_, m) => new CoordinateDescent(shared, m, this.settings.tolerance));
        const onSolved = (m: number, isConverged: boolean): void => {
          const positive = samples.classes[group[m]!]!;
          machines[first + m] = machineOf(solvers[m]!, { positive, negative, biasScale, isConverged });
          onMachine?.(machines[first + m]!, machines.filter(Boolean).length, wanted.length);
        };
        const visit = way.visit ?? visitsOf(shared, solvers);
        await this.#descend(way.state, solvers, { signal, onSolved, visit });
      } finally {
        way[Symbol.dispose]();
      }
    }
    this.#fitted = { samples, machines };
    return this;
  }

  /**
   * Passes over the samples until all machines are solved. They go together: one order serves all, and a sample that
   * one machine has read is near for the next.
   */
  async #descend(
    state: DescentState,
    solvers: readonly CoordinateDescent[],
    { signal, onSolved, visit }: Descending,
  ): Promise<void> {
    const { seed, maxPasses } = this.settings;
    const random = new Random(seed, "visit");
    const [{ Pace }, { now }] = await Promise.all([import("../../train/pace.ts"), import("../../train/clock.ts")]);
    const pace = new Pace();
    let open = [...solvers.keys()];
    for (let pass = 0; open.length > 0; pass++) {
      const order = shuffled(takingPart(state), random, pass);
      for (let at = 0; at < order.length; ) {
        const [began, count] = [now(), pace.steps(order.length - at)];
        visit(order.subarray(at, at + count));
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
  } = options;
  const settings = { C, loss, biasScale, classWeights, tolerance, maxPasses, seed };
  checkNames("LinearSvc", options, Object.keys(settings));
  checkC("LinearSvc", C, false);
  if (loss !== "hinge" && loss !== "squaredHinge")
    throw wrongOption("LinearSvc", "loss", loss, '"hinge" or "squaredHinge"');
  if (typeof biasScale !== "number" || !(biasScale >= 0 && biasScale < Number.POSITIVE_INFINITY))
    throw wrongOption("LinearSvc", "biasScale", biasScale, "a number of at least 0");
  checkClassWeights("LinearSvc", classWeights);
  checkTolerance("LinearSvc", tolerance);
  checkCount("LinearSvc", "maxPasses", maxPasses);
  if (!Number.isSafeInteger(seed)) throw wrongOption("LinearSvc", "seed", seed, "a whole number");
  return settings;
}

interface Descending {
  readonly signal: AbortSignal | undefined;
  readonly onSolved: (m: number, isConverged: boolean) => void;
  readonly visit: (order: Uint32Array) => void;
}

/** So many machines share the rows: a bit each. */
const mostTogether = 32;

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
