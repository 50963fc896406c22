import { sizeOf } from "../array/ndarray.ts";
import type { Executable, Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import { batchFor } from "./batch-sizes.ts";
import { now } from "./clock.ts";
import type { Evaluation } from "./events.ts";
import { copySamples, copyTargets } from "./feed.ts";
import { lossPerSample, metricPerSample, type Objective, predictedClass, targetShape, targetsOf } from "./objective.ts";
import { Pace } from "./pace.ts";
import type { Trace } from "./trace.ts";

/** What an evaluator needs to know of a model. */
export interface Judged {
  readonly inputShape: readonly number[];
  readonly objective: Objective;
  /** Applies the layers to a batch, not for training. */
  readonly trace: (x: Tensor) => Trace;
}

interface Loaded {
  readonly executable: Executable;
  readonly x: Float32Array;
  readonly target: Float32Array;
}

/**
 * Measures a model on data, batch by batch, on the store its parameters live in. Data are read where they are, and
 * losses add up in float64, in the order of the samples.
 */
export class Evaluator implements Disposable {
  readonly #store: Store;
  readonly #model: Judged;
  readonly #loaded = new Map<number, Loaded>();

  constructor(store: Store, model: Judged) {
    this.#store = store;
    this.#model = model;
  }

  async evaluate(data: Dataset, perExample = false): Promise<Evaluation> {
    const { objective } = this.#model;
    const { metrics, classes } = objective;
    const sums = new Map<string, number>(
      ["loss", ...metrics.map(({ name }) => outputOf(name))].map((name) => [name, 0]),
    );
    const confusion = Array.from({ length: classes ?? 0 }, () => new Array<number>(classes!).fill(0));
    const losses = new Float32Array(perExample ? data.size : 0);
    const pace = new Pace();
    for (let first = 0; first < data.size; ) {
      const began = now();
      const batch = batchFor(data.size - first);
      const count = Math.min(batch, data.size - first);
      const { target } = await this.#run(data, first, count, batch);
      for (const [name, sum] of sums) sums.set(name, addUp(sum, this.#output(batch, name), count));
      if (perExample) losses.set(this.#output(batch, "loss").subarray(0, count), first);
      if (classes !== undefined) {
        const predicted = this.#output(batch, "class");
        // More outputs than classes: an answer that is no class counts as a mistake, in no column.
        for (let i = 0; i < count; i++) if (predicted[i]! < classes) confusion[target[i]!]![predicted[i]!]!++;
      }
      first += count;
      pace.ran(1, now() - began);
      if (pace.isDue && first < data.size) await pace.pause();
    }
    const mean = (output: string): number => sums.get(output)! / data.size;
    const measured = Object.fromEntries(metrics.map(({ name }) => [name, mean(outputOf(name))]));
    return {
      loss: mean("loss"),
      ...(classes === undefined ? {} : { accuracy: measured["accuracy"]!, confusion }),
      metrics: measured,
      ...(perExample && { losses }),
      size: data.size,
    };
  }

  [Symbol.dispose](): void {
    for (const { executable } of this.#loaded.values()) executable[Symbol.dispose]();
    this.#loaded.clear();
  }

  async #run(data: Dataset, first: number, count: number, batch: number): Promise<Loaded> {
    const loaded = await this.#load(batch);
    const { executable, x, target } = loaded;
    x.fill(0, count * (x.length / batch));
    target.fill(0, count * (target.length / batch));
    copySamples(data, first, count, x);
    copyTargets(data, targetsOf(data), first, count, target);
    executable.setInput("samples", x);
    executable.setInput("targets", target);
    executable.run(0, 1);
    return loaded;
  }

  #output(batch: number, name: string): Float32Array {
    const out = new Float32Array(batch);
    this.#loaded.get(batch)!.executable.getOutput(name, out);
    return out;
  }

  async #load(batch: number): Promise<Loaded> {
    const known = this.#loaded.get(batch);
    if (known) return known;
    const { inputShape, objective, trace } = this.#model;
    const x = input([batch, ...inputShape], "samples");
    const { output } = trace(x);
    const target = input(targetShape(output, objective), "targets");
    const outputs = {
      loss: lossPerSample(objective, output, target),
      ...Object.fromEntries(
        objective.metrics.map((metric) => [outputOf(metric.name), metricPerSample(metric, output, target)]),
      ),
      ...(objective.classes === undefined ? {} : { class: predictedClass(output, objective.loss) }),
    };
    const loaded = {
      executable: await this.#store.load(this.#store.plans.of({ outputs })),
      x: new Float32Array(sizeOf(x.shape)),
      target: new Float32Array(sizeOf(target.shape)),
    };
    this.#loaded.set(batch, loaded);
    return loaded;
  }
}

/** Name of the output that holds a metric, whatever the metric is called. */
const outputOf = (metric: string): string => `metric ${metric}`;

function addUp(start: number, values: Float32Array, count: number): number {
  let sum = start;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}
