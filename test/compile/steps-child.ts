/** Prints by how many bytes the heap grows in 1,000 steps of an executable. */

import { setTimeout as pause } from "node:timers/promises";
import { compile } from "nabla/compile";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { buildNet } from "./net.ts";

const steps = 1000;
const rounds = 12;
const { gc } = globalThis as unknown as { gc(): void };

/**
 * The least of several rounds: code that is not optimised yet leaves numbers on the heap, and the engine itself does at
 * times. What every step makes is in every round.
 */
async function growth(run: (step: number) => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let step = 0; step < steps; step++) run(step);
    least = Math.min(least, process.memoryUsage().heapUsed - before);
    await pause(20); // optimised code is put in place
  }
  return least;
}

const { program } = buildNet({ sizes: [256, 64, 10], batch: 16, samples: 16, optimizer: "adam" });
const executable = wasmBackend().open({ threads: 1 }).loadNow(compile(program), { steps });
executable.setSteps(
  "rows",
  0,
  Int32Array.from({ length: steps * 16 }, (_, i) => i % 16),
);
console.log(await growth((step) => executable.run(step, 1)));
