import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { input, softmax, type Tensor } from "../graph/index.ts";
import { originOf } from "../nn/index.ts";
import { batchFor } from "./batch-sizes.ts";
import { now } from "./clock.ts";
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
  const { count, isSingle, read } = source(network, x);
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

interface Source {
  readonly count: number;
  readonly isSingle: boolean;
  readonly read: (first: number, count: number, out: Float32Array) => void;
}

function source(network: Network, x: Samples | Dataset): Source {
  if (isDataset(x)) {
    network.checkSamples(x);
    return { count: x.size, isSingle: false, read: (first, count, out) => copySamples(x, first, count, out) };
  }
  const { data, count, isSingle } = toBatch(x, network.inputShape, "the input");
  const size = sizeOf(network.inputShape);
  return { count, isSingle, read: (first, taken, out) => out.set(data.subarray(first * size, (first + taken) * size)) };
}

export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/** For each sample the classes with their probabilities, best first; ties stay in the order of the classes. */
export async function classify(
  network: Network,
  x: Samples | Dataset,
  classes: readonly string[] | undefined,
  question: Question,
): Promise<readonly (readonly ClassProbability[])[]> {
  const { shape, data } = await predict(network, x, question);
  const outputs = sizeOf(network.outputShape);
  const labels = classes ?? Array.from({ length: Math.max(outputs, 2) }, (_, i) => String(i));
  const rows = shape.length > network.outputShape.length ? shape[0]! : 1;
  return Array.from({ length: rows }, (_, row) => {
    const values = data.subarray(row * outputs, (row + 1) * outputs);
    // One sigmoid tells two classes apart: it is the probability of the second.
    const probabilities = outputs === 1 ? [1 - values[0]!, values[0]!] : [...values];
    const named = probabilities.map(
      (probability, i): ClassProbability => ({ label: labels[i] ?? String(i), probability }),
    );
    return named.sort((a, b) => b.probability - a.probability);
  });
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

/** A prediction of a fixed number of samples at a time, without waiting and without making anything new. */
export type Compiled = ((x: Float32Array) => Float32Array) & Disposable;

/**
 * The model as a plain function: x [batchSize, …input] flat → outputs flat. The result is overwritten by the next call.
 * It uses the parameters that the model has when it is called. Throws SHAPE for another number of values.
 */
export async function compileModel(network: Network, batchSize: number): Promise<Compiled> {
  const key = keyOf(itsOutput, batchSize);
  const build = () => program(network, batchSize, itsOutput);
  await network.engine.executable(key, build);
  const size = batchSize * sizeOf(network.inputShape);
  const out = new Float32Array(batchSize * sizeOf(network.outputShape));
  let isOpen = true;
  const call = (x: Float32Array): Float32Array => {
    if (x.length !== size || !isOpen) throw wrongCall(x, size, isOpen);
    const executable = network.engine.executableNow(key, build);
    executable.setInput("samples", x);
    executable.run(0, 1);
    executable.getOutput("answers", out);
    return out;
  };
  return Object.assign(call, {
    [Symbol.dispose](): void {
      isOpen = false;
    },
  });
}

function wrongCall(x: Float32Array, size: number, isOpen: boolean): NablaError {
  if (!isOpen)
    return new NablaError("OPTION", "this compiled model has been disposed of", { hint: "Compile the model again." });
  return new NablaError("SHAPE", `the compiled model takes ${size} numbers, got ${x.length}`, {
    expected: `${size} numbers`,
    received: `${x.length}`,
    hint: "Give the samples one after another in a Float32Array.",
  });
}

const keyOf = ({ name }: Question, batch: number): string => `${name} of ${batch}`;

function program(network: Network, batch: number, { of }: Question) {
  const x = input([batch, ...network.inputShape], "samples");
  return { outputs: { answers: of(network.trace(x, false).output) } };
}
