import { sizeOf } from "../array/ndarray.ts";
import type { Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { learningRateAt, type Optimizer } from "../optim/index.ts";
import { now } from "./clock.ts";
import { divergence } from "./divergence.ts";
import { EpochTotals } from "./epoch-totals.ts";
import { Evaluator } from "./evaluate.ts";
import type { EpochEvent, Evaluation } from "./events.ts";
import { HyperparameterBook } from "./hyperparameters.ts";
import { type Model, stepwise } from "./model.ts";
import type { Network } from "./network.ts";
import type { FitOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { SessionLog } from "./session-log.ts";
import { type Task, taskOf } from "./task.ts";
import { Trainer } from "./trainer.ts";

/** What `fit` takes, but for what a session decides itself: how long it runs, and what is kept. */
export type SessionOptions = Pick<
  FitOptions,
  | "loss"
  | "optimizer"
  | "batchSize"
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
  /** Epochs done, and batches of the one that goes on. */
  readonly epoch: number;
  readonly batch: number;
  /** Of the current batch: how many of its samples were looked at. */
  readonly example: number;
  /** The samples of the current batch, by their number in the training data. */
  readonly rows: Int32Array;
}

/** Everything a run at a step is, but for its data and options: to go on elsewhere, to the bit. */
export interface SessionStates {
  readonly step: number;
  readonly example: number;
  /** Parameters, the optimizer's moments, and what layers keep. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** Where a run is to end by itself; the first that holds counts. Measured at the end of an epoch. */
export interface Until {
  readonly epoch?: number;
  readonly step?: number;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

export type SessionEnd = keyof Until | "paused";

export interface AdvanceOptions {
  readonly until?: Until;
  /** At most so many; default as many as the machine can. */
  readonly stepsPerSecond?: number;
  /** Called after each slice of work, about every 8 ms; nothing runs until it is settled. */
  readonly onSlice?: () => void | Promise<void>;
}

/** Schedules that ask how long a run is are told that it is so many epochs long. */
const nominalEpochs = 100;
/** An epoch's validation is left out while the one before is not this old, in milliseconds: nobody could see both. */
const validationPause = 16;

/**
 * Training under hand control: the very steps that `fit` would do with the same options, to the bit, one by one or many,
 * forwards and back, with weights and rates that may be changed on the way. While it is open the model's `fit` and
 * `reset` throw BUSY; `predict`, `explain` and the like see the weights as they are. Dispose of it to let the model go.
 */
export class TrainingSession implements Disposable {
  readonly #network: Network;
  readonly #store: Store;
  readonly #task: Task;
  readonly #release: () => void;
  readonly #log = new SessionLog();
  readonly #hyperparameters: HyperparameterBook;
  /** From which step on each learning rate holds; before the first it is the optimizer's. */
  #rates: readonly { readonly from: number; readonly value: number }[] = [];
  #trainer!: Trainer;
  #evaluator: Evaluator | undefined;
  #totals: EpochTotals;
  #epochs: EpochEvent[] = [];
  #step = 0;
  #example = 0;
  #loss = Number.NaN;
  #isWanted = false;
  #isRunning = false;
  #validatedAt = Number.NEGATIVE_INFINITY;
  #stepsPerSecond = 0;

  private constructor(network: Network, store: Store, task: Task, release: () => void) {
    this.#network = network;
    this.#store = store;
    this.#task = task;
    this.#release = release;
    this.#totals = new EpochTotals(task.objective.metrics.length);
    this.#hyperparameters = new HyperparameterBook(
      task.hyperparameters,
      () => this.#step,
      () => this.#trainer.forgetRates(),
    );
  }

  /** Throws OPTION, SHAPE, DATA for what cannot be trained, BUSY while the model is. */
  static async open(model: Model, data: Dataset, options: SessionOptions = {}): Promise<TrainingSession> {
    const { network, seed, learn, release } = stepwise(model);
    try {
      const given = { ...options, epochs: nominalEpochs };
      const task = taskOf(network, data, given, options.seed ?? seed);
      const store = await network.engine.open(task.settings.arithmetic);
      const session = new TrainingSession(network, store, task, release);
      await session.#open();
      learn(task.objective.loss, data);
      return session;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { settings, objective, data, validation } = this.#task;
    const { inputShape } = this.#network;
    const trace = (isTraining: boolean) => (x: Parameters<Network["trace"]>[0]) =>
      this.#network.trace(x, isTraining, settings.seed);
    const { at: hyperparameter } = this.#hyperparameters;
    const optimizer: Optimizer = { ...settings.optimizer, learningRate: (at) => this.#rateAt(at) };
    const pace = new Pace();
    this.#trainer = await Trainer.open(
      this.#store,
      { inputShape, objective, trace: trace(true), hyperparameter },
      data,
      { ...settings, optimizer },
      () => pace.pause(),
    );
    if (validation)
      this.#evaluator = new Evaluator(this.#store, {
        inputShape,
        objective: validation.objective,
        trace: trace(false),
      });
    this.#log.keep(0, this.#store, this.#totals);
  }

  // ── what is known ──

  get data(): Dataset {
    return this.#task.data;
  }

  get validation(): Dataset | undefined {
    return this.#task.validation?.data;
  }

  /** As `fit` calls it. */
  get lossName(): string {
    return this.#task.objective.loss.name || "a loss of your own";
  }

  get loss() {
    return this.#task.objective.loss;
  }

  get arithmetic(): "portable" | "fma" {
    return this.#network.engine.backend.arithmetic;
  }

  get threads(): number {
    return this.#trainer.threads;
  }

  get batchSize(): number {
    return this.#task.settings.batchSize;
  }

  get stepsPerEpoch(): number {
    return this.#trainer.stepsPerEpoch;
  }

  get learningRate(): number {
    return this.#rateAt(this.#moment(this.#step));
  }

  get position(): SessionPosition {
    const epoch = this.#trainer.epochOf(this.#step);
    return {
      step: this.#step,
      epoch,
      batch: this.#step - epoch * this.stepsPerEpoch,
      example: this.#example,
      rows: this.#trainer.samplesOf(this.#step),
    };
  }

  /** Mean loss of the last step's batch, before its update; NaN before the first. */
  get lastLoss(): number {
    return this.#loss;
  }

  /** Every epoch that is done, as `fit` tells them; validation is left out where epochs follow within 16 ms. */
  get epochs(): readonly EpochEvent[] {
    return this.#epochs;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get stepsPerSecond(): number {
    return this.#stepsPerSecond;
  }

  // ── going on ──

  /** Trains until a condition holds or `pause` is called, and says which it was. Throws DIVERGED, BUSY. */
  async advance({ until = {}, stepsPerSecond, onSlice }: AdvanceOptions = {}): Promise<SessionEnd> {
    checkUntil(until);
    this.#checkIdle("advance");
    const pace = new Pace();
    const began = now();
    const start = this.#step;
    this.#isRunning = this.#isWanted = true;
    try {
      for (;;) {
        const met = this.#met(until);
        if (met) return met;
        if (!this.#isWanted) return "paused";
        const due = stepsPerSecond
          ? start + ((now() - began) / 1000) * stepsPerSecond - this.#step
          : Number.POSITIVE_INFINITY;
        if (due >= 1) {
          const most = Math.min(Math.floor(due), (until.step ?? Number.POSITIVE_INFINITY) - this.#step);
          const from = now();
          const count = this.#slice(pace.steps(Math.min(most, 1_000_000)));
          pace.ran(count, now() - from);
          await this.#endEpoch(until);
        }
        this.#stepsPerSecond = ((this.#step - start) * 1000) / Math.max(1, now() - began);
        if (due < 1 || pace.isDue) {
          await onSlice?.();
          if (due < 1) await wait(Math.min(16, ((1 - due) * 1000) / stepsPerSecond!));
          await pace.pause();
        }
      }
    } finally {
      this.#isRunning = false;
      await this.#validateLast();
    }
  }

  /** Ends `advance` after the slice that runs. */
  pause(): void {
    this.#isWanted = false;
  }

  /**
   * Looks at `count` more examples of the batch, or fewer where it is negative. After the last example of a batch its
   * step is done: the weights change with the batch and never within it.
   */
  async stepExamples(count: number): Promise<void> {
    this.#checkIdle("stepExamples");
    checkWhole("examples", count);
    let left = Math.abs(count);
    while (left > 0) {
      if (count > 0) {
        const { length } = this.#trainer.samplesOf(this.#step);
        const taken = Math.min(left, length - this.#example);
        this.#example += taken;
        left -= taken;
        if (this.#example === length) await this.stepBatches(1);
      } else {
        if (this.#example === 0) {
          if (this.#step === 0) return;
          await this.goTo(this.#step - 1);
          this.#example = this.#trainer.samplesOf(this.#step).length;
        }
        const taken = Math.min(left, this.#example);
        this.#example -= taken;
        left -= taken;
      }
    }
  }

  /** Does `count` steps, or goes so many back. A batch that is half looked at counts as one that is not done. */
  async stepBatches(count: number): Promise<void> {
    this.#checkIdle("stepBatches");
    checkWhole("batches", count);
    if (count === 0) return;
    const isHalf = this.#example > 0;
    await this.goTo(Math.max(0, this.#step + count + (count < 0 && isHalf ? 1 : 0)));
  }

  /** To the start of an epoch further on or back. */
  async stepEpochs(count: number): Promise<void> {
    this.#checkIdle("stepEpochs");
    checkWhole("epochs", count);
    const at = (this.#step + (this.#example > 0 ? 0.5 : 0)) / this.stepsPerEpoch;
    const epoch = count > 0 ? Math.floor(at) + count : Math.ceil(at) + count;
    if (count !== 0) await this.goTo(Math.max(0, epoch * this.stepsPerEpoch));
  }

  /** To when so many steps were done: forwards by training, back by what was kept and the steps from there. */
  async goTo(step: number): Promise<void> {
    this.#checkIdle("goTo");
    if (!Number.isSafeInteger(step) || step < 0) throw wrong("step", step, "a whole number from 0");
    this.#isRunning = true;
    try {
      if (step < this.#step || (step === this.#step && this.#example > 0)) this.#return(step);
      const pace = new Pace();
      while (this.#step < step) {
        const from = now();
        const count = this.#slice(pace.steps(step - this.#step));
        pace.ran(count, now() - from);
        await this.#endEpoch({});
        if (pace.isDue) await pace.pause();
      }
      await this.#validateLast();
    } finally {
      this.#isRunning = false;
    }
  }

  // ── turning knobs ──

  /** Changes the learning rate, or a number of a layer by its name ("dropout 1/rate"), from the next step on. */
  set(changes: Readonly<Record<string, number>>): void {
    const { learningRate, ...others } = changes;
    if (learningRate !== undefined && !(Number.isFinite(learningRate) && learningRate >= 0))
      throw wrong("learningRate", learningRate, "a number from 0");
    const names = this.#hyperparameters.names();
    for (const name of Object.keys(others))
      if (!names.includes(name)) throw wrong("name", name, ["learningRate", ...names].join(", "));
    for (const [name, value] of Object.entries(others)) this.#hyperparameters.set(name, value);
    if (learningRate !== undefined)
      this.#rates = [...this.#rates.filter(({ from }) => from < this.#step), { from: this.#step, value: learningRate }];
    this.#trainer.forgetRates();
    this.#log.change(this.#step, () => undefined);
  }

  /** Puts a number into a parameter. Throws OPTION for a name or a place there is not, DATA unless it is finite. */
  setWeight(name: string, index: readonly number[], value: number): void {
    const parameter = this.#network.parameters.get(name);
    if (!parameter) throw wrong("parameter", name, this.#network.parameters.names.join(", "));
    const { shape } = parameter.tensor;
    const isThere =
      index.length === shape.length && index.every((at, axis) => Number.isInteger(at) && at >= 0 && at < shape[axis]!);
    if (!isThere) throw wrong("index", `[${index.join(", ")}]`, `a place in [${shape.join(", ")}]`);
    if (!Number.isFinite(value))
      throw new NablaError("DATA", `${quoted(name)} cannot become ${value}`, {
        expected: "a finite number",
        received: String(value),
        hint: "Give a number.",
      });
    const place = index.reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
    const apply = (): void => {
      const values = this.#store.read(name);
      values[place] = value;
      this.#store.write(name, values);
    };
    apply();
    this.#log.change(this.#step, apply);
  }

  // ── going on elsewhere ──

  states(): SessionStates {
    const values = Object.fromEntries(this.#store.states().map(({ name }) => [name, this.#store.read(name)]));
    return { step: this.#step, example: this.#example, values };
  }

  /** Goes on from the states of another session with the same model and options. Throws FORMAT where they do not fit. */
  restore({ step, example, values }: SessionStates): void {
    this.#checkIdle("restore");
    if (!Number.isSafeInteger(step) || step < 0) throw wrong("step", step, "a whole number from 0");
    for (const { name, shape } of this.#store.states()) {
      const given = Object.hasOwn(values, name) ? values[name] : undefined;
      if (!(given instanceof Float32Array) || given.length !== sizeOf(shape) || !given.every(Number.isFinite))
        throw new NablaError("FORMAT", `the states to go on from do not fit the model: ${quoted(name)}`, {
          expected: `${sizeOf(shape)} finite numbers`,
          received: given instanceof Float32Array ? `${given.length} numbers` : "none",
          hint: "Take them from a run of the same model and optimizer.",
        });
    }
    for (const { name } of this.#store.states()) this.#store.write(name, values[name]!);
    this.#step = step;
    const size = this.#trainer.samplesOf(step).length;
    this.#example = Number.isInteger(example) && example > 0 && example < size ? example : 0;
    this.#loss = Number.NaN;
    this.#epochs = [];
    this.#rates = [];
    this.#totals = new EpochTotals(this.#task.objective.metrics.length);
    this.#trainer.forgetRates();
    this.#log.clear();
    this.#log.keep(step, this.#store, this.#totals);
  }

  [Symbol.dispose](): void {
    this.#isWanted = false;
    this.#evaluator?.[Symbol.dispose]();
    this.#trainer[Symbol.dispose]();
    this.#release();
  }

  // ── inside ──

  #moment = (step: number) => ({ step, epoch: this.#trainer.epochOf(step), steps: this.#trainer.steps });

  #rateAt(at: Parameters<typeof learningRateAt>[1]): number {
    const changed = this.#rates.findLast(({ from }) => from <= at.step);
    return changed ? changed.value : learningRateAt(this.#task.settings.optimizer, at);
  }

  /** Runs up to `most` steps within an epoch, a change and a moment to keep; gives how many. */
  #slice(most: number): number {
    const epochEnd = (this.#trainer.epochOf(this.#step) + 1) * this.stepsPerEpoch;
    const stop = Math.min(
      this.#step + most,
      epochEnd,
      this.#step + this.#log.untilNext(this.#step),
      this.#log.nextChange(this.#step),
    );
    const results = this.#trainer.run(this.#step, Math.max(1, stop - this.#step));
    this.#step += results.count;
    this.#example = 0;
    if (!results.losses.every(Number.isFinite)) this.#diverge();
    this.#totals.add(results);
    this.#loss = results.losses.at(-1)!;
    if (this.#log.untilNext(this.#step - results.count) === results.count) {
      if (!this.#store.isFinite()) this.#diverge();
      this.#log.keep(this.#step, this.#store, this.#totals);
    }
    for (const { apply } of this.#log.changesAt(this.#step)) apply();
    return results.count;
  }

  /** Puts the run back to the last step whose numbers were all finite, and throws. */
  #diverge(): never {
    const end = this.#step;
    this.#return(end - 1, true);
    throw divergence(this.#trainer, this.#step, String(this.learningRate));
  }

  /** Puts states and sums back to when `step` steps were done, or with `isWatched` to the last finite step before that. */
  #return(step: number, isWatched = false): void {
    const { states, step: from, loss, metrics } = this.#log.nearest(step);
    this.#store.restore(states);
    this.#totals = totalsOf(loss, metrics, this.#trainer.epochOf(from) * this.stepsPerEpoch === from);
    this.#epochs = this.#epochs.filter(({ epoch }) => epoch * this.stepsPerEpoch <= step);
    this.#trainer.forgetRates();
    this.#step = from;
    this.#example = 0;
    this.#loss = Number.NaN;
    for (const { apply } of this.#log.changesAt(from)) apply();
    while (this.#step < step) {
      const before = isWatched ? this.#store.snapshot() : undefined;
      const results = this.#trainer.run(
        this.#step,
        isWatched ? 1 : Math.max(1, Math.min(step, this.#log.nextChange(this.#step)) - this.#step),
      );
      if (before && !(results.losses.every(Number.isFinite) && this.#store.isFinite())) {
        this.#store.restore(before);
        return;
      }
      if (this.#step % this.stepsPerEpoch === 0) this.#totals = new EpochTotals(metrics.length);
      this.#step += results.count;
      this.#totals.add(results);
      this.#loss = results.losses.at(-1)!;
      for (const { apply } of this.#log.changesAt(this.#step)) apply();
    }
    if (this.#step % this.stepsPerEpoch === 0) this.#totals = new EpochTotals(metrics.length);
  }

  /** Writes the epoch down, if one has just ended. */
  async #endEpoch(until: Until): Promise<void> {
    if (this.#step === 0 || this.#step % this.stepsPerEpoch !== 0) return;
    const epoch = this.#step / this.stepsPerEpoch;
    if (this.#epochs.at(-1)?.epoch === epoch) return;
    const isAsked = until.validationLoss !== undefined || until.validationAccuracy !== undefined;
    const isDue = isAsked || now() - this.#validatedAt >= validationPause;
    const measured = isDue ? await this.#validate() : undefined;
    const names = this.#task.objective.metrics.map(({ name }) => name);
    this.#epochs.push(this.#totals.event(epoch, this.data.size, names, measured));
    this.#totals = new EpochTotals(names.length);
  }

  async #validate(): Promise<Evaluation | undefined> {
    const measured = await this.#evaluator?.evaluate(this.validation!);
    this.#validatedAt = now();
    return measured;
  }

  /** At rest, the last epoch has its validation, if the weights are still those of its end. */
  async #validateLast(): Promise<void> {
    const last = this.#epochs.at(-1);
    if (!last || last.validation || !this.#evaluator || last.epoch * this.stepsPerEpoch !== this.#step) return;
    const measured = await this.#validate();
    if (measured)
      this.#epochs[this.#epochs.length - 1] = { ...last, validation: { loss: measured.loss, ...measured.metrics } };
  }

  #met(until: Until): keyof Until | undefined {
    if (until.step !== undefined && this.#step >= until.step) return "step";
    if (until.epoch !== undefined && this.#trainer.epochOf(this.#step) >= until.epoch) return "epoch";
    const last = this.#epochs.at(-1);
    if (!last || last.epoch * this.stepsPerEpoch !== this.#step) return undefined;
    const accuracy = last.metrics["accuracy"];
    if (until.loss !== undefined && last.loss <= until.loss) return "loss";
    if (until.accuracy !== undefined && accuracy !== undefined && accuracy >= until.accuracy) return "accuracy";
    const { loss, accuracy: right } = last.validation ?? {};
    if (until.validationLoss !== undefined && loss !== undefined && loss <= until.validationLoss)
      return "validationLoss";
    if (until.validationAccuracy !== undefined && right !== undefined && right >= until.validationAccuracy)
      return "validationAccuracy";
    return undefined;
  }

  #checkIdle(action: string): void {
    if (!this.#isRunning) return;
    throw new NablaError("BUSY", `${action}: the session is running`, {
      expected: "a session at rest",
      received: "one that runs",
      hint: "Call pause() and wait for advance first.",
    });
  }
}

function totalsOf(loss: number, metrics: readonly number[], isNew: boolean): EpochTotals {
  const totals = new EpochTotals(metrics.length);
  if (isNew) return totals;
  totals.loss = loss;
  metrics.forEach((sum, i) => {
    totals.metrics[i] = sum;
  });
  return totals;
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function checkUntil(until: Until): void {
  const known = ["epoch", "step", "loss", "accuracy", "validationLoss", "validationAccuracy"];
  for (const [name, value] of Object.entries(until)) {
    if (!known.includes(name)) throw wrong("until", name, known.join(", "));
    if (typeof value !== "number" || Number.isNaN(value)) throw wrong(`until.${name}`, value, "a number");
  }
}

function checkWhole(what: string, count: number): void {
  if (!Number.isSafeInteger(count)) throw wrong(what, count, "a whole number");
}

function wrong(option: string, value: unknown, expected: string): NablaError {
  const received = typeof value === "string" ? quoted(value) : typeof value === "number" ? String(value) : typeof value;
  return new NablaError("OPTION", `session: ${option} is ${received}`, {
    expected,
    received,
    hint: `Give ${expected}.`,
  });
}
