import { Stopwatch } from "./clock.ts";
import type { EpochEvent, History } from "./events.ts";

/** Writes the history of a run while it goes on. */
export class HistoryBook {
  /** Of the whole run. */
  readonly watch = new Stopwatch();
  #epochs: EpochEvent[] = [];
  #best = 0;
  #lowest = Infinity;
  #stopped: History["stopped"] = "stopped";

  constructor() {
    this.watch.start();
  }

  /** The history so far; its list of epochs grows with the run. A run that has not ended is "stopped". */
  get history(): History {
    return { epochs: this.#epochs, stopped: this.#stopped, best: this.#best, seconds: this.watch.seconds };
  }

  /** Adds an epoch; returns whether its loss is the lowest so far. */
  add(event: EpochEvent): boolean {
    this.#epochs.push(event);
    return this.#judge(event);
  }

  end(how: History["stopped"]): void {
    this.#stopped = how;
  }

  /** Takes back epoch `epoch` and all after it: they were found to be spoilt. */
  forgetFrom(epoch: number): void {
    this.#epochs = this.#epochs.filter((event) => event.epoch < epoch);
    this.#best = 0;
    this.#lowest = Infinity;
    for (const event of this.#epochs) this.#judge(event);
    this.#stopped = "stopped";
  }

  #judge({ epoch, loss, validation }: EpochEvent): boolean {
    const measured = validation?.["loss"] ?? loss;
    if (measured >= this.#lowest) return false;
    this.#lowest = measured;
    this.#best = epoch;
    return true;
  }
}
