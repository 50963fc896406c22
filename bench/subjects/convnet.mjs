/** ConvNetJS: float64, one sample at a time, update after each batch; always softmax and cross entropy at the end. */
import { createRequire } from "node:module";
import { shuffle } from "../statistics.mjs";
import { indices, readData } from "./read-data.mjs";

export async function open(task) {
  const convnet = createRequire(import.meta.url)("convnetjs");
  const { x, y, features, classes } = readData(task.data);
  const samples = Array.from(y, (_, i) => {
    const sample = new convnet.Vol(1, 1, features, 0);
    for (let j = 0; j < features; j++) sample.w[j] = x[i * features + j];
    return sample;
  });
  const net = new convnet.Net();
  net.makeLayers([
    { type: "input", out_sx: 1, out_sy: 1, out_depth: features },
    ...task.sizes.slice(1, -1).map((units) => ({ type: "fc", num_neurons: units, activation: task.hidden })),
    { type: "softmax", num_classes: classes },
  ]);
  const trainer = new convnet.Trainer(net, {
    method: "sgd",
    learning_rate: Math.min(task.optimizer.learningRate, 0.5),
    momentum: 0,
    l2_decay: 0,
    batch_size: task.batch,
  });
  return {
    train(count, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++)
        for (const i of shuffle(indices(count))) trainer.train(samples[i], y[i]);
    },
    predict: (count) => samples.slice(0, count).flatMap((sample) => Array.from(net.forward(sample, false).w)),
  };
}
