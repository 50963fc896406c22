import { NablaError } from "../errors.ts";

type Waiting<Event> = {
  readonly resolve: (result: IteratorResult<Event, undefined>) => void;
  readonly reject: (reason: unknown) => void;
};

export interface EventStreamOptions<Event> {
  /** What has happened so far, for a reader who comes late. */
  readonly past: () => readonly Event[];
  /** The reader has left its loop: resolves when what it read of has come to an end. */
  readonly onLeave: () => Promise<unknown>;
}

/**
 * Events for one reader, who sets the pace: `offer` resolves when the reader has dealt with the event and asks for the
 * next. So a loop that leaves at an event leaves what it watches just there, and nothing piles up.
 * While nobody reads, nothing waits and nothing is kept.
 */
export class EventStream<Event> implements AsyncIterable<Event> {
  readonly #options: EventStreamOptions<Event>;
  #state: "unread" | "read" | "over" = "unread";
  #queue: Event[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #isOver = false;
  readonly #waiting: Waiting<Event>[] = [];
  #release: (() => void) | undefined;

  constructor(options: EventStreamOptions<Event>) {
    this.#options = options;
  }

  /** Whether somebody wants events: make none for nobody. */
  get isRead(): boolean {
    return this.#state === "read";
  }

  /** Hands an event to the reader; resolves when the reader asks for more, leaves, or is let go. */
  offer(event: Event): Promise<void> | undefined {
    if (!this.isRead) return undefined;
    const reader = this.#waiting.shift();
    if (reader) reader.resolve({ value: event, done: false });
    else this.#queue.push(event);
    if (this.#waiting.length > 0) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** Stops waiting for the reader. */
  letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** No more events; a failure is thrown in the reader's loop. */
  end(failure?: { readonly reason: unknown }): void {
    this.#isOver = true;
    this.#failure = failure;
    for (const reader of this.#waiting.splice(0)) this.#finish(reader);
  }

  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    if (this.#state !== "unread" && !this.#isOver)
      throw new NablaError("BUSY", "the events of this run are already being read", {
        expected: "one loop over a run",
        received: "a second one",
        hint: "Hand them on from that loop.",
      });
    this.#state = "read";
    this.#queue = [...this.#options.past()];
    return { next: () => this.#next(), return: () => this.#leave() };
  }

  #next(): Promise<IteratorResult<Event, undefined>> {
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    return new Promise((resolve, reject) => {
      if (this.#isOver || this.#state !== "read") this.#finish({ resolve, reject });
      else this.#waiting.push({ resolve, reject });
      this.letGo();
    });
  }

  #finish({ resolve, reject }: Waiting<Event>): void {
    this.#state = "over";
    const failure = this.#failure;
    this.#failure = undefined; // told once; after that the loop is simply over
    if (failure) reject(failure.reason);
    else resolve({ value: undefined, done: true });
  }

  async #leave(): Promise<IteratorResult<Event, undefined>> {
    this.#state = "over";
    this.#queue = [];
    this.#failure = undefined;
    const ended = this.#options.onLeave();
    this.letGo();
    await ended.catch(() => undefined); // its failure is told by the run's promise
    return { value: undefined, done: true };
  }
}
