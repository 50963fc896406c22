import type { Dataset } from "../data/index.ts";
import { activationNamed, crossEntropy, dense, type Layer, softmax } from "../nn/index.ts";
import { adam, cosineDecay } from "../optim/index.ts";
import { type Model, sequential } from "../train/model.ts";

export interface NetOptions {
  /** Units of each hidden layer; none makes a linear model. */
  readonly hidden: readonly number[];
  readonly activation?: string;
  readonly epochs: number;
  readonly batchSize?: number;
  /** Of adam at the start; it falls to 0 by half a cosine wave. */
  readonly learningRate: number;
  readonly seed: number;
}

/** A classifier of dense layers with softmax and cross entropy, untrained. */
export function classifier(data: Dataset, { hidden, activation = "tanh", seed }: NetOptions): Model {
  const layers: Layer[] = hidden.flatMap((units) => [dense(units), activationNamed(activation)]);
  const input = data.shape.reduce((size, extent) => size * extent, 1);
  return sequential([...layers, dense(data.classes!.length), softmax], { input, seed });
}

/** The same, trained. */
export async function trainClassifier(data: Dataset, options: NetOptions): Promise<Model> {
  const { epochs, batchSize = 32, learningRate } = options;
  const model = classifier(data, options);
  const settings = {
    loss: crossEntropy,
    optimizer: adam({ learningRate: cosineDecay({ learningRate }) }),
    batchSize,
    epochs,
    stepEvents: "none",
  } as const;
  await model.fit(data, settings).done;
  return model;
}

/** Share of samples whose class the model says. */
export const accuracyOf = async (model: Model, data: Dataset): Promise<number> =>
  (await model.evaluate(data)).accuracy!;
