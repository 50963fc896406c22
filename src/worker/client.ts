import { NablaError } from "../errors.ts";
import type { SessionStates } from "../train/session-states.ts";
import { listen } from "./listen.ts";
import {
  type Loaded,
  protocol,
  type Request,
  type Response,
  type Snapshot,
  type SnapshotMessage,
  type StartOptions,
  type StepOptions,
  type TrainingJob,
  type WorkerLike,
} from "./messages.ts";
import { fromPlainError } from "./plain-error.ts";

export interface TrainingClientOptions {
  /** Calls back when the page is ready for another snapshot. Default: the next frame, or 16 ms where there are none. */
  readonly nextFrame?: (callback: () => void) => void;
}

/**
 * Training in a worker, from outside. Every call that moves it resolves when it stands, or runs, as asked; errors are
 * those of the worker, with code, place and hint. A worker that dies rejects all that waits with ENVIRONMENT.
 *
 * Listeners get every snapshot, at most one a frame and those that answer a call. What a call resolves to is the same
 * moment; its `epochs` are left out where listeners have got them.
 */
export interface TrainingClient extends Disposable {
  /** Replaces what was loaded. Of two loads the later wins: the earlier rejects with BUSY. */
  load(job: TrainingJob): Promise<Loaded>;
  /** Resolves when training pauses, whatever the reason: `ended` says which, numbers gone wrong included. */
  start(options?: StartOptions): Promise<Snapshot>;
  pause(): Promise<Snapshot>;
  step(options: StepOptions): Promise<Snapshot>;
  goTo(step: number): Promise<Snapshot>;
  /** Changes `learningRate` or numbers of layers such as `dropout 1/rate`; training goes on. */
  set(changes: Readonly<Record<string, number | undefined>>): Promise<Snapshot>;
  setWeight(name: string, index: readonly number[], value: number): Promise<Snapshot>;
  /** All it takes to go on elsewhere, as `keep` of another job. */
  states(): Promise<SessionStates>;
  /** The model as a file. */
  modelBytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Says what views each snapshot brings, by name with their arguments, in place of those before. */
  watch(views: Readonly<Record<string, unknown>>): void;
  /** One view, once. */
  ask(view: string, args?: unknown): Promise<unknown>;
  /** Calls back with every snapshot, until the function that comes back is called. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** Ends the run and forgets model and data. */
  abort(): Promise<void>;
  /** Closes the port, or terminates the worker; what waits rejects with ENVIRONMENT. */
  [Symbol.dispose](): void;
}

interface Waiting {
  readonly kind: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** A client for the worker or port on whose other side `serveTraining` runs. */
export function trainingClient(
  port: WorkerLike,
  { nextFrame = onNextFrame }: TrainingClientOptions = {},
): TrainingClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let ids = 0;
  let loads = 0;
  let isReady = false;
  /** Why nothing more will come. */
  let gone: NablaError | undefined;

  const end = (problem: string, hint: string): void => {
    gone ??= new NablaError("ENVIRONMENT", problem, { expected: "a worker that runs", received: "none", hint });
    stop();
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  const stop = listen(port, receive, (why) =>
    end(`the worker that trains is gone: ${why.slice(0, 200)}`, "Open another worker, and load once more."),
  );

  function send(kind: string, argument?: unknown, id?: number): void {
    port.postMessage({ protocol, kind, ...(id !== undefined && { id }), argument } satisfies Request);
  }

  function call(kind: string, argument?: unknown): Promise<never> {
    return new Promise((resolve, reject) => {
      if (gone) {
        reject(gone);
        return;
      }
      const id = ++ids;
      try {
        send(kind, argument, id);
        waiting.set(id, { kind, resolve: resolve as Waiting["resolve"], reject });
      } catch (cause) {
        const problem = `${kind}: what was given cannot be sent to a worker`;
        reject(
          new NablaError("OPTION", problem, {
            expected: "plain data",
            received: String(cause).slice(0, 200),
            hint: "Give no functions.",
            cause,
          }),
        );
      }
    });
  }

  /** Tells the listeners, and gives the snapshot without what they have been told once and for all. */
  function tell(message: SnapshotMessage): Snapshot {
    const { viewErrors, ...rest } = message;
    const errors =
      viewErrors &&
      Object.fromEntries(Object.entries(viewErrors).map(([name, error]) => [name, fromPlainError(error)]));
    const snapshot: Snapshot = { ...rest, ...(errors && { viewErrors: errors }) };
    if (listeners.size === 0) return snapshot;
    for (const listener of [...listeners]) listener(snapshot);
    const { epochsFrom, ...told } = snapshot;
    return { ...told, epochs: [] };
  }

  function receive(data: unknown): void {
    if (gone || typeof data !== "object" || data === null || (data as Response).protocol !== protocol) return;
    const { id, result, error, snapshot, load } = data as Response;
    if (typeof id !== "number") {
      if (!snapshot) return;
      nextFrame(() => !gone && send("next"));
      if (load === loads) tell(snapshot);
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(fromPlainError(error));
    else if (snapshot === undefined) call?.resolve(result);
    else {
      const told = load === loads ? tell(snapshot) : ({ ...snapshot, viewErrors: {} } as Snapshot);
      call?.resolve(result === undefined ? told : { ...result, snapshot: told });
    }
  }

  return {
    load(job) {
      loads += 1;
      for (const [id, { kind, reject }] of waiting)
        if (kind === "load") {
          waiting.delete(id);
          reject(new NablaError("BUSY", "load: superseded by a later one", { hint: "Wait for the later load." }));
        }
      const loaded = call("load", { job, load: loads });
      if (!isReady && !gone) send("next");
      isReady = true;
      return loaded;
    },
    start: (options = {}) => call("start", options),
    pause: () => call("pause"),
    step: (options) => call("step", options),
    goTo: (step) => call("goTo", step),
    set: (changes) => call("set", changes),
    setWeight: (name, index, value) => call("setWeight", { name, index, value }),
    states: () => call("states"),
    modelBytes: () => call("modelBytes"),
    watch: (views) => void (gone || send("watch", views)),
    ask: (view, args) => call("ask", { view, args }),
    onSnapshot(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    abort: () => call("abort"),
    [Symbol.dispose]() {
      if (!gone) {
        if (port.terminate) port.terminate();
        else {
          send("close");
          port.close?.();
        }
      }
      end("the training client has been disposed of", "Open another.");
      listeners.clear();
    },
  };
}

function onNextFrame(callback: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(callback);
  else setTimeout(callback, 16);
}
