import { sizeOf } from "../array/ndarray.ts";
import type { Executable, Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { input } from "../graph/index.ts";
import { inBatches } from "./batch-sizes.ts";
import type { Evaluation } from "./events.ts";
import { copySamples, copyTargets } from "./feed.ts";
import type { Network } from "./network.ts";
import { lossPerSample, metricPerSample, type Objective, predictedClass, targetShape, targetsOf } from "./objective.ts";

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
  readonly #network: Network;
  readonly #objective: Objective;
  readonly #loaded = new Map<number, Loaded>();

  constructor(store: Store, network: Network, objective: Objective) {
    this.#store = store;
    this.#network = network;
    this.#objective = objective;
  }

  async evaluate(data: Dataset, perExample = false): Promise<Evaluation> {
    const { metrics, classes } = this.#objective;
    const sums = new Map<string, number>(
      ["loss", ...metrics.map(({ name }) => outputOf(name))].map((name) => [name, 0]),
    );
    const confusion = Array.from({ length: classes ?? 0 }, () => new Array<number>(classes!).fill(0));
    const losses = new Float32Array(perExample ? data.size : 0);
    for await (const { first, count, batch } of inBatches(data.size)) {
      const { executable, x, target } = await this.#load(batch);
      x.fill(0, count * (x.length / batch));
      target.fill(0, count * (target.length / batch));
      copySamples(data, first, count, x);
      copyTargets(data, targetsOf(data), first, count, target);
      executable.setInput("samples", x);
      executable.setInput("targets", target);
      executable.run(0, 1);
      const read = (output: string): Float32Array => {
        const values = new Float32Array(batch);
        executable.getOutput(output, values);
        return values.subarray(0, count);
      };
      for (const [name, sum] of sums)
        sums.set(
          name,
          read(name).reduce((total, value) => total + value, sum),
        );
      if (perExample) losses.set(read("loss"), first);
      if (classes !== undefined) {
        const predicted = read("class");
        // More outputs than classes: an answer that is no class counts as a mistake, in no column.
        for (let i = 0; i < count; i++) if (predicted[i]! < classes) confusion[target[i]!]![predicted[i]!]!++;
      }
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

  async #load(batch: number): Promise<Loaded> {
    const known = this.#loaded.get(batch);
    if (known) return known;
    const [network, objective] = [this.#network, this.#objective];
    const x = input([batch, ...network.inputShape], "samples");
    const { output } = network.trace(x, false);
    const target = input(targetShape(output, objective), "targets");
    const outputs = {
      loss: lossPerSample(objective, output, target),
      ...Object.fromEntries(
        objective.metrics.map((metric) => [outputOf(metric.name), metricPerSample(metric, output, target)]),
      ),
      ...(objective.classes === undefined ? {} : { class: predictedClass(output, objective.loss) }),
    };
    const loaded = {
      executable: await this.#store.load(await this.#store.plans.of({ outputs })),
      x: new Float32Array(sizeOf(x.shape)),
      target: new Float32Array(sizeOf(target.shape)),
    };
    this.#loaded.set(batch, loaded);
    return loaded;
  }
}

/** Name of the output that holds a metric, whatever the metric is called. */
const outputOf = (metric: string): string => `metric ${metric}`;
