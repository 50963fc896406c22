import { sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { dense, dropout as dropoutLayer, type Model, sequential } from "../index.ts";
import { activationNamed } from "../nn/index.ts";
import { formatCount } from "../report/index.ts";

export interface NetworkWishes {
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: string;
  /** Share of the numbers of each hidden layer that fall out while training. */
  readonly dropout?: number | undefined;
  /** Decides what the last layer ends with. */
  readonly loss: string;
  readonly seed: number;
}

/** 50 million parameters take 800 MB with their gradients and Adam's two moments. */
const mostParameters = 50_000_000;

/**
 * The last activation that a loss is made for: probabilities of one class (softmax) for cross entropy, one probability a
 * class (sigmoid) for the losses of differences, plain scores for the losses that take scores.
 */
export function lastActivation(loss: string): "softmax" | "sigmoid" | "linear" {
  if (loss === "crossEntropy") return "softmax";
  return loss === "crossEntropyWithLogits" || loss === "hinge" || loss.startsWith("multiclassHinge")
    ? "linear"
    : "sigmoid";
}

/** A net of dense layers, as wide at its ends as the data say. Throws DATA for a single class, LIMIT for a giant. */
export function buildNetwork(data: Dataset, { hidden, activation, dropout = 0, loss, seed }: NetworkWishes): Model {
  const [input, outputs] = [sizeOf(data.shape), data.y?.kind === "labels" ? data.y.classes : 0];
  if (outputs < 2)
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
  const hiddenLayers = hidden.flatMap((units) => [
    dense(units),
    activationNamed(activation),
    ...(dropout > 0 ? [dropoutLayer(dropout)] : []),
  ]);
  return sequential([...hiddenLayers, dense(outputs), activationNamed(lastActivation(loss))], { input, seed });
}

/** `784-128-10`; long lists are cut in the middle. */
export function widthsText(widths: readonly number[]): string {
  return widths.length <= 9 ? widths.join("-") : [...widths.slice(0, 4), "…", ...widths.slice(-3)].join("-");
}
