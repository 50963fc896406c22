/** Neataptic: one node at a time; updates after each batch. */
import { createRequire } from "node:module";
import { oneHot, readData } from "./read-data.mjs";

export async function open(task, { batch = task.batch } = {}) {
  const { architect, methods } = createRequire(import.meta.url)("neataptic");
  const data = readData(task.data);
  const { x, features, classes, count } = data;
  const rows = oneHot(data);
  const set = Array.from({ length: count }, (_, i) => ({
    input: Array.from(x.subarray(i * features, (i + 1) * features)),
    output: Array.from(rows.subarray(i * classes, (i + 1) * classes)),
  }));
  const net = new architect.Perceptron(...task.sizes);
  const squash = methods.activation[task.hidden === "tanh" ? "TANH" : task.hidden === "relu" ? "RELU" : "LOGISTIC"];
  for (const node of net.nodes) {
    if (node.type === "hidden") node.squash = squash;
    if (node.type === "output") node.squash = methods.activation.LOGISTIC;
    node.bias = 0;
  }
  for (const connection of net.connections)
    connection.weight = ((Math.random() * 2 - 1) * 2.4) / Math.sqrt(connection.from.connections.in.length || features);
  return {
    about: { batch },
    train(samples, epochs) {
      // The gradient of a batch is added up, not averaged. It is too slow to learn by smaller steps in the time there is.
      const rate = Math.max(task.optimizer.learningRate, 0.5) / task.batch;
      net.train(set.slice(0, samples), { iterations: epochs, rate, batchSize: batch, shuffle: true, momentum: 0 });
    },
    predict: (samples) => set.slice(0, samples).flatMap(({ input }) => net.noTraceActivate(input)),
  };
}
