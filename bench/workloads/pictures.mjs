/**
 * Claim: 3072-512-512-10 in batches of 128 on 2 threads runs at 85 % (plain) and 80 % (FMA) of the limit of 128-bit
 * WebAssembly, which two processes at once measure in the same turns; and 3.5 times the best JavaScript peer.
 */

import { best, boundClaim, describe, isNabla, isScriptInBatches, medianRatio, number, ratioClaim } from "../claims.mjs";
import { nablaContestants } from "../contestants.mjs";
import { summary } from "../statistics.mjs";
import { start } from "../subject.mjs";
import { classification, multiplications, sgd, train } from "./train.mjs";

export const task = {
  title: "3072-512-512-10 ReLU softmax, batch 128, SGD",
  sizes: [3072, 512, 512, 10],
  hidden: "relu",
  ...classification,
  optimizer: sgd(0.05),
  batch: 128,
  data: "pictures:4096",
  learns: { accuracy: 0.16 },
};

const peers = new Set(["jax-js", "tfjs-wasm", "convnetjs"]);

export const workload = {
  name: "pictures",
  title: task.title,
  unit: "samples/s",
  note: "PyTorch and scikit-learn use the machine's widest units, which WebAssembly cannot reach: shown, not claimed.",
  async run(bench) {
    const limits = await openLimits(bench);
    const accept = ({ id, isScript }) => (!isScript || peers.has(id)) && id !== "torch-1-hand";
    let entries;
    try {
      entries = await train(bench, task, { accept, afterTurn: () => limits.measure() });
    } finally {
      limits.close();
    }
    const measured = limits.summaries();
    const claims = [];
    for (const [arithmetic, share] of [
      ["portable", 85],
      ["fma", 80],
    ]) {
      const ours = best(
        entries,
        isNabla(arithmetic, ({ threads }) => threads === 2),
      );
      const name = arithmetic === "fma" ? "FMA" : "plain";
      const text = `${name}, 2 threads: share of the 128-bit limit`;
      if (!ours) {
        claims.push(boundClaim({ text, atLeast: share, unit: " %", reason: "nabla was not measured" }));
        continue;
      }
      const operations = (2 * multiplications(task.sizes)) / 1e9;
      const { both } = measured.find((one) => one.engine === ours.engine && one.arithmetic === arithmetic);
      const value = 100 * operations * medianRatio(ours.measured, both);
      const sides = `${number(ours.measured.median * operations)} of ${number(both.median)} GFLOP/s, ${describe(ours)}`;
      claims.push(boundClaim({ text, value, atLeast: share, unit: " %", sides }));
    }
    const ours = best(entries, isNabla("portable"));
    claims.push(
      ratioClaim({
        text: "plain, against the best JavaScript peer",
        ours,
        theirs: best(entries, isScriptInBatches),
        target: 3.5,
      }),
    );
    return { entries, claims, limits: measured };
  },
};

/** GFLOP/s of the generated loops, of one process and of two at once, for each Node and arithmetic, in each turn. */
async function openLimits(bench) {
  const { slice } = bench.pace;
  const pairs = [];
  for (const contestant of nablaContestants({ nodes: bench.platforms.nodes }, { threads: [1] })) {
    const { engine, arithmetic } = contestant;
    const subjects = [];
    for (let i = 0; i < 2; i++) subjects.push(await start({ ...contestant, module: "../limit" }));
    for (const subject of subjects) {
      await subject.ask({ ask: "open", options: { arithmetic } });
      await subject.call("measure", slice);
    }
    pairs.push({ engine, arithmetic, subjects, one: [], both: [] });
  }
  const greatest = ({ value }) => Math.max(...value) / 1e9;
  return {
    async measure() {
      for (const { subjects, one, both } of pairs) {
        one.push(greatest(await subjects[0].call("measure", slice)));
        // The loops take their turns in the same order on both sides: the same one runs on both at nearly all times.
        const values = await Promise.all(subjects.map((subject) => subject.call("measure", slice)));
        both.push(values.reduce((sum, value) => sum + greatest(value), 0));
      }
    },
    summaries: () =>
      pairs.map(({ subjects: _, one, both, ...facts }) => ({ ...facts, one: summary(one), both: summary(both) })),
    close() {
      for (const { subjects } of pairs) for (const subject of subjects) subject.close();
    },
  };
}
