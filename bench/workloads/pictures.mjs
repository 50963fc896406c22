/**
 * Claim: 3072-512-512-10 in batches of 128 on 2 threads runs at 85 % (plain) and 80 % (FMA) of the limit of 128-bit
 * WebAssembly, which is measured in the same run by two processes at once; and 3.5 times the best JavaScript peer.
 */

import { fileURLToPath } from "node:url";
import { best, boundClaim, describe, isNabla, isScriptInBatches, number, ratioClaim } from "../claims.mjs";
import { summary } from "../statistics.mjs";
import { Subject } from "../subject.mjs";
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
    const limits = { before: await measureLimits(bench) };
    const accept = ({ id, isScript }) => (!isScript || peers.has(id)) && id !== "torch-1-hand";
    const entries = await train(bench, task, { accept });
    limits.after = await measureLimits(bench);
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
      const reached = (ours.measured.median * 2 * multiplications(task.sizes)) / 1e9;
      const limit = Math.max(...limitsOf(limits.before, ours), ...limitsOf(limits.after, ours)); // the best it was seen to do
      const sides = `${number(reached)} of ${number(limit)} GFLOP/s, ${describe(ours)}`;
      claims.push(boundClaim({ text, value: (100 * reached) / limit, atLeast: share, unit: " %", sides }));
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
    return { entries, claims, limits };
  },
};

const limitsOf = (measured, { engine, arithmetic }) =>
  measured
    .filter((limit) => limit.engine === engine && limit.arithmetic === arithmetic)
    .flatMap(({ both }) => both.values);

/** GFLOP/s of the generated loops, of one process and of two at once, for each Node and arithmetic. */
async function measureLimits(bench) {
  const child = fileURLToPath(new URL("../subjects/child.mjs", import.meta.url));
  const module = new URL("../limit.mjs", import.meta.url).href;
  const measured = [];
  for (const { path, version } of bench.platforms.nodes)
    for (const arithmetic of ["portable", "fma"]) {
      bench.say(`the 128-bit limit: ${arithmetic}, Node ${version}`);
      const isOld = Number.parseInt(version.slice(1), 10) < 22;
      const flags = isOld && arithmetic === "fma" ? ["--experimental-wasm-relaxed-simd"] : [];
      const pair = [0, 1].map(() => new Subject({ program: path, words: [...flags, child, module] }));
      try {
        for (const subject of pair) {
          await subject.ask({ ask: "open", options: { arithmetic } });
          await subject.call("measure", bench.pace.slice);
        }
        const one = [];
        const both = [];
        for (let i = 0; i < Math.min(5, bench.pace.alternations); i++) {
          one.push(Math.max(...(await pair[0].call("measure", bench.pace.slice)).value) / 1e9);
          // The loops take their turns in the same order on both sides: the same one runs on both at nearly all times.
          const values = await Promise.all(pair.map((subject) => subject.call("measure", bench.pace.slice)));
          both.push(values.reduce((sum, { value }) => sum + Math.max(...value), 0) / 1e9);
        }
        measured.push({
          engine: `Node ${Number.parseInt(version.slice(1), 10)}`,
          arithmetic,
          one: summary(one),
          both: summary(both),
        });
      } finally {
        for (const subject of pair) subject.close();
      }
    }
  return measured;
}
