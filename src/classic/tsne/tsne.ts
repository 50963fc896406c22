import { log } from "../../array/math64.ts";
import type { NdArray, Samples } from "../../array/ndarray.ts";
import { isSimdAvailable } from "../../backend/wasm/platform.ts";
import { availableThreads } from "../../backend/wasm/sharing.ts";
import type { Dataset } from "../../data/index.ts";
import { NablaError } from "../../errors.ts";
import { now } from "../../train/clock.ts";
import { EventStream } from "../../train/event-stream.ts";
import { Pace } from "../../train/pace.ts";
import { directions, nearestNeighbors } from "../neighbors.ts";
import { type Observations, toObservations } from "../observations.ts";
import { type Affinities, conditionalAffinities, jointAffinities } from "./affinities.ts";
import { Descent, startPositions } from "./descent.ts";
import { exaggerationAt } from "./exaggeration.ts";
import type { Forces, RepulsionMethod } from "./forces.ts";
import { checkCount, checkTsneOptions, type TsneOptions, type TsneSettings } from "./options.ts";

/**
 * t-SNE (van der Maaten & Hinton 2008): a map in which samples lie near each other that are near each other in the data.
 *
 * P says how near two samples are, Q how near their points: qᵢⱼ ∝ 1 / (1 + |yᵢ − yⱼ|²). The points move down the
 * gradient of KL(P‖Q) = Σ pᵢⱼ log(pᵢⱼ / qᵢⱼ), which is 4 Σⱼ (pᵢⱼ − qᵢⱼ)(yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²): neighbours pull, and
 * all points push. Distances between clusters, and their sizes, mean little; neighbourhoods do.
 */
export class Tsne {
  readonly #settings: TsneSettings;

  /** Throws OPTION for options that cannot be. */
  constructor(options: TsneOptions = {}) {
    this.#settings = checkTsneOptions(options);
  }

  /**
   * Begins a map of samples [n, features]. Throws SHAPE, DATA for NaN or infinity (row and column), too few samples, or
   * samples that are all the same; OPTION for a perplexity that so few samples cannot have.
   */
  fit(x: Samples | Dataset): TsneRun {
    const given = toObservations(x);
    checkCount(given.count, this.#settings);
    checkVaries(given);
    return new Run(given, this.#settings);
  }

  /** The map [n, components] when it is done. */
  async fitTransform(x: Samples | Dataset): Promise<NdArray> {
    return (await this.fit(x).done).positions;
  }
}

export type TsneEvent =
  /** The nearest neighbours are being sought. */
  | { readonly kind: "neighbors"; readonly share: number }
  | TsneStart
  | TsneIteration
  | { readonly kind: "done"; readonly result: TsneResult };

export interface TsneStart {
  readonly kind: "start";
  readonly samples: number;
  readonly iterations: number;
  readonly method: RepulsionMethod;
  readonly neighbors: "exact" | "approximate";
  readonly learningRate: number;
  readonly engine: "wasm" | "plain";
}

export interface TsneIteration {
  readonly kind: "iteration";
  /** From 1. */
  readonly iteration: number;
  readonly iterations: number;
  /** KL(P‖Q), of P as it is, also while it is exaggerated. */
  readonly divergence: number;
  /** The map so far [n, components], a copy. */
  readonly positions: NdArray;
}

export interface TsneResult {
  /** [n, components], the mean at 0. */
  readonly positions: NdArray;
  /** KL(P‖Q) in natural units. */
  readonly divergence: number;
  readonly iterations: number;
  readonly method: RepulsionMethod;
  readonly neighbors: "exact" | "approximate";
  readonly stopped: "finished" | "stopped";
}

/** A map in the making. Its events can be read in one loop, which then sets the pace. */
export interface TsneRun extends AsyncIterable<TsneEvent> {
  readonly done: Promise<TsneResult>;
  /** Ends after this iteration; `done` resolves with the map so far. */
  stop(): void;
}

/** Below so many samples every pair is compared: measured, that is where a field takes over, or cells in 3-D. */
const exactBelow = { 2: 2_000, 3: 10_000 } as const;
/** Momentum while the exaggeration is whole, and from then on. */
const momenta = { early: 0.5, late: 0.8 } as const;

class Run implements TsneRun {
  readonly done: Promise<TsneResult>;
  readonly #stream: EventStream<TsneEvent>;
  /** For a reader who comes late. */
  #start: TsneStart | undefined;
  #last: TsneEvent[] = [];
  readonly #settings: TsneSettings;
  #isStopped = false;

  constructor(x: Observations, settings: TsneSettings) {
    this.#settings = settings;
    this.#stream = new EventStream({
      past: () => [...(this.#start ? [this.#start] : []), ...this.#last],
      onLeave: () => {
        this.stop();
        return this.done;
      },
    });
    this.done = this.#run(x);
    this.done.catch(() => undefined); // a run that nobody waits for must not end the process
  }

  stop(): void {
    this.#isStopped = true;
    this.#stream.letGo();
  }

  [Symbol.asyncIterator](): AsyncIterator<TsneEvent> {
    return this.#stream[Symbol.asyncIterator]();
  }

  async #run(x: Observations): Promise<TsneResult> {
    const { signal } = this.#settings;
    const letGo = (): void => this.#stream.letGo();
    signal?.addEventListener("abort", letGo, { once: true });
    try {
      const result = await this.#make(x);
      this.#last = [{ kind: "done", result }];
      void this.#stream.offer(this.#last[0]!);
      this.#stream.end();
      return result;
    } catch (reason) {
      this.#stream.end({ reason });
      throw reason;
    } finally {
      signal?.removeEventListener("abort", letGo);
    }
  }

  async #make(x: Observations): Promise<TsneResult> {
    const { components, perplexity, seed, signal, start, exactNeighborsUpTo } = this.#settings;
    await new Pace().pause(); // who made the run can begin to read
    signal?.throwIfAborted();
    const size = Math.min(x.count - 1, Math.floor(3 * perplexity + 1));
    const onProgress = (share: number) => {
      signal?.throwIfAborted();
      void this.#stream.offer({ kind: "neighbors", share });
    };
    const near = await nearestNeighbors(x, size, { onProgress, exactUpTo: exactNeighborsUpTo, seed });
    const affinities = jointAffinities(near, conditionalAffinities(near, x.count, perplexity), x.count);
    signal?.throwIfAborted();
    const stride = components === 2 ? 2 : 4;
    const descent = new Descent(await startPositions(x, components, start, seed), stride);
    const method = this.#method(x.count);
    const forces = await this.#forces(affinities, stride, method);
    try {
      const neighbors = x.count > exactNeighborsUpTo && x.features > directions ? "approximate" : "exact";
      return await this.#descend({ descent, forces, affinities, method, neighbors });
    } finally {
      forces[Symbol.dispose]();
    }
  }

  async #descend({ descent, forces, affinities, method, neighbors }: Prepared): Promise<TsneResult> {
    const { components, iterations, exaggerationIterations, every, signal } = this.#settings;
    const { count } = affinities;
    const learningRate = this.#learningRate(count);
    const entropy = entropyOf(affinities);
    const { engine } = forces;
    this.#start = { kind: "start", samples: count, iterations, method, neighbors, learningRate, engine };
    await this.#stream.offer(this.#start);
    const pace = new Pace();
    let divergence = Number.NaN;
    let iteration = 0;
    while (iteration < iterations && !this.#isStopped) {
      const began = now();
      if (iteration === exaggerationIterations) descent.rest();
      const momentum = iteration < exaggerationIterations ? momenta.early : momenta.late;
      const sums = forces.compute(descent.positions);
      descent.step(sums, exaggerationAt(iteration, this.#settings), learningRate, momentum);
      iteration++;
      pace.ran(1, now() - began);
      if (pace.isDue) await pace.pause();
      signal?.throwIfAborted();
      const isAsked = iteration % every === 0 || iteration === iterations || this.#isStopped;
      if (!isAsked) continue;
      if (!descent.isFinite()) throw diverged(iteration, learningRate);
      if (!this.#stream.isRead && iteration < iterations && !this.#isStopped) continue;
      divergence = divergenceOf(forces, descent.positions, entropy);
      const positions = mapOf(descent.positions, count, components);
      const event: TsneIteration = { kind: "iteration", iteration, iterations, divergence, positions };
      this.#last = [event];
      await this.#stream.offer(event);
      signal?.throwIfAborted();
    }
    const positions = mapOf(descent.positions, count, components);
    const stopped = iteration < iterations ? "stopped" : "finished";
    if (stopped === "stopped") divergence = divergenceOf(forces, descent.positions, entropy);
    return { positions, divergence, iterations: iteration, method, neighbors, stopped };
  }

  #learningRate(count: number): number {
    const { learningRate, earlyExaggeration } = this.#settings;
    return learningRate === "auto" ? Math.max(200, count / earlyExaggeration) : learningRate;
  }

  #method(count: number): RepulsionMethod {
    const { method, components } = this.#settings;
    if (method !== "auto") return method;
    if (count <= exactBelow[components]) return "exact";
    return components === 2 ? "field" : "barnes-hut";
  }

  async #forces(affinities: Affinities, stride: 2 | 4, method: RepulsionMethod): Promise<Forces> {
    const { threads } = this.#settings;
    if (isSimdAvailable()) {
      const { MachineForces } = await import("./machine-forces.ts");
      return new MachineForces(affinities, stride, method, threads === "auto" ? availableThreads() : threads);
    }
    const { PlainForces } = await import("./forces.ts");
    return new PlainForces(affinities, stride, method);
  }
}

interface Prepared {
  readonly descent: Descent;
  readonly forces: Forces;
  readonly affinities: Affinities;
  readonly method: RepulsionMethod;
  readonly neighbors: "exact" | "approximate";
}

/** Σ pᵢⱼ log pᵢⱼ, what of the divergence does not depend on the map. */
function entropyOf({ values }: Affinities): number {
  let sum = 0;
  for (const p of values) if (p > 0) sum += p * log(p);
  return sum;
}

/** KL(P‖Q) = Σ p log p + Σ p log(1 + d²) + log Z. */
function divergenceOf(forces: Forces, y: Float32Array, entropy: number): number {
  const { normalizer } = forces.compute(y);
  return entropy + forces.stretch(y) + log(normalizer);
}

/** [count, components] out of points that may take four floats. */
function mapOf(y: Float32Array, count: number, components: 2 | 3): NdArray {
  if (components === 2) return { shape: [count, 2], data: y.slice() };
  const data = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) data.set(y.subarray(4 * i, 4 * i + 3), 3 * i);
  return { shape: [count, 3], data };
}

function checkVaries({ data, count, features }: Observations): void {
  for (let i = features; i < data.length; i++) if (data[i] !== data[i - features]) return;
  throw new NablaError("DATA", `x holds ${count} samples that are all the same`, {
    expected: "samples that differ",
    received: `${count} equal rows`,
    hint: "A map needs differences: check that the right columns were read.",
  });
}

function diverged(iteration: number, learningRate: number): NablaError {
  return new NablaError("DIVERGED", `the map flew apart before iteration ${iteration}`, {
    where: { step: iteration },
    expected: "finite positions",
    received: "NaN or infinity",
    hint: `Give a learningRate below ${learningRate}, or leave it out.`,
  });
}
