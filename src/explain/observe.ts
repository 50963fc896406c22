import type { Samples } from "../array/ndarray.ts";
import { sizeOf } from "../array/ndarray.ts";
import { compile } from "../compile/index.ts";
import type { Dataset } from "../data/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import { batchFor } from "../train/batch-sizes.ts";
import { now } from "../train/clock.ts";
import type { Network } from "../train/network.ts";
import { Pace } from "../train/pace.ts";
import { type SampleSource, samplesOf } from "../train/predict.ts";
import { unitsAt } from "./find-layer.ts";

/** What some layers gave for some samples. */
export interface Observation {
  /** Number of the first sample, from 0. */
  readonly first: number;
  readonly count: number;
  /** Of each layer [count × units], sample after sample; the memory is used again by the next observation. */
  readonly outputs: readonly Float32Array[];
}

export interface Observed extends SampleSource {
  readonly observations: AsyncIterable<Observation>;
}

/**
 * The outputs of layers for all samples, batch by batch, in one pass through the engine: memory for a batch of at most
 * 256 samples, however many there are. Throws SHAPE and DATA, at once, for samples that do not fit.
 */
export function observe(network: Network, places: readonly number[], x: Samples | Dataset): Observed {
  const source = samplesOf(network, x);
  return { ...source, observations: observations(network, places, source) };
}

async function* observations(
  network: Network,
  places: readonly number[],
  { count, read }: SampleSource,
): AsyncGenerator<Observation, void, void> {
  const store = await network.engine.open();
  const loaded = new Map<number, Awaited<ReturnType<typeof load>>>();
  const load = async (batch: number) => {
    const executable = await store.load(compile({ outputs: outputsOf(network, places, batch) }));
    const samples = new Float32Array(batch * sizeOf(network.inputShape));
    return { executable, samples, outputs: places.map((place) => new Float32Array(batch * unitsAt(network, place))) };
  };
  const pace = new Pace();
  try {
    for (let first = 0; first < count; ) {
      const batch = batchFor(count - first);
      const taken = Math.min(batch, count - first);
      const plan = loaded.get(batch) ?? (await load(batch));
      loaded.set(batch, plan);
      const began = now();
      read(first, taken, plan.samples);
      plan.executable.setInput("samples", plan.samples);
      plan.executable.run(0, 1);
      for (const [i, out] of plan.outputs.entries()) plan.executable.getOutput(String(i), out);
      pace.ran(1, now() - began);
      const outputs = plan.outputs.map((out) => out.subarray(0, (out.length / batch) * taken));
      yield { first, count: taken, outputs };
      first += taken;
      if (pace.isDue && first < count) await pace.pause();
    }
  } finally {
    for (const { executable } of loaded.values()) executable[Symbol.dispose]();
  }
}

function outputsOf(network: Network, places: readonly number[], batch: number): Record<string, Tensor> {
  const x = input([batch, ...network.inputShape], "samples");
  const { layers } = network.trace(x, false);
  return Object.fromEntries(places.map((place, i) => [String(i), place === 0 ? x : layers[place - 1]!.output]));
}
