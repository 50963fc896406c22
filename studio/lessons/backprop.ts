import { exampleNet, fourParameters } from "./lecture-nets.ts";
import type { Lesson } from "./lesson.ts";

/** Backpropagation as what it is: the chain rule, and factors that are there already. */
export const backprop: Lesson = {
  name: "backprop",
  title: "Backprop: the factor you already have",
  aim: "Spell out a gradient by the chain rule, and see what is computed once and used again.",
  minutes: 12,
  state: { ...fourParameters, lesson: { name: "backprop", step: 0 } },
  steps: [
    {
      title: "From the loss backwards",
      text: [
        "Four layers, four parameters: y = σ(w₃ · σ(w₂ · σ(w₁x + b₁))). The loss is L = ½(ŷ − y)² with y = 1.",
        "∂L/∂w₃ is a product of three factors: how the loss moves with the output, how the output moves with z₃, how z₃ moves with w₃.",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "The last of the three factors, ∂z₃/∂w₃, is what comes in: a₂. What is it?",
          quantity: { of: "unit", layer: 2, unit: 1, isActivated: true },
          within: 0.001,
          because: "a₂ = 0.836874.",
        },
        {
          kind: "answer",
          words: "What is ∂L/∂w₃?",
          quantity: { of: "gradient", parameter: "dense 3/weight", index: [0, 0] },
          within: 0.001,
          because: "(0.302194 − 1) · 0.302194 · (1 − 0.302194) · 0.836874 = −0.123145.",
        },
      ],
    },
    {
      title: "The factor you already have",
      text: [
        "∂L/∂w₂ has the first two factors of ∂L/∂w₃ again, and then others. They are boxed: δ₃ is computed once.",
        "Select w₂ in the picture and read its product from the left.",
      ],
      focus: "numbers",
      state: { look: { weight: { name: "dense 2/weight", index: [0, 0] } } },
      checks: [
        {
          kind: "answer",
          words: "What is ∂L/∂w₂?",
          quantity: { of: "gradient", parameter: "dense 2/weight", index: [0, 0] },
          within: 0.0005,
          because: "δ₃ · w₃ · σ′(z₂) · a₁ = 0.016424.",
        },
        {
          kind: "answer",
          words: "How often is δ₃ used after it is known?",
          quantity: { of: "uses", layer: 3, unit: 1 },
          within: 0,
          because: "Twice: for ∂L/∂w₃, and on the way to layer 2.",
        },
      ],
    },
    {
      title: "What re-use saves",
      text: [
        "Multiplying every gradient out from the loss takes many multiplications, most of them again and again. Backpropagation keeps what it has.",
        "“Expand every path” shows the long way.",
      ],
      focus: "numbers",
      checks: [
        {
          kind: "answer",
          words: "How many multiplications does it take with every product spelled out?",
          quantity: { of: "multiplicationsExpanded" },
          within: 0,
          because: "17, with each σ′ given.",
        },
        {
          kind: "answer",
          words: "And with re-use?",
          quantity: { of: "multiplications" },
          within: 0,
          because: "8: one for each step of the backward pass.",
        },
      ],
    },
    {
      title: "More than one path",
      text: [
        "In the 2-2-2-2 net a weight reaches the loss by several ways. Each way is a product, and the gradient is their sum.",
        "Select a weight of layer 1: four paths. With re-use, it is one multiplication.",
      ],
      focus: "numbers",
      state: {
        data: exampleNet.data,
        network: exampleNet.network,
        look: { weight: { name: "dense 1/weight", index: [0, 0] } },
      },
      checks: [
        {
          kind: "answer",
          words: "How many multiplications for all gradients of this net, every path expanded?",
          quantity: { of: "multiplicationsExpanded" },
          within: 0,
          because: "190.",
        },
        { kind: "answer", words: "And with re-use?", quantity: { of: "multiplications" }, within: 0, because: "26." },
        { kind: "reach", words: "Take one step and see the loss fall.", quantity: { of: "step" }, atLeast: 1 },
      ],
    },
  ],
};
