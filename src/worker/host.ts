import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { now } from "../train/clock.ts";
import type { Model } from "../train/model.ts";
import { type SessionPosition, TrainingSession } from "../train/session.ts";
import { dataOf, modelOf, sessionOptions, wrong } from "./job.ts";
import {
  errorRecord,
  type Loaded,
  listen,
  type PortLike,
  type Request,
  type Snapshot,
  type StartOptions,
  type StepOptions,
  type ToClient,
  type TrainingJob,
} from "./messages.ts";
import { buffersOf } from "./transfer.ts";

/** What a view may look at; between two steps, so nothing of it moves meanwhile. */
export interface ServedSession {
  readonly model: Model;
  readonly data: Dataset;
  readonly validation: Dataset | undefined;
  readonly position: SessionPosition;
  /** Its name. */
  readonly loss: string;
  readonly settings: Readonly<Record<string, number>>;
}

/** Something that clients may watch or ask for. Typed arrays in its result are given away: make them anew. */
export type View = (session: ServedSession, args: never) => unknown;

export interface ServeOptions {
  readonly views?: Readonly<Record<string, View>>;
  /** Makes a data set of a job's `data` and `validation`. Default: of the fields of one. */
  readonly data?: (given: unknown) => Dataset | Promise<Dataset>;
}

/** Views may take this share of the time while training runs. */
const viewShare = 0.3;

/** Serves training on a port: `self` in a worker, or one end of a MessageChannel. One client, one run at a time. */
export function serveTraining(port: PortLike, options: ServeOptions = {}): void {
  const host = new TrainingHost(port, options);
  listen(port, (message) => host.receive(message));
}

const builtInViews: Readonly<Record<string, View>> = {
  /** Copies of all parameters by name. */
  parameters: ({ model: { weights } }) =>
    Object.fromEntries(weights.names().map((name) => [name, weights.get(name).data])),
};

class TrainingHost {
  readonly #port: PortLike;
  readonly #views: ReadonlyMap<string, View>;
  readonly #data: NonNullable<ServeOptions["data"]>;
  #session: TrainingSession | undefined;
  #model: Model | undefined;
  #watched: readonly (readonly [name: string, args: unknown])[] = [];
  /** Actions that change the run, one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #loads = 0;
  #isWanted = false;
  #isNews = false;
  /** Epochs that were told. */
  #told = 0;
  #lastTold = 0;
  #ended: Snapshot["ended"];
  #diverged: Snapshot["diverged"];
  #viewsDue = 0;

  constructor(port: PortLike, { views = {}, data = dataOf }: ServeOptions) {
    this.#port = port;
    this.#views = new Map(Object.entries({ ...builtInViews, ...views }));
    this.#data = data;
  }

  receive(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if ((message as { readonly kind?: unknown }).kind === "want") {
      this.#isWanted = true;
      void this.#sendIfWanted(true);
      return;
    }
    const { id } = message as { readonly id?: unknown };
    if (typeof id !== "number") return;
    this.#answer(message as Request).then(
      (value) => this.#send({ kind: "reply", id, value }),
      (error: unknown) => this.#send({ kind: "failed", id, error: errorRecord(error) }),
    );
  }

  async #answer(request: Request): Promise<unknown> {
    switch (request.kind) {
      case "load":
        return this.#load(request.job);
      case "start":
        return this.#start(request.options);
      case "pause":
        return this.#act(async () => undefined);
      case "step":
        return this.#act((session) => stepBy(session, request.options));
      case "goTo":
        return this.#act((session) => session.goTo(request.step));
      case "set":
        return this.#change((session) => session.set(checkedObject("changes", request.changes)));
      case "setWeight":
        if (!Array.isArray(request.index)) throw wrong("index", "a list of numbers", request.index);
        return this.#change((session) => session.setWeight(request.name, request.index, request.value));
      case "states":
        return this.#open().states();
      case "modelBytes":
        this.#open();
        return this.#model!.toBytes();
      case "watch":
        this.#watched = Object.entries(checkedObject("views", request.views));
        this.#viewsDue = 0;
        this.#isNews = true;
        return this.#sendIfWanted(true);
      case "ask":
        return this.#view(request.view, request.args);
      case "abort":
        return this.#abort();
      default:
        throw wrong(
          "kind",
          "load, start, pause, step, goTo, set, setWeight, states, modelBytes, watch, ask, abort",
          (request as { readonly kind?: unknown }).kind,
        );
    }
  }

  async #load(job: TrainingJob): Promise<Loaded> {
    const turn = ++this.#loads;
    checkedObject("job", job);
    this.#session?.pause();
    return this.#enqueue(async () => {
      if (turn !== this.#loads) throw superseded();
      this.#close();
      const model = await modelOf(job);
      const data = await this.#data(job.data);
      const validation = job.validation === undefined ? undefined : await this.#data(job.validation);
      if (turn !== this.#loads) throw superseded();
      const session = await TrainingSession.open(model, data, sessionOptions(job, validation));
      try {
        if (job.keep !== undefined) session.restore(job.keep);
      } catch (error) {
        session[Symbol.dispose]();
        throw error;
      }
      this.#session = session;
      this.#model = model;
      const { lossName, arithmetic, threads, batchSize, stepsPerEpoch } = session;
      const names = model.weights.names();
      return {
        parameters: names.map((name) => ({ name, shape: model.weights.get(name).shape })),
        loss: lossName,
        arithmetic,
        threads,
        samples: session.data.size,
        batchSize,
        stepsPerEpoch,
        snapshot: await this.#tell(),
      };
    });
  }

  async #start(options: StartOptions = {}): Promise<Snapshot> {
    const { until = {}, stepsPerSecond } = checkedObject("options", options) as StartOptions;
    if (stepsPerSecond !== undefined && !(stepsPerSecond > 0))
      throw wrong("stepsPerSecond", "a number above 0", stepsPerSecond);
    this.#open().pause();
    return this.#enqueue(async () => {
      const session = this.#open();
      this.#ended = this.#diverged = undefined;
      try {
        this.#ended = await session.advance({
          until,
          ...(stepsPerSecond !== undefined && { stepsPerSecond }),
          onSlice: async () => {
            this.#isNews = true;
            await this.#sendIfWanted(false);
          },
        });
      } catch (error) {
        this.#note(error, session);
        await this.#tell();
        throw error;
      }
      return this.#tell();
    });
  }

  /** Something that needs the run to rest: it is paused first. */
  async #act(action: (session: TrainingSession) => Promise<void>): Promise<Snapshot> {
    this.#open().pause();
    return this.#enqueue(async () => {
      const session = this.#open();
      this.#ended = this.#diverged = undefined;
      try {
        await action(session);
      } catch (error) {
        this.#note(error, session);
        await this.#tell();
        throw error;
      }
      return this.#tell();
    });
  }

  /** Something that may be done between any two steps. */
  async #change(action: (session: TrainingSession) => void): Promise<Snapshot> {
    action(this.#open());
    return this.#tell();
  }

  async #abort(): Promise<void> {
    this.#loads++;
    this.#session?.pause();
    await this.#enqueue(async () => this.#close());
  }

  #close(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = this.#model = undefined;
    this.#told = this.#lastTold = 0;
    this.#ended = this.#diverged = undefined;
  }

  #enqueue<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(action);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #open(): TrainingSession {
    if (this.#session) return this.#session;
    throw new NablaError("OPTION", "there is nothing to train yet", {
      expected: "load(job) first",
      received: "no job",
      hint: "Wait for load(job).",
    });
  }

  #note(error: unknown, session: TrainingSession): void {
    const isDiverged = error instanceof NablaError && error.code === "DIVERGED";
    this.#ended = isDiverged ? "diverged" : "failed";
    if (!isDiverged) return;
    const { layer, step = 0 } = error.where;
    this.#diverged = {
      ...(layer !== undefined && { layer }),
      step,
      lastFinite: session.position.step,
      message: error.message,
    };
  }

  // ── snapshots ──

  /** A snapshot with every view, which answers an action and which everybody hears. */
  async #tell(): Promise<Snapshot> {
    const snapshot = await this.#snapshot(true);
    // the client hears it as a snapshot too; what it gave away it cannot give twice
    this.#send({ kind: "snapshot", snapshot });
    return { ...snapshot, views: {}, epochs: [] };
  }

  async #sendIfWanted(isResting: boolean): Promise<void> {
    if (!this.#isWanted || !this.#isNews || !this.#session) return;
    if (isResting && this.#session.isRunning) return; // the end of its slice is near
    this.#isWanted = this.#isNews = false;
    this.#send({ kind: "snapshot", snapshot: await this.#snapshot(isResting) });
  }

  async #snapshot(hasAllViews: boolean): Promise<Snapshot> {
    const session = this.#open();
    const { epochs, position, lastLoss, learningRate, isRunning, stepsPerSecond, batchSize } = session;
    const views: Record<string, unknown> = {};
    const viewErrors: Record<string, string> = {};
    const began = now();
    if (hasAllViews || began >= this.#viewsDue) {
      for (const [name, args] of this.#watched) {
        try {
          views[name] = await this.#view(name, args);
        } catch (error) {
          viewErrors[name] = error instanceof Error ? error.message : String(error);
        }
      }
      const ended = now();
      this.#viewsDue = ended + ((ended - began) * (1 - viewShare)) / viewShare;
    }
    const hasGoneBack = epochs.length < this.#told || (epochs[this.#told - 1]?.epoch ?? 0) !== this.#lastTold;
    const from = hasGoneBack ? 0 : this.#told;
    this.#told = epochs.length;
    this.#lastTold = epochs.at(-1)?.epoch ?? 0;
    return {
      ...position,
      loss: lastLoss,
      learningRate,
      isRunning,
      stepsPerSecond,
      samplesPerSecond: stepsPerSecond * batchSize,
      epochs: epochs.slice(from),
      ...(hasGoneBack && { epochsFrom: 0 }),
      ...(this.#ended !== undefined && !isRunning && { ended: this.#ended }),
      ...(this.#diverged && { diverged: this.#diverged }),
      views,
      ...(Object.keys(viewErrors).length > 0 && { viewErrors }),
    };
  }

  async #view(name: string, args: unknown): Promise<unknown> {
    const session = this.#open();
    const view = this.#views.get(name);
    if (!view) throw wrong("view", [...this.#views.keys()].join(", "), name);
    const { data, validation, position, lossName, learningRate } = session;
    return view(
      { model: this.#model!, data, validation, position, loss: lossName, settings: { learningRate } },
      args as never,
    );
  }

  #send(message: ToClient): void {
    try {
      this.#port.postMessage(message, buffersOf(message));
    } catch (error) {
      if (message.kind === "reply")
        this.#port.postMessage({ kind: "failed", id: message.id, error: errorRecord(error) });
    }
  }
}

function stepBy(session: TrainingSession, options: StepOptions): Promise<void> {
  const { by, count = 1 } = checkedObject("options", options) as StepOptions;
  if (by === "example") return session.stepExamples(count);
  if (by === "batch") return session.stepBatches(count);
  if (by === "epoch") return session.stepEpochs(count);
  throw wrong("step", '"example", "batch" or "epoch"', by);
}

function checkedObject<T extends object>(what: string, given: T): T {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrong(what, "an object", given);
  return given;
}

const superseded = (): NablaError =>
  new NablaError("BUSY", "another job was loaded in the place of this one", {
    expected: "one load at a time",
    received: "a newer one",
    hint: "Nothing is to be done: the newer one goes on.",
  });
