import { type BufferId, elementBytes, type Plan } from "../../compile/kernel.ts";
import type { Arithmetic, TableData } from "../backend.ts";
import { PlanExecutable } from "../plan-executable.ts";
import type { Memory, Region } from "./memory.ts";
import { emitModule, stepBytes } from "./module.ts";
import { maximumThreads, workerThreads } from "./sharing.ts";
import type { SharedRun, Sharing, ThreadPool } from "./threads.ts";

type Run = (first: number, last: number, scratch: number, thread: number, threads: number) => void;

/** Machine code of a plan. */
interface Code {
  /** What it was written for: the options of `emitModule` as text. */
  readonly key: string;
  readonly module: WebAssembly.Module;
  /** Bytes of memory that each thread uses while it runs. */
  readonly scratchBytes: number;
}

export interface ExecutableOptions {
  readonly plan: Plan;
  /** Where the plan's states and tables lie, by buffer. */
  readonly shared: readonly (Region | undefined)[];
  readonly memory: Memory;
  /** Steps for which per-step tables and metrics have room. */
  readonly steps: number;
  readonly arithmetic: Arithmetic;
  readonly threads: number;
  /** Where there are several threads. */
  readonly sharing: Sharing | undefined;
}

/** The code that plans had last: loaded again at the same addresses, they need no other. */
const codes = /* @__PURE__ */ new WeakMap<Plan, Code>();

/** A plan as a WebAssembly module over the memory of its store. */
export class WasmExecutable extends PlanExecutable {
  readonly #plan: Plan;
  readonly #memory: Memory;
  readonly #owned: Region[] = [];
  readonly #addresses: number[];
  readonly #run: Run;
  readonly #scratch: number;
  readonly #code: Code;
  /** What it takes to share the work with other threads, as long as they have not been asked. */
  #unshared: Sharing | undefined;
  #shared: { readonly pool: ThreadPool; readonly run: SharedRun } | undefined;

  constructor({ plan, shared, memory, steps, arithmetic, threads, sharing }: ExecutableOptions) {
    super(plan, steps, threads);
    this.#plan = plan;
    this.#memory = memory;
    const take = (bytes: number): number => {
      const region = memory.take(bytes);
      this.#owned.push(region);
      return region.start;
    };
    const arena = take(plan.arenaBytes);
    this.#addresses = plan.buffers.map((buffer, id) => {
      if (shared[id]) return shared[id].start;
      if (plan.offsets[id]! >= 0) return arena + plan.offsets[id]!;
      return take(buffer.elements * elementBytes[buffer.type] * steps);
    });
    const options = { addresses: this.#addresses, isFused: arithmetic === "fma", sharing, memory: memory.type };
    const key = JSON.stringify(options);
    let code = codes.get(plan);
    if (code?.key !== key) {
      const { bytes, scratchBytes } = emitModule(plan, options);
      code = { key, module: new WebAssembly.Module(bytes), scratchBytes };
      codes.set(plan, code);
    }
    this.#code = code;
    this.#scratch = take(code.scratchBytes * threads);
    const instance = new WebAssembly.Instance(code.module, { env: { memory: memory.wasm } });
    this.#run = instance.exports["run"] as Run;
    this.#unshared = sharing;
  }

  protected runSteps(first: number, last: number): void {
    if (first === last) return; // threads meet at the end of a step: only then have all read what they were told
    const shared = this.#shared;
    const threads = shared ? shared.pool.ready(this.threads) : 1;
    if (shared && threads > 1)
      shared.pool.start(shared.run, first, last, this.#scratch, this.#code.scratchBytes, threads);
    this.#run(first, last, this.#scratch, 0, threads);
    if (!this.#unshared) return;
    const { threadPool } = this.#unshared; // after the first run, so that they do not delay it
    const pool = threadPool(workerThreads(), maximumThreads);
    this.#shared = { pool, run: pool.add(this, this.#code.module, this.#memory.wasm, this.threads) };
    this.#unshared = undefined;
  }

  protected view(id: BufferId): TableData {
    const { type, elements } = this.#plan.buffers[id]!;
    const steps = stepBytes(this.#plan, id) > 0 ? this.steps : 1;
    return this.#memory.view(type, this.#addresses[id]!, elements * steps);
  }

  [Symbol.dispose](): void {
    this.#shared?.pool.remove(this, this.#shared.run);
    this.#shared = undefined;
    this.#unshared = undefined;
    for (const region of this.#owned) this.#memory.give(region);
    this.#owned.length = 0;
  }
}
