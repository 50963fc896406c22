import type { Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { learningRateAt } from "../optim/index.ts";
import { checkLearningRate } from "../optim/settings.ts";
import { ChangeLog } from "./change-log.ts";
import { now } from "./clock.ts";
import { EpochTotals } from "./epoch-totals.ts";
import { Evaluator } from "./evaluate.ts";
import type { Arithmetic, EpochEvent } from "./events.ts";
import { type KeptState, KeptStates } from "./kept-states.ts";
import { type Model, type Reserved, reserved } from "./model.ts";
import type { Network } from "./network.ts";
import type { FitOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { sampleOrder } from "./sample-order.ts";
import { checkStates, readStates, type SessionStates } from "./session-states.ts";
import { addEpoch } from "./sparse-history.ts";
import { type Task, taskOf } from "./task.ts";
import { type StepResults, Trainer } from "./trainer.ts";
import { asksValidation, checkUntil, type Ended, endOfEpoch, endOfSteps, type Until } from "./until.ts";
import { waitFor } from "./wait.ts";

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

/** Where a session stands. */
export interface SessionPosition {
  /** Steps done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** The next batch, from 0, in its epoch. */
  readonly batch: number;
  /** Examples of that batch that were looked at: 0 to its size − 1. */
  readonly example: number;
  /** The examples of that batch, as indices into the training data. */
  readonly rows: Uint32Array<ArrayBuffer>;
}

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

/** What one step goes by. An example is looked at; the weights change with the last one of its batch. */
export type StepBy = "example" | "batch" | "epoch";

export interface RunOptions {
  readonly until?: Until;
  /** At most so many; default as many as there can be. */
  readonly stepsPerSecond?: number;
  /** Called between stretches of at most about 8 ms; training waits for it. */
  readonly onStretch?: () => void | Promise<void>;
}

/** Guarding against NaN and keeping states may cost one part in so many of the time. */
const guardShare = 50;
/** Milliseconds between two measurements of the validation data, where epochs are shorter than that: a frame. */
const validationEvery = 16;

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
  readonly #store: Store;
  readonly #trainer: Trainer;
  readonly #log: ChangeLog;
  readonly #evaluator: Evaluator | undefined;
  readonly #kept = new KeptStates();
  readonly #pace = new Pace();
  #step = 0;
  #example = 0;
  #loss = Number.NaN;
  #samples = 0;
  /** The order of an epoch's examples. */
  #order: { readonly epoch: number; readonly samples: Uint32Array } = { epoch: -1, samples: new Uint32Array() };
  #totals: EpochTotals;
  #epochs: EpochEvent[] = [];
  #diverged: (Diverged & { readonly error: NablaError }) | undefined;
  /** Samples of all steps that were run, those run again too. */
  #processed = 0;
  #ran = 0;
  #validatedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = 0;
  #lookCost = 0;
  /** A run goes on while both are what they were when it was asked for; another move while the first is. */
  #pauses = 0;
  #asked = 0;
  /** The action that moves the session now, and those that wait for it. */
  #turn: Promise<unknown> = Promise.resolve();
  #isMoving = false;
  #isFree = false;
  #wake: () => void = () => undefined;
  #isDisposed = false;

  private constructor(model: Model, held: Reserved, task: Task, store: Store, trainer: Trainer, log: ChangeLog) {
    this.model = model;
    this.data = task.data;
    this.validation = task.validation?.data;
    this.#held = held;
    this.#task = task;
    this.#store = store;
    this.#trainer = trainer;
    this.#log = log;
    this.#totals = new EpochTotals(task.objective.metrics.length);
    const { network } = held;
    const trace = (x: Parameters<Network["trace"]>[0]) => network.trace(x, false, task.settings.seed);
    const judged = task.validation && { inputShape: network.inputShape, objective: task.validation.objective, trace };
    this.#evaluator = judged && new Evaluator(store, judged);
    this.#keep();
  }

  /**
   * A session of a model on data, before its first step. Throws OPTION, SHAPE, DATA for what cannot be trained, LIMIT
   * where the memory is too small, BUSY while the model is trained elsewhere.
   */
  static async open(model: Model, data: Dataset, options: SessionOptions = {}): Promise<TrainingSession> {
    const held = reserved(model, "session");
    try {
      const { network, seed } = held;
      const task = taskOf(network, data, options, seed);
      const { settings, objective } = task;
      const log = new ChangeLog();
      const store = await network.engine.open(settings.arithmetic);
      const { optimizer } = settings;
      const trainer = await Trainer.open(
        store,
        {
          inputShape: network.inputShape,
          objective,
          trace: (x) => network.trace(x, true, settings.seed),
          hyperparameter: (step, { name, value }) => log.at(step, name) ?? value,
        },
        task.data,
        {
          ...settings,
          optimizer: {
            ...optimizer,
            learningRate: (at) => log.at(at.step, "learningRate") ?? learningRateAt(optimizer, at),
          },
        },
        () => new Pace().pause(),
      );
      held.learn(data, objective);
      return new TrainingSession(model, held, task, store, trainer, log);
    } catch (error) {
      held.release();
      throw error;
    }
  }

  get position(): SessionPosition {
    const { stepsPerEpoch } = this.#trainer;
    return {
      step: this.#step,
      epoch: this.#trainer.epochOf(this.#step),
      batch: this.#step % stepsPerEpoch,
      example: this.#example,
      rows: this.#rowsOf(this.#step),
    };
  }

  get stepsPerEpoch(): number {
    return this.#trainer.stepsPerEpoch;
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
    return this.#loss;
  }

  /** Samples that were trained on since the session was opened, those of steps run again too. */
  get processed(): number {
    return this.#processed;
  }

  /** Steps that were run since the session was opened, those run again too. */
  get ran(): number {
    return this.#ran;
  }

  /**
   * The epochs that are done. Of more than 10,000 every other one is dropped, from the old ones on. Validation is
   * measured after an epoch if a frame (16 ms) has passed since it was measured, or training stands, or `until` asks.
   */
  get epochs(): readonly EpochEvent[] {
    return this.#epochs;
  }

  /** Where numbers went wrong; undefined while all are finite. */
  get diverged(): Diverged | undefined {
    if (!this.#diverged) return undefined;
    const { error, ...place } = this.#diverged;
    return place;
  }

  /** The numbers that `set` changes, as the next step takes them: `learningRate`, and those of layers. */
  get settings(): Readonly<Record<string, number>> {
    const { hyperparameters, settings } = this.#task;
    const at = { step: this.#step, epoch: this.#trainer.epochOf(this.#step), steps: this.#trainer.steps };
    const rate = this.#log.at(this.#step, "learningRate") ?? learningRateAt(settings.optimizer, at);
    const ofLayers = hyperparameters.map(({ name, value }) => [name, this.#log.at(this.#step, name) ?? value]);
    return { learningRate: rate, ...Object.fromEntries(ofLayers) };
  }

  /** Bytes that the states to go back to take, and how many there are: at most 32 MiB, but always two. */
  get keptStates(): { readonly count: number; readonly bytes: number } {
    return { count: this.#kept.count, bytes: this.#kept.bytes };
  }

  /**
   * Trains until a condition holds or `pause` is called; says which. Throws OPTION; DIVERGED at NaN or infinity, with
   * the session after that step, and `diverged` saying where to go back to.
   */
  run({ until = {}, stepsPerSecond, onStretch }: RunOptions = {}): Promise<Ended> {
    const measures = {
      validation: this.validation !== undefined,
      accuracy: this.#task.objective.metrics.some(({ name }) => name === "accuracy"),
    };
    const conditions = checkUntil(until, measures);
    if (stepsPerSecond !== undefined && !(stepsPerSecond > 0)) throw wrongRate(stepsPerSecond);
    return this.#take(async (isMine) => {
      this.#checkFinite();
      this.#isFree = true; // between its stretches weights and rates may be changed
      return this.#forward(Number.MAX_SAFE_INTEGER, isMine, conditions, stepsPerSecond, onStretch);
    }, true);
  }

  /** Ends a run, or a way forward, after the step that is running, and waits until the session stands. */
  pause(): Promise<void> {
    this.#pauses += 1;
    this.#wake();
    return this.#turn.then(() => undefined);
  }

  /** Lets a run that waits for its next step call `onStretch` at once. */
  nudge(): void {
    this.#wake();
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
    return this.#take(async (isMine) => {
      if (count > 0) this.#checkFinite();
      const { step, example } = this.#target(by, count);
      await this.#moveTo(step, isMine);
      if (this.#step === step) this.#example = example;
      return this.position;
    });
  }

  /** Goes to the state after `step` steps, earlier or later. Throws OPTION before the step it began at, DIVERGED. */
  goTo(step: number): Promise<SessionPosition> {
    const { step: start } = this.#kept.first;
    if (!Number.isSafeInteger(step) || step < start)
      throw wrong("step", String(step), `a whole number from ${start}, where the session began`);
    return this.#take(async (isMine) => {
      if (step > (this.#diverged?.lastFinite ?? step)) this.#checkFinite();
      await this.#moveTo(step, isMine);
      if (this.#step === step) this.#example = 0;
      return this.position;
    });
  }

  /**
   * Changes the learning rate, or numbers of layers such as `dropout 1/rate`, from the next step on. Steps that lay ahead
   * after going back are forgotten. Throws OPTION, LIMIT, and BUSY while the session is on its way to a step.
   */
  set(changes: Readonly<Record<string, number | undefined>>): void {
    this.#checkStands("set");
    const given = Object.entries(changes).filter(([, value]) => value !== undefined) as [string, number][];
    for (const [name, value] of given) this.#checkNumber(name, value);
    for (const [name, value] of given) this.#note({ kind: "number", name, value });
    this.#trainer.forgetRates();
  }

  /**
   * Sets one weight: `index` has a place for each axis of the parameter. Steps that lay ahead after going back are
   * forgotten. Throws OPTION, DATA, LIMIT, BUSY as `set`, DIVERGED while numbers are not finite.
   */
  setWeight(name: string, index: readonly number[], value: number): void {
    this.#checkStands("setWeight");
    this.#checkFinite();
    const parameter = this.#held.network.parameters.get(name);
    if (!parameter) {
      const known = this.#held.network.parameters.names.join(", ") || "none";
      throw new NablaError("OPTION", `setWeight: there is no parameter ${quoted(String(name))}`, {
        expected: known,
        received: quoted(String(name)),
        hint: `The model has ${known}.`,
      });
    }
    const { shape } = parameter.tensor;
    const isPlace = (extent: number, axis: number): boolean =>
      Number.isSafeInteger(index[axis]) && index[axis]! >= 0 && index[axis]! < extent;
    if (!Array.isArray(index) || index.length !== shape.length || !shape.every(isPlace)) {
      const received = Array.isArray(index) ? `[${index.slice(0, 8).map(String).join(", ")}]` : typeof index;
      throw new NablaError("OPTION", `setWeight: ${quoted(name)} has no place ${received}`, {
        where: { layer: parameter.layer },
        expected: `one index for each axis of [${shape.join(", ")}], from 0`,
        received,
        hint: "Weights of a dense layer are [units, features].",
      });
    }
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value)))
      throw new NablaError("DATA", `setWeight: the new value of ${quoted(name)} is ${String(value)}`, {
        where: { layer: parameter.layer },
        expected: "a finite number",
        received: String(value),
        hint: "Give a number that float32 can hold.",
      });
    const place = shape.reduce((flat, extent, axis) => flat * extent + index[axis]!, 0);
    this.#note({ kind: "weight", name, index: place, value });
    this.#write(name, place, value);
  }

  /** All it takes to go on elsewhere. Throws BUSY while the session is on its way to a step. */
  states(): SessionStates {
    this.#checkStands("states");
    const names = this.#log.names(this.#step);
    return {
      step: this.#step,
      example: this.#example,
      values: readStates(this.#store),
      ...(names.length > 0 && {
        settings: Object.fromEntries(names.map((name) => [name, this.#log.at(this.#step, name)!])),
      }),
      sums: { samples: this.#samples, loss: this.#totals.loss, metrics: [...this.#totals.metrics] },
    };
  }

  /**
   * Goes on from states that were kept, here or elsewhere: they become the start, and the history is empty. Throws FORMAT,
   * SHAPE, DATA, OPTION for states that are not of this model, with the session as it was.
   */
  restore(states: SessionStates): Promise<SessionPosition> {
    return this.#take(async () => {
      checkStates(this.#store, states, this.#totals.metrics.length);
      const { step, example, values, settings = {}, sums } = states;
      for (const [name, value] of Object.entries(settings)) this.#checkNumber(name, value);
      const { length } = this.#rowsOf(step);
      if (example >= length) throw wrong("example", String(example), `a whole number below ${length}, its batch`);
      for (const [name, data] of Object.entries(values)) this.#store.write(name, data);
      [this.#step, this.#example, this.#loss] = [step, example, Number.NaN];
      this.#setSums(sums ?? { samples: 0, loss: 0, metrics: this.#totals.metrics.map(() => 0) });
      this.#diverged = undefined;
      this.#epochs = [];
      this.#kept.clear();
      this.#log.clear();
      for (const [name, value] of Object.entries(settings)) this.#log.add(step, { kind: "number", name, value });
      this.#trainer.forgetRates();
      this.#keep();
      return this.position;
    });
  }

  /** Ends a run after the step that is running, and makes the model free again. */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#pauses += 1;
    this.#wake();
    const close = (): void => {
      this.#trainer[Symbol.dispose]();
      this.#evaluator?.[Symbol.dispose]();
      this.#kept.clear();
      this.#held.release();
    };
    if (this.#isMoving) void this.#turn.then(close);
    else close();
  }

  // ── moving ──

  /** Ends a run, waits for those before, and moves; `isMine` says whether nobody else has asked since. */
  #take<T>(move: (isMine: () => boolean) => Promise<T>, isRun = false): Promise<T> {
    this.#checkOpen();
    this.#asked += 1;
    this.#wake();
    const [asked, pauses] = [this.#asked, this.#pauses];
    const isMine = (): boolean => this.#pauses === pauses && !this.#isDisposed && (!isRun || this.#asked === asked);
    const result = this.#turn.then(async () => {
      this.#checkOpen();
      this.#isMoving = true;
      try {
        return await move(isMine);
      } finally {
        this.#isMoving = false;
        this.#isFree = false;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Where a step of a kind leads. */
  #target(by: StepBy, count: number): { readonly step: number; readonly example: number } {
    const { stepsPerEpoch } = this.#trainer;
    const { step: start } = this.#kept.first;
    const steps = this.#diverged?.lastFinite ?? this.#step;
    const isInside = this.#example > 0 && !this.#diverged;
    const step = (target: number) => ({ step: Math.max(start, target), example: 0 });
    if (count === 0) return { step: steps, example: isInside ? this.#example : 0 };
    // numbers gone wrong: the last finite state is the first step back
    const back = this.#diverged || isInside ? count + 1 : count;
    if (by === "batch") return step(count > 0 ? steps + count : steps + back);
    if (by === "epoch") {
      const isBetween = steps % stepsPerEpoch !== 0 || isInside;
      const epoch = Math.floor(steps / stepsPerEpoch);
      return step((epoch + count + (count < 0 && isBetween ? 1 : 0)) * stepsPerEpoch);
    }
    const { size } = this.data;
    const at = Math.floor(steps / stepsPerEpoch) * size + (steps % stepsPerEpoch) * this.batchSize;
    const place = at + (isInside ? this.#example : 0) + (this.#diverged ? count + 1 : count);
    const inEpoch = place % size;
    const target = Math.floor(place / size) * stepsPerEpoch + Math.floor(inEpoch / this.batchSize);
    return place < 0 || target < start ? step(start) : { step: target, example: inEpoch % this.batchSize };
  }

  /** The examples of the batch after `step` steps. */
  #rowsOf(step: number): Uint32Array<ArrayBuffer> {
    const { isShuffled, seed, batchSize } = this.#task.settings;
    const epoch = this.#trainer.epochOf(step);
    if (this.#order.epoch !== epoch)
      this.#order = { epoch, samples: sampleOrder(this.data.size, isShuffled, seed, epoch) };
    const first = (step % this.stepsPerEpoch) * batchSize;
    return Uint32Array.from(this.#order.samples.subarray(first, first + batchSize));
  }

  async #moveTo(target: number, isMine: () => boolean): Promise<void> {
    if (target < this.#step || this.#diverged) {
      this.#goBackTo(this.#kept.before(target)!);
      await this.#replay(target);
      this.#epochs = this.#epochs.filter(({ epoch }) => epoch * this.stepsPerEpoch <= target);
    }
    await this.#forward(target, isMine);
  }

  /** Runs known steps once more, and keeps states that lie ever nearer to the target: a next step back is short. */
  async #replay(target: number): Promise<void> {
    let middle = this.#step;
    while (this.#step < target && !this.#isDisposed) {
      if (this.#step >= middle) {
        if (this.#step > this.#kept.first.step) this.#keep();
        middle = this.#step + Math.ceil((target - this.#step) / 2);
      }
      this.#stretch(Math.min(target, middle));
      if (this.#pace.isDue) await this.#pace.pause();
    }
  }

  /** Trains up to step `target`, or until a condition holds or `isMine` no longer does. */
  async #forward(
    target: number,
    isMine: () => boolean,
    until: Until = {},
    stepsPerSecond = Infinity,
    onStretch: () => void | Promise<void> = () => undefined,
  ): Promise<Ended> {
    await this.#pace.pause();
    let [began, done] = [now(), 0];
    let ended = endOfSteps(until, this.#step, this.stepsPerEpoch);
    while (!ended && this.#step < target && isMine()) {
      const due =
        stepsPerSecond === Infinity ? target : Math.floor((stepsPerSecond * (now() - began)) / 1000) + 1 - done;
      if (due <= 0) {
        this.#look();
        await onStretch();
        await waitFor((1000 * done) / stepsPerSecond - (now() - began), (wake) => (this.#wake = wake));
        if (isMine()) await this.#pace.pause();
        continue;
      }
      const limit = Math.min(target, until.step ?? target, this.#step + due);
      const from = this.#step;
      if (!this.#stretch(limit)) await this.#diverge();
      done += this.#step - from;
      if (due - (this.#step - from) > stepsPerSecond / 10) [began, done] = [now(), 0]; // it cannot be so fast
      if (this.#step % this.stepsPerEpoch === 0) {
        const isAsked = asksValidation(until);
        if (isAsked || now() - this.#validatedAt >= validationEvery) await this.#validate();
        ended = endOfEpoch(until, this.#epochs.at(-1)!);
      }
      ended ??= endOfSteps(until, this.#step, this.stepsPerEpoch);
      if (this.#pace.isDue) {
        if (!this.#look()) await this.#diverge();
        await onStretch();
        await this.#pace.pause();
      }
    }
    if (!this.#store.isFinite()) await this.#diverge();
    this.#keep();
    if (this.#step % this.stepsPerEpoch === 0) await this.#validate();
    return ended ?? { by: "pause" };
  }

  /** Runs the next steps up to `end`, as many as a chunk holds; gives whether their losses are finite. */
  #stretch(end: number): boolean {
    const trainer = this.#trainer;
    const epochEnd = (trainer.epochOf(this.#step) + 1) * trainer.stepsPerEpoch;
    const limit = Math.min(end, epochEnd, this.#log.next);
    const began = now();
    const results = trainer.run(this.#step, this.#pace.steps(limit - this.#step));
    const took = now() - began;
    this.#pace.ran(results.count, took);
    this.#totals.watch.add(took / 1000);
    this.#arrive(results);
    return results.losses.every(Number.isFinite);
  }

  /** What follows from steps that were run. */
  #arrive(results: StepResults): void {
    const { count, samples, losses } = results;
    this.#step += count;
    this.#example = 0;
    this.#loss = losses[count - 1]!;
    this.#samples += count * samples;
    this.#processed += count * samples;
    this.#ran += count;
    this.#totals.add(results);
    const { stepsPerEpoch } = this.#trainer;
    if (this.#step % stepsPerEpoch === 0) {
      const epoch = this.#step / stepsPerEpoch;
      const names = this.#task.objective.metrics.map(({ name }) => name);
      if (epoch > (this.#epochs.at(-1)?.epoch ?? 0))
        addEpoch(this.#epochs, this.#totals.event(epoch, this.#samples, names, undefined));
      this.#setSums({ samples: 0, loss: 0, metrics: names.map(() => 0) });
    }
    for (const { name, index, value } of this.#log.due(this.#step)) this.#write(name, index, value);
  }

  #setSums({ samples, loss, metrics }: KeptState["sums"]): void {
    this.#samples = samples;
    this.#totals = new EpochTotals(metrics.length);
    this.#totals.loss = loss;
    metrics.forEach((sum, i) => void (this.#totals.metrics[i] = sum));
  }

  #write(name: string, index: number, value: number): void {
    const values = this.#store.read(name);
    values[index] = value;
    this.#store.write(name, values);
  }

  // ── what there is to go back to ──

  #keep(): void {
    this.#kept.add({
      step: this.#step,
      applied: this.#log.applied,
      states: this.#store.snapshot(),
      sums: { samples: this.#samples, loss: this.#totals.loss, metrics: [...this.#totals.metrics] },
      loss: this.#loss,
    });
  }

  #goBackTo({ step, applied, states, sums, loss }: KeptState): void {
    this.#store.restore(states);
    this.#log.rewind(applied);
    [this.#step, this.#example, this.#loss] = [step, 0, loss];
    this.#setSums(sums);
    this.#diverged = undefined;
    for (const { name, index, value } of this.#log.due(step)) this.#write(name, index, value);
  }

  /** Looks at all states and keeps them, unless that would cost too much time; false where they are not finite. */
  #look(): boolean {
    const began = now();
    if (began - this.#lookedAt < guardShare * this.#lookCost) return true;
    if (!this.#store.isFinite()) return false;
    this.#keep();
    this.#lookedAt = now();
    this.#lookCost = this.#lookedAt - began;
    return true;
  }

  /** Finds the step that went wrong, leaves the session after it, and throws what happened. */
  async #diverge(): Promise<never> {
    const { divergenceAt } = await import("./divergence.ts"); // fetched only by those that need it
    const kept = this.#kept.before(this.#step)!;
    const end = this.#step;
    const isGood = (): boolean => this.#stretch(this.#step + 1) && this.#store.isFinite();
    this.#goBackTo(kept);
    while (this.#step < end && isGood());
    const bad = this.#step - 1;
    this.#goBackTo(kept);
    while (this.#step < bad) this.#stretch(this.#step + 1);
    this.#keep();
    const rate = String(this.settings["learningRate"]);
    const found = divergenceAt(
      this.#store,
      this.#trainer,
      bad,
      rate,
      `Go back to step ${bad}, the last with finite numbers.`,
    );
    this.#stretch(bad + 1);
    this.#epochs = this.#epochs.filter(({ epoch }) => epoch * this.stepsPerEpoch <= bad);
    const { error, layer, parameter } = found;
    this.#diverged = {
      ...(layer !== undefined && { layer }),
      ...(parameter !== undefined && { parameter }),
      step: bad + 1,
      lastFinite: bad,
      message: error.message,
      error,
    };
    throw error;
  }

  async #validate(): Promise<void> {
    const last = this.#epochs.at(-1);
    const isOfNow = last !== undefined && last.epoch * this.stepsPerEpoch === this.#step;
    if (!this.#evaluator || !isOfNow || last.validation) return;
    const { loss, metrics } = await this.#evaluator.evaluate(this.validation!);
    this.#epochs[this.#epochs.length - 1] = { ...last, validation: { loss, ...metrics } };
    this.#validatedAt = now();
  }

  /** Writes a change down; what lay ahead is forgotten. */
  #note(change: Parameters<ChangeLog["add"]>[1]): void {
    const at = this.#diverged?.lastFinite ?? this.#step;
    this.#kept.cut(at, this.#log.add(at, change));
  }

  // ── what is not allowed ──

  #checkNumber(name: string, value: number): void {
    if (name === "learningRate") {
      checkLearningRate("set", value);
      return;
    }
    const { hyperparameters, settings } = this.#task;
    const found = hyperparameters.find((one) => one.name === name);
    if (found) {
      found.check(value);
      return;
    }
    const known = ["learningRate", ...hyperparameters.map((one) => one.name)].join(", ");
    const isOfOptimizer = Object.hasOwn(settings.optimizer.settings, name);
    throw new NablaError(
      "OPTION",
      isOfOptimizer
        ? `set: ${name} of ${settings.optimizer.name} is part of the compiled step`
        : `set: there is no ${quoted(name)}`,
      {
        expected: known,
        received: quoted(name),
        hint: isOfOptimizer ? "Open a new session with it." : `Give ${known}.`,
      },
    );
  }

  #checkOpen(): void {
    if (this.#isDisposed)
      throw new NablaError("OPTION", "this training session has been disposed of", { hint: "Open another." });
  }

  #checkStands(what: string): void {
    this.#checkOpen();
    if (!this.#isMoving || this.#isFree) return;
    throw new NablaError("BUSY", `${what}: the session is on its way to a step`, {
      expected: "a session that stands or runs",
      received: "one that moves",
      hint: "Wait for what step, goTo or restore gave.",
    });
  }

  #checkFinite(): void {
    if (this.#diverged) throw this.#diverged.error;
  }
}

function wrong(option: string, received: string, expected: string): NablaError {
  return new NablaError("OPTION", `session: ${option} is ${received}`, {
    expected,
    received,
    hint: `Give ${option} as ${expected}.`,
  });
}

const wrongRate = (value: unknown): NablaError => wrong("stepsPerSecond", String(value), "a number above 0");
