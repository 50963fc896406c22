/** jax-js on its WebAssembly backend: the whole step under `jit`, one await a step (queued steps run 2 to 4 times slower). */

import { random, shuffle } from "../statistics.mjs";
import { gather, indices, oneHot, readData } from "./read-data.mjs";

export async function open(task) {
  const { init, defaultDevice, numpy: np, nn, jit, valueAndGrad, blockUntilReady } = await import("@jax-js/jax");
  await init("wasm");
  defaultDevice("wasm");
  const data = readData(task.data);
  const { x, features, classes } = data;
  const rows = oneHot(data);
  const next = random(7);
  const layers = task.sizes.slice(1).map((units, i) => {
    const width = task.sizes[i];
    const limit = Math.sqrt(6 / (width + units));
    const weights = Float32Array.from({ length: width * units }, () => (2 * next() - 1) * limit);
    return { w: np.array(weights, { shape: [width, units] }), b: np.zeros([units]) };
  });
  const activate = { relu: nn.relu, tanh: np.tanh, sigmoid: nn.sigmoid }[task.hidden];

  function forward(parameters, input) {
    let value = input;
    parameters.forEach(({ w, b }, i) => {
      value = np.dot(value, w).add(b);
      if (i < parameters.length - 1) value = activate(value);
    });
    return value;
  }

  function loss(parameters, input, target) {
    const output = forward(parameters, input);
    if (task.loss === "crossEntropy")
      return nn
        .logSoftmax(output, -1)
        .mul(target)
        .sum()
        .mul(-1 / task.batch);
    return np
      .square(nn.sigmoid(output).sub(target))
      .sum()
      .mul(0.5 / task.batch);
  }

  const { learningRate, kind } = task.optimizer;
  const each = (tree, apply) => tree.map((layer, i) => ({ w: apply(layer.w, i, "w"), b: apply(layer.b, i, "b") }));

  const gradients = valueAndGrad(loss);
  const sgdStep = jit((parameters, input, target) => {
    const [value, grads] = gradients(
      each(parameters, (p) => p.ref),
      input,
      target,
    );
    return [value, each(parameters, (p, i, name) => p.sub(grads[i][name].mul(learningRate)))];
  });
  // corrections: [1 / (1 − β₁ᵗ), 1 / (1 − β₂ᵗ)], an input, so that nothing is traced again.
  const adamStep = jit((parameters, first, second, corrections, input, target) => {
    const [value, grads] = gradients(
      each(parameters, (p) => p.ref),
      input,
      target,
    );
    const m = each(first, (p, i, name) => p.mul(0.9).add(grads[i][name].ref.mul(0.1)));
    const v = each(second, (p, i, name) => p.mul(0.999).add(np.square(grads[i][name]).mul(0.001)));
    const [one, two] = np.split(corrections, 2);
    const updated = each(parameters, (p, i, name) =>
      p.sub(
        m[i][name].ref
          .mul(one.ref)
          .mul(learningRate)
          .div(np.sqrt(v[i][name].ref.mul(two.ref)).add(1e-8)),
      ),
    );
    one.dispose();
    two.dispose();
    return [value, updated, m, v];
  });

  let parameters = layers;
  let first = kind === "adam" ? each(layers, (p) => np.zeros(p.shape)) : undefined;
  let second = kind === "adam" ? each(layers, (p) => np.zeros(p.shape)) : undefined;
  let steps = 0;

  async function step(order, start, count) {
    const batchX = new Float32Array(count * features);
    const batchY = new Float32Array(count * classes);
    gather(x, features, order, start, count, batchX);
    gather(rows, classes, order, start, count, batchY);
    const input = np.array(batchX, { shape: [count, features] });
    const target = np.array(batchY, { shape: [count, classes] });
    let value;
    steps += 1;
    if (kind === "adam") {
      const corrections = np.array(new Float32Array([1 / (1 - 0.9 ** steps), 1 / (1 - 0.999 ** steps)]));
      [value, parameters, first, second] = adamStep(parameters, first, second, corrections, input, target);
    } else [value, parameters] = sgdStep(parameters, input, target);
    await blockUntilReady(parameters);
    value.dispose();
  }

  return {
    async train(count, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = shuffle(indices(count));
        for (let start = 0; start < count; start += task.batch)
          await step(order, start, Math.min(task.batch, count - start));
      }
    },
    async predict(count) {
      const input = np.array(x.slice(0, count * features), { shape: [count, features] });
      const output = forward(
        each(parameters, (p) => p.ref),
        input,
      );
      return (task.output === "softmax" ? nn.softmax(output, -1) : nn.sigmoid(output)).data();
    },
  };
}
