import { defaultLook, defaultTraining } from "./defaults.ts";
import type { LayerState, TrainingState, Workbench } from "./workbench.ts";

/** A state to begin with, by name. */
export interface Preset {
  readonly name: string;
  readonly state: Workbench;
}

interface LectureNet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly outputs: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly layers: readonly LayerState[];
  readonly start: Readonly<Record<string, readonly number[]>>;
  readonly learningRate: number;
  readonly weight: NonNullable<Workbench["look"]["weight"]>;
}

const sigmoid = (units: number, hasBias?: false): LayerState => ({
  units,
  activation: "sigmoid",
  ...(hasBias === false && { hasBias }),
});

const alone: LayerState = { units: 1, activation: "linear", hasBias: false };

/** The four small nets of the lecture, with the weights and examples of its slides. */
const lecture: readonly LectureNet[] = [
  {
    name: "smallest",
    columns: ["x"],
    outputs: ["y"],
    rows: [[10], [2], [3.5], [1]],
    targets: [[10.1], [1.9], [3.4], [1.1]],
    layers: [alone],
    start: { "dense 1/weight": [0] },
    learningRate: 0.01,
    weight: { name: "dense 1/weight", index: [0, 0] },
  },
  {
    name: "second-smallest",
    columns: ["x₁", "x₂"],
    outputs: ["y"],
    rows: [[1, 2]],
    targets: [[3]],
    layers: [alone],
    start: { "dense 1/weight": [0.5, -0.5] },
    learningRate: 0.1,
    weight: { name: "dense 1/weight", index: [0, 0] },
  },
  {
    name: "four-parameters",
    columns: ["x"],
    outputs: ["y"],
    rows: [[2]],
    targets: [[1]],
    layers: [sigmoid(1), sigmoid(1, false), sigmoid(1, false)],
    start: { "dense 1/weight": [0.5], "dense 1/bias": [0.5], "dense 2/weight": [2], "dense 3/weight": [-1] },
    learningRate: 0.1,
    weight: { name: "dense 1/weight", index: [0, 0] },
  },
  {
    name: "forward-by-hand",
    columns: ["x₁", "x₂"],
    outputs: ["y₁", "y₂"],
    rows: [[1, -1]],
    targets: [[1, 0]],
    layers: [sigmoid(2), sigmoid(2), sigmoid(2)],
    start: {
      "dense 1/weight": [1, -2, -1, 1],
      "dense 1/bias": [1, 0],
      "dense 2/weight": [2, -1, -2, -1],
      "dense 2/bias": [0, 0],
      "dense 3/weight": [3, -1, -1, 4],
      "dense 3/bias": [-2, 2],
    },
    learningRate: 0.1,
    weight: { name: "dense 2/weight", index: [0, 0] },
  },
];

/** As the slides train: one example after another in their order, plain gradient descent, half the squared error. */
const training: TrainingState = {
  ...defaultTraining,
  loss: "halfSquared",
  optimizer: "sgd",
  batchSize: 1,
  isShuffled: false,
  reduction: "sum",
  stepBy: "example",
};

export const lecturePresets: readonly Preset[] = lecture.map(
  ({ name, columns, outputs, rows, targets, layers, start, learningRate, weight }): Preset => ({
    name,
    state: {
      screen: "numbers",
      lesson: null,
      data: {
        kind: "own",
        name,
        columns,
        rows,
        target: { kind: "values", names: outputs, values: targets },
        isStandardized: false,
        validation: 0,
        seed: 0,
      },
      network: { layers, seed: 0, l2: 0, start },
      training: { ...training, learningRate },
      look: { ...defaultLook, weight },
    },
  }),
);
