import { defaultLook, defaultTraining } from "../state/defaults.ts";
import type { Lesson } from "./lesson.ts";

/** The lecture's hard cases: no line tells the classes apart, one hidden layer does. */
export const threePictures: Lesson = {
  name: "three-pictures",
  title: "Three pictures that beat a line",
  aim: "See what a linear classifier cannot do, and what one hidden layer adds.",
  minutes: 10,
  state: {
    screen: "lessons",
    lesson: { name: "three-pictures", step: 0 },
    data: { kind: "drawn", generator: "quadrants", size: 400, noise: 0, seed: 3, validation: 0.2 },
    network: { layers: [{ units: 2, activation: "softmax" }], seed: 5, l2: 0, start: {} },
    training: { ...defaultTraining, learningRate: 0.03 },
    look: defaultLook,
  },
  steps: [
    {
      title: "A line, and four quadrants",
      text: [
        "Two classes: “same” where x₁ and x₂ have the same sign, “opposite” where not. The net has no hidden layer: it draws one line, with one class on each side.",
        "Press Play and let it do its best. The best line there is gets 68.3 % of such points right.",
      ],
      focus: "workbench",
      checks: [
        { kind: "reach", words: "Train for 30 epochs.", quantity: { of: "epoch" }, atLeast: 30 },
        { kind: "reach", words: "See that fewer than 75 % are right.", quantity: { of: "accuracy" }, atMost: 0.75 },
      ],
    },
    {
      title: "One hidden layer",
      text: [
        "Add a hidden layer with the + between Input and Output. Each of its neurons draws a line of its own; the output puts them together.",
        "Two neurons may be enough with luck, four are nearly always. Another seed starts elsewhere.",
      ],
      focus: "workbench",
      checks: [
        { kind: "reach", words: "Give the net a hidden layer.", quantity: { of: "hiddenLayers" }, atLeast: 1 },
        { kind: "reach", words: "Train until 99 % are right.", quantity: { of: "accuracy" }, atLeast: 0.99 },
      ],
    },
    {
      title: "A ring",
      text: [
        "One class lies in a ring, the other inside and outside of it. No line parts them; many lines together close two circles.",
        "A second hidden layer makes it easier: it works with the bent lines of the first. Watch the heat maps from left to right.",
      ],
      focus: "workbench",
      state: {
        data: { kind: "drawn", generator: "annulus", size: 400, noise: 0, seed: 3, validation: 0.2 },
        network: {
          layers: [
            { units: 8, activation: "tanh" },
            { units: 8, activation: "tanh" },
            { units: 2, activation: "softmax" },
          ],
        },
        training: { learningRate: 0.01 },
      },
      checks: [{ kind: "reach", words: "Train until 98 % are right.", quantity: { of: "accuracy" }, atLeast: 0.98 }],
    },
    {
      title: "Three islands",
      text: [
        "Three discs of one class in a sea of the other. How few hidden neurons are enough? Take some away and train again. Is one layer enough?",
      ],
      focus: "workbench",
      state: { data: { kind: "drawn", generator: "three-modes", size: 400, noise: 0, seed: 3, validation: 0.2 } },
      checks: [
        { kind: "reach", words: "Train until 97 % are right.", quantity: { of: "accuracy" }, atLeast: 0.97 },
        {
          kind: "reach",
          words: "Do it with at most 10 neurons in the widest hidden layer.",
          quantity: { of: "widestHiddenLayer" },
          atMost: 10,
        },
      ],
    },
  ],
};
