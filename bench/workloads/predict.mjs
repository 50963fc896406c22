/** Claim: one prediction of 784-128-10 takes at most 12 µs; batches of 1,000 are 1.3 (plain), 1.5 (FMA) times onnxruntime-web. */

import { best, boundClaim, describe, isFamily, isNabla, ratioClaim } from "../claims.mjs";
import { nablaContestants, packageVersion, pythonContestants } from "../contestants.mjs";
import { summary } from "../statistics.mjs";
import { start } from "../subject.mjs";
import { task as trained } from "./digits-sgd.mjs";

const task = { ...trained, title: "predicting with 784-128-10" };

export const workload = {
  name: "predict",
  title: task.title,
  unit: "predictions/s",
  note: "onnxruntime runs the very weights that nabla learnt, and must give the same outputs. PyTorch is a frozen TorchScript trace.",
  async run(bench) {
    const data = bench.data(task.data);
    const weights = await learnedWeights(bench, { ...task, data });
    const entries = [];
    for (const [batch, threads] of [
      [1, [1]],
      [1000, [1, 2]],
    ])
      entries.push(...(await inTurn(bench, { ...task, data }, { batch, threads, weights })));
    const single = (entry) => entry.batch === 1;
    const batches = (entry) => entry.batch === 1000;
    const claims = ["portable", "fma"].map((arithmetic) => {
      const ours = best(entries, isNabla(arithmetic, single));
      const text = `one prediction, ${arithmetic === "fma" ? "FMA" : "plain"}`;
      return boundClaim({
        text,
        value: ours && 1e6 / ours.measured.median,
        unit: " µs",
        atMost: 12,
        sides: ours && describe(ours),
      });
    });
    for (const threads of [1, 2])
      for (const [arithmetic, target] of [
        ["portable", 1.3],
        ["fma", 1.5],
      ]) {
        const equal = (entry) => batches(entry) && entry.threads === threads;
        const theirs = best(entries, (entry) => isFamily("onnxruntime-web")(entry) && equal(entry));
        const text = `batches of 1,000, ${arithmetic === "fma" ? "FMA" : "plain"}, ${threads} thread${threads > 1 ? "s" : ""}, against onnxruntime-web`;
        claims.push(ratioClaim({ text, ours: best(entries, isNabla(arithmetic, equal)), theirs, target }));
      }
    return { entries, claims };
  },
};

function contestants({ platforms }, threads) {
  const { nodes, newer } = platforms;
  const node = newer ?? nodes[0];
  const onnx = ["node", "web"].flatMap((kind) =>
    threads.map((count) => ({
      id: `onnxruntime-${kind}-${count}`,
      title: `onnxruntime-${kind}`,
      family: `onnxruntime-${kind}`,
      threads: count,
      node: node.path,
      module: "onnx",
      options: { kind, threads: count },
      missing: packageVersion(`onnxruntime-${kind}`) ? undefined : "its package is not installed",
    })),
  );
  const torch = pythonContestants(platforms).filter(
    ({ id }) => id === "torch-1" || (id === "torch-passive2" && threads.includes(2)),
  );
  return [...nablaContestants({ ...platforms, browser: undefined }, { threads }), ...onnx, ...torch];
}

async function learnedWeights(bench, own) {
  const subject = await start(nablaContestants({ nodes: bench.platforms.nodes }, { threads: [1] })[0]);
  await subject.ask({ ask: "open", task: own, options: { threads: 1 } });
  await subject.call("train", 6400, 1);
  const { value } = await subject.call("weights");
  subject.close();
  return value;
}

async function inTurn(bench, own, { batch, threads, weights }) {
  const entries = [];
  for (const contestant of bench.select(contestants(bench, threads))) {
    const { id, title, family, engine, arithmetic } = contestant;
    const facts = { id: `${id}-of-${batch}`, title: `${title}, ${batch === 1 ? "one at a time" : "batches of 1,000"}` };
    const entry = { ...facts, family, engine, arithmetic, threads: contestant.threads, batch, rates: [] };
    entries.push(entry);
    if (contestant.missing) {
      entry.reason = contestant.missing;
      continue;
    }
    bench.say(`${own.title}: ${entry.title}`);
    try {
      entry.subject = await start(contestant);
      await entry.subject.ask({ ask: "open", task: own, options: contestant.options });
      if (family !== "PyTorch") await entry.subject.call("weights", weights);
      await entry.subject.call("compile", batch);
      entry.outputs = (await entry.subject.call("infer", batch, 1)).value;
      entry.times = await calibrate(entry.subject, batch, bench.pace);
    } catch (error) {
      entry.reason = error.message;
    }
  }
  checkOutputs(entries);
  for (let turn = 0; turn < bench.pace.alternations; turn++)
    for (const entry of entries.filter(({ reason }) => !reason)) {
      const { seconds } = await entry.subject.call("infer", batch, entry.times);
      entry.rates.push((batch * entry.times) / seconds);
    }
  for (const entry of entries) entry.subject?.close();
  return entries.map(({ subject: _subject, rates, ...entry }) =>
    rates.length > 0 ? { ...entry, measured: summary(rates) } : entry,
  );
}

/** How many calls fill a slice. */
async function calibrate(subject, batch, { slice }) {
  for (let times = 1; ; times = Math.ceil(times * 4)) {
    const { seconds } = await subject.call("infer", batch, times);
    if (seconds > slice / 4) return Math.max(1, Math.round((times * slice) / seconds));
  }
}

/** All that run the same weights must agree; PyTorch has weights of its own. */
function checkOutputs(entries) {
  const reference = entries.find(({ family, outputs }) => family === "nabla" && outputs)?.outputs;
  for (const entry of entries) {
    if (!reference || !entry.outputs || entry.family === "PyTorch") continue;
    const largest = Math.max(...entry.outputs.map((value, i) => Math.abs(value - reference[i])));
    if (!(largest < 1e-4)) entry.reason = `its outputs differ by ${largest}`;
  }
}
