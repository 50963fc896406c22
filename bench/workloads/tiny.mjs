/** Claim: a net of 4-4 hidden units in batches of 10 trains at least 150 times as fast as PyTorch, 12 times the best peer. */
import { best, isFamily, isNabla, isScriptInBatches, ratioClaim } from "../claims.mjs";
import { classification, sgd, train } from "./train.mjs";

export const task = {
  title: "2-4-4-2 tanh, batch 10",
  sizes: [2, 4, 4, 2],
  hidden: "tanh",
  ...classification,
  optimizer: sgd(0.5),
  batch: 10,
  data: "quadrants:1000",
  learns: { accuracy: 0.9 },
  steady: "fit", // an epoch is 100 steps: one fit of many epochs, each slice from new weights
};

export const workload = {
  name: "tiny",
  title: task.title,
  unit: "samples/s",
  async run(bench) {
    const entries = await train(bench, task, { threads: [1] });
    const ours = best(entries, isNabla());
    return {
      entries,
      claims: [
        ratioClaim({ text: "against PyTorch eager", ours, theirs: best(entries, isFamily("PyTorch")), target: 150 }),
        ratioClaim({
          text: "against the best JavaScript peer at batch 10",
          ours,
          theirs: best(entries, isScriptInBatches),
          target: 12,
        }),
      ],
    };
  },
};
