import type { NdArray, Samples, Shape } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { softmax } from "../graph/index.ts";
import { type Loss, originOf } from "../nn/index.ts";
import type { Network } from "./network.ts";
import { itsOutput, predict, type Question } from "./predict.ts";

export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/**
 * For each sample all classes with their probabilities, best first; ties stay in the order of the classes. Fetched when a
 * model classifies for the first time.
 */
export async function classify(
  network: Network,
  x: Samples | Dataset,
  { loss, classes }: { readonly loss?: Loss | undefined; readonly classes?: readonly string[] | undefined },
): Promise<readonly (readonly ClassProbability[])[]> {
  const answers = await predict(network, x, probabilitiesOf(network, loss?.name));
  return rankClasses(answers, network.outputShape, classes);
}

/**
 * How probabilities are made of the model's output: a softmax or sigmoid gives them as they are; the scores of
 * a model trained with `crossEntropyWithLogits` go through the softmax that this loss has inside. Throws UNSUPPORTED for other outputs.
 */
function probabilitiesOf(network: Network, loss: string | undefined): Question {
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

function rankClasses(
  { shape, data }: NdArray,
  outputShape: Shape,
  classes: readonly string[] | undefined,
): readonly (readonly ClassProbability[])[] {
  const rows = shape.length > outputShape.length ? shape[0]! : 1;
  const outputs = data.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const values = data.subarray(row * outputs, (row + 1) * outputs);
    // One sigmoid tells two classes apart: it is the probability of the second.
    const probabilities = outputs === 1 ? [1 - values[0]!, values[0]!] : [...values];
    const named = probabilities.map(
      (probability, i): ClassProbability => ({ label: classes?.[i] ?? String(i), probability }),
    );
    return named.sort((a, b) => b.probability - a.probability);
  });
}
