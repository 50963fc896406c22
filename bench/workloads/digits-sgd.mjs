/** Claim: 784-128-10 in batches of 64 by SGD trains at least 1.1 (plain) and 1.4 (FMA) times as fast as PyTorch at its best. */
import { best, isFamily, isNabla, ratioClaim } from "../claims.mjs";
import { classification, sgd, train } from "./train.mjs";

export const task = {
  title: "784-128-10 ReLU softmax, batch 64, SGD",
  sizes: [784, 128, 10],
  hidden: "relu",
  ...classification,
  optimizer: sgd(0.1),
  batch: 64,
  data: "digits",
  learns: { accuracy: 0.7 },
};

export const workload = {
  name: "digits-sgd",
  title: task.title,
  unit: "samples/s",
  note: "brain.js has sigmoids everywhere instead, and a squared loss.",
  async run(bench) {
    const entries = await train(bench, task, { accept: ({ id }) => id !== "synaptic" });
    const plain = best(entries, isNabla("portable"));
    const fused = best(entries, isNabla("fma"));
    const torch = best(entries, isFamily("PyTorch"));
    const against = (family, target) =>
      ratioClaim({ text: `plain, against ${family}`, ours: plain, theirs: best(entries, isFamily(family)), target });
    return {
      entries,
      claims: [
        ratioClaim({ text: "plain, against PyTorch at its best", ours: plain, theirs: torch, target: 1.1 }),
        ratioClaim({ text: "FMA, against PyTorch at its best", ours: fused, theirs: torch, target: 1.4 }),
        against("scikit-learn", 1.5),
        against("jax-js", 3),
        against("TensorFlow.js", 12),
      ],
    };
  },
};
