/** Prints by how many bytes the heap has grown after 1,000 steps of an executable: alone, with threads, predicting. */

import { setTimeout as pause } from "node:timers/promises";
import { dense, relu, sequential, softmax } from "nabla";
import { compile } from "nabla/compile";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { buildNet } from "./net.ts";

const steps = 1000;
const { gc } = globalThis as unknown as { gc(): void };

/** Calls `run` often enough for the engine to settle, then measures. */
async function growth(run: (step: number) => unknown): Promise<number> {
  for (let warmUp = 0; warmUp < 3; warmUp++) {
    for (let step = 0; step < steps; step++) run(step);
    await pause(50); // optimised code is put in place, threads join
  }
  gc();
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let step = 0; step < steps; step++) run(step);
  return process.memoryUsage().heapUsed - before;
}

const net = buildNet({ sizes: [256, 96, 10], batch: 32, samples: 32, optimizer: "adam" });
const open = (threads: number) => {
  const store = wasmBackend().open({ threads });
  const executable = store.loadNow(compile(net.program), { steps });
  executable.setSteps("rows", 0, Int32Array.from({ length: steps * 32 }, (_, i) => i % 32));
  return (step: number) => executable.run(step, 1);
};
const model = sequential([dense(32), relu, dense(10), softmax], { input: 64, seed: 1 });
const answer = await model.compile();
const sample = new Float32Array(64).fill(0.5);
await growth(() => {}); // the measuring itself settles too
console.log(
  JSON.stringify({
    steps,
    train: await growth(open(1)),
    threads: await growth(open(2)),
    predict: await growth(() => answer(sample)),
  }),
);
