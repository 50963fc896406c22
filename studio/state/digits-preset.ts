import { defaultLook, defaultTraining } from "./defaults.ts";
import type { DigitsData, NetworkState, Workbench } from "./workbench.ts";

/** The nets that the digits begin with: the usual one for grey pictures, the lecture's for ink and no ink. */
const networks: Readonly<Record<DigitsData["set"], Pick<NetworkState, "layers">>> = {
  mnist: {
    layers: [
      { units: 128, activation: "relu" },
      { units: 10, activation: "softmax" },
    ],
  },
  "mnist-16x16": {
    layers: [
      { units: 30, activation: "sigmoid" },
      { units: 10, activation: "softmax" },
    ],
  },
};

/** A state to learn digits from: pictures, net, and training until most of the test digits are known. */
export function digitsPreset(set: DigitsData["set"], { network }: Pick<Workbench, "network">): Workbench {
  return {
    screen: "digits",
    lesson: null,
    data: { kind: "digits", set },
    network: { ...networks[set], seed: network.seed, l2: 0, start: {} },
    training: {
      ...defaultTraining,
      // a net of few units needs larger steps to get anywhere in seconds
      learningRate: set === "mnist" ? 0.001 : 0.003,
      batchSize: 64,
      until: { kind: "accuracy", value: set === "mnist" ? 0.97 : 0.94 },
    },
    look: defaultLook,
  };
}
