import { exampleNet } from "./lecture-nets.ts";
import type { Lesson } from "./lesson.ts";

/** The lecture's 2-2-2-2 net with sigmoids: every number of one forward pass. */
export const forwardPass: Lesson = {
  name: "forward-pass",
  title: "A forward pass by hand",
  aim: "Work out what a net says, one neuron after the other.",
  minutes: 10,
  state: { ...exampleNet, lesson: { name: "forward-pass", step: 0 } },
  steps: [
    {
      title: "A neuron adds, then squeezes",
      text: [
        "The input is x = (1, −1). The first neuron of layer 1 has the weights 1 and −2 and the bias 1. It adds z = 1·1 + (−2)·(−1) + 1.",
        "Press the forward button to see each number appear; work it out before you do.",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "What is z of the first neuron in layer 1?",
          quantity: { of: "unit", layer: 1, unit: 1, isActivated: false },
          within: 0.001,
          because: "1·1 + (−2)·(−1) + 1 = 4.",
        },
        {
          kind: "answer",
          words: "The sigmoid is σ(z) = 1 / (1 + e^(−z)). What is a = σ(z)?",
          quantity: { of: "unit", layer: 1, unit: 1, isActivated: true },
          within: 0.01,
          because: "σ(4) = 0.9820.",
        },
        {
          kind: "answer",
          words: "And z of the second neuron, with the weights −1 and 1 and the bias 0?",
          quantity: { of: "unit", layer: 1, unit: 2, isActivated: false },
          within: 0.001,
          because: "−1·1 + 1·(−1) + 0 = −2.",
        },
      ],
    },
    {
      title: "Layer by layer",
      text: [
        "What comes out of layer 1 goes into layer 2: the same again with other weights. The inputs are now a = (0.9820, 0.1192).",
        "Layer 2 has the weights 2, −1 and −2, −1, and no bias to speak of: both are 0.",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "What is z of the first neuron in layer 2?",
          quantity: { of: "unit", layer: 2, unit: 1, isActivated: false },
          within: 0.005,
          because: "2 · 0.9820 − 1 · 0.1192 = 1.8448.",
        },
        {
          kind: "answer",
          words: "What is its output a?",
          quantity: { of: "unit", layer: 2, unit: 1, isActivated: true },
          within: 0.005,
          because: "σ(1.8448) = 0.8635.",
        },
      ],
    },
    {
      title: "What the net says",
      text: [
        "Layer 3 gives the answer, two numbers. The target is (1, 0).",
        "The loss adds up half the squared differences: L = ½(a₁ − 1)² + ½(a₂ − 0)².",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "What is the first output?",
          quantity: { of: "output", unit: 0 },
          within: 0.005,
          because: "0.6177.",
        },
        {
          kind: "answer",
          words: "What is the second?",
          quantity: { of: "output", unit: 1 },
          within: 0.005,
          because: "0.8291.",
        },
        {
          kind: "answer",
          words: "What is the loss?",
          quantity: { of: "exampleLoss" },
          within: 0.001,
          because: "½ · 0.1461 + ½ · 0.6874 = 0.4168.",
        },
      ],
    },
    {
      title: "Count what is in it",
      text: ["Each layer has a weight for each pair of an input and a neuron, and a bias for each neuron."],
      focus: "network",
      checks: [
        {
          kind: "answer",
          words: "How many numbers can this net learn?",
          quantity: { of: "parameters" },
          within: 0,
          because: "3 · (2 · 2 + 2) = 18.",
        },
      ],
    },
  ],
};
