import fc from "fast-check";
import { compile } from "nabla/compile";
import { input, tanh } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { i32, type Local, ModuleBuilder } from "../../src/backend/wasm/assembler.ts";
import { barriersOf, claimWords } from "../../src/backend/wasm/barriers.ts";
import { kernelParameters } from "../../src/backend/wasm/emitter.ts";
import { PlanShares } from "../../src/backend/wasm/shares.ts";

const visits = 128;

type Kernel = (step: number, scratch: number, thread: number, threads: number) => void;

/** A loop of `count` passes that counts its visits, over a kernel of `width` value computations a pass. */
function loopOf(count: number, width: number, isFixed = false) {
  const plan = compile({ outputs: { y: tanh(input([count, width], "x")) } });
  const module = new ModuleBuilder();
  const shares = new PlanShares(plan, module);
  const f = module.function("loop", kernelParameters);
  /** Of the address that is twice on the stack. */
  const visit = (): void => void f.loadI32(visits).constant(1).add().storeI32(visits);
  const run = (first: Local, last: Local): void =>
    void f.whileLess(first, last, () => {
      for (let i = 0; i < 2; i++) f.get(first).constant(4).multiply();
      visit();
      f.advance(first, 1);
    });
  const rest = (): void => {
    f.constant(4 * count).constant(4 * count);
    visit();
  };
  shares.shareOut(f, { kernel: plan.kernels[0]!, count, isFixed, run, rest });
  const meet = module.function("meet", [i32]);
  shares.meet(meet, 0);
  module.export(meet);
  module.export(f);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const bytes = module.bytes({ pages: 1, maximum: 1, isShared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return {
    run: (thread: number, threads: number) => (exports["loop"] as Kernel)(0, 0, thread, threads),
    meet: exports["meet"] as (threads: number) => void,
    words: new Int32Array(memory.buffer),
  };
}

describe("a loop that is shared out", () => {
  test("is run once, whatever the number of passes, of threads and of the work in a pass", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 1000, 100_000),
        fc.boolean(),
        (count, threads, width, isFixed) => {
          const { run, meet, words } = loopOf(count, width, isFixed);
          for (let times = 1; times <= 2; times++) {
            for (let thread = 0; thread < threads; thread++) run(thread, threads);
            expect([...words.subarray(visits / 4, visits / 4 + count + 2)]).toEqual([
              ...Array(count + 1).fill(times),
              0,
            ]);
            meet(1);
          }
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  test("leaves to others what a late thread has not claimed", () => {
    const { run, words } = loopOf(10, 100_000);
    run(1, 2);
    expect([...words.subarray(visits / 4, visits / 4 + 10)]).toEqual(Array(10).fill(1));
  });

  test("keeps a late thread's part for it where parts are fixed", () => {
    const { run, words } = loopOf(10, 100_000, true);
    run(1, 2);
    expect([...words.subarray(visits / 4, visits / 4 + 10)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  test("is free to be claimed again after a barrier", () => {
    const { run, meet, words } = loopOf(10, 100_000);
    run(0, 1);
    const claimed = (): number => words[claimWords / 4]!;
    expect(claimed()).toBeGreaterThanOrEqual(10);
    meet(1);
    expect(claimed()).toBe(0);
  });
});

test("threads meet after at most 8 kernels, even where none needs another, so that words for claims suffice", () => {
  const names = Array.from({ length: 20 }, (_, i) => `out${i}`);
  const outputs = Object.fromEntries(names.map((name, i) => [name, tanh(input([40 + i, 30], name))]));
  const barriers = barriersOf(compile({ outputs }));
  expect(barriers).toHaveLength(21);
  const met = barriers.flatMap((isMet, kernel) => (isMet ? [kernel] : []));
  expect(met).toEqual([8, 16, 20]);
});
