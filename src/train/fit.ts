import { areFinite } from "../array/finite.ts";
import type { Store } from "../backend/backend.ts";
import type { NablaError } from "../errors.ts";
import { input, type Tensor } from "../graph/index.ts";
import { checkArithmetic } from "./backends.ts";
import type { CheckpointWriter } from "./checkpoint-writer.ts";
import { now } from "./clock.ts";
import { EpochTotals } from "./epoch-totals.ts";
import { Evaluator } from "./evaluate.ts";
import { EventStream } from "./event-stream.ts";
import type { EpochEvent, History, StartEvent, TrainEvent } from "./events.ts";
import { FiniteGuard } from "./finite-guard.ts";
import { HistoryBook } from "./history.ts";
import { HyperparameterBook, type Hyperparameters } from "./hyperparameters.ts";
import type { Objective } from "./objective.ts";
import type { FitSettings } from "./options.ts";
import { Pace } from "./pace.ts";
import type { ResumedRun } from "./resume.ts";
import { startEvent } from "./start-event.ts";
import { type Beginning, type Progress, type Task, taskOf } from "./task.ts";
import type { Trace } from "./trace.ts";
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

/** What a run needs of its model. */
export interface FitHost extends Beginning {
  /** Called when it is known what the run learns by. */
  readonly onObjective: (objective: Objective) => void;
  /** Called when the model is free again. */
  readonly onEnd: () => void;
}

/**
 * One run of training, which begins by itself once the caller's code pauses.
 *
 * Steps run in chunks of at most 8 ms with a pause between them. Clocks decide where chunks end, when states are
 * copied or written to a checkpoint, and how fast it says it was; the parameters that come out depend on none of it.
 */
export class Fit implements FitRun {
  readonly done: Promise<History>;
  readonly #host: FitHost;
  readonly #events: EventStream<TrainEvent>;
  readonly #pace = new Pace();
  #trainer: Trainer | undefined;
  /** Known at once, or for a resumed run when its checkpoint is read. */
  #task: Task | undefined;
  #resumed: ResumedRun | undefined;
  #start: StartEvent | undefined;
  /** The `done` event, once there is one. */
  #last: readonly TrainEvent[] = [];
  #isStopped = false;
  /** Open once the run has begun. */
  #store: Store | undefined;
  readonly #at: Progress;
  #writer: CheckpointWriter | undefined;
  #guard: FiniteGuard | undefined;

  /** Throws OPTION, SHAPE, DATA for what cannot be trained; for a resumed run `done` rejects with that. */
  constructor(host: FitHost) {
    this.#host = host;
    const { network, options } = host;
    this.#events = new EventStream<TrainEvent>({
      // what a reader who comes late has missed, steps left out
      past: () => (this.#start ? [this.#start, ...this.history.epochs, ...this.#last] : []),
      onLeave: () => {
        this.stop();
        return this.done;
      },
    });
    checkArithmetic(options.arithmetic ?? "auto");
    if (options.resume === undefined) this.#setTask(taskOf(host));
    const { hyperparameters } = this.#task ?? network.trace(input([2, ...network.inputShape]), true);
    this.#at = {
      step: 0,
      totals: new EpochTotals(0),
      book: new HistoryBook(),
      best: [],
      hyperparameters: new HyperparameterBook(
        hyperparameters,
        () => this.#at.step,
        () => this.#trainer?.forgetRates(),
      ),
    };
    this.done = this.#run();
    this.done.catch(() => undefined); // a run that nobody waits for must not end the process
  }

  get history(): History {
    return this.#at.book.history;
  }

  get hyperparameters(): Hyperparameters {
    return this.#at.hyperparameters;
  }

  stop(): void {
    this.#isStopped = true;
    this.#events.letGo();
  }

  [Symbol.asyncIterator](): AsyncIterator<TrainEvent> {
    return this.#events[Symbol.asyncIterator]();
  }

  get #settings(): FitSettings {
    return this.#task!.settings;
  }

  #setTask(task: Task): void {
    this.#task = task;
    this.#host.onObjective(task.objective);
  }

  async #run(): Promise<History> {
    const { signal } = this.#host.options;
    const letGo = (): void => this.#events.letGo();
    signal?.addEventListener("abort", letGo, { once: true });
    let failure: { readonly reason: unknown } | undefined;
    try {
      await this.#pace.pause(); // the caller has got the run by now, and may listen
      signal?.throwIfAborted();
      await this.#open();
    } catch (reason) {
      failure = { reason };
    }
    this.#at.book.watch.stop();
    signal?.removeEventListener("abort", letGo);
    this.#host.onEnd(); // before anybody hears of the end: whoever does may train again
    const { history } = this.#at.book;
    if (!failure) this.#last = [{ kind: "done", history }];
    for (const event of this.#last) this.#events.offer(event);
    this.#events.end(failure);
    if (failure) throw failure.reason;
    return history;
  }

  /** Makes everything ready, trains, and puts away what only the run needs. */
  async #open(): Promise<void> {
    const { network, options } = this.#host;
    if (options.resume !== undefined) {
      const { resumedRun } = await import("./resume.ts");
      this.#resumed = await resumedRun(options.resume, this.#host);
      this.#setTask(this.#resumed.task);
    }
    const store = await network.engine.open(this.#resumed?.arithmetic ?? this.#settings.arithmetic);
    this.#store = store;
    const { objective, data } = this.#task!;
    const { at: hyperparameter } = this.#at.hyperparameters;
    const trace = (x: Tensor): Trace => network.trace(x, true, this.#settings.seed);
    const trainable = { inputShape: network.inputShape, objective, trace, hyperparameter };
    const trainer = await Trainer.open(store, trainable, data, this.#settings, () => this.#pace.pause());
    this.#trainer = trainer;
    try {
      this.#at.totals = new EpochTotals(objective.metrics.length);
      this.#resumed?.restore(store, this.#at);
      if (this.#settings.checkpoint) {
        const { openWriter } = await import("./checkpoint-writer.ts");
        this.#writer = await openWriter(this.#task!, this.#host, this.#resumed?.identity);
      }
      await this.#train(trainer);
    } finally {
      this.#trainer = undefined;
      trainer[Symbol.dispose]();
    }
  }

  async #train(trainer: Trainer): Promise<void> {
    const { signal } = this.#settings;
    this.#guard = new FiniteGuard(this.#store!, trainer, this.#at, this.#settings.optimizer.settings["learningRate"]);
    this.#start = startEvent(this.#task!, this.#host.network, trainer, this.#resumed && this.#at.step);
    await this.#tell(this.#start);
    try {
      await this.#trainEpochs(trainer);
    } catch (reason) {
      if (signal?.aborted) await this.#keep().catch(() => undefined); // the reason of the abort is what counts
      throw reason;
    }
    const { stopped } = this.history;
    if (stopped !== "stopped") for (const [name, values] of this.#at.best) this.#store!.write(name, values);
    if (stopped !== "stopped" && this.#settings.checkpoint?.last === false) return;
    const failed = await this.#keep(stopped === "stopped" ? undefined : stopped);
    if (failed) throw failed;
  }

  async #trainEpochs(trainer: Trainer): Promise<void> {
    const { validation } = this.#task!;
    const evaluator = validation && new Evaluator(this.#store!, this.#host.network, validation.objective);
    try {
      this.#judge(this.history.epochs.at(-1)); // one cut off between its last epoch and its end
      while (!this.#isStopped && this.history.stopped === "stopped") {
        const event = await this.#epoch(trainer, trainer.epochOf(this.#at.step), evaluator);
        if (!event) break;
        const isBest = this.#at.book.add(event);
        this.#at.totals = new EpochTotals(this.#at.totals.metrics.length);
        if (isBest && this.#settings.earlyStopping?.restoreBest)
          this.#at.best = this.#host.network.parameters.names.map((name) => [name, this.#store!.read(name)]);
        this.#judge(event);
        await this.#tell(event);
        if (this.#writer?.isDue(event.epoch)) await this.#keep();
      }
    } finally {
      evaluator?.[Symbol.dispose]();
    }
  }

  /** Whether the run ends with this epoch, and how. */
  #judge(event: EpochEvent | undefined): void {
    const { epochs, earlyStopping } = this.#settings;
    if (!event) return;
    if (earlyStopping && event.epoch - this.history.best >= earlyStopping.patience) this.#at.book.end("early");
    else if (event.epoch === epochs) this.#at.book.end("finished");
  }

  /** Hands an event to the reader, who may abort meanwhile. A run that ends waits for nobody. */
  async #tell(event: TrainEvent): Promise<void> {
    const told = this.#events.offer(event);
    if (!this.#isStopped && !this.#settings.signal?.aborted) await told;
    this.#settings.signal?.throwIfAborted();
  }

  /** Trains to the end of an epoch; undefined if it was stopped on the way. */
  async #epoch(trainer: Trainer, epoch: number, evaluator: Evaluator | undefined): Promise<EpochEvent | undefined> {
    const end = (epoch + 1) * trainer.stepsPerEpoch;
    const { watch } = this.#at.totals;
    watch.start();
    while (this.#at.step < end) {
      const results = this.#steps(trainer, end);
      this.#at.step += results.count;
      if (!areFinite(results.losses)) await this.#guard!.diverge();
      this.#at.totals.add(results);
      const step = this.#at.step;
      if (this.#events.isRead && this.#settings.stepEvents !== "none") {
        watch.stop();
        await this.#events.offer({ kind: "step", epoch: epoch + 1, step, loss: results.losses[results.count - 1]! });
        watch.start();
      }
      if (this.#pace.isDue) {
        await this.#guard!.look();
        if (step < end && this.#writer?.isDue()) {
          watch.stop();
          await this.#keep();
          watch.start();
        }
        await this.#pace.pause();
      }
      if (this.#settings.signal?.aborted || (this.#isStopped && step < end)) {
        await this.#guard!.check();
        this.#settings.signal?.throwIfAborted();
        watch.stop();
        return undefined;
      }
    }
    watch.stop();
    const isSeen = this.#events.isRead || evaluator !== undefined || this.#settings.earlyStopping !== undefined;
    if (isSeen || this.#isStopped || epoch + 1 === this.#settings.epochs) await this.#guard!.check();
    const { data, objective, validation } = this.#task!;
    const names = objective.metrics.map(({ name }) => name);
    const measured = evaluator && (await evaluator.evaluate(validation!.data));
    return this.#at.totals.event(epoch + 1, data.size, names, measured);
  }

  /** Runs the next steps before `end`: one where a reader wants every step, else as many as a chunk holds. */
  #steps(trainer: Trainer, end: number): StepResults {
    const isSingle = this.#events.isRead && this.#settings.stepEvents === "every";
    const began = now();
    const results = trainer.run(this.#at.step, isSingle ? 1 : this.#pace.steps(end - this.#at.step));
    this.#pace.ran(results.count, now() - began);
    return results;
  }

  /** Writes a checkpoint, where there are any; what went wrong is told, and returned. */
  async #keep(ended?: "finished" | "early"): Promise<NablaError | undefined> {
    if (!this.#writer) return undefined;
    await this.#guard!.check();
    const { event, failure } = await this.#writer.write(this.#store!, this.#at, ended);
    await this.#tell(event);
    return failure;
  }
}
