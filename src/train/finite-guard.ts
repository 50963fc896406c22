import type { Snapshot, Store } from "../backend/backend.ts";
import { now } from "./clock.ts";
import type { Trainer } from "./trainer.ts";

/** Guarding against NaN (looking at every state, and copying it) may cost one part in so many of the time. */
const share = 50;

/** The copy of the last run on a store, to be written over by the next one's, unless the memory was wanted meanwhile. */
const lastCopies = /* @__PURE__ */ new WeakMap<Store, WeakRef<Snapshot>>();

/** Watches a run for NaN and infinity, with a copy of its states to go back to. */
export class FiniteGuard {
  readonly #store: Store;
  readonly #trainer: Trainer;
  readonly #onDiverged: (epoch: number) => void;
  readonly #learningRate: string;
  /** Steps done before the copy was taken. */
  #step: number;
  #snapshot: Snapshot;
  #lookedAt = now();
  #cost = 0;

  /** `onDiverged` is told the first epoch that is spoilt, from 1. `learningRate` is shown in the error. */
  constructor(
    store: Store,
    trainer: Trainer,
    step: number,
    { learningRate, onDiverged }: { readonly learningRate: string; readonly onDiverged: (epoch: number) => void },
  ) {
    this.#store = store;
    this.#trainer = trainer;
    this.#learningRate = learningRate;
    this.#onDiverged = onDiverged;
    this.#step = step;
    this.#snapshot = store.snapshot(lastCopies.get(store)?.deref());
    lastCopies.set(store, new WeakRef(this.#snapshot));
  }

  /** Looks at all states and copies them, unless that was done so recently that it would cost too much time. */
  async look(step: number): Promise<void> {
    const began = now();
    if (began - this.#lookedAt < share * this.#cost) return;
    await this.check(step);
    this.#step = step;
    this.#snapshot = this.#store.snapshot(this.#snapshot);
    this.#lookedAt = now();
    this.#cost = this.#lookedAt - began;
  }

  /** Throws DIVERGED, with the store at its last finite step, unless all states after step `step` are finite. */
  async check(step: number): Promise<void> {
    if (!this.#store.isFinite()) await this.diverge(step);
  }

  /** Goes back to the last finite step before `end`, and throws what happened at the next. */
  async diverge(end: number): Promise<never> {
    const [store, trainer] = [this.#store, this.#trainer];
    store.restore(this.#snapshot); // at once: whoever looks meanwhile finds finite numbers
    const { divergence, returnToLastFinite } = await import("./divergence.ts"); // fetched only by the few runs that need it
    const bad = returnToLastFinite(store, trainer, this.#snapshot, this.#step, end);
    this.#onDiverged(trainer.epochOf(bad) + 1);
    throw divergence(store, trainer, bad, this.#learningRate);
  }
}
