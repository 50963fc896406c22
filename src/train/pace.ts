import { now } from "./clock.ts";

/** A page must answer and a signal must arrive: nothing runs longer than this without a pause, in milliseconds. */
const longest = 8;

/**
 * Sizes chunks of work so that a pause comes after at most 8 ms. It starts with one step and at most doubles: the first
 * steps run in code that is still being optimised, and say little of the later ones.
 */
export class Pace {
  #perStep = 0;
  #limit = 1;
  #since = now();

  /** How many steps to run now, of `left`; at least 1. */
  steps(left: number): number {
    const free = this.#perStep > 0 ? Math.floor((longest - (now() - this.#since)) / this.#perStep) : left; // a coarse clock may see 0
    return Math.max(1, Math.min(left, this.#limit, free));
  }

  /** Records that `count` steps took so many milliseconds. */
  ran(count: number, milliseconds: number): void {
    this.#perStep = milliseconds / count;
    if (count >= this.#limit) this.#limit *= 2;
  }

  /** Whether another step would go beyond the time between two pauses. */
  get isDue(): boolean {
    return now() - this.#since + this.#perStep >= longest;
  }

  /** Lets everything else that waits have its turn: timers, input, drawing. Promises alone would starve them. */
  async pause(): Promise<void> {
    await macrotask();
    this.#since = now();
  }
}

/** `setTimeout` would wait 1 to 4 ms each time; these do not. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
