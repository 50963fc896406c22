import { NablaError } from "../errors.ts";

/** What a hand changed: a number of the optimizer or of a layer by name, or one weight of a parameter. */
export type Change =
  | { readonly kind: "number"; readonly name: string; readonly value: number }
  | { readonly kind: "weight"; readonly name: string; readonly index: number; readonly value: number };

interface Entry {
  /** Steps done when it was made: it holds from the next step on. */
  readonly step: number;
  readonly change: Change;
}

/** More changes than a hand makes; without an end the log would fill the memory. */
const mostEntries = 100_000;

/**
 * The changes of a run by hand, in the order of their steps, so that any step can be run again as it was. A new change
 * cuts off those that lie ahead: what was to come has become another run.
 */
export class ChangeLog {
  readonly #entries: Entry[] = [];
  /** Changes of one number, in the order of their steps. */
  readonly #numbers = new Map<string, Entry[]>();
  /** How many entries the states of the store have seen. */
  #applied = 0;

  get applied(): number {
    return this.#applied;
  }

  /** Goes to states that had seen so many entries. */
  rewind(applied: number): void {
    this.#applied = applied;
  }

  /** Gives the weights that changed up to step `step` and have not been applied yet, and counts them as applied. */
  due(step: number): readonly Extract<Change, { kind: "weight" }>[] {
    const found: Extract<Change, { kind: "weight" }>[] = [];
    for (; this.#applied < this.#entries.length; this.#applied++) {
      const { step: at, change } = this.#entries[this.#applied]!;
      if (at > step) break;
      if (change.kind === "weight") found.push(change);
    }
    return found;
  }

  /** The step of the next entry that has not been applied; Infinity where there is none. */
  get next(): number {
    return this.#entries[this.#applied]?.step ?? Number.POSITIVE_INFINITY;
  }

  /** The value of a number at a step, counted from 0; undefined while no hand has changed it. */
  at(step: number, name: string): number | undefined {
    return this.#numbers.get(name)?.findLast((entry) => entry.step <= step)?.change.value;
  }

  /** Names of the numbers that were changed up to a step. */
  names(step: number): readonly string[] {
    return [...this.#numbers.keys()].filter((name) => this.at(step, name) !== undefined);
  }

  /**
   * Adds a change that the states have seen at once, and drops all entries that they have not. One that repeats a change
   * of the same step takes its place. Gives how many entries copied states may have seen to be still true. Throws LIMIT.
   */
  add(step: number, change: Change): number {
    const seen = this.#applied;
    this.#cut(seen);
    const place = this.#entries.findLastIndex((entry) => entry.step < step || isSame(entry.change, change));
    if (this.#entries[place]?.step === step) {
      this.#entries[place] = { step, change };
      this.#count();
      return change.kind === "weight" ? place : seen;
    }
    if (this.#entries.length >= mostEntries)
      throw new NablaError("LIMIT", `more than ${mostEntries} changes by hand in one run`, {
        expected: `at most ${mostEntries}`,
        received: "one more",
        hint: "Keep its states and open a new session with them.",
      });
    this.#entries.push({ step, change });
    this.#note(this.#entries.at(-1)!);
    this.#applied = this.#entries.length;
    return seen;
  }

  clear(): void {
    this.#cut(0);
    this.#applied = 0;
  }

  /** Keeps the first `length` entries. */
  #cut(length: number): void {
    if (length === this.#entries.length) return;
    this.#entries.length = length;
    this.#count();
  }

  #count(): void {
    this.#numbers.clear();
    for (const entry of this.#entries) this.#note(entry);
  }

  #note(entry: Entry): void {
    if (entry.change.kind !== "number") return;
    const known = this.#numbers.get(entry.change.name);
    if (known) known.push(entry);
    else this.#numbers.set(entry.change.name, [entry]);
  }
}

const isSame = (a: Change, b: Change): boolean =>
  a.name === b.name && a.kind === b.kind && (a.kind === "number" || a.index === (b as typeof a).index);
