import { NablaError, quoted } from "../errors.ts";
import { dense, halfSquared, type Layer, type Loss, sigmoid } from "../nn/index.ts";
import { type Model, sequential } from "../train/model.ts";

/** A small network of the lecture with an example, ready for `explain`. */
export interface BuiltIn {
  readonly name: string;
  readonly title: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly loss: Loss;
  readonly learningRate: number;
  /** Makes the network with the weights of the slide. */
  readonly model: () => Model;
}

const withWeights = (
  layers: readonly Layer[],
  input: number,
  weights: Readonly<Record<string, readonly number[]>>,
): Model => {
  const model = sequential(layers, { input });
  for (const [name, values] of Object.entries(weights)) model.weights.set(name, [...values]);
  return model;
};

/** The networks of the lecture, by name. */
export const builtIns: readonly BuiltIn[] = [
  {
    name: "smallest",
    title: "the world's smallest perceptron, y = wx",
    x: [10],
    y: [10.1],
    loss: halfSquared,
    learningRate: 0.01,
    model: () => withWeights([dense(1, { bias: false })], 1, { "dense 1/weight": [0] }),
  },
  {
    name: "second-smallest",
    title: "the world's second smallest perceptron, y = w₁x₁ + w₂x₂",
    x: [1, 2],
    y: [3],
    loss: halfSquared,
    learningRate: 0.1,
    model: () => withWeights([dense(1, { bias: false })], 2, { "dense 1/weight": [0.5, -0.5] }),
  },
  {
    name: "four-parameters",
    title: "a function of four parameters, y = σ(w₃σ(w₂σ(w₁x + b₁)))",
    x: [2],
    y: [1],
    loss: halfSquared,
    learningRate: 0.1,
    model: () =>
      withWeights([dense(1), sigmoid, dense(1, { bias: false }), sigmoid, dense(1, { bias: false }), sigmoid], 1, {
        "dense 1/weight": [0.5],
        "dense 1/bias": [0.5],
        "dense 2/weight": [2],
        "dense 3/weight": [-1],
      }),
  },
  {
    name: "lecture",
    title: "the lecture's example network, 2-2-2-2 with sigmoids",
    x: [1, -1],
    y: [1, 0],
    loss: halfSquared,
    learningRate: 0.1,
    model: () =>
      withWeights([dense(2), sigmoid, dense(2), sigmoid, dense(2), sigmoid], 2, {
        "dense 1/weight": [1, -2, -1, 1],
        "dense 1/bias": [1, 0],
        "dense 2/weight": [2, -1, -2, -1],
        "dense 2/bias": [0, 0],
        "dense 3/weight": [3, -1, -1, 4],
        "dense 3/bias": [-2, 2],
      }),
  },
];

/** The built-in network of that name. Throws OPTION that lists the known names. */
export function builtIn(name: string): BuiltIn {
  const found = builtIns.find((one) => one.name === name);
  if (found) return found;
  const known = builtIns.map((one) => one.name).join(", ");
  throw new NablaError("OPTION", `there is no built-in network ${quoted(String(name))}`, {
    expected: known,
    received: quoted(String(name)),
    hint: `Known are ${known}.`,
  });
}
