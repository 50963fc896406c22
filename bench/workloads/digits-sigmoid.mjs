/** Claim: the lecture's 784-30-10 in batches of 10 trains 3.5 times as fast as PyTorch and scikit-learn, 12 times the best peer. */
import { best, isFamily, isNabla, isScriptInBatches, ratioClaim } from "../claims.mjs";
import { sgd, train } from "./train.mjs";

export const task = {
  title: "784-30-10 sigmoid, batch 10, SGD",
  sizes: [784, 30, 10],
  hidden: "sigmoid",
  output: "sigmoid",
  loss: "halfSquared",
  optimizer: sgd(3),
  batch: 10,
  data: "digits",
  learns: { accuracy: 0.7 },
};

export const workload = {
  name: "digits-sigmoid",
  title: task.title,
  unit: "samples/s",
  note: "scikit-learn and ConvNetJS end in softmax and cross entropy instead.",
  async run(bench) {
    const entries = await train(bench, task, { accept: ({ id }) => id !== "synaptic" });
    const torch = best(entries, (entry) => entry.family === "PyTorch" && entry.threads === 1);
    const scikit = best(entries, isFamily("scikit-learn"));
    const script = best(entries, isScriptInBatches);
    const claims = ["portable", "fma"].flatMap((arithmetic) => {
      const ours = best(entries, isNabla(arithmetic));
      const name = arithmetic === "fma" ? "FMA" : "plain";
      return [
        ratioClaim({ text: `${name}, against PyTorch, 1 thread`, ours, theirs: torch, target: 3.5 }),
        ratioClaim({ text: `${name}, against scikit-learn`, ours, theirs: scikit, target: 3.5 }),
        ratioClaim({ text: `${name}, against the best JavaScript peer`, ours, theirs: script, target: 12 }),
      ];
    });
    return { entries, claims };
  },
};
