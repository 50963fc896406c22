import type { Snapshot } from "../backend/backend.ts";

/** All states after some step, and what goes with them. */
export interface KeptState {
  /** Steps done. */
  readonly step: number;
  /** Entries of the log of changes that the states have seen. */
  readonly applied: number;
  readonly states: Snapshot;
  /** Sums of the epoch so far. */
  readonly sums: EpochSums;
  /** Loss of the step before; NaN where there was none. */
  readonly loss: number;
}

export interface EpochSums {
  /** Samples that the sums are of. */
  readonly samples: number;
  readonly loss: number;
  readonly metrics: readonly number[];
}

/** So many bytes of states at most, and so many copies; but always the first and the newest. */
const mostBytes = 33_554_432;
const mostCopies = 400;

/**
 * Copies of the states to go back to, the first ever among them. When there are too many, those go whose neighbours lie
 * nearest in proportion to their age: steps just done are near a copy, old ones at a distance that grows with age.
 */
export class KeptStates {
  #kept: KeptState[] = [];
  #bytes = 0;

  /** Copies there are. */
  get count(): number {
    return this.#kept.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): KeptState {
    return this.#kept[0]!;
  }

  /** Step of the last copy; −1 where there is none. */
  get lastStep(): number {
    return this.#kept.at(-1)?.step ?? -1;
  }

  add(state: KeptState): void {
    const place = this.#kept.findLastIndex(({ step }) => step <= state.step);
    const replaced = this.#kept[place]?.step === state.step ? this.#kept[place] : undefined;
    if (replaced && place === 0) return; // the start stays: changes made there stand in the log
    this.#kept.splice(replaced ? place : place + 1, replaced ? 1 : 0, state);
    this.#bytes += bytesOf(state) - (replaced ? bytesOf(replaced) : 0);
    while (this.#kept.length > 2 && (this.#bytes > mostBytes || this.#kept.length > mostCopies)) this.#thin();
  }

  /** The last copy at or before a step. */
  before(step: number): KeptState | undefined {
    return this.#kept.findLast((state) => state.step <= step);
  }

  /** Forgets the copies after a step, and those that have seen more entries of the log. */
  cut(step: number, applied: number): void {
    this.#kept = this.#kept.filter((state) => state.step <= step && state.applied <= applied);
    this.#bytes = this.#kept.reduce((total, state) => total + bytesOf(state), 0);
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }

  #thin(): void {
    const newest = this.#kept.at(-1)!.step;
    let [worst, least] = [1, Number.POSITIVE_INFINITY];
    for (let i = 1; i < this.#kept.length - 1; i++) {
      const from = this.#kept[i - 1]!.step;
      const share = (this.#kept[i + 1]!.step - from) / (newest - from);
      if (share < least) [worst, least] = [i, share];
    }
    this.#bytes -= bytesOf(this.#kept[worst]!);
    this.#kept.splice(worst, 1);
  }
}

function bytesOf({ states }: KeptState): number {
  let bytes = 0;
  for (const values of states.states.values()) bytes += values.byteLength;
  return bytes;
}
