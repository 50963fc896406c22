import type { Dataset } from "../data/index.ts";
import { NablaError, quoted } from "../errors.ts";
import { networkOf } from "../train/network-of.ts";
import type { TrainingSession } from "../train/session.ts";
import { ActionQueue } from "./action-queue.ts";
import { listen } from "./listen.ts";
import {
  type Loaded,
  protocol,
  type Request,
  type Response,
  type StartOptions,
  type StepOptions,
  type WorkerLike,
} from "./messages.ts";
import { openJob } from "./open-job.ts";
import { toPlainError } from "./plain-error.ts";
import { post } from "./post.ts";
import { readTable } from "./read-table.ts";
import { type Fields, fieldsOf, illFormed, nothingLoaded, superseded } from "./refusals.ts";
import type { ServeOptions } from "./serve.ts";
import { Snapshots } from "./snapshots.ts";
import { Views } from "./views.ts";

/**
 * One session and its page. What moves the session happens in turn; what only looks at it, or turns a knob, happens in
 * turn while it stands and between two stretches while it runs: never beside a step.
 */
export class TrainingHost {
  readonly #port: WorkerLike;
  readonly #views: Views;
  readonly #readData: (given: unknown) => Promise<Dataset>;
  readonly #stop: () => void;
  readonly #actions = new ActionQueue();
  readonly #snapshots: Snapshots;
  #session: TrainingSession | undefined;
  #load = 0;
  #isLoading = false;
  /** Whether the page is ready for a snapshot. */
  #isAwaited = false;

  constructor(port: WorkerLike, { views = {}, data }: ServeOptions) {
    this.#port = port;
    this.#views = new Views(views);
    this.#readData = async (given) => (await data?.(given)) ?? readTable(given);
    this.#snapshots = new Snapshots(this.#views, this.#actions);
    this.#stop = listen(
      port,
      (message) => this.receive(message),
      () => this.#close(),
    );
  }

  // ── messages ──

  receive(message: unknown): void {
    if (typeof message !== "object" || message === null || (message as Request).protocol !== protocol) return;
    const { id, kind, argument } = message as Request;
    const isKnown = id === undefined || (typeof id === "number" && Number.isSafeInteger(id));
    if (!isKnown || typeof kind !== "string") {
      this.#send({ id: null, error: toPlainError(illFormed("a message without id and kind")) });
      return;
    }
    this.#answer(kind, argument, id).catch((error: unknown) => {
      this.#send({ id: id ?? null, error: toPlainError(error) });
    });
  }

  async #answer(kind: string, argument: unknown, id: number | undefined): Promise<void> {
    switch (kind) {
      case "next":
        this.#isAwaited = true;
        return this.#actions.isRunning ? this.#actions.nudge() : this.#offer();
      case "watch":
        this.#views.watch(fieldsOf(argument, "watch"));
        this.#snapshots.noteNews();
        return this.#actions.isRunning ? undefined : this.#offer();
      case "close":
        return this.#close();
      case "load":
        return this.#open(fieldsOf(argument, "load"), id);
      case "start":
        return this.#start(fieldsOf(argument ?? {}, "start"), id);
      case "abort":
        return this.#abort(id);
      case "pause":
        void this.#session?.pause(); // now, and not when its turn comes: it may wait for a long way to a step
        return this.#afterMove(id, async () => undefined);
      case "step":
        return this.#afterMove(id, (session) => session.step(fieldsOf(argument, "step") as unknown as StepOptions));
      case "goTo":
        return this.#afterMove(id, (session) => session.goTo(argument as number));
      case "set":
        return this.#afterChange(id, (session) => session.set(fieldsOf(argument, "set") as Record<string, number>));
      case "setWeight": {
        const { name, index, value } = fieldsOf(argument, "setWeight");
        return this.#afterChange(id, (session) =>
          session.setWeight(name as string, index as readonly number[], value as number),
        );
      }
      case "states":
        return this.#still(async (session) => this.#send({ id, result: session.states() }));
      case "modelBytes":
        return this.#still(async (session) => this.#send({ id, result: await session.model.toBytes() }));
      case "ask": {
        const { view, args } = fieldsOf(argument, "ask");
        return this.#still(async (session) => this.#send({ id, result: await this.#views.look(session, view, args) }));
      }
      default:
        throw illFormed(`no command ${quoted(kind)}`);
    }
  }

  #send(response: Omit<Response, "protocol">): void {
    post(this.#port, response, this.#session);
  }

  /** Sends where a session stands, as the answer to a command where `id` is one's. */
  async #sendSnapshot(session: TrainingSession, id?: number): Promise<void> {
    const snapshot = await this.#snapshots.take(session);
    this.#send({ ...(id !== undefined && { id }), snapshot, load: this.#load });
  }

  // ── the session there is ──

  #current(): TrainingSession {
    if (this.#session) return this.#session;
    throw this.#isLoading ? superseded() : nothingLoaded();
  }

  async #open({ job, load }: Fields, id: number | undefined): Promise<void> {
    const number = typeof load === "number" ? load : this.#load + 1;
    this.#forget();
    this.#load = number;
    this.#isLoading = true;
    await this.#actions.inTurn(async () => {
      const isLast = (): boolean => number === this.#load;
      if (!isLast()) throw superseded();
      try {
        const session = await openJob(job, this.#readData);
        if (!isLast()) {
          session[Symbol.dispose]();
          throw superseded();
        }
        this.#session = session;
        this.#snapshots.noteNews();
      } finally {
        if (isLast()) this.#isLoading = false;
      }
      const session = this.#session;
      const [result, snapshot] = [loaded(session), await this.#snapshots.take(session)];
      this.#send({ id, result, snapshot, load: number });
    });
  }

  /** Lets go of the session there is; a run, or a way to a step, ends. */
  #forget(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
    this.#snapshots.forget();
    this.#isLoading = false;
    this.#load += 0.5; // what is loading now is of no use, and no page has half numbers
  }

  async #abort(id: number | undefined): Promise<void> {
    this.#forget();
    await this.#actions.inTurn(() => this.#actions.halt());
    this.#send({ id });
  }

  #close(): void {
    this.#stop();
    this.#forget();
    this.#port.close?.();
  }

  // ── what moves it ──

  async #start(options: Fields, id: number | undefined): Promise<void> {
    const { until = {}, stepsPerSecond } = options as StartOptions;
    const [run, session] = await this.#actions.inTurn(async () => {
      await this.#actions.halt();
      const session = this.#current();
      const onStretch = (): Promise<void> => this.#onStretch(session);
      const run = session.run({ until, ...(stepsPerSecond !== undefined && { stepsPerSecond }), onStretch });
      this.#actions.begin(session, run);
      this.#snapshots.noteStart(session);
      return [run, session] as const;
    });
    const end = await run.catch((error: unknown) => {
      if (isDivergence(error)) return { by: "diverged" } as const;
      return { error };
    });
    if (this.#actions.finish(run)) this.#snapshots.noteNews(); // nobody has told where it ended
    await this.#still(async (current) => {
      if (session !== current) throw superseded();
      if ("error" in end) throw end.error;
      this.#snapshots.ended ??= end;
      await this.#sendSnapshot(session, id);
    }).catch((error: unknown) => {
      throw session === this.#session ? error : superseded();
    });
  }

  /** Between two stretches of a run. */
  async #onStretch(session: TrainingSession): Promise<void> {
    await this.#actions.drain();
    this.#snapshots.noteStretch(session);
    if (!this.#isAwaited || session !== this.#session) return;
    this.#isAwaited = false;
    await this.#sendSnapshot(session);
  }

  /** Moves the session, and answers with where it stands. A run ends first. */
  #afterMove(id: number | undefined, move: (session: TrainingSession) => Promise<unknown>): Promise<void> {
    return this.#actions.inTurn(async () => {
      if (await this.#actions.halt()) this.#snapshots.ended = { by: "pause" };
      const session = this.#current();
      try {
        await move(session);
      } catch (error) {
        if (!isDivergence(error)) throw error;
        this.#snapshots.ended = { by: "diverged" };
      }
      if (session !== this.#session) throw superseded();
      this.#snapshots.noteNews();
      await this.#sendSnapshot(session, id);
    });
  }

  // ── what only looks at it, or turns a knob ──

  /** Acts on the session while no step runs. */
  #still(action: (session: TrainingSession) => Promise<void>): Promise<void> {
    return this.#actions.still(async () => action(this.#current()));
  }

  #afterChange(id: number | undefined, change: (session: TrainingSession) => void): Promise<void> {
    return this.#still(async (session) => {
      change(session);
      this.#snapshots.noteNews();
      await this.#sendSnapshot(session, id);
    });
  }

  /** Sends what is new while the session stands, if the page is ready for it. */
  #offer(): Promise<void> {
    return this.#actions.inTurn(async () => {
      if (!this.#isAwaited || !this.#snapshots.isNews || this.#actions.isRunning || !this.#session) return;
      this.#isAwaited = false;
      await this.#sendSnapshot(this.#session);
    });
  }
}

/** What a page is told once of a session. */
function loaded(session: TrainingSession): Omit<Loaded, "snapshot"> {
  return {
    parameters: [...networkOf(session.model, "load").parameters].map(({ name, tensor }) => ({
      name,
      shape: [...tensor.shape],
    })),
    loss: session.lossName,
    arithmetic: session.arithmetic,
    stepsPerEpoch: session.stepsPerEpoch,
    batchSize: session.batchSize,
    samples: session.data.size,
  };
}

const isDivergence = (error: unknown): boolean => error instanceof NablaError && error.code === "DIVERGED";
