import type { Dataset } from "../data/index.ts";
import { NablaError, quoted } from "../errors.ts";
import { Batches, type Place, type SessionPosition, type StepBy } from "./batches.ts";
import type { Arithmetic, EpochEvent } from "./events.ts";
import { type Model, type Reserved, reserved } from "./model.ts";
import { openTimeline } from "./open-timeline.ts";
import type { FitOptions } from "./options.ts";
import { type RunOptions, runUntil } from "./run-until.ts";
import { checkStates, readStates, type SessionStates } from "./session-states.ts";
import { type Task, taskOf } from "./task.ts";
import type { Diverged, Timeline } from "./timeline.ts";
import { type Turn, Turns } from "./turns.ts";
import { checkUntil, type Ended } from "./until.ts";
import { weightPlace } from "./weight-place.ts";

/** As for `fit`. `epochs` is how long a schedule of the learning rate takes the run to be; a session has no end. */
export type SessionOptions = Pick<
  FitOptions,
  | "loss"
  | "optimizer"
  | "batchSize"
  | "epochs"
  | "validation"
  | "metrics"
  | "reduction"
  | "shuffle"
  | "seed"
  | "threads"
  | "arithmetic"
  | "clipNorm"
>;

/**
 * A training run under hand control: it runs, pauses, goes forward and back by example, batch or epoch, and lets weights
 * and rates be changed on the way. Steps are those of `fit`, to the bit, and do not depend on how they were reached.
 *
 * While it is open, `fit`, `reset` and `weights.set` of the model throw BUSY; predicting, evaluating and explaining see
 * the weights of the last step. Calls may come at any time: whatever moves the session pauses a run and waits its turn.
 */
export class TrainingSession implements Disposable {
  readonly model: Model;
  /** The data it trains on, without what was set aside for validation. */
  readonly data: Dataset;
  readonly validation: Dataset | undefined;
  readonly #held: Reserved;
  readonly #task: Task;
  readonly #timeline: Timeline;
  readonly #batches: Batches;
  readonly #turns = new Turns();

  private constructor(model: Model, held: Reserved, task: Task, timeline: Timeline) {
    this.model = model;
    this.data = task.data;
    this.validation = task.validation?.data;
    this.#held = held;
    this.#task = task;
    this.#timeline = timeline;
    this.#batches = new Batches(task.data, task.settings, timeline.trainer.stepsPerEpoch);
  }

  /**
   * A session of a model on data, before its first step. Throws OPTION, SHAPE, DATA for what cannot be trained, LIMIT
   * where the memory is too small, BUSY while the model is trained elsewhere.
   */
  static async open(model: Model, data: Dataset, options: SessionOptions = {}): Promise<TrainingSession> {
    const held = reserved(model, "session");
    try {
      const task = taskOf({ network: held.network, seed: held.seed, data, options });
      const timeline = await openTimeline(held.network, task);
      held.learn(data, task.objective);
      return new TrainingSession(model, held, task, timeline);
    } catch (error) {
      held.release();
      throw error;
    }
  }

  get position(): SessionPosition {
    return this.#batches.positionOf(this.#timeline);
  }

  get stepsPerEpoch(): number {
    return this.#timeline.trainer.stepsPerEpoch;
  }

  get batchSize(): number {
    return this.#task.settings.batchSize;
  }

  /** The name of the loss; "" for a function without one. */
  get lossName(): string {
    return this.#task.objective.loss.name;
  }

  get arithmetic(): Arithmetic {
    return this.#held.network.engine.backend.arithmetic;
  }

  /** Loss of the last step's batch, before its update; NaN before the first. */
  get loss(): number {
    return this.#timeline.loss;
  }

  /** Samples that were trained on since the session was opened, those of steps run again too. */
  get processed(): number {
    return this.#timeline.processed;
  }

  /** Steps that were run since the session was opened, those run again too. */
  get ran(): number {
    return this.#timeline.ran;
  }

  /**
   * The epochs that are done. Of more than 10,000 every other one is dropped, from the old ones on. Validation is
   * measured after an epoch if a frame (16 ms) has passed since it was measured, or training stands, or `until` asks.
   */
  get epochs(): readonly EpochEvent[] {
    return this.#timeline.epochs.done;
  }

  /** Where numbers went wrong; undefined while all are finite. */
  get diverged(): Diverged | undefined {
    if (!this.#timeline.diverged) return undefined;
    const { error, ...place } = this.#timeline.diverged;
    return place;
  }

  /** The numbers that `set` changes, as the next step takes them: `learningRate`, and those of layers. */
  get settings(): Readonly<Record<string, number>> {
    return this.#timeline.settingsNow;
  }

  /** Bytes that the states to go back to take, and how many there are: at most 32 MiB, but always two. */
  get keptStates(): { readonly count: number; readonly bytes: number } {
    const { count, bytes } = this.#timeline.kept;
    return { count, bytes };
  }

  // ── moving ──

  /**
   * Trains until a condition holds or `pause` is called; says which. Throws OPTION; DIVERGED at NaN or infinity, with
   * the session after that step, and `diverged` saying where to go back to.
   */
  run({ until = {}, stepsPerSecond, ...rest }: RunOptions = {}): Promise<Ended> {
    const measures = {
      validation: this.validation !== undefined,
      accuracy: this.#task.objective.metrics.some(({ name }) => name === "accuracy"),
    };
    const conditions = checkUntil(until, measures);
    if (stepsPerSecond !== undefined && !(stepsPerSecond > 0))
      throw wrong("stepsPerSecond", String(stepsPerSecond), "a number above 0");
    const options = { ...rest, until: conditions, ...(stepsPerSecond !== undefined && { stepsPerSecond }) };
    return this.#turns.take("run", async (turn) => {
      this.#checkFinite();
      return runUntil(this.#timeline, turn, Number.MAX_SAFE_INTEGER, options);
    });
  }

  /** Ends a run, or a way forward, after the step that is running, and waits until the session stands. */
  pause(): Promise<void> {
    return this.#turns.pause();
  }

  /** Lets a run that waits for its next step call `onStretch` at once. */
  nudge(): void {
    this.#turns.wake();
  }

  /** Runs so many steps. From the middle of a batch, its step is the first. Throws OPTION, DIVERGED. */
  advance(steps: number): Promise<SessionPosition> {
    return this.step({ by: "batch", count: steps });
  }

  /**
   * Goes on by examples, batches or epochs; back where `count` is negative. From the middle of a batch or an epoch, its
   * end or start is the first. Back it goes at most to where the session began. Throws OPTION, DIVERGED.
   */
  step({ by, count = 1 }: { readonly by: StepBy; readonly count?: number }): Promise<SessionPosition> {
    if (!Number.isSafeInteger(count)) throw wrong("count", String(count), "a whole number");
    if (by !== "example" && by !== "batch" && by !== "epoch")
      throw wrong("by", quoted(String(by)), '"example", "batch" or "epoch"');
    return this.#turns.take("way", async (turn) => {
      if (count > 0) this.#checkFinite();
      const { step, example, diverged, kept } = this.#timeline;
      const from = { step, example, lastFinite: diverged?.lastFinite, start: kept.first.step };
      return this.#moveTo(this.#batches.target(from, by, count), turn);
    });
  }

  /** Goes to the state after `step` steps, earlier or later. Throws OPTION before the step it began at, DIVERGED. */
  goTo(step: number): Promise<SessionPosition> {
    const { step: start } = this.#timeline.kept.first;
    if (!Number.isSafeInteger(step) || step < start)
      throw wrong("step", String(step), `a whole number from ${start}, where the session began`);
    return this.#turns.take("way", async (turn) => {
      if (step > (this.#timeline.diverged?.lastFinite ?? step)) this.#checkFinite();
      return this.#moveTo({ step, example: 0 }, turn);
    });
  }

  async #moveTo(place: Place, turn: Turn): Promise<SessionPosition> {
    const timeline = this.#timeline;
    if (place.step < timeline.step || timeline.diverged) await timeline.returnTo(place.step, () => turn.isClosed);
    await runUntil(timeline, turn, place.step);
    timeline.lookAt(place);
    return this.position;
  }

  // ── changes by hand ──

  /**
   * Changes the learning rate, or numbers of layers such as `dropout 1/rate`, from the next step on. Steps that lay ahead
   * after going back are forgotten. Throws OPTION, LIMIT, and BUSY while the session is on its way to a step.
   */
  set(changes: Readonly<Record<string, number | undefined>>): void {
    this.#turns.checkStands("set");
    const given = Object.entries(changes).filter(([, value]) => value !== undefined) as [string, number][];
    for (const [name, value] of given) this.#timeline.settings.check(name, value);
    for (const [name, value] of given) this.#timeline.note({ kind: "number", name, value });
  }

  /**
   * Sets one weight: `index` has a place for each axis of the parameter. Steps that lay ahead after going back are
   * forgotten. Throws OPTION, DATA, LIMIT, BUSY as `set`, DIVERGED while numbers are not finite.
   */
  setWeight(name: string, index: readonly number[], value: number): void {
    this.#turns.checkStands("setWeight");
    this.#checkFinite();
    const place = weightPlace(this.#held.network.parameters, name, index, value);
    this.#timeline.note({ kind: "weight", name, index: place, value });
  }

  // ── states as plain data ──

  /** All it takes to go on elsewhere. Throws BUSY while the session is on its way to a step. */
  states(): SessionStates {
    this.#turns.checkStands("states");
    const { step, example, epochs } = this.#timeline;
    const settings = this.#timeline.settings.changed(step);
    return {
      step,
      example,
      values: readStates(this.#timeline.store),
      ...(Object.keys(settings).length > 0 && { settings }),
      sums: epochs.sums,
    };
  }

  /**
   * Goes on from states that were kept, here or elsewhere: they become the start, and the history is empty. Throws FORMAT,
   * SHAPE, DATA, OPTION for states that are not of this model, with the session as it was.
   */
  restore(states: SessionStates): Promise<SessionPosition> {
    return this.#turns.take("way", async () => {
      checkStates(this.#timeline.store, states, this.#task.objective.metrics.length);
      const { step, example, settings = {} } = states;
      for (const [name, value] of Object.entries(settings)) this.#timeline.settings.check(name, value);
      const { length } = this.#batches.rowsOf(step);
      if (example >= length) throw wrong("example", String(example), `a whole number below ${length}, its batch`);
      this.#timeline.begin(states);
      return this.position;
    });
  }

  /** Ends a run after the step that is running, and makes the model free again. */
  [Symbol.dispose](): void {
    if (this.#turns.isClosed) return;
    this.#turns.close(() => {
      this.#timeline[Symbol.dispose]();
      this.#held.release();
    });
  }

  #checkFinite(): void {
    if (this.#timeline.diverged) throw this.#timeline.diverged.error;
  }
}

function wrong(option: string, received: string, expected: string): NablaError {
  return new NablaError("OPTION", `session: ${option} is ${received}`, {
    expected,
    received,
    hint: `Give ${option} as ${expected}.`,
  });
}
