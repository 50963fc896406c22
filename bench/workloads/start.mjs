/** Claim: a process that imports nabla, builds 784-128-10 and takes one step ends at most 60 ms after one that does nothing. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { best, boundClaim, describe, number } from "../claims.mjs";
import { nablaContestants, scriptContestants } from "../contestants.mjs";
import { median, summary } from "../statistics.mjs";
import { classification, sgd } from "./train.mjs";

const task = {
  title: "process start to first step done",
  sizes: [784, 128, 10],
  hidden: "relu",
  ...classification,
  optimizer: sgd(0.1),
  batch: 64,
  data: "bytes:64:784:10",
  steady: "fit",
};

const script = fileURLToPath(new URL("../subjects/first-step.mjs", import.meta.url));
const peers = new Set(["jax-js", "tfjs-wasm", "tfjs-cpu", "convnetjs"]);

export const workload = {
  name: "start",
  title: task.title,
  unit: "ms",
  isTime: true,
  note: "From the start of the process to its end, which comes right after the step; data of one batch.",
  async run(bench) {
    const { platforms } = bench;
    const bare = platforms.nodes.map(({ path, version }) => {
      const engine = `Node ${Number.parseInt(version.slice(1), 10)}`;
      const facts = {
        id: `bare-${engine.replace(" ", "").toLowerCase()}`,
        title: `bare ${engine}`,
        family: "bare",
        engine,
        threads: 1,
      };
      return { ...facts, node: path, words: ["-e", "0"] };
    });
    const ours = nablaContestants({ ...platforms, browser: undefined }, { threads: [1] }).map((contestant) => ({
      ...contestant,
      words: [...contestant.flags, script, moduleUrl("nabla"), fileOf(bench, contestant)],
    }));
    const others = scriptContestants(platforms)
      .filter(({ id }) => peers.has(id))
      .map((contestant) => ({
        ...contestant,
        words: [script, moduleUrl(contestant.module), fileOf(bench, contestant)],
      }));
    const all = [...bare, ...bench.select([...ours, ...others])].map((contestant) => ({
      ...contestant,
      times: [],
      reason: contestant.missing,
    }));
    bench.say(task.title);
    for (let turn = -1; turn < bench.pace.starts; turn++)
      for (const entry of all) {
        if (entry.reason) continue;
        const began = performance.now();
        const { status, stderr } = spawnSync(entry.node, entry.words, { encoding: "utf8", timeout: 60_000 });
        const milliseconds = performance.now() - began;
        if (status !== 0) entry.reason = stderr.trim().split("\n").at(-1).slice(0, 200) || `it ended with ${status}`;
        else if (turn >= 0) entry.times.push(milliseconds); // the first round only fills the file cache
      }
    const entries = all.map(({ times, node: _node, words: _words, ...entry }) =>
      times.length > 0 ? { ...entry, measured: summary(times) } : entry,
    );
    const claims = bare.map(({ engine }) => {
      const start = best(entries, (entry) => entry.family === "nabla" && entry.engine === engine, { isTime: true });
      const none = entries.find((entry) => entry.family === "bare" && entry.engine === engine);
      if (!start || !none?.measured) return boundClaim({ text: `above bare ${engine}`, atMost: 60, unit: " ms" });
      // Neighbours in time are compared: each start with the bare start of its round.
      const extra = median(start.measured.values.map((value, i) => value - none.measured.values[i]));
      const sides = `${describe(start)}: ${number(start.measured.median)} ms, bare ${number(none.measured.median)} ms`;
      return boundClaim({ text: `above bare ${engine}`, value: extra, atMost: 60, unit: " ms", sides });
    });
    return { entries, claims };
  },
};

const moduleUrl = (name) => new URL(`../subjects/${name}.mjs`, import.meta.url).href;

function fileOf(bench, { id, options = {} }) {
  const file = join(bench.folder, `start-${id}.json`);
  writeFileSync(file, JSON.stringify({ task: { ...task, data: bench.data(task.data) }, options }));
  return file;
}
