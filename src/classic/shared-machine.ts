import type { Memory } from "../backend/wasm/memory.ts";
import { maximumThreads, workerThreads } from "../backend/wasm/sharing.ts";
import type { SharedRun, ThreadPool } from "../backend/wasm/threads.ts";

type Run = (first: number, last: number, scratch: number, thread: number, threads: number) => void;

/**
 * A generated module whose export `run` works on steps `first` to before `last` and, over a shared memory, meets the
 * other threads at barriers of its own. It runs on the caller's thread until others have been asked for and are ready.
 */
export class SharedMachine implements Disposable {
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #run: Run;
  readonly #most: number;
  #isAsked = false;
  #isClosed = false;
  #shared: { readonly pool: ThreadPool; readonly run: SharedRun } | undefined;

  /** For at most `most` threads: one where the memory is not shared. */
  constructor(bytes: Uint8Array<ArrayBuffer>, memory: Memory, most: number) {
    this.#module = new WebAssembly.Module(bytes);
    this.#memory = memory.wasm;
    this.#run = new WebAssembly.Instance(this.#module, { env: { memory: this.#memory } }).exports["run"] as Run;
    this.#most = memory.type.isShared ? most : 1;
  }

  /** Asks for the other threads, once; `run` takes them as they come. */
  async askThreads(): Promise<void> {
    if (this.#isAsked || this.#most <= 1) return;
    this.#isAsked = true;
    const { threadPool } = await import("../backend/wasm/threads.ts");
    if (this.#isClosed) return;
    const pool = threadPool(workerThreads(), maximumThreads);
    this.#shared = { pool, run: pool.add(this, this.#module, this.#memory, this.#most) };
  }

  /** Runs steps `first` to before `last`; each thread has `scratchStride` bytes of its own behind address `scratch`. */
  run(first: number, last: number, scratch = 0, scratchStride = 0): void {
    const shared = this.#shared;
    const threads = shared ? shared.pool.ready(this.#most) : 1;
    if (shared && threads > 1) shared.pool.start(shared.run, first, last, scratch, scratchStride, threads);
    this.#run(first, last, scratch, 0, threads);
  }

  [Symbol.dispose](): void {
    this.#shared?.pool.remove(this, this.#shared.run);
    this.#shared = undefined;
    this.#isClosed = true;
  }
}
