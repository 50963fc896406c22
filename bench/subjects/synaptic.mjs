/** synaptic: batches of one sample, logistic neurons, a function generated for the whole net. */
import { createRequire } from "node:module";
import { shuffle } from "../statistics.mjs";
import { indices, oneHot, readData } from "./read-data.mjs";

export async function open(task) {
  const { Architect, Neuron } = createRequire(import.meta.url)("synaptic");
  const data = readData(task.data);
  const { x, features, classes, count } = data;
  const rows = oneHot(data);
  const row = (table, width, i) => Array.from(table.subarray(i * width, (i + 1) * width));
  const inputs = Array.from({ length: count }, (_, i) => row(x, features, i));
  const targets = Array.from({ length: count }, (_, i) => row(rows, classes, i));
  const net = new Architect.Perceptron(...task.sizes);
  if (task.hidden === "tanh") for (const layer of net.layers.hidden) layer.set({ squash: Neuron.squash.TANH });
  // It starts with weights of at most 0.1, from which a net of two hidden layers does not get away.
  for (const layer of [net.layers.input, ...net.layers.hidden])
    for (const neuron of layer.list)
      for (const connection of Object.values(neuron.connections.projected)) connection.weight = Math.random() * 2 - 1;
  return {
    about: { batch: 1 },
    train(samples, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++)
        for (const i of shuffle(indices(samples))) {
          net.activate(inputs[i]);
          net.propagate(0.1, targets[i]);
        }
    },
    predict: (samples) => inputs.slice(0, samples).flatMap((input) => net.activate(input)),
  };
}
