import { NablaError } from "../errors.ts";
import { waitFor } from "./wait.ts";

/** What an action that moves a session knows of those that came after it. */
export interface Turn {
  /** Whether it may go on: nobody has paused since it was asked for, nor asked for another move where it is a run. */
  readonly isMine: boolean;
  readonly isClosed: boolean;
  /** Waits so many milliseconds, or until somebody else wants a turn. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * Sees to it that a session is moved by one at a time, in the order in which they asked. A run has no end of its own: it
 * ends where another move is asked for, while a way to a step is gone to its end unless it is paused.
 */
export class Turns {
  /** A move goes on while the pauses are what they were when it was asked for, and a run while both are. */
  #pauses = 0;
  #asked = 0;
  /** Those who move the session now, and those who wait for it. */
  #last: Promise<unknown> = Promise.resolve();
  #moving: "run" | "way" | undefined;
  #wake: () => void = () => undefined;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends a run, waits for those before, and moves. Throws OPTION once closed. */
  take<T>(kind: "run" | "way", move: (turn: Turn) => Promise<T>): Promise<T> {
    this.checkOpen();
    this.#asked += 1;
    this.wake();
    const turn = this.#turn(kind === "run");
    const result = this.#last.then(async () => {
      this.checkOpen();
      this.#moving = kind;
      try {
        return await move(turn);
      } finally {
        this.#moving = undefined;
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #turn(isRun: boolean): Turn {
    const turns = this;
    const [asked, pauses] = [this.#asked, this.#pauses];
    return {
      get isMine() {
        return turns.#pauses === pauses && !turns.#isClosed && (!isRun || turns.#asked === asked);
      },
      get isClosed() {
        return turns.#isClosed;
      },
      wait: (milliseconds) => waitFor(milliseconds, (wake) => (turns.#wake = wake)),
    };
  }

  /** Lets the one who waits go on at once. */
  wake(): void {
    this.#wake();
  }

  /** Ends what moves, and waits until nobody does. */
  pause(): Promise<void> {
    this.#end();
    return this.#last.then(() => undefined);
  }

  /** Ends what moves, lets nobody move again, and calls back once nobody does: at once where nobody is moving. */
  close(onRest: () => void): void {
    this.#isClosed = true;
    this.#end();
    if (this.#moving) void this.#last.then(onRest);
    else onRest();
  }

  #end(): void {
    this.#pauses += 1;
    this.wake();
  }

  checkOpen(): void {
    if (this.#isClosed)
      throw new NablaError("OPTION", "this training session has been disposed of", { hint: "Open another." });
  }

  /** Throws BUSY for what cannot be done on a way to a step. Between two stretches of a run, it can. */
  checkStands(what: string): void {
    this.checkOpen();
    if (this.#moving !== "way") return;
    throw new NablaError("BUSY", `${what}: the session is on its way to a step`, {
      expected: "a session that stands or runs",
      received: "one that moves",
      hint: "Wait for what step, goTo or restore gave.",
    });
  }
}
