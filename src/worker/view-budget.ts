import { now } from "../train/clock.ts";

/** Of the time while training runs, so much may go into views. */
const share = 0.3;

/** Sees to it that views take at most about three tenths of the time: after dear ones, training runs for a while alone. */
export class ViewBudget {
  #freeAt = Number.NEGATIVE_INFINITY;

  get isFree(): boolean {
    return now() >= this.#freeAt;
  }

  async measure(action: () => Promise<void>): Promise<void> {
    const began = now();
    await action();
    const ended = now();
    this.#freeAt = ended + (ended - began) * (1 / share - 1);
  }
}
