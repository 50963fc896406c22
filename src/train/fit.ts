import type { Store } from "../backend/backend.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { input } from "../graph/index.ts";
import { checkArithmetic } from "./backends.ts";
import { type Checkpoint, returnToLastFinite } from "./checkpoint.ts";
import { now, Stopwatch } from "./clock.ts";
import { Evaluator } from "./evaluate.ts";
import { EventStream } from "./event-stream.ts";
import type { EpochEvent, History, StartEvent, TrainEvent } from "./events.ts";
import { HistoryBook } from "./history.ts";
import { HyperparameterBook, type Hyperparameters } from "./hyperparameters.ts";
import type { Network } from "./network.ts";
import { checkDescent, type Objective, objectiveOf } from "./objective.ts";
import { checkFitOptions, type FitOptions, type FitSettings, splitValidation } from "./options.ts";
import { Pace } from "./pace.ts";
import type { Hyperparameter } from "./scope.ts";
import { type StepResults, Trainer } from "./trainer.ts";

/** A training run: its events as they happen, its history so far, and its end. */
export interface FitRun extends AsyncIterable<TrainEvent> {
  readonly history: History;
  /**
   * The history, when the run has ended; rejects when training diverges, or with the reason of an abort. Leaving a loop
   * over the events, or `stop()`, ends the run after the step: `done` resolves and `history.stopped` is "stopped".
   */
  readonly done: Promise<History>;
  /** Numbers of layers that may be changed while the run goes on, such as the rate of a dropout. */
  readonly hyperparameters: Hyperparameters;
  /** Ends the run after the step that is running. */
  stop(): void;
}

/** Guarding against NaN (looking at every state, and copying it) may cost one part in so many of the time. */
const guardShare = 50;

/**
 * One run of training, which begins by itself once the caller's code pauses.
 *
 * Steps run in chunks of at most 8 ms with a pause between them. Clocks decide where chunks end, when states are
 * copied, and how fast it says it was; the parameters that come out depend on none of it.
 */
export class Fit implements FitRun {
  readonly done: Promise<History>;
  readonly #network: Network;
  readonly #settings: FitSettings;
  readonly #data: Dataset;
  readonly #validation: Dataset | undefined;
  readonly #objective: Objective;
  readonly #validationObjective: Objective | undefined;
  readonly #book = new HistoryBook();
  readonly #events: EventStream<TrainEvent>;
  readonly #pace = new Pace();
  readonly #hyperparameters: HyperparameterBook;
  #trainer: Trainer | undefined;
  /** The step that comes next. */
  #step = 0;
  #start: StartEvent | undefined;
  /** The `done` event, once there is one. */
  #last: readonly TrainEvent[] = [];
  #isStopped = false;
  /** Open once the run has begun. */
  #store: Store | undefined;
  #checkpoint: Checkpoint = { step: 0, snapshot: { states: new Map() } };
  #guardedAt = 0;
  #guardCost = 0;

  /** Throws OPTION, SHAPE, DATA for what cannot be trained. `onEnd` is called when the model is free again. */
  constructor(network: Network, data: Dataset, options: FitOptions, seed: number, onEnd: () => void) {
    const { train, validation } = splitValidation(data, options, seed);
    this.#network = network;
    this.#data = train;
    this.#validation = validation;
    network.checkSamples(train);
    if (validation) network.checkSamples(validation);
    this.#settings = checkFitOptions(options, train.size, seed);
    this.#objective = objectiveOf(network.probe, train, options);
    checkDescent(network.probe, this.#objective);
    const { loss } = this.#objective;
    this.#validationObjective =
      validation && objectiveOf(network.probe, validation, { loss, metrics: options.metrics });
    this.#events = new EventStream<TrainEvent>({ past: () => this.#past(), onLeave: () => this.#leave() });
    checkArithmetic(this.#settings.arithmetic ?? "auto");
    this.#hyperparameters = new HyperparameterBook(
      this.#traceBatches(),
      () => this.#step,
      () => this.#trainer?.forgetRates(),
    );
    this.done = this.#run(onEnd);
    this.done.catch(() => undefined); // a run that nobody waits for must not end the process
  }

  get objective(): Objective {
    return this.#objective;
  }

  get history(): History {
    return this.#book.history;
  }

  get hyperparameters(): Hyperparameters {
    return this.#hyperparameters;
  }

  stop(): void {
    this.#isStopped = true;
    this.#events.letGo();
  }

  [Symbol.asyncIterator](): AsyncIterator<TrainEvent> {
    return this.#events[Symbol.asyncIterator]();
  }

  #leave(): Promise<unknown> {
    this.stop();
    return this.done;
  }

  /** What a reader who comes late has missed, steps left out. */
  #past(): readonly TrainEvent[] {
    return this.#start ? [this.#start, ...this.#book.history.epochs, ...this.#last] : [];
  }

  #openTrainer(store: Store): Promise<Trainer> {
    const { inputShape } = this.#network;
    const trainable = {
      inputShape,
      objective: this.#objective,
      trace: this.#trace(true),
      hyperparameter: this.#hyperparameters.at,
    };
    return Trainer.open(store, trainable, this.#data, this.#settings, () => this.#pace.pause());
  }

  #trace = (isTraining: boolean) => (x: Parameters<Network["trace"]>[0]) =>
    this.#network.trace(x, isTraining, this.#settings.seed);

  /** Applies the layers to each size of batch, so that one that cannot be trained on is told at once. */
  #traceBatches(): readonly Hyperparameter[] {
    const { batchSize } = this.#settings;
    const sizes = [batchSize, this.#data.size % batchSize].filter((size) => size > 0);
    const traces = sizes.map((size) => this.#trace(true)(input([size, ...this.#network.inputShape])));
    return traces[0]!.hyperparameters;
  }

  async #run(onEnd: () => void): Promise<History> {
    const { signal } = this.#settings;
    const letGo = (): void => this.#events.letGo();
    signal?.addEventListener("abort", letGo, { once: true });
    let failure: { readonly reason: unknown } | undefined;
    try {
      await this.#pace.pause(); // the caller has got the run by now, and may listen
      signal?.throwIfAborted();
      this.#store = await this.#network.engine.open(this.#settings.arithmetic);
      const trainer = await this.#openTrainer(this.#store);
      this.#trainer = trainer;
      try {
        await this.#train(trainer);
      } finally {
        this.#trainer = undefined;
        trainer[Symbol.dispose]();
      }
    } catch (reason) {
      failure = { reason };
    }
    this.#book.close();
    signal?.removeEventListener("abort", letGo);
    onEnd(); // before anybody hears of the end: whoever does may train again
    const { history } = this.#book;
    if (!failure) this.#last = [{ kind: "done", history }];
    for (const event of this.#last) this.#events.offer(event);
    this.#events.end(failure);
    if (failure) throw failure.reason;
    return history;
  }

  async #train(trainer: Trainer): Promise<void> {
    const store = this.#store!;
    const { epochs, earlyStopping } = this.#settings;
    this.#checkpoint = { step: 0, snapshot: store.snapshot() };
    this.#guardedAt = now();
    this.#start = this.#describe(trainer);
    await this.#tell(this.#start);
    const evaluator = this.#openEvaluator();
    let best: readonly (readonly [string, Float32Array])[] = [];
    try {
      for (let epoch = 0; epoch < epochs && !this.#isStopped; epoch++) {
        const event = await this.#epoch(trainer, epoch, evaluator);
        if (!event) break;
        const isBest = this.#book.add(event);
        if (isBest && earlyStopping?.restoreBest)
          best = this.#network.parameters.names.map((name) => [name, store.read(name)]);
        if (earlyStopping && event.epoch - this.#book.history.best >= earlyStopping.patience) this.#book.end("early");
        else if (event.epoch === epochs) this.#book.end("finished");
        await this.#tell(event);
        if (this.#book.history.stopped === "early") break;
      }
    } finally {
      evaluator?.[Symbol.dispose]();
    }
    if (this.#book.history.stopped !== "stopped") for (const [name, values] of best) store.write(name, values);
  }

  /** Hands an event to the reader, who may abort meanwhile. */
  async #tell(event: TrainEvent): Promise<void> {
    await this.#events.offer(event);
    this.#settings.signal?.throwIfAborted();
  }

  /** Trains for one epoch; undefined if it was stopped on the way. */
  async #epoch(trainer: Trainer, epoch: number, evaluator: Evaluator | undefined): Promise<EpochEvent | undefined> {
    const { metrics } = this.#objective;
    const watch = new Stopwatch();
    const end = (epoch + 1) * trainer.stepsPerEpoch;
    const totals = { loss: 0, metrics: metrics.map(() => 0) };
    watch.start();
    for (let step = epoch * trainer.stepsPerEpoch; step < end; ) {
      const results = this.#steps(trainer, step, end);
      step += results.count;
      this.#step = step;
      if (!results.losses.every(Number.isFinite)) await this.#diverge(trainer, step);
      addUp(totals, results);
      if (this.#events.isRead && this.#settings.stepEvents !== "none") {
        watch.stop();
        await this.#events.offer({ kind: "step", epoch: epoch + 1, step, loss: results.losses[results.count - 1]! });
        watch.start();
      }
      if (this.#pace.isDue) {
        await this.#guard(trainer, step);
        await this.#pace.pause();
      }
      if (this.#settings.signal?.aborted || (this.#isStopped && step < end)) {
        await this.#check(trainer, step);
        this.#settings.signal?.throwIfAborted();
        return undefined;
      }
    }
    watch.stop();
    const isSeen = this.#events.isRead || evaluator !== undefined || this.#settings.earlyStopping !== undefined;
    if (isSeen || this.#isStopped || epoch + 1 === this.#settings.epochs) await this.#check(trainer, end);
    const validation = evaluator && (await evaluator.evaluate(this.#validation!));
    const { size } = this.#data;
    return {
      kind: "epoch",
      epoch: epoch + 1,
      loss: totals.loss / size,
      metrics: Object.fromEntries(metrics.map(({ name }, i) => [name, totals.metrics[i]! / size])),
      ...(validation && { validation: { loss: validation.loss, ...validation.metrics } }),
      samplesPerSecond: size / Math.max(watch.seconds, 1e-9),
      seconds: watch.seconds,
    };
  }

  /** Runs the next steps before `end`: one where a reader wants every step, else as many as a chunk holds. */
  #steps(trainer: Trainer, first: number, end: number): StepResults {
    const isSingle = this.#events.isRead && this.#settings.stepEvents === "every";
    const began = now();
    const results = trainer.run(first, isSingle ? 1 : this.#pace.steps(end - first));
    this.#pace.ran(results.count, now() - began);
    return results;
  }

  /** Looks at all states and copies them, unless that was done so recently that it would cost too much time. */
  async #guard(trainer: Trainer, step: number): Promise<void> {
    const began = now();
    if (began - this.#guardedAt < guardShare * this.#guardCost) return;
    await this.#check(trainer, step);
    this.#checkpoint = { step, snapshot: this.#store!.snapshot() };
    this.#guardedAt = now();
    this.#guardCost = this.#guardedAt - began;
  }

  async #check(trainer: Trainer, step: number): Promise<void> {
    if (!this.#store!.isFinite()) await this.#diverge(trainer, step);
  }

  /** Goes back to the last finite step before `end`, at once, and throws what happened at the next. */
  async #diverge(trainer: Trainer, end: number): Promise<never> {
    const bad = returnToLastFinite(trainer, this.#store!, this.#checkpoint, end);
    this.#book.forgetFrom(trainer.epochOf(bad) + 1);
    const { divergence } = await import("./divergence.ts"); // fetched only by the few runs that need it
    throw divergence(trainer, bad, String(this.#settings.optimizer.settings["learningRate"]));
  }

  #openEvaluator(): Evaluator | undefined {
    const objective = this.#validationObjective;
    const { inputShape } = this.#network;
    return objective && new Evaluator(this.#store!, { inputShape, objective, trace: this.#trace(false) });
  }

  #describe(trainer: Trainer): StartEvent {
    const { engine, parameters } = this.#network;
    return {
      kind: "start",
      parameters: parameters.count,
      loss: this.#objective.loss.name || "a loss of your own",
      arithmetic: engine.backend.arithmetic,
      engine: engine.backend.name,
      threads: trainer.threads,
      samples: this.#data.size,
      batchSize: this.#settings.batchSize,
      epochs: this.#settings.epochs,
      stepsPerEpoch: trainer.stepsPerEpoch,
    };
  }
}

/** Adds losses (means over their batch) and metrics (sums over it) to the totals of an epoch, in float64. */
function addUp(totals: { loss: number; metrics: number[] }, { count, samples, losses, metrics }: StepResults): void {
  for (let i = 0; i < count; i++) totals.loss += losses[i]! * samples;
  metrics.forEach((sums, m) => {
    for (let i = 0; i < count; i++) totals.metrics[m]! += sums[i]!;
  });
}

/** The error for a model that is asked to change while it trains. */
export const busy = (what: string): NablaError =>
  new NablaError("BUSY", `${what}: this model is being trained`, {
    expected: "a model at rest",
    received: "a run that has not ended",
    hint: "Wait for the run's `done`, or stop it first; `clone()` gives a second model.",
  });
