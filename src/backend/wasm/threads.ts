import type { Plan } from "../../compile/kernel.ts";
import type { ModuleBuilder } from "./assembler.ts";
import type { PlanShares } from "./shares.ts";
import type { Thread, WorkerThreads } from "./sharing.ts";

export { PlanShares } from "./shares.ts";

/** The code that is fetched for sharing: this very file, the threads, and how they share out loops and wait for one another. */
export interface Sharing {
  readonly PlanShares: new (plan: Plan, module: ModuleBuilder) => PlanShares;
  readonly threadPool: (node: WorkerThreads | undefined, most: number) => ThreadPool;
}

/**
 * Threads that wait in a loop for runs of shared modules. They are started once for the whole process, after the
 * first run that wants them; until they are ready, and wherever there are none, the caller works alone, with the same
 * results. No other file imports this one when it is loaded: a page that trains small nets never fetches it.
 *
 * Words of the control block, a small shared array of its own:
 * `command` is 128 times the number of the command, plus how many threads run it; a thread waits for it to change. It
 * is one word because only the threads that take part may look at the others: for them alone the caller waits.
 * `sent` counts messages posted to the threads' event loops (modules to load or forget), and word `processed + i` how
 * many thread i has dealt with. A thread blocked in its loop cannot see messages, so a message is followed by a command
 * that nobody runs, and a thread that wakes, whatever for, first leaves its loop if a message waits.
 */

const word = { command: 0, sent: 1, run: 2, first: 3, last: 4, scratch: 5, scratchStride: 6, processed: 16 };
/** More than there are ever threads. */
const commandUnit = 128;
/**
 * A thread makes no garbage, so nothing there ever collects the memories that it was told to forget. After so many of
 * them the threads are replaced, beside the work of the caller.
 */
const mostForgotten = 32;

/** What a thread does: plain JavaScript, because some platforms cannot load TypeScript or a second file here. */
const threadBody = `"use strict";
const port = typeof self === "undefined" ? require("node:worker_threads").parentPort : self;
const runs = new Map();
let control, number, processed = 0;
const serve = () => {
  let seen = Atomics.load(control, ${word.command});
  Atomics.store(control, ${word.processed} + number, processed);
  while (Atomics.load(control, ${word.sent}) === processed) {
    for (let looks = 0; Atomics.load(control, ${word.command}) === seen; )
      if (++looks > 3000) Atomics.wait(control, ${word.command}, seen);
    seen = Atomics.load(control, ${word.command});
    const threads = seen & ${commandUnit - 1}, thread = number + 1;
    if (thread >= threads) continue;
    const scratch = control[${word.scratch}] + thread * control[${word.scratchStride}];
    runs.get(control[${word.run}])(control[${word.first}], control[${word.last}], scratch, thread, threads);
  }
};
const receive = (message) => {
  if (message.control) { control = message.control; number = message.number; processed = message.processed; }
  else {
    if (message.module) runs.set(message.id, new WebAssembly.Instance(message.module, { env: { memory: message.memory } }).exports.run);
    else runs.delete(message.id);
    processed++;
  }
  serve();
};
if (port.on) port.on("message", receive); else port.onmessage = (event) => receive(event.data);
`;

/** A module that the threads know. */
export interface SharedRun {
  readonly id: number;
}

export class ThreadPool {
  readonly #control: Int32Array;
  readonly #threads: Thread[] = [];
  readonly #known: { readonly id: number; readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory }[] =
    [];
  readonly #forgotten: FinalizationRegistry<number>;
  readonly #node: WorkerThreads | undefined;
  readonly #most: number;
  #nextId = 1;
  /** Memories that the present threads have been told of. */
  #told = new Set<WeakRef<WebAssembly.Memory>>();

  constructor(node: WorkerThreads | undefined, most: number) {
    this.#node = node;
    this.#most = most;
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (word.processed + most)));
    this.#forgotten = new FinalizationRegistry((id) => this.#forget(id));
  }

  /** Tells the threads about a module; they forget it when `owner` is garbage or says so. */
  add(owner: object, module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number): SharedRun {
    const id = this.#nextId++;
    this.#remember(memory);
    this.#post({ id, module, memory });
    this.#known.push({ id, module, memory });
    while (this.#threads.length < Math.min(threads, this.#most) - 1) this.#start();
    this.#forgotten.register(owner, id, owner);
    return { id };
  }

  remove(owner: object, { id }: SharedRun): void {
    this.#forgotten.unregister(owner);
    this.#forget(id);
  }

  /** How many threads, the caller among them, can take part now, up to `threads`. */
  ready(threads: number): number {
    const sent = this.#control[word.sent]!;
    let ready = 1;
    while (
      ready < threads &&
      ready <= this.#threads.length &&
      Atomics.load(this.#control, word.processed + ready - 1) === sent
    )
      ready++;
    return ready;
  }

  /** Sets the other threads to work on steps `first` to before `last`; the caller must then run its own part. */
  start({ id }: SharedRun, first: number, last: number, scratch: number, scratchStride: number, threads: number): void {
    const control = this.#control;
    control[word.run] = id;
    control[word.first] = first;
    control[word.last] = last;
    control[word.scratch] = scratch;
    control[word.scratchStride] = scratchStride;
    this.#command(threads);
  }

  #forget(id: number): void {
    const at = this.#known.findIndex((known) => known.id === id);
    if (at < 0) return;
    this.#known.splice(at, 1);
    this.#post({ id });
  }

  /** Ends the threads where they hold too much that is forgotten; those started in their place know nothing of it. */
  #remember(memory: WebAssembly.Memory): void {
    if ([...this.#told].some((told) => told.deref() === memory)) return;
    const inUse = new Set(this.#known.map((known) => known.memory));
    if (this.#told.size - inUse.size >= mostForgotten) {
      for (const thread of this.#threads.splice(0)) thread.terminate();
      this.#told = new Set([...inUse].map((known) => new WeakRef(known)));
    }
    this.#told.add(new WeakRef(memory));
  }

  #post(message: object): void {
    if (this.#threads.length === 0) return;
    for (const thread of this.#threads) thread.postMessage(message);
    this.#control[word.sent]!++;
    this.#command(0);
  }

  #command(threads: number): void {
    const next = (this.#control[word.command]! & -commandUnit) + commandUnit + threads;
    Atomics.store(this.#control, word.command, next);
    Atomics.notify(this.#control, word.command);
  }

  #start(): void {
    const number = this.#threads.length;
    const thread = startThread(this.#node);
    const sent = this.#control[word.sent]!;
    // what was said before it lived does not count as processed until it has been told again
    Atomics.store(this.#control, word.processed + number, -1);
    thread.postMessage({ control: this.#control, number, processed: sent - this.#known.length });
    for (const known of this.#known) thread.postMessage(known);
    this.#threads.push(thread);
  }
}

function startThread(node: WorkerThreads | undefined): Thread {
  if (node) {
    const worker = new node.Worker(threadBody, { eval: true });
    // one that cannot load a module, for want of memory say, never becomes ready: the others go on without it
    worker.on("error", () => undefined);
    worker.unref(); // a thread that waits keeps no process alive
    return worker;
  }
  const url = URL.createObjectURL(new Blob([threadBody], { type: "text/javascript" }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

let pool: ThreadPool | undefined;

/** The process's threads, at most `most`: those of `node`, or else workers of the page. Only where memory can be shared. */
export function threadPool(node: WorkerThreads | undefined, most: number): ThreadPool {
  pool ??= new ThreadPool(node, most);
  return pool;
}
