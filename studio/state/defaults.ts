import type { LookState, NetworkState, TrainingState, Workbench } from "./workbench.ts";

export const defaultLook: LookState = {
  closed: [],
  maximized: null,
  example: 0,
  unit: null,
  weight: null,
  numbers: { stepBy: "neuron", position: 1_000_000, isExpanded: false },
  space: { show: "map", warp: 1 },
  loss: { show: "curve", isLog: false, part: "train" },
};

export const defaultTraining: TrainingState = {
  loss: "auto",
  optimizer: "adam",
  learningRate: 0.01,
  batchSize: 10,
  isShuffled: true,
  reduction: "mean",
  stepBy: "epoch",
  speed: 0,
  until: null,
  moment: null,
};

const network: NetworkState = {
  layers: [
    { units: 8, activation: "tanh" },
    { units: 8, activation: "tanh" },
    { units: 3, activation: "softmax" },
  ],
  seed: 7,
  l2: 0,
  start: {},
};

/** What the studio shows when nothing else is asked for: three arms of a spiral, and a net that can tell them apart. */
export const defaultWorkbench: Workbench = {
  screen: "workbench",
  lesson: null,
  data: { kind: "drawn", generator: "three-spirals", size: 270, noise: 0.02, seed: 7, validation: 0.2 },
  network,
  training: defaultTraining,
  look: defaultLook,
};
