import type { TrainingSession } from "../train/session.ts";
import type { Ended } from "../train/until.ts";

/** A run that goes on beside the queue. */
interface Run {
  readonly session: TrainingSession;
  readonly end: Promise<Ended>;
}

/**
 * The actions of a host, one at a time and in the order in which they came. A run is started by one and goes on beside
 * the queue; what only looks at the session, or turns a knob, then waits for the end of a stretch: it never acts beside
 * a step.
 */
export class ActionQueue {
  #last: Promise<unknown> = Promise.resolve();
  #run: Run | undefined;
  /** What waits for the end of a stretch of the run. */
  #between: (() => Promise<void>)[] = [];

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Puts an action behind those that move the session now. */
  inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Acts while no step runs: in turn while the session stands, between two stretches of a run, which goes on. */
  still(action: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const act = (): Promise<void> => action().then(resolve, reject);
      void this.inTurn(async () => {
        if (!this.#run) return act();
        this.#between.push(act);
        this.nudge();
      });
    });
  }

  /** Does what waits for the end of a stretch. */
  async drain(): Promise<void> {
    for (let next = this.#between.shift(); next; next = this.#between.shift()) await next();
  }

  /** Lets a run that waits for its next step end its stretch at once. */
  nudge(): void {
    this.#run?.session.nudge();
  }

  // ── the run that goes on ──

  /** Notes a run that was started in turn. */
  begin(session: TrainingSession, end: Promise<Ended>): void {
    this.#run = { session, end };
  }

  /** Notes that a run has ended; true where it did by itself. What still waited for its next stretch gets its turn. */
  finish(end: Promise<Ended>): boolean {
    const isByItself = this.#run?.end === end;
    if (isByItself) this.#run = undefined;
    void this.inTurn(async () => {
      if (!this.#run) await this.drain();
    });
    return isByItself;
  }

  /** Ends a run, and does what waited for the end of its stretch; true where there was one. To be called in turn. */
  async halt(): Promise<boolean> {
    if (!this.#run) return false;
    const { session, end } = this.#run;
    void session.pause();
    await end.catch(() => undefined);
    this.#run = undefined;
    await this.drain();
    return true;
  }
}
