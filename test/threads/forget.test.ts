import { expect, test } from "vitest";
import { ThreadPool } from "../../src/backend/wasm/threads.ts";

/** Threads that only keep count of what becomes of them. */
class CountedThread {
  static readonly all: CountedThread[] = [];
  readonly messages: { readonly id?: number; readonly module?: unknown }[] = [];
  isEnded = false;

  constructor() {
    CountedThread.all.push(this);
  }

  postMessage(message: object): void {
    this.messages.push(message);
  }

  terminate(): void {
    this.isEnded = true;
  }

  unref(): void {}
  on(): void {}
}

const emptyModule = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

test("threads that were told to forget many memories are replaced, and the new ones learn what is still in use", () => {
  const pool = new ThreadPool({ Worker: CountedThread }, 2);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const kept = {};
  const keptRun = pool.add(kept, emptyModule, memory, 2);
  const forget = (forgotten: WebAssembly.Memory): void => {
    const owner = {};
    pool.remove(owner, pool.add(owner, emptyModule, forgotten, 2));
  };
  for (let i = 0; i < 100; i++) forget(memory);
  expect(CountedThread.all).toHaveLength(1);
  for (let i = 0; i < 40; i++) forget(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const [first, second, ...more] = CountedThread.all;
  expect(more).toEqual([]);
  expect({ first: first?.isEnded, second: second?.isEnded }).toEqual({ first: true, second: false });
  const toldOf = second?.messages.filter(({ module }) => module !== undefined).map(({ id }) => id);
  expect(toldOf).toContain(keptRun.id);
});
