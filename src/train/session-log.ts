import type { Snapshot, Store } from "../backend/backend.ts";
import type { EpochTotals } from "./epoch-totals.ts";

/** Something a hand changed before step `step` was run: the states from there on depend on it. */
export interface SessionChange {
  readonly step: number;
  readonly apply: () => void;
}

/** A run as it was when `step` steps were done. */
export interface KeptMoment {
  readonly step: number;
  readonly states: Snapshot;
  readonly loss: number;
  readonly metrics: readonly number[];
}

/** Copies of states may take so many bytes. */
const mostBytes = 33_554_432;
const mostMoments = 64;

/**
 * What makes every earlier step of a session reachable: the start, some moments on the way, and the changes by hand. A
 * step is a function of its number and the states, so the nearest moment before it and the steps between give it exactly.
 * Moments lie `interval` steps apart; when they are too many, every other one goes and the interval doubles.
 */
export class SessionLog {
  #changes: readonly SessionChange[] = [];
  #moments: readonly KeptMoment[] = [];
  #interval = 1;

  /** Steps from `step` to the next at which a moment is to be kept. */
  untilNext(step: number): number {
    return this.#interval - (step % this.#interval);
  }

  /** Copies the states, if a moment is due at this step and is not there yet. */
  keep(step: number, store: Store, { loss, metrics }: EpochTotals): void {
    if (step % this.#interval !== 0 || this.#moments.some((moment) => moment.step === step)) return;
    const kept = { step, states: store.snapshot(), loss, metrics: [...metrics] };
    this.#moments = [...this.#moments, kept].sort((a, b) => a.step - b.step);
    const bytes = sizeOf(kept.states);
    while (
      this.#moments.length > 2 &&
      (this.#moments.length > mostMoments || this.#moments.length * bytes > mostBytes)
    ) {
      const first = this.#moments[0]!.step;
      this.#interval *= 2;
      this.#moments = this.#moments.filter(({ step: at }) => at === first || at % this.#interval === 0);
      if (this.#moments.length === 2 && this.#moments.length * bytes > mostBytes) this.#moments = [this.#moments[0]!];
    }
  }

  /** The last moment at or before a step. The start is always there. */
  nearest(step: number): KeptMoment {
    return this.#moments.findLast((moment) => moment.step <= step)!;
  }

  /** Notes a change made before the next step; what was to come after it is gone. */
  change(step: number, apply: () => void): void {
    this.#changes = [...this.#changes.filter((change) => change.step <= step), { step, apply }];
    this.#moments = this.#moments.filter((moment) => moment.step <= step);
  }

  /** Changes made at this very step, in their order. */
  changesAt(step: number): readonly SessionChange[] {
    return this.#changes.filter((change) => change.step === step);
  }

  /** The first step after `step` at which something was changed; infinity where there is none. */
  nextChange(step: number): number {
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.#changes.filter((change) => change.step > step).map((change) => change.step),
    );
  }

  /** Starts over from a moment. */
  clear(): void {
    this.#changes = [];
    this.#moments = [];
    this.#interval = 1;
  }
}

function sizeOf({ states }: Snapshot): number {
  let numbers = 0;
  for (const { length } of states.values()) numbers += length;
  return 4 * numbers;
}
