import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { input, type Tensor } from "../graph/index.ts";
import { inBatches } from "./batch-sizes.ts";
import { copySamples } from "./feed.ts";
import type { Network } from "./network.ts";

/** What is asked of a model's output: itself, or probabilities made of it. */
export interface Question {
  readonly name: string;
  readonly of: (output: Tensor) => Tensor;
}

export const itsOutput: Question = { name: "output", of: (output) => output };

/** Answers for many samples: [n, …outputs], or [...outputs] for one sample given without a batch axis. */
export async function predict(
  network: Network,
  x: Samples | Dataset,
  question: Question = itsOutput,
): Promise<NdArray> {
  const { outputShape } = network;
  const { count, isSingle, read } = samplesOf(network, x);
  const [takes, gives] = [sizeOf(network.inputShape), sizeOf(outputShape)];
  const data = new Float32Array(count * gives);
  for await (const { first, count: taken, batch } of inBatches(count)) {
    const executable = await network.engine.executable(keyOf(question, batch), () => program(network, batch, question));
    const samples = new Float32Array(batch * takes);
    read(first, taken, samples);
    const answers = new Float32Array(batch * gives);
    executable.setInput("samples", samples);
    executable.run(0, 1);
    executable.getOutput("answers", answers);
    data.set(answers.subarray(0, taken * gives), first * gives);
  }
  return { shape: isSingle ? outputShape : [count, ...outputShape], data };
}

export interface SampleSource {
  readonly count: number;
  /** Whether it was one sample without a batch axis. */
  readonly isSingle: boolean;
  /** Writes samples `first` … `first + count − 1` into `out`, one after another. */
  readonly read: (first: number, count: number, out: Float32Array) => void;
}

/** Samples in whatever form, as the network takes them. Throws SHAPE and DATA for those that do not fit. */
export function samplesOf(network: Network, x: Samples | Dataset): SampleSource {
  if (isDataset(x)) {
    network.checkSamples(x);
    return { count: x.size, isSingle: false, read: (first, count, out) => copySamples(x, first, count, out) };
  }
  const { data, count, isSingle } = toBatch(x, network.inputShape, "the input");
  const size = sizeOf(network.inputShape);
  return { count, isSingle, read: (first, taken, out) => out.set(data.subarray(first * size, (first + taken) * size)) };
}

/** The name of a question's plan for a batch. */
export const keyOf = ({ name }: Question, batch: number): string => `${name} of ${batch}`;

/** The graph that answers a batch. */
export function program(network: Network, batch: number, { of }: Question) {
  const x = input([batch, ...network.inputShape], "samples");
  return { outputs: { answers: of(network.trace(x, false).output) } };
}
