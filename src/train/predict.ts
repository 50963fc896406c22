import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { input, softmax, type Tensor } from "../graph/index.ts";
import { originOf } from "../nn/index.ts";
import { batchFor } from "./batch-sizes.ts";
import { now } from "./clock.ts";
import type { Compiled } from "./compiled.ts";
import { copySamples } from "./feed.ts";
import type { Network } from "./network.ts";
import { isDataset } from "./options.ts";
import { Pace } from "./pace.ts";

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
  const pace = new Pace();
  for (let first = 0; first < count; ) {
    const began = now();
    const batch = batchFor(count - first);
    const taken = Math.min(batch, count - first);
    const executable = await network.engine.executable(keyOf(question, batch), () => program(network, batch, question));
    const samples = new Float32Array(batch * takes);
    read(first, taken, samples);
    const answers = new Float32Array(batch * gives);
    executable.setInput("samples", samples);
    executable.run(0, 1);
    executable.getOutput("answers", answers);
    data.set(answers.subarray(0, taken * gives), first * gives);
    first += taken;
    pace.ran(1, now() - began);
    if (pace.isDue && first < count) await pace.pause();
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

/**
 * How probabilities are made of the model's output: a softmax or sigmoid gives them as they are; the scores of
 * a model trained with `crossEntropyWithLogits` go through the softmax that this loss has inside. Throws UNSUPPORTED for other outputs.
 */
export function probabilitiesOf(network: Network, loss: string | undefined): Question {
  const origin = originOf(network.probe.output);
  if (origin?.activation === "softmax" || origin?.activation === "sigmoid") return itsOutput;
  if (loss === "crossEntropyWithLogits") return { name: "softmax", of: (output) => softmax(output) };
  const { name, kind } = network.probe.layers.at(-1)!;
  throw new NablaError("UNSUPPORTED", `classify: layer "${name}" (${kind}) gives no probabilities`, {
    where: { layer: name },
    expected: "a model that ends with softmax or sigmoid",
    received: kind,
    hint: "End the model with softmax, or use predict and compare the outputs yourself.",
  });
}

/**
 * The model as a plain function of `batchSize` samples. It uses the parameters that the model has when it is called.
 * Throws SHAPE, when it is called, for another number of values.
 */
export async function compileModel(network: Network, batchSize: number): Promise<Compiled> {
  const { compiledFunction } = await import("./compiled.ts"); // a page that trains does without
  const key = keyOf(itsOutput, batchSize);
  const build = () => program(network, batchSize, itsOutput);
  await network.engine.executable(key, build);
  const [inputs, outputs] = [network.inputShape, network.outputShape].map((shape) => batchSize * sizeOf(shape));
  return compiledFunction(() => network.engine.executableNow(key, build), inputs!, outputs!);
}

const keyOf = ({ name }: Question, batch: number): string => `${name} of ${batch}`;

function program(network: Network, batch: number, { of }: Question) {
  const x = input([batch, ...network.inputShape], "samples");
  return { outputs: { answers: of(network.trace(x, false).output) } };
}
