import type { Plan } from "../compile/kernel.ts";
import type { RecentPlans } from "../compile/recent-plans.ts";
import type { Tensor } from "../graph/tensor.ts";

/** How a·b + c is rounded: "portable" twice, the same bits everywhere; "fma" once, where the platform has it. */
export type Arithmetic = "portable" | "fma";

/** Opens stores. There is one backend per way of computing: generated WebAssembly, or the plain twins. */
export interface Backend {
  readonly name: "wasm" | "plain";
  readonly arithmetic: Arithmetic;
  open(options?: StoreOptions): Store;
}

export interface StoreOptions {
  /** Threads that may share the work of a step, if it is worth it; default as many as the machine runs at once. */
  readonly threads?: number;
}

/** Data of a table leaf: `data.length` = Π shape of the leaf. */
export type TableData = Float32Array | Uint8Array | Int32Array;

/**
 * Memory that plans share: parameters, moments, data tables, by the names of their leaves. It owns everything that
 * lasts from step to step; training, the last batch, evaluation and prediction are plans on one store.
 */
export interface Store extends Disposable {
  /** Plans for it, kept from one run or evaluation to the next. */
  readonly plans: RecentPlans;
  /** At most so many threads share each plan that is loaded from now on. Infinity: as many as the store was opened for. */
  threads: number;
  /** Makes room for a state or table leaf, or finds it; it starts as zeros. Loading a plan does so too. Throws SHAPE. */
  declare(leaf: Tensor): void;
  /** Sets a state's values, in the order of its shape. Throws SHAPE. */
  write(name: string, data: ArrayLike<number>): void;
  /** A copy of a state's values in the order of its shape. */
  read(name: string): Float32Array;
  /** Puts data in a table; bytes stay bytes. */
  fill(name: string, data: TableData): void;
  has(name: string): boolean;
  /** Name and shape of every state there is: parameters, moments, and what layers keep. */
  states(): readonly StateEntry[];
  /** Forgets states and tables and gives their room to others. Plans that use them must be closed first. */
  remove(names: readonly string[]): void;
  /** A copy of all states, to go back to; written over `old`, one that nobody needs any more, as far as it has room. */
  snapshot(old?: Snapshot): Snapshot;
  restore(snapshot: Snapshot): void;
  /** Whether every number of every state is finite. */
  isFinite(): boolean;
  /**
   * Makes a plan ready to run. States and tables it names and that the store does not have yet are made.
   * `steps`: for how many steps its per-step tables and metrics have room.
   */
  load(plan: Plan, options?: LoadOptions): Promise<Executable>;
  /** Fetches what it takes for `loadNow` to share plans among threads; `load` does so by itself. */
  share(): Promise<void>;
  /** The same, waiting for nothing: for small plans, and for `compile()`. One thread runs it before `share`. */
  loadNow(plan: Plan, options?: LoadOptions): Executable;
}

export interface StateEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface LoadOptions {
  /** For how many steps per-step tables and metrics have room; default 1. */
  readonly steps?: number;
}

export interface Snapshot {
  readonly states: ReadonlyMap<string, Float32Array>;
}

/** A plan in machine form. A run allocates nothing. */
export interface Executable extends Disposable {
  /** Steps that its per-step tables have room for. */
  readonly steps: number;
  /** Threads that share its work once they have started. */
  readonly threads: number;
  /** Runs `count` steps; step i reads slice `first + i` of the per-step tables and records its metrics there. */
  run(first: number, count: number): void;
  /** Writes an input leaf, in the order of its shape. */
  setInput(name: string, data: ArrayLike<number>): void;
  /** Copies an output into `out`, in the order of its shape. */
  getOutput(name: string, out: Float32Array): void;
  /** Writes slices of a per-step table, from slice `first` on. */
  setSteps(name: string, first: number, data: ArrayLike<number>): void;
  /** Numbers recorded for a metric in steps `first` … `first + count − 1`. */
  getMetric(name: string, first: number, count: number): Float32Array;
}
