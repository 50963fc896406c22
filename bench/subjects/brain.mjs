/** brain.js 2: batches of one sample; all its layers share one activation, its loss is squared. */
import { createRequire } from "node:module";
import { shuffle } from "../statistics.mjs";
import { oneHot, readData } from "./read-data.mjs";

export async function open(task) {
  const { NeuralNetwork } = createRequire(import.meta.url)("brain.js");
  const data = readData(task.data);
  const { x, features, classes, count } = data;
  const rows = oneHot(data);
  const net = new NeuralNetwork({
    inputSize: features,
    outputSize: classes,
    hiddenLayers: task.sizes.slice(1, -1),
    activation: task.hidden === "tanh" ? "tanh" : "sigmoid", // one for all layers
    learningRate: 0.1,
    momentum: 0.1, // its own default; it takes no 0
  });
  net.initialize();
  const patterns = Array.from({ length: count }, (_, i) => ({
    input: x.slice(i * features, (i + 1) * features),
    output: rows.slice(i * classes, (i + 1) * classes),
  }));
  return {
    about: { batch: 1 },
    train(samples, epochs) {
      const part = patterns.slice(0, samples);
      for (let epoch = 0; epoch < epochs; epoch++) net.trainPatterns(shuffle(part));
    },
    predict: (samples) => patterns.slice(0, samples).flatMap(({ input }) => Array.from(net.runInput(input))),
  };
}
