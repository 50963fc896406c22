import { defaultLook, defaultTraining } from "../state/defaults.ts";
import type { Workbench } from "../state/workbench.ts";

/** One example, weights as given, plain gradient descent on half the squared error: what the lessons by hand begin with. */
function byHand(
  parts: Pick<Workbench["network"], "layers" | "start"> & {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly weight: { readonly name: string; readonly index: readonly number[] };
  },
): Workbench {
  const { layers, start, x, y, weight } = parts;
  return {
    screen: "lessons",
    lesson: null,
    data: {
      kind: "own",
      name: "one example",
      columns: x.map((_, i) => (x.length === 1 ? "x" : `x${i + 1}`)),
      rows: [x],
      target: { kind: "values", names: y.map((_, i) => (y.length === 1 ? "t" : `t${i + 1}`)), values: [y] },
      isStandardized: false,
      validation: 0,
      seed: 1,
    },
    network: { layers, seed: 1, l2: 0, start },
    training: {
      ...defaultTraining,
      loss: "halfSquared",
      optimizer: "sgd",
      learningRate: 0.1,
      batchSize: 1,
      isShuffled: false,
      stepBy: "example",
    },
    // nothing is shown yet: the reader steps, or works it out first
    look: { ...defaultLook, weight, numbers: { ...defaultLook.numbers, position: 0 } },
  };
}

/** The net of the slides with two inputs, two outputs and two hidden layers of two. */
export const exampleNet: Workbench = byHand({
  layers: [
    { units: 2, activation: "sigmoid" },
    { units: 2, activation: "sigmoid" },
    { units: 2, activation: "sigmoid" },
  ],
  start: {
    "dense 1/weight": [1, -2, -1, 1],
    "dense 1/bias": [1, 0],
    "dense 2/weight": [2, -1, -2, -1],
    "dense 2/bias": [0, 0],
    "dense 3/weight": [3, -1, -1, 4],
    "dense 3/bias": [-2, 2],
  },
  x: [1, -1],
  y: [1, 0],
  weight: { name: "dense 2/weight", index: [0, 0] },
});

/** The slides' function of four parameters and four layers, y = σ(w₃σ(w₂σ(w₁x + b₁))). */
export const fourParameters: Workbench = byHand({
  layers: [
    { units: 1, activation: "sigmoid" },
    { units: 1, activation: "sigmoid", hasBias: false },
    { units: 1, activation: "sigmoid", hasBias: false },
  ],
  start: { "dense 1/weight": [0.5], "dense 1/bias": [0.5], "dense 2/weight": [2], "dense 3/weight": [-1] },
  x: [2],
  y: [1],
  weight: { name: "dense 3/weight", index: [0, 0] },
});
