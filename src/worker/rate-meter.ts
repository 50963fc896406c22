import { now } from "../train/clock.ts";

/** What is counted: samples processed, and where a run stands. */
interface Counted {
  readonly processed: number;
  readonly ran: number;
}

/** Milliseconds over which rates are averaged. */
const span = 500;

/** How fast training goes, over the last half second of running. */
export class RateMeter {
  /** Moments of the last span, the oldest first. */
  #marks: { readonly at: number; readonly samples: number; readonly steps: number }[] = [];
  #rates = { stepsPerSecond: 0, samplesPerSecond: 0 };

  get rates(): { readonly stepsPerSecond: number; readonly samplesPerSecond: number } {
    return this.#rates;
  }

  start(counted: Counted): void {
    this.#marks = [{ at: now(), samples: counted.processed, steps: counted.ran }];
  }

  look({ processed: samples, ran: steps }: Counted): void {
    const at = now();
    this.#marks.push({ at, samples, steps });
    while (this.#marks.length > 2 && this.#marks[1]!.at < at - span) this.#marks.shift();
    const first = this.#marks[0]!;
    const seconds = Math.max(1e-6, (at - first.at) / 1000);
    this.#rates = {
      stepsPerSecond: (steps - first.steps) / seconds,
      samplesPerSecond: (samples - first.samples) / seconds,
    };
  }
}
