import type { Dataset } from "../data/index.ts";
import { now } from "./clock.ts";
import { EpochTotals } from "./epoch-totals.ts";
import type { Evaluator } from "./evaluate.ts";
import type { EpochEvent } from "./events.ts";
import type { EpochSums } from "./kept-states.ts";
import { addEpoch } from "./sparse-history.ts";
import type { StepResults } from "./trainer.ts";

/** Milliseconds between two measurements of the validation data, where epochs are shorter than that: a frame. */
const validationEvery = 16;

interface Judged {
  readonly data: Dataset;
  readonly evaluator: Evaluator;
}

/** The epochs of a session: the sums of the one that is running, and what is told of those that are done. */
export class EpochBook implements Disposable {
  readonly #metrics: readonly string[];
  readonly #stepsPerEpoch: number;
  readonly #validation: Judged | undefined;
  #done: EpochEvent[] = [];
  /** Samples that the totals are of. */
  #samples = 0;
  #totals: EpochTotals;
  #validatedAt = Number.NEGATIVE_INFINITY;

  /** `metrics` are their names. */
  constructor(metrics: readonly string[], stepsPerEpoch: number, validation: Judged | undefined) {
    this.#metrics = metrics;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#validation = validation;
    this.#totals = new EpochTotals(metrics.length);
  }

  get done(): readonly EpochEvent[] {
    return this.#done;
  }

  /** A copy of the sums of the epoch so far. */
  get sums(): EpochSums {
    return { samples: this.#samples, loss: this.#totals.loss, metrics: [...this.#totals.metrics] };
  }

  /** Goes on from such sums; without, an epoch begins. */
  resume({ samples, loss, metrics }: EpochSums = { samples: 0, loss: 0, metrics: this.#metrics.map(() => 0) }): void {
    this.#samples = samples;
    this.#totals = new EpochTotals(metrics.length);
    this.#totals.loss = loss;
    metrics.forEach((sum, i) => void (this.#totals.metrics[i] = sum));
  }

  /** Adds steps of one epoch that were run, the last of which was step `step` from 1. */
  add(results: StepResults, step: number, milliseconds: number): void {
    this.#samples += results.count * results.samples;
    this.#totals.add(results);
    this.#totals.watch.add(milliseconds / 1000);
    if (step % this.#stepsPerEpoch !== 0) return;
    const epoch = step / this.#stepsPerEpoch;
    // steps that are run again end epochs that were told
    if (epoch > (this.#done.at(-1)?.epoch ?? 0))
      addEpoch(this.#done, this.#totals.event(epoch, this.#samples, this.#metrics, undefined));
    this.resume();
  }

  /** Forgets the epochs that end after step `step`. */
  cut(step: number): void {
    this.#done = this.#done.filter(({ epoch }) => epoch * this.#stepsPerEpoch <= step);
  }

  clear(): void {
    this.#done = [];
  }

  /** Whether the validation data were not measured for as long as a frame lasts. */
  get isValidationDue(): boolean {
    return now() - this.#validatedAt >= validationEvery;
  }

  /** Measures the validation data for the epoch that ended with step `step`, unless it was done. */
  async validate(step: number): Promise<void> {
    const last = this.#done.at(-1);
    const isOfNow = last !== undefined && last.epoch * this.#stepsPerEpoch === step;
    if (!this.#validation || !isOfNow || last.validation) return;
    const { data, evaluator } = this.#validation;
    const { loss, metrics } = await evaluator.evaluate(data);
    this.#done[this.#done.length - 1] = { ...last, validation: { loss, ...metrics } };
    this.#validatedAt = now();
  }

  [Symbol.dispose](): void {
    this.#validation?.evaluator[Symbol.dispose]();
  }
}
