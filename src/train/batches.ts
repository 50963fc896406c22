import type { Dataset } from "../data/index.ts";
import type { FitSettings } from "./options.ts";
import { SampleOrder } from "./sample-order.ts";

/** A place between two examples of a run. */
export interface Place {
  /** Steps done. */
  readonly step: number;
  /** Examples of the next batch that were looked at: 0 to its size − 1. */
  readonly example: number;
}

/** Where a session stands. */
export interface SessionPosition extends Place {
  /** Epochs done. */
  readonly epoch: number;
  /** The next batch, from 0, in its epoch. */
  readonly batch: number;
  /** The examples of that batch, as indices into the training data. */
  readonly rows: Uint32Array<ArrayBuffer>;
}

/** What one step goes by. An example is looked at; the weights change with the last one of its batch. */
export type StepBy = "example" | "batch" | "epoch";

/** From where a way begins. */
export interface Departure extends Place {
  /** The step does not count: it gave NaN or infinity, and this is the last finite one before it. */
  readonly lastFinite?: number | undefined;
  /** No way leads back beyond this step. */
  readonly start: number;
}

/** How the examples of each epoch fall into the batches of its steps, the last of which may be smaller. */
export class Batches {
  readonly #size: number;
  readonly #batchSize: number;
  readonly #stepsPerEpoch: number;
  readonly #order: SampleOrder;

  constructor({ size }: Dataset, { batchSize, isShuffled, seed }: FitSettings, stepsPerEpoch: number) {
    this.#size = size;
    this.#batchSize = batchSize;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#order = new SampleOrder(size, isShuffled, seed);
  }

  positionOf({ step, example }: Place): SessionPosition {
    const batch = step % this.#stepsPerEpoch;
    return { step, epoch: this.#epochOf(step), batch, example, rows: this.rowsOf(step) };
  }

  /** The examples of the batch after `step` steps. */
  rowsOf(step: number): Uint32Array<ArrayBuffer> {
    const order = this.#order.of(this.#epochOf(step));
    const first = (step % this.#stepsPerEpoch) * this.#batchSize;
    return order.slice(first, first + this.#batchSize) as Uint32Array<ArrayBuffer>;
  }

  /** Where `count` examples, batches or epochs lead; from the middle of one, its end or start is the first. */
  target({ step, example, lastFinite, start }: Departure, by: StepBy, count: number): Place {
    const isDiverged = lastFinite !== undefined;
    const steps = lastFinite ?? step;
    const inBatch = isDiverged ? 0 : example;
    const isInside = inBatch > 0;
    const atStep = (target: number): Place => ({ step: Math.max(start, target), example: 0 });
    if (count === 0) return { step: steps, example: inBatch };
    if (by === "batch") {
      // the start of this batch, or the last finite state, is the first step back
      const back = isDiverged || isInside ? count + 1 : count;
      return atStep(steps + (count > 0 ? count : back));
    }
    if (by === "epoch") {
      const isBetween = steps % this.#stepsPerEpoch !== 0 || isInside;
      return atStep((this.#epochOf(steps) + count + (count < 0 && isBetween ? 1 : 0)) * this.#stepsPerEpoch);
    }
    const done = this.#epochOf(steps) * this.#size + (steps % this.#stepsPerEpoch) * this.#batchSize + inBatch;
    return this.#placeOf(done + (isDiverged ? count + 1 : count), start);
  }

  /** The place after so many examples, all epochs counted. */
  #placeOf(examples: number, start: number): Place {
    const inEpoch = examples % this.#size;
    const batch = Math.floor(inEpoch / this.#batchSize);
    const step = Math.floor(examples / this.#size) * this.#stepsPerEpoch + batch;
    if (examples < 0 || step < start) return { step: start, example: 0 };
    return { step, example: inEpoch % this.#batchSize };
  }

  #epochOf(step: number): number {
    return Math.floor(step / this.#stepsPerEpoch);
  }
}
