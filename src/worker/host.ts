import type { Dataset } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { networkOf } from "../train/network-of.ts";
import type { TrainingSession } from "../train/session.ts";
import type { Ended } from "../train/until.ts";
import { listen } from "./listen.ts";
import {
  type Loaded,
  protocol,
  type Request,
  type Response,
  type SnapshotMessage,
  type StartOptions,
  type StepOptions,
  type WorkerLike,
} from "./messages.ts";
import { openJob } from "./open-job.ts";
import { toPlainError } from "./plain-error.ts";
import { RateMeter } from "./rate-meter.ts";
import { readTable } from "./read-table.ts";
import type { ServeOptions, View } from "./serve.ts";
import { transferable } from "./transferable.ts";
import { ViewBudget } from "./view-budget.ts";

/**
 * One session and its page. What moves the session happens in turn; what only looks at it, or turns a knob, happens in
 * turn while it stands and between two stretches while it runs: never beside a step.
 */
export class TrainingHost {
  readonly #port: WorkerLike;
  readonly #views: ReadonlyMap<string, View>;
  readonly #readData: (given: unknown) => Promise<Dataset>;
  readonly #stop: () => void;
  #session: TrainingSession | undefined;
  #load = 0;
  #isLoading = false;
  /** Whether the page is ready for a snapshot, and whether there is something new to tell. */
  #isAwaited = false;
  #isNews = false;
  #watched: Readonly<Record<string, unknown>> = {};
  #turn: Promise<unknown> = Promise.resolve();
  /** The run that goes on. */
  #run: Promise<Ended> | undefined;
  #ended: Ended | undefined;
  /** What waits for the end of a stretch of the run. */
  #between: (() => Promise<void>)[] = [];
  #toldEpoch = 0;
  readonly #rates = new RateMeter();
  readonly #budget = new ViewBudget();

  constructor(port: WorkerLike, { views = {}, data }: ServeOptions) {
    this.#port = port;
    this.#views = new Map<string, View>([["parameters", parameters], ...Object.entries(views)]);
    this.#readData = async (given) => (await data?.(given)) ?? readTable(given);
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
        return this.#run ? this.#session?.nudge() : this.#offer();
      case "watch":
        this.#watched = fieldsOf(argument, "watch");
        this.#isNews = true;
        return this.#run ? undefined : this.#offer();
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
        return this.#still(async (session) => this.#send({ id, result: await this.#look(session, view, args) }));
      }
      default:
        throw illFormed(`no command ${quoted(kind)}`);
    }
  }

  #send(response: Omit<Response, "protocol">): void {
    const message: Response = { protocol, ...response };
    const { data, validation } = this.#session ?? {};
    const arrays = [data, validation].flatMap((set) => [set?.x.data, set?.y?.data, set?.rows]);
    const mine = new Set<unknown>(arrays.map((array) => array?.buffer));
    for (const transfer of [transferable(message, mine), []]) {
      try {
        this.#port.postMessage(message, transfer as never);
        return;
      } catch {
        // memory that cannot be handed over is copied; a function can be neither
      }
    }
    this.#port.postMessage({ ...message, ...withoutViews(response) });
  }

  // ── commands ──

  /** Puts an action behind those that move the session now. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #current(): TrainingSession {
    if (this.#session) return this.#session;
    if (this.#isLoading) throw superseded();
    throw new NablaError("OPTION", "nothing is loaded", {
      expected: "a job that was loaded",
      received: "none",
      hint: "Call load first, and wait for it.",
    });
  }

  async #open({ job, load }: Fields, id: number | undefined): Promise<void> {
    const number = typeof load === "number" ? load : this.#load + 1;
    this.#forget();
    this.#load = number;
    this.#isLoading = true;
    await this.#inTurn(async () => {
      const isLast = (): boolean => number === this.#load;
      if (!isLast()) throw superseded();
      try {
        const session = await openJob(job, this.#readData);
        if (!isLast()) {
          session[Symbol.dispose]();
          throw superseded();
        }
        this.#session = session;
        this.#isNews = true;
      } finally {
        if (isLast()) this.#isLoading = false;
      }
      this.#send({ id, ...(await this.#loaded(this.#session)), load: number });
    });
  }

  async #loaded(session: TrainingSession): Promise<Pick<Response, "result" | "snapshot">> {
    const result: Omit<Loaded, "snapshot"> = {
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
    return { result, snapshot: await this.#snapshot(session) };
  }

  /** Lets go of the session there is; a run, or a way to a step, ends. */
  #forget(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
    this.#ended = undefined;
    this.#toldEpoch = 0;
    this.#isLoading = false;
    this.#load += 0.5; // what is loading now is of no use, and no page has half numbers
  }

  async #abort(id: number | undefined): Promise<void> {
    this.#forget();
    await this.#inTurn(() => this.#halt());
    this.#send({ id });
  }

  #close(): void {
    this.#stop();
    this.#forget();
    this.#port.close?.();
  }

  async #start(options: Fields, id: number | undefined): Promise<void> {
    const { until = {}, stepsPerSecond } = options as StartOptions;
    const [run, session] = await this.#inTurn(async () => {
      await this.#halt();
      const session = this.#current();
      const onStretch = (): Promise<void> => this.#onStretch(session);
      const run = session.run({ until, ...(stepsPerSecond !== undefined && { stepsPerSecond }), onStretch });
      this.#run = run;
      this.#ended = undefined;
      this.#isNews = true;
      this.#rates.start(session);
      return [run, session] as const;
    });
    const end = await run.catch((error: unknown) => {
      if (isDivergence(error)) return { by: "diverged" } as const;
      return { error };
    });
    if (this.#run === run) {
      this.#run = undefined;
      this.#isNews = true; // it ended by itself: nobody has told where
    }
    void this.#inTurn(async () => {
      if (!this.#run) await this.#drain();
    });
    await this.#still(async (current) => {
      if (session !== current) throw superseded();
      if ("error" in end) throw end.error;
      this.#ended ??= end;
      this.#send({ id, snapshot: await this.#snapshot(session), load: this.#load });
    }).catch((error: unknown) => {
      throw session === this.#session ? error : superseded();
    });
  }

  /** Ends a run, and does what waited for the end of its stretch. */
  async #halt(): Promise<void> {
    if (!this.#run) return;
    void this.#session?.pause();
    await this.#run.catch(() => undefined);
    this.#run = undefined;
    await this.#drain();
  }

  /** Moves the session, and answers with where it stands. A run ends first. */
  #afterMove(id: number | undefined, move: (session: TrainingSession) => Promise<unknown>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#run) {
        await this.#halt();
        this.#ended = { by: "pause" };
      }
      const session = this.#current();
      try {
        await move(session);
      } catch (error) {
        if (!isDivergence(error)) throw error;
        this.#ended = { by: "diverged" };
      }
      if (session !== this.#session) throw superseded();
      this.#isNews = true;
      this.#send({ id, snapshot: await this.#snapshot(session), load: this.#load });
    });
  }

  #afterChange(id: number | undefined, change: (session: TrainingSession) => void): Promise<void> {
    return this.#still(async (session) => {
      change(session);
      this.#isNews = true;
      this.#send({ id, snapshot: await this.#snapshot(session), load: this.#load });
    });
  }

  /** Acts while no step runs: between two stretches of a run, which goes on. */
  #still(action: (session: TrainingSession) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const act = async (): Promise<void> => {
        await (async () => action(this.#current()))().then(resolve, reject);
      };
      void this.#inTurn(async () => {
        if (!this.#run) return act();
        this.#between.push(act);
        this.#session?.nudge();
      });
    });
  }

  async #drain(): Promise<void> {
    for (let next = this.#between.shift(); next; next = this.#between.shift()) await next();
  }

  // ── snapshots ──

  async #onStretch(session: TrainingSession): Promise<void> {
    await this.#drain();
    this.#rates.look(session);
    this.#isNews = true;
    if (!this.#isAwaited || session !== this.#session) return;
    this.#isAwaited = false;
    this.#send({ snapshot: await this.#snapshot(session), load: this.#load });
  }

  /** Sends what is new while the session stands, if the page is ready for it. */
  #offer(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isAwaited || !this.#isNews || this.#run || !this.#session) return;
      this.#isAwaited = false;
      this.#send({ snapshot: await this.#snapshot(this.#session), load: this.#load });
    });
  }

  async #snapshot(session: TrainingSession): Promise<SnapshotMessage> {
    const isNews = this.#isNews;
    this.#isNews = false; // before the views are made: another may be asked for meanwhile
    const { views, viewErrors = {} } = isNews ? await this.#lookAtAll(session) : { views: {} };
    const { epochs, diverged } = session;
    const last = epochs.at(-1)?.epoch ?? 0;
    const isCut = last < this.#toldEpoch;
    const fresh = isCut ? [] : epochs.slice(epochs.findLastIndex(({ epoch }) => epoch <= this.#toldEpoch) + 1);
    this.#toldEpoch = last;
    return {
      ...session.position,
      loss: session.loss,
      isRunning: this.#run !== undefined,
      ...(this.#ended && !this.#run && { ended: this.#ended }),
      ...this.#rates.rates,
      epochs: fresh,
      ...(isCut && { epochsFrom: last }),
      settings: session.settings,
      ...(diverged && { diverged }),
      views,
      ...(Object.keys(viewErrors).length > 0 && { viewErrors }),
    };
  }

  /** All watched views; none while training runs and has been held up enough. */
  async #lookAtAll(session: TrainingSession): Promise<Pick<SnapshotMessage, "views" | "viewErrors">> {
    const views: Record<string, unknown> = {};
    const viewErrors: Record<string, ReturnType<typeof toPlainError>> = {};
    if (this.#run && !this.#budget.isFree) return { views, viewErrors };
    await this.#budget.measure(async () => {
      for (const [name, args] of Object.entries(this.#watched)) {
        try {
          views[name] = await this.#look(session, name, args);
        } catch (error) {
          viewErrors[name] = toPlainError(error);
        }
      }
    });
    return { views, viewErrors };
  }

  #look(session: TrainingSession, name: unknown, args: unknown): unknown {
    const view = this.#views.get(name as string);
    if (!view) {
      const known = [...this.#views.keys()].join(", ");
      throw new NablaError("OPTION", `there is no view ${quoted(String(name))}`, {
        expected: known,
        received: quoted(String(name)),
        hint: `The worker has ${known}.`,
      });
    }
    const { model, data, validation, position, lossName: loss, settings } = session;
    return view({ model, data, validation, position, loss, settings, states: () => session.states() }, args as never);
  }
}

const parameters: View = ({ model: { weights } }) =>
  Object.fromEntries(weights.names().map((name) => [name, weights.get(name).data]));

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, command: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw illFormed(`${command} with ${value === null ? "null" : typeof value} in place of its fields`);
}

/** What is left of an answer whose views cannot be sent. */
function withoutViews({ snapshot }: Pick<Response, "snapshot">): Partial<Response> {
  const error = toPlainError(
    new NablaError("UNSUPPORTED", "what a view gave cannot be sent to the page", {
      expected: "plain data",
      received: "a function, or memory that cannot be copied",
      hint: "Let the view return numbers, text, arrays and plain objects.",
    }),
  );
  if (!snapshot) return { result: undefined, error };
  const viewErrors = Object.fromEntries(Object.keys(snapshot.views).map((name) => [name, error]));
  return { snapshot: { ...snapshot, views: {}, viewErrors: { ...snapshot.viewErrors, ...viewErrors } } };
}

const isDivergence = (error: unknown): boolean => error instanceof NablaError && error.code === "DIVERGED";

const superseded = (): NablaError =>
  new NablaError("BUSY", "superseded: another load or an abort took its place", { hint: "Wait for the later load." });

const illFormed = (what: string): NablaError =>
  new NablaError("FORMAT", `the training worker was sent ${what}`, {
    expected: "a command of trainingClient",
    received: what,
    hint: 'Use trainingClient of the same version of "nabla".',
  });
