import { now } from "./clock.ts";

/** Holds steps to so many a second. The first is due at once; Infinity is no limit. */
export class SpeedLimit {
  readonly #stepsPerSecond: number;
  /** Since when the steps count that are done. */
  #since = now();
  #done = 0;

  constructor(stepsPerSecond: number) {
    this.#stepsPerSecond = stepsPerSecond;
  }

  /** How many steps may be done now. */
  get due(): number {
    if (this.#stepsPerSecond === Infinity) return Infinity;
    return Math.floor((this.#stepsPerSecond * (now() - this.#since)) / 1000) + 1 - this.#done;
  }

  /** Milliseconds until the next step is due. */
  get wait(): number {
    return (1000 * this.#done) / this.#stepsPerSecond - (now() - this.#since);
  }

  /** Of `due` steps, `count` were done. What is more than a tenth of a second behind is not made up for: it is too slow. */
  ran(count: number, due: number): void {
    this.#done += count;
    if (due - count <= this.#stepsPerSecond / 10) return;
    this.#since = now();
    this.#done = 0;
  }
}
