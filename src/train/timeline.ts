import type { Store } from "../backend/backend.ts";
import type { NablaError } from "../errors.ts";
import type { Place } from "./batches.ts";
import type { Change, ChangeLog } from "./change-log.ts";
import { now } from "./clock.ts";
import type { EpochBook } from "./epoch-book.ts";
import type { HandSettings } from "./hand-settings.ts";
import { type KeptState, KeptStates } from "./kept-states.ts";
import { Pace } from "./pace.ts";
import type { SessionStates } from "./session-states.ts";
import type { Trainer } from "./trainer.ts";

/** Where training became NaN or infinite. The session stands after that step until it goes back. */
export interface Diverged {
  readonly layer?: string;
  readonly parameter?: string;
  /** The step that did it, from 1: so many steps are done. */
  readonly step: number;
  /** Steps after which every number was finite: `goTo(lastFinite)` goes there. */
  readonly lastFinite: number;
  /** In a sentence: what `run` throws. */
  readonly message: string;
}

/** Guarding against NaN and keeping states may cost one part in so many of the time. */
const guardShare = 50;

/** What steps go by. */
interface Machinery {
  readonly store: Store;
  readonly trainer: Trainer;
  readonly log: ChangeLog;
  readonly settings: HandSettings;
  readonly epochs: EpochBook;
}

/**
 * The steps of a session and the place on them. What the store holds, the sums of the epoch and what the log counts as
 * applied are always those of `step`. Any step before can be had again to the bit: a step is a function of its number, of
 * the states and of the changes in the log, so it is run once more from the last copy of the states before it.
 */
export class Timeline implements Disposable {
  readonly store: Store;
  readonly trainer: Trainer;
  /** The numbers that a hand may change. */
  readonly settings: HandSettings;
  readonly epochs: EpochBook;
  readonly kept = new KeptStates();
  readonly pace = new Pace();
  /** Set while the last step gave what is not finite. */
  diverged: (Diverged & { readonly error: NablaError }) | undefined;
  readonly #log: ChangeLog;
  #step = 0;
  #example = 0;
  #loss = Number.NaN;
  #processed = 0;
  #ran = 0;
  #lookedAt = 0;
  #lookCost = 0;

  constructor({ store, trainer, log, settings, epochs }: Machinery) {
    this.store = store;
    this.trainer = trainer;
    this.settings = settings;
    this.epochs = epochs;
    this.#log = log;
    this.keep();
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Examples of the next batch that were looked at. */
  get example(): number {
    return this.#example;
  }

  /** Loss of the last step's batch, before its update; NaN before the first. */
  get loss(): number {
    return this.#loss;
  }

  /** Samples of all steps that were run, those run again too. */
  get processed(): number {
    return this.#processed;
  }

  /** Steps that were run, those run again too. */
  get ran(): number {
    return this.#ran;
  }

  get isAtEpochEnd(): boolean {
    return this.#step % this.trainer.stepsPerEpoch === 0;
  }

  /** The settings, as the next step takes them. */
  get settingsNow(): Readonly<Record<string, number>> {
    const { settings, trainer } = this;
    return settings.all({ step: this.#step, epoch: trainer.epochOf(this.#step), steps: trainer.steps });
  }

  // ── forward ──

  /** Runs the next steps up to `end`, as many as a chunk holds; gives whether their losses are finite. */
  stretch(end: number): boolean {
    const { trainer } = this;
    const epochEnd = (trainer.epochOf(this.#step) + 1) * trainer.stepsPerEpoch;
    const limit = Math.min(end, epochEnd, this.#log.next);
    const began = now();
    const results = trainer.run(this.#step, this.pace.steps(limit - this.#step));
    const took = now() - began;
    const { count, samples, losses } = results;
    this.pace.ran(count, took);
    this.#step += count;
    this.#example = 0;
    this.#loss = losses[count - 1]!;
    this.#processed += count * samples;
    this.#ran += count;
    this.epochs.add(results, this.#step, took);
    this.#applyDue();
    return losses.every(Number.isFinite);
  }

  /** Looks at examples of the next batch, where the way there has come to its step. */
  lookAt({ step, example }: Place): void {
    if (this.#step === step) this.#example = example;
  }

  // ── back ──

  /** Copies the states, to go back to. */
  keep(): void {
    this.kept.add({
      step: this.#step,
      applied: this.#log.applied,
      states: this.store.snapshot(),
      sums: this.epochs.sums,
      loss: this.#loss,
    });
  }

  /** Looks at all states and keeps them, unless that would cost too much time; false where they are not finite. */
  look(): boolean {
    const began = now();
    if (began - this.#lookedAt < guardShare * this.#lookCost) return true;
    if (!this.store.isFinite()) return false;
    this.keep();
    this.#lookedAt = now();
    this.#lookCost = this.#lookedAt - began;
    return true;
  }

  goBackTo({ step, applied, states, sums, loss }: KeptState): void {
    this.store.restore(states);
    this.#log.rewind(applied);
    this.#stand({ step, example: 0 }, loss);
    this.epochs.resume(sums);
    this.#applyDue(); // the copy may be older than a change at its step
  }

  /** Goes back to an earlier step, and forgets the epochs after it. `isOver` ends it on the way. */
  async returnTo(target: number, isOver: () => boolean): Promise<void> {
    this.goBackTo(this.kept.before(target)!);
    await this.#replay(target, isOver);
    this.epochs.cut(target);
  }

  /** Runs known steps once more, and keeps states that lie ever nearer to the target: a next step back is short. */
  async #replay(target: number, isOver: () => boolean): Promise<void> {
    let middle = this.#step;
    while (this.#step < target && !isOver()) {
      if (this.#step >= middle) {
        if (this.#step > this.kept.first.step) this.keep();
        middle = this.#step + Math.ceil((target - this.#step) / 2);
      }
      this.stretch(Math.min(target, middle));
      if (this.pace.isDue) await this.pace.pause();
    }
  }

  // ── by hand ──

  /** Writes a change down, from the last finite step on; what lay ahead is forgotten. Throws LIMIT. */
  note(change: Change): void {
    const at = this.diverged?.lastFinite ?? this.#step;
    this.kept.cut(at, this.#log.add(at, change));
    this.trainer.forgetRates(); // of a weight, too: a rate that lay ahead may be among what is forgotten
    if (change.kind === "weight") this.#write(change);
  }

  /** Goes on from other states, checked before: they become the start, and nothing is left of what was. */
  begin({ step, example, values, settings = {}, sums }: SessionStates): void {
    for (const [name, data] of Object.entries(values)) this.store.write(name, data);
    this.#stand({ step, example }, Number.NaN);
    this.epochs.resume(sums);
    this.epochs.clear();
    this.kept.clear();
    this.#log.clear();
    for (const [name, value] of Object.entries(settings)) this.#log.add(step, { kind: "number", name, value });
    this.trainer.forgetRates();
    this.keep();
  }

  #stand({ step, example }: Place, loss: number): void {
    [this.#step, this.#example, this.#loss] = [step, example, loss];
    this.diverged = undefined;
  }

  /** Sets the weights that a hand changed at this step, when it was run before. */
  #applyDue(): void {
    for (const change of this.#log.due(this.#step)) this.#write(change);
  }

  #write({ name, index, value }: Extract<Change, { kind: "weight" }>): void {
    const values = this.store.read(name);
    values[index] = value;
    this.store.write(name, values);
  }

  /** The store stays: it is the model's. */
  [Symbol.dispose](): void {
    this.trainer[Symbol.dispose]();
    this.epochs[Symbol.dispose]();
    this.kept.clear();
  }
}
