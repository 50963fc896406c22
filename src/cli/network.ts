import { sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { dense, type Model, sequential } from "../index.ts";
import { activationNamed } from "../nn/index.ts";
import { formatCount } from "../report/index.ts";

export interface NetworkWishes {
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: string;
  /** Decides what the last layer ends with. */
  readonly loss: string;
  readonly seed: number;
}

/** 50 million parameters take 800 MB with their gradients and Adam's two moments. */
const mostParameters = 50_000_000;

/**
 * The last activation that a loss is made for: probabilities of one class (softmax) for cross entropy, one probability a
 * class (sigmoid) for the losses of differences, plain scores for the losses that take scores. Values are never squeezed.
 */
export function lastActivation(loss: string, learnsValues = false): "softmax" | "sigmoid" | "linear" {
  if (learnsValues) return "linear";
  if (loss === "crossEntropy") return "softmax";
  return loss === "crossEntropyWithLogits" || loss === "hinge" || loss.startsWith("multiclassHinge")
    ? "linear"
    : "sigmoid";
}

/** A net of dense layers, as wide at its ends as the data say. Throws DATA for a single class, LIMIT for a giant. */
export function buildNetwork(data: Dataset, { hidden, activation, loss, seed }: NetworkWishes): Model {
  const learnsValues = data.y?.kind === "values";
  const [input, outputs] = [sizeOf(data.shape), outputsFor(data)];
  if (outputs < (learnsValues ? 1 : 2))
    throw new NablaError("DATA", "all samples have the same label, so there is nothing to tell apart", {
      expected: "labels of at least 2 classes",
      received: "1 class",
      hint: "Give data with several classes.",
    });
  const widths = [input, ...hidden, outputs];
  const parameters = widths.slice(1).reduce((sum, width, i) => sum + width * (widths[i]! + 1), 0);
  if (parameters > mostParameters)
    throw new NablaError("LIMIT", `a net of ${widthsText(widths)} has ${formatCount(parameters)} parameters`, {
      expected: `at most ${formatCount(mostParameters)}`,
      received: formatCount(parameters),
      hint: "Make the hidden layers smaller.",
    });
  const hiddenLayers = hidden.flatMap((units) => [dense(units), activationNamed(activation)]);
  return sequential([...hiddenLayers, dense(outputs), activationNamed(lastActivation(loss, learnsValues))], {
    input,
    seed,
  });
}

/** As many outputs as there are classes, or values to a sample. */
export function outputsFor({ y }: Dataset): number {
  if (y === undefined) return 0;
  return y.kind === "labels" ? y.classes : sizeOf(y.shape);
}

/** `784-128-10`; long lists are cut in the middle. */
export function widthsText(widths: readonly number[]): string {
  return widths.length <= 9 ? widths.join("-") : [...widths.slice(0, 4), "…", ...widths.slice(-3)].join("-");
}
