/** The one place of the library that reads a clock. Times are shown and size the chunks of work; no result knows them. */

/** Milliseconds, from a clock that only goes forward. */
export const now = (): number => performance.now();

/** Adds up stretches of time. */
export class Stopwatch {
  #total = 0;
  #since: number | undefined;

  /** Time that was taken before. */
  add(seconds: number): void {
    this.#total += 1000 * seconds;
  }

  start(): void {
    this.#since ??= now();
  }

  stop(): void {
    if (this.#since !== undefined) this.#total += now() - this.#since;
    this.#since = undefined;
  }

  get seconds(): number {
    return (this.#total + (this.#since === undefined ? 0 : now() - this.#since)) / 1000;
  }
}
