/** Solves one support vector machine with nabla and prints seconds and what came out: `node machines.mjs <job.json>`. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// By the package's exports, as a user has it: bench/ is a package of its own.
const require = createRequire(new URL("../../package.json", import.meta.url));
const [{ dataset }, { LinearSvc, Svm }] = await Promise.all(
  ["nabla", "nabla/classic"].map((name) => import(pathToFileURL(require.resolve(name)))),
);

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const pixels = readFileSync(job.data.x);
const labels = readFileSync(job.data.y).subarray(8);
const { count, features } = job;
const x = Float32Array.from(pixels.subarray(12, 12 + count * features), (pixel) => pixel * Math.fround(1 / 255));
const y = Int32Array.from(labels.subarray(0, count), (label) => (job.isEven ? label % 2 : label));
const data = dataset({ shape: [count, features], data: x }, y);
const learner = job.learner === "LinearSvc" ? new LinearSvc(job.options) : new Svm(job.options);
const began = performance.now();
await learner.fit(data);
const seconds = (performance.now() - began) / 1000;
const total = (of) => learner.machines.reduce((sum, machine) => sum + of(machine), 0);
const supports = job.learner === "Svm" ? [...learner.supportIndices] : undefined;
console.log(JSON.stringify({ seconds, objective: total((m) => m.objective), gap: total((m) => m.gap), supports }));
