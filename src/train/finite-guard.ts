import type { Snapshot, Store } from "../backend/backend.ts";
import { now } from "./clock.ts";
import type { Progress } from "./task.ts";
import type { Trainer } from "./trainer.ts";

/** Guarding against NaN (looking at every state, and copying it) may cost one part in so many of the time. */
const share = 50;

/** The copy of the last run on a store, to be written over by the next one's, unless the memory was wanted meanwhile. */
const lastCopies = /* @__PURE__ */ new WeakMap<Store, WeakRef<Snapshot>>();

/** Watches a run for NaN and infinity, with a copy of its states to go back to. */
export class FiniteGuard {
  readonly #store: Store;
  readonly #trainer: Trainer;
  readonly #progress: Progress;
  readonly #learningRate: unknown;
  /** Steps done before the copy was taken. */
  #step: number;
  #snapshot: Snapshot;
  #lookedAt = now();
  #cost = 0;

  /** The book of the run forgets the epochs that are spoilt. `learningRate` is shown in the error. */
  constructor(store: Store, trainer: Trainer, progress: Progress, learningRate: unknown) {
    this.#store = store;
    this.#trainer = trainer;
    this.#learningRate = learningRate;
    this.#progress = progress;
    this.#step = progress.step;
    this.#snapshot = store.snapshot(lastCopies.get(store)?.deref());
    lastCopies.set(store, new WeakRef(this.#snapshot));
  }

  /** Looks at all states and copies them, unless that was done so recently that it would cost too much time. */
  async look(): Promise<void> {
    const began = now();
    if (began - this.#lookedAt < share * this.#cost) return;
    await this.check();
    this.#step = this.#progress.step;
    this.#snapshot = this.#store.snapshot(this.#snapshot);
    this.#lookedAt = now();
    this.#cost = this.#lookedAt - began;
  }

  /** Throws DIVERGED, with the store at its last finite step, unless all states are finite. */
  async check(): Promise<void> {
    if (!this.#store.isFinite()) await this.diverge();
  }

  /** Goes back to the last finite step, and throws what happened at the next. */
  async diverge(): Promise<never> {
    const [store, trainer] = [this.#store, this.#trainer];
    store.restore(this.#snapshot); // at once: whoever looks meanwhile finds finite numbers
    const { divergence, returnToLastFinite } = await import("./divergence.ts"); // fetched only by the few runs that need it
    const bad = returnToLastFinite(store, trainer, this.#snapshot, this.#step, this.#progress.step);
    this.#progress.book.forgetFrom(trainer.epochOf(bad) + 1);
    throw divergence(store, trainer, bad, String(this.#learningRate));
  }
}
