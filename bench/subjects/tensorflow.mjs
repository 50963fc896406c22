/** TensorFlow.js on its WebAssembly or plain backend: a loop of our own, or its `fit`. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { shuffle } from "../statistics.mjs";
import { gather, indices, oneHot, readData } from "./read-data.mjs";

export async function open(task, { backend, loop }) {
  const require = createRequire(import.meta.url);
  const tf = require("@tensorflow/tfjs");
  if (backend === "wasm") {
    const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out")}/`);
  }
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} did not start`);
  await tf.ready();
  const data = readData(task.data);
  const { x, features, classes } = data;
  const rows = oneHot(data);
  const { learningRate, kind } = task.optimizer;
  const optimizer = kind === "adam" ? tf.train.adam(learningRate) : tf.train.sgd(learningRate);
  const last = task.sizes.length - 2;
  const model = tf.sequential();
  task.sizes.slice(1).forEach((units, i) => {
    // The loop of our own takes logits: softmax and cross entropy in one.
    const end = loop === "own" && task.output === "softmax" ? "linear" : task.output;
    model.add(
      tf.layers.dense({
        units,
        activation: i === last ? end : task.hidden,
        ...(i === 0 && { inputShape: [features] }),
      }),
    );
  });
  const halfSquared = (target, output) => tf.sub(output, target).square().sum(1).mean().mul(0.5);
  const loss =
    task.loss === "halfSquared" ? halfSquared : (target, output) => tf.losses.softmaxCrossEntropy(target, output);
  const predict = (count) =>
    tf.tidy(() => {
      const output = model.predict(tf.tensor2d(x.subarray(0, count * features), [count, features]));
      return (loop === "own" && task.output === "softmax" ? tf.softmax(output) : output).dataSync();
    });
  if (loop === "fit") {
    model.compile({ optimizer, loss: task.loss === "halfSquared" ? halfSquared : "categoricalCrossentropy" });
    let held;
    return {
      async ready(count) {
        if (held?.count === count) return;
        held?.x.dispose();
        held?.y.dispose();
        held = {
          count,
          x: tf.tensor2d(x.subarray(0, count * features), [count, features]),
          y: tf.tensor2d(rows.subarray(0, count * classes), [count, classes]),
        };
      },
      async train(count, epochs) {
        await this.ready(count);
        await model.fit(held.x, held.y, {
          batchSize: task.batch,
          epochs,
          shuffle: true,
          verbose: 0,
          yieldEvery: "never",
        });
      },
      predict,
    };
  }
  const variables = model.trainableWeights.map((weight) => weight.val);
  const batchX = new Float32Array(task.batch * features);
  const batchY = new Float32Array(task.batch * classes);
  function step(order, first, count) {
    gather(x, features, order, first, count, batchX);
    gather(rows, classes, order, first, count, batchY);
    tf.tidy(() => {
      const input = tf.tensor2d(batchX.slice(0, count * features), [count, features]);
      const target = tf.tensor2d(batchY.slice(0, count * classes), [count, classes]);
      optimizer.minimize(() => loss(target, model.apply(input, { training: true })), false, variables);
    });
  }
  return {
    async train(count, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = shuffle(indices(count));
        for (let first = 0; first < count; first += task.batch) step(order, first, Math.min(task.batch, count - first));
      }
      await variables[0].data(); // the work is done when a value can be read
    },
    predict,
  };
}
