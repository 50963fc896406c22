/**
 * Plans for two and for four threads take turns on one pool, while others come and go. Prints whether each left the
 * numbers that one thread leaves, and the fewest threads that shared the runs of four a moment after such a change.
 */

import { setTimeout as pause } from "node:timers/promises";
import { compile } from "nabla/compile";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { buildNet } from "../compile/net.ts";
import { watchRuns } from "./watch-runs.ts";

const steps = 1000;
/** Large enough that a step is worth several threads. */
const batch = 40;
const { program } = buildNet({ sizes: [256, 64, 10], batch, samples: batch });
const plan = compile(program);
const watch = watchRuns();

async function open(threads: number) {
  const store = wasmBackend().open({ threads: 4 });
  store.threads = threads;
  const executable = await store.load(plan, { steps });
  store.fill(
    "x",
    Uint8Array.from({ length: batch * 256 }, (_, i) => (i * 37) % 256),
  );
  store.fill(
    "y",
    Int32Array.from({ length: batch }, (_, i) => i % 10),
  );
  executable.setSteps(
    "rows",
    0,
    Int32Array.from({ length: batch * steps }, (_, i) => i % batch),
  );
  executable.setSteps("rate", 0, new Float32Array(steps).fill(0.1));
  for (const [name, length] of [
    ["1/weight", 64 * 256],
    ["2/weight", 640],
  ] as const)
    store.write(
      name,
      Float32Array.from({ length }, (_, i) => ((i * 29) % 17) / 100 - 0.08),
    );
  return { store, executable };
}

/** How many threads come to share a plan for four, when they are given the time. */
async function gather(): Promise<number> {
  watch.forget();
  for (let looks = 0; watch.most() < 4 && looks < 1000; looks++) {
    spare.executable.run(0, 1);
    await pause(1);
  }
  return watch.most();
}

const all = await Promise.all([1, 2, 4].map(open));
const spare = await open(4);
let fewest = 4;
for (let step = 0; step < steps; step++) {
  for (const { executable } of all) executable.run(step, 1);
  if (step % 10 === 3) (await open(4)).executable.run(0, 1); // forgotten when it is garbage
  if (step % 10 === 7) {
    const passing = await open(2);
    passing.executable.run(0, 1);
    await pause(0);
    passing.executable[Symbol.dispose]();
  }
  if (step % 40 === 9) fewest = Math.min(fewest, await gather());
}
const losses = all.map(({ executable }) => Buffer.from(executable.getMetric("loss", 0, steps).buffer));
const weights = all.map(({ store }) => Buffer.from(store.read("1/weight").buffer));
const isSame = [losses, weights].every(([one, ...others]) => others.every((bytes) => bytes.equals(one!)));
console.log(JSON.stringify({ isSame, fewest }));
