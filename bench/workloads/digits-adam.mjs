/** Claim: the same net by Adam trains at least 1.8 times as fast as PyTorch at its best. */
import { best, isFamily, isNabla, ratioClaim } from "../claims.mjs";
import { task as sgdTask } from "./digits-sgd.mjs";
import { train } from "./train.mjs";

export const task = {
  ...sgdTask,
  title: "784-128-10 ReLU softmax, batch 64, Adam",
  optimizer: { kind: "adam", learningRate: 0.001 },
};

const withAdam = new Set(["jax-js", "tfjs-wasm", "tfjs-wasm-fit"]);

export const workload = {
  name: "digits-adam",
  title: task.title,
  unit: "samples/s",
  note: "ConvNetJS, Neataptic, brain.js and synaptic have no Adam that could be compared.",
  async run(bench) {
    const accept = ({ id, isScript }) => !isScript || withAdam.has(id);
    const entries = await train(bench, task, { accept: (entry) => accept(entry) && entry.id !== "torch-1-hand" });
    const theirs = best(entries, isFamily("PyTorch"));
    const claims = ["portable", "fma"].map((arithmetic) =>
      ratioClaim({
        text: `${arithmetic === "fma" ? "FMA" : "plain"}, against PyTorch at its best`,
        ours: best(entries, isNabla(arithmetic)),
        theirs,
        target: 1.8,
      }),
    );
    return { entries, claims };
  },
};
