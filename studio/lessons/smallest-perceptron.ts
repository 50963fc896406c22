import { defaultLook, defaultTraining } from "../state/defaults.ts";
import type { Lesson } from "./lesson.ts";

const weight = { parameter: "dense 1/weight", index: [0, 0] } as const;

/** y = wx on four points that nearly lie on y = x: one number is learned, and every step of it can be seen. */
export const smallestPerceptron: Lesson = {
  name: "smallest-perceptron",
  title: "The world’s smallest perceptron",
  aim: "Train one weight by hand, and see why the step size matters.",
  minutes: 8,
  state: {
    screen: "lessons",
    lesson: { name: "smallest-perceptron", step: 0 },
    data: {
      kind: "own",
      name: "four points",
      columns: ["x"],
      rows: [[10], [2], [3.5], [1]],
      target: { kind: "values", names: ["y"], values: [[10.1], [1.9], [3.4], [1.1]] },
      isStandardized: false,
      validation: 0,
      seed: 1,
    },
    network: {
      layers: [{ units: 1, activation: "linear", hasBias: false }],
      seed: 1,
      l2: 0,
      start: { "dense 1/weight": [0] },
    },
    training: {
      ...defaultTraining,
      loss: "halfSquared",
      optimizer: "sgd",
      learningRate: 0.01,
      batchSize: 1,
      isShuffled: false,
      stepBy: "batch",
    },
    look: { ...defaultLook, weight: { name: weight.parameter, index: weight.index } },
  },
  steps: [
    {
      title: "One weight, four points",
      text: [
        "The net has one number, w, and says ŷ = w·x. It starts at w = 0, so it says 0 everywhere. The four points are (10, 10.1), (2, 1.9), (3.5, 3.4) and (1, 1.1): w should become about 1.",
        "For the first point, x = 10 and y = 10.1. The loss is ½(ŷ − y)².",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "What is the loss of the first point while w is 0?",
          quantity: { of: "exampleLoss" },
          within: 0.01,
          because: "½ · (0 − 10.1)² = 51.005.",
        },
      ],
    },
    {
      title: "Which way is down?",
      text: [
        "The slope of the loss along w is ∂L/∂w = (ŷ − y)·x: how wrong the answer is, times what came in.",
        "Look at the product under the picture. It has two factors.",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "What is ∂L/∂w for the first point?",
          quantity: { of: "gradient", ...weight },
          within: 0.01,
          because: "(0 − 10.1) · 10 = −101: a larger w makes the loss smaller.",
        },
        {
          kind: "answer",
          words: "The step is w ← w − η · ∂L/∂w with η = 0.01. What does w become?",
          quantity: { of: "updated", ...weight },
          within: 0.001,
          because: "0 − 0.01 · (−101) = 1.01.",
        },
      ],
    },
    {
      title: "One point at a time",
      text: [
        "Press the forward button: one step takes one point. Four steps are an epoch. Watch w go to 1.01, then 1.0076, 1.003169, 1.004137.",
        "Go on for some epochs. The weight does not come to rest: each point pulls it its own way, and it goes round in a small circle near the best value, 1.0047.",
      ],
      focus: "workbench",
      checks: [
        { kind: "reach", words: "Take four steps.", quantity: { of: "step" }, atLeast: 4 },
        { kind: "reach", words: "Train for 20 epochs.", quantity: { of: "epoch" }, atLeast: 20 },
        { kind: "reach", words: "The loss is below 0.01.", quantity: { of: "loss" }, atMost: 0.01 },
      ],
    },
    {
      title: "Too large a step",
      text: [
        "Now η = 1, the rule as it is often printed. The first step goes to 101, the next to −299.2, then 3377.9: each overshoots by more.",
        "Only the point x = 1 rescues it: there the step is exactly right, and w lands on 1.1, to begin all over again.",
      ],
      focus: "workbench",
      state: { training: { learningRate: 1 } },
      checks: [
        {
          kind: "reach",
          words: "Take three steps: the weight is beyond 3,000.",
          quantity: { of: "weight", ...weight },
          atLeast: 3000,
        },
        {
          kind: "answer",
          words: "Take one more step. Where does w land?",
          quantity: { of: "weight", ...weight },
          within: 0.01,
          because: "At x = 1, w − 1 · (w − 1.1) · 1 is 1.1 wherever w was.",
        },
      ],
    },
  ],
};
