import { sizeOf } from "../array/ndarray.ts";
import type { Executable, Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { gather, mul, perStep, reshape, type Tensor, table } from "../graph/index.ts";
import { learningRateAt, type Optimizer } from "../optim/index.ts";
import { rowOf } from "./feed.ts";
import { type Objective, targetShape, targetsOf } from "./objective.ts";
import { SampleOrder } from "./sample-order.ts";
import type { Hyperparameter } from "./scope.ts";
import type { Trace } from "./trace.ts";
import { metricName, type Reduction, type TrainingGraph, trainingGraph } from "./training-graph.ts";

/** What a trainer needs to know of a model. */
export interface Trainable {
  /** Shape of a sample as the layers take it. */
  readonly inputShape: readonly number[];
  readonly objective: Objective;
  /** Applies the layers to a batch, for training. */
  readonly trace: (x: Tensor) => Trace;
  /** The value of a hyperparameter at a step, counted from 0. */
  readonly hyperparameter?: (step: number, of: Hyperparameter) => number;
}

export interface TrainerOptions {
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly epochs: number;
  readonly reduction: Reduction;
  readonly clipNorm?: number | undefined;
  readonly isShuffled: boolean;
  readonly seed: number;
  /** At most so many; Infinity: as many as are worth it. */
  readonly threads: number;
}

/** What steps left behind: one number per step. */
export interface StepResults {
  readonly count: number;
  /** Samples in each of these steps. */
  readonly samples: number;
  /** Mean loss of the batch. */
  readonly losses: Float32Array;
  /** Sums over the batch. */
  readonly metrics: readonly Float32Array[];
}

const samplesTable = "training samples";
const targetsTable = "training targets";
/** Room for the row numbers of steps that lie ready: 4 MB. */
const largestTable = 1_048_576;

/** A step of one size of batch, ready to run. */
export interface Loaded {
  readonly graph: TrainingGraph;
  readonly executable: Executable;
  readonly batch: number;
}

/**
 * Runs training steps on a store. Steps count from 0 over the whole run, and each is a function of its number alone
 * (rows, rates and corrections follow from it), so any step can be run again.
 *
 * The data lie in the store once. An epoch's row numbers are its permutation, written ahead of the steps; where the
 * batch does not divide the data, the last, smaller batch is a plan of its own on the same states.
 */
export class Trainer implements Disposable {
  readonly stepsPerEpoch: number;
  readonly #store: Store;
  readonly #model: Trainable;
  readonly #options: TrainerOptions;
  readonly #full: Loaded;
  readonly #tail: Loaded | undefined;
  /** The rows of the table in the order in which an epoch takes them. */
  readonly #order: SampleOrder;
  /** The steps whose rows and rates are written: slice 0 is step `start`. */
  #window = { start: 0, end: 0 };

  private constructor(store: Store, model: Trainable, options: TrainerOptions, size: number, loaded: LoadedPlans) {
    this.#store = store;
    this.#model = model;
    this.#options = options;
    this.#order = new SampleOrder(size, options.isShuffled, options.seed, loaded.tables.rows);
    this.#full = loaded.full;
    this.#tail = loaded.tail;
    this.stepsPerEpoch = Math.ceil(size / options.batchSize);
  }

  /**
   * Puts the data in the store and loads the plans, about 100 ms for MNIST, with `pause` between the parts. Throws LIMIT
   * where the memory is too small.
   */
  static async open(
    store: Store,
    model: Trainable,
    data: Dataset,
    options: TrainerOptions,
    pause: () => Promise<void>,
  ): Promise<Trainer> {
    const { batchSize } = options;
    const fullSteps = Math.floor(data.size / batchSize);
    const capacity = Math.min(fullSteps, Math.max(1, Math.floor(largestTable / batchSize)));
    let full: Loaded | undefined;
    store.threads = options.threads;
    try {
      const tables = fillTables(store, data);
      const load = (batch: number, steps: number) => loadPlan(store, model, options, tables, batch, steps);
      await pause();
      full = await load(batchSize, capacity);
      await pause();
      const tail = data.size % batchSize > 0 ? await load(data.size % batchSize, 1) : undefined;
      return new Trainer(store, model, options, data.size, { tables, full, tail });
    } catch (error) {
      full?.executable[Symbol.dispose]();
      store.remove([samplesTable, targetsTable]);
      throw error;
    }
  }

  get steps(): number {
    return this.stepsPerEpoch * this.#options.epochs;
  }

  /** Threads that share the work of a step. */
  get threads(): number {
    return this.#full.executable.threads;
  }

  epochOf = (step: number): number => Math.floor(step / this.stepsPerEpoch);

  /** Writes rates again before the next step: a hyperparameter has changed. */
  forgetRates(): void {
    this.#window = { start: 0, end: 0 };
  }

  /** Runs step `first` and up to `most − 1` steps after it, as many as lie ready in one table. */
  run(first: number, most: number): StepResults {
    const loaded = this.planOf(first);
    const { executable, batch } = loaded;
    const isTail = loaded === this.#tail;
    if (isTail) this.write(loaded, first, 1);
    else if (first < this.#window.start || first >= this.#window.end) this.#fill(first);
    const slice = isTail ? 0 : first - this.#window.start;
    const count = isTail ? 1 : Math.min(most, this.#window.end - first);
    executable.run(slice, count);
    return {
      count,
      samples: batch,
      losses: executable.getMetric("loss", slice, count),
      metrics: this.#model.objective.metrics.map(({ name }) => executable.getMetric(metricName(name), slice, count)),
    };
  }

  /** What runs a step: the plan of full batches, or that of the last one. */
  planOf = (step: number): Loaded => (this.#tail && (step + 1) % this.stepsPerEpoch === 0 ? this.#tail : this.#full);

  [Symbol.dispose](): void {
    this.#full.executable[Symbol.dispose]();
    this.#tail?.executable[Symbol.dispose]();
    const { moments } = this.#full.graph;
    this.#store.remove([samplesTable, targetsTable, ...moments.map(({ attributes }) => attributes["name"] as string)]);
  }

  /** Writes rows and rates from step `first` on, to the end of its epoch or of the table. */
  #fill(first: number): void {
    const { executable } = this.#full;
    const epochEnd = (this.epochOf(first) + 1) * this.stepsPerEpoch - (this.#tail ? 1 : 0);
    const count = Math.min(executable.steps, epochEnd - first);
    this.write(this.#full, first, count);
    this.#window = { start: first, end: first + count };
  }

  /** Writes rows and rates of `count` steps from `first` on into the first slices. */
  write({ executable, batch, graph }: Loaded, first: number, count: number): void {
    const { batchSize, optimizer } = this.#options;
    const epoch = this.epochOf(first);
    const from = (first - epoch * this.stepsPerEpoch) * batchSize;
    executable.setSteps("rows", 0, this.#order.of(epoch).subarray(from, from + count * batch));
    const { steps } = this;
    const learningRates = new Float64Array(count);
    for (let i = 0; i < count; i++) learningRates[i] = learningRateAt(optimizer, { step: first + i, epoch, steps });
    const rates = new Float32Array(count);
    for (const { name, value } of graph.rates) {
      for (let i = 0; i < count; i++) rates[i] = value(learningRates[i]!, first + i + 1);
      executable.setSteps(name, 0, rates);
    }
  }
}

/** The step of a batch of this size as an executable. */
async function loadPlan(
  store: Store,
  { inputShape, objective, trace, hyperparameter }: Trainable,
  { optimizer, reduction, clipNorm }: TrainerOptions,
  { x, y, scale }: Tables,
  batch: number,
  steps: number,
): Promise<Loaded> {
  const rows = perStep("rows", [batch], "i32");
  const read = gather(x, rows);
  const traced = trace(reshape(scale === 1 ? read : mul(read, scale), [batch, ...inputShape]));
  const target = reshape(gather(y, rows), targetShape(traced.output, objective));
  const graph = trainingGraph(traced, target, objective, optimizer, {
    reduction,
    clipNorm,
    ...(hyperparameter && { hyperparameter }),
  });
  return { graph, batch, executable: await store.load(await store.plans.of(graph.program), { steps }) };
}

interface LoadedPlans {
  readonly tables: Tables;
  readonly full: Loaded;
  readonly tail?: Loaded | undefined;
}

interface Tables {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly scale: number;
  readonly rows: Int32Array | undefined;
}

/** Copies the data into the store: bytes as bytes, labels as whole numbers; only the rows in use where they are few. */
function fillTables(store: Store, data: Dataset): Tables {
  const targets = targetsOf(data);
  const size = sizeOf(data.shape);
  const all = data.x.data.length / size;
  const isSparse = data.rows !== undefined && data.rows.length < all / 2;
  const count = isSparse ? data.size : all;
  const x = table(samplesTable, [count, size], data.x.data instanceof Uint8Array ? "u8" : "f32");
  const targetSize = targets.kind === "labels" ? [] : [sizeOf(targets.shape)];
  const y = table(targetsTable, [count, ...targetSize], targets.kind === "labels" ? "i32" : "f32");
  store.declare(x);
  store.declare(y);
  store.fill(samplesTable, isSparse ? pickRows(data, data.x.data, size) : data.x.data);
  store.fill(targetsTable, isSparse ? pickRows(data, targets.data, targetSize[0] ?? 1) : targets.data);
  return { x, y, scale: data.x.scale, rows: data.rows && !isSparse ? Int32Array.from(data.rows) : undefined };
}

function pickRows<Data extends Float32Array | Uint8Array | Int32Array>(
  data: Dataset,
  source: Data,
  width: number,
): Data {
  const picked = source.slice(0, data.size * width) as Data;
  for (let i = 0; i < data.size; i++) {
    const from = rowOf(data, i) * width;
    picked.set(source.subarray(from, from + width), i * width);
  }
  return picked;
}
