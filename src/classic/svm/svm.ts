import type { NdArray, Samples, Shape } from "../../array/ndarray.ts";
import type { Dataset } from "../../data/index.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../train/model.ts";
import { inputsOf, namesOf, shareRight } from "../answers.ts";
import { type Labelled, labelledSamples, machinesFor, signsOf } from "../labelled.ts";
import { boundsOf, kernelFor, rest, type SvmOptions, type SvmSettings, settleSvm } from "../svm-options.ts";
import { decisionValues } from "./decision.ts";
import { type HardProblem, hardMargin } from "./hard-margin.ts";
import { centered, type Kernel, plainRows, type RowSource } from "./kernel.ts";
import { KernelCache } from "./kernel-cache.ts";
import { type Machine, machineOf, type Solution, weightsOf } from "./machine.ts";
import { nearestPoints } from "./nearest-points.ts";
import { Smo } from "./smo.ts";

export interface SvmFitOptions {
  /** Ends the fit: it throws the signal's reason, and the machine stays as it was. */
  readonly signal?: AbortSignal;
  /** Called with each machine when it is solved. */
  readonly onMachine?: (machine: Machine, done: number, total: number) => void;
}

/** What a fit has learned. */
interface Fitted {
  readonly samples: Labelled;
  readonly kernel: Kernel;
  readonly mean: Float64Array;
  readonly machines: readonly Machine[];
}

/**
 * The support vector machine: the widest street between two classes (Boser, Guyon & Vapnik 1992; Cortes & Vapnik 1995).
 *
 *     minimise ½‖w‖² + Σ Cᵢ ξᵢ   subject to   yᵢ(w·φ(xᵢ) + b) ≥ 1 − ξᵢ,  ξᵢ ≥ 0
 *
 * The bias b is free, as in LIBSVM: shifting all samples changes nothing but b. (`LinearSvc` makes b small too, which is
 * another problem.) With `C: Infinity` no ξ is allowed, and classes that no plane separates throw NOT_SEPARABLE. More
 * than two classes get one machine each against the rest. Of two classes, the second is the positive one.
 */
export class Svm {
  readonly settings: SvmSettings;
  #fitted: Fitted | undefined;

  /** Throws OPTION. */
  constructor(options: SvmOptions = {}) {
    this.settings = settleSvm(options);
  }

  /**
   * Solves the problem for labelled samples. The first rows take a moment of compiling where the problem is large; a
   * pause every 8 ms lets a page answer. Throws DATA without labels, for one class alone, NaN and infinity; NOT_SEPARABLE
   * with `C: Infinity`, whose common point `commonPointOf` gives.
   */
  async fit(data: Dataset, { signal, onMachine }: SvmFitOptions = {}): Promise<this> {
    const samples = labelledSamples(data, "Svm");
    const { settings } = this;
    const kernel = kernelFor(settings, samples);
    const bounds = boundsOf(samples, settings.C, settings.classWeights, "Svm");
    const { points, mean } = centered(samples.x, samples.features);
    const source = await this.#rowsFor(points, kernel);
    try {
      const cache = new KernelCache(source, settings.cacheBytes);
      const machines: Machine[] = [];
      const wanted = machinesFor(samples);
      for (const positive of wanted) {
        const names = {
          positive: samples.classes[positive]!,
          negative: wanted.length === 1 ? samples.classes[0]! : rest,
        };
        const signs = signsOf(samples, positive);
        const solution = signs.includes(1)
          ? await this.#solve(cache, { signs, bounds, samples, names, isLinear: kernel.name === "linear", signal })
          : never(samples.size);
        const weights = kernel.name === "linear" ? weightsOf(solution.beta, points.data, points.features) : undefined;
        machines.push(machineOf(solution, names, bounds, weights, mean));
        onMachine?.(machines.at(-1)!, machines.length, wanted.length);
      }
      this.#fitted = { samples, kernel, mean, machines };
    } finally {
      if (Symbol.dispose in source) (source as RowSource & Disposable)[Symbol.dispose]();
    }
    return this;
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.#known.samples.classes;
  }

  /** Shape of one sample. */
  get shape(): Shape {
    return this.#known.samples.shape;
  }

  /** The kernel with its γ. */
  get kernel(): Kernel {
    return this.#known.kernel;
  }

  /** One machine for two classes, else one for each class against the rest. */
  get machines(): readonly Machine[] {
    return this.#known.machines;
  }

  /** Numbers of the samples that are a support vector of any machine, in their order. */
  get supportIndices(): Uint32Array {
    const { machines } = this.#known;
    return Uint32Array.from(new Set(machines.flatMap(({ supports }) => [...supports]))).sort();
  }

  /** The support vectors of all machines, [supports, features], in the order of `supportIndices`. */
  get supportVectors(): NdArray {
    const { x, features } = this.#known.samples;
    const indices = this.supportIndices;
    const data = new Float32Array(indices.length * features);
    for (const [row, i] of indices.entries()) data.set(x.subarray(i * features, (i + 1) * features), row * features);
    return { shape: [indices.length, features], data };
  }

  /**
   * f(x) = Σ αᵢyᵢ k(xᵢ, x) + b of each sample: [n] for two classes, above 0 on the side of the second; [n, classes] for
   * more. Throws SHAPE and DATA for samples that do not fit.
   */
  async decisionFunction(x: Samples | Dataset): Promise<NdArray> {
    const { samples, kernel, mean, machines } = this.#known;
    const { data, count } = inputsOf(x, samples.features);
    const values = await decisionValues({ data, count, samples, kernel, mean, machines }, this.#threads);
    return { shape: machines.length === 1 ? [count] : [count, machines.length], data: values };
  }

  /** The class of each sample, by name. */
  async predict(x: Samples | Dataset): Promise<readonly string[]> {
    return namesOf(await this.decisionFunction(x), this.classes);
  }

  /** Share of the samples whose class is predicted. Throws DATA without labels. */
  async score(data: Dataset): Promise<number> {
    return shareRight(await this.predict(data), data, "Svm.score");
  }

  /**
   * The machine as a network, to save, evaluate and compile like any other: a dense layer for the linear kernel, radial
   * basis functions and a dense layer for RBF. Two classes get two outputs, ∓½f, so that the multi-class hinge loss is
   * the machine's own; more get f of each class, with the hinge loss.
   */
  async toModel(): Promise<Model> {
    const { samples, kernel, machines } = this.#known;
    const { linearModel, radialModel } = await import("../to-model.ts");
    if (kernel.name === "linear")
      return linearModel(
        machines.map(({ weights, bias }) => ({ weights: weights!, bias })),
        samples,
      );
    return radialModel({ machines, gamma: kernel.gamma, samples, supports: this.supportIndices });
  }

  get #known(): Fitted {
    if (this.#fitted) return this.#fitted;
    throw new NablaError("OPTION", "this Svm has not been fitted", {
      expected: "a fitted machine",
      received: "a new one",
      hint: "Call await svm.fit(data) first.",
    });
  }

  get #threads(): { threads?: number } {
    const { threads } = this.settings;
    return threads === "auto" ? {} : { threads };
  }

  /** Small problems in float64, large ones on the engine. A hard margin has to be exact, so it is always float64. */
  async #rowsFor(points: ReturnType<typeof centered>["points"], kernel: Kernel): Promise<RowSource> {
    const work = points.size * points.size * points.features;
    if (this.settings.C === Number.POSITIVE_INFINITY || work <= mostPlainWork) return plainRows(points, kernel);
    const { engineRows } = await import("./engine-rows.ts");
    return engineRows(points, kernel, this.#threads);
  }

  async #solve(cache: KernelCache, problem: Problem): Promise<Solution> {
    const { signs, bounds, signal } = problem;
    const { maxIterations, C, tolerance } = this.settings;
    const { Pace } = await import("../../train/pace.ts");
    const { now } = await import("../../train/clock.ts");
    const pace = new Pace();
    /** Runs steps until a pause is due; `step` gives how many it made. */
    const paced = async (left: number, step: (steps: number) => number): Promise<void> => {
      const began = now();
      pace.ran(Math.max(1, step(pace.steps(left))), now() - began);
      if (pace.isDue) await pace.pause();
      signal?.throwIfAborted();
    };
    if (C === Number.POSITIVE_INFINITY) {
      const search = nearestPoints(cache, signs);
      let found = search.next();
      while (!found.done)
        await paced(1, () => {
          found = search.next();
          return 1;
        });
      return hardMargin(found.value, cache, problem);
    }
    const smo = new Smo(cache, signs, bounds, tolerance);
    let isConverged = false;
    while (!isConverged && smo.iterations < maxIterations)
      await paced(maxIterations - smo.iterations, (steps) => {
        const before = smo.iterations;
        isConverged = smo.run(steps);
        return smo.iterations - before;
      });
    smo.settle();
    const { beta, bias, gap, dual, iterations, squaredNorm } = smo;
    return { beta, bias, squaredNorm, objective: dual + gap, gap, iterations, isConverged };
  }
}

interface Problem extends HardProblem {
  readonly bounds: Float64Array;
  readonly signal: AbortSignal | undefined;
}

/** Up to so many multiplications for the whole kernel matrix, float64 one by one costs at most a tenth of a second. */
const mostPlainWork = 1 << 26;

/** A class without samples: "no" is right for all, and costs nothing. */
const never = (size: number): Solution => ({
  beta: new Float64Array(size),
  bias: -1,
  squaredNorm: 0,
  objective: 0,
  gap: 0,
  iterations: 0,
  isConverged: true,
});
