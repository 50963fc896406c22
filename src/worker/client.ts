import { NablaError } from "../errors.ts";
import {
  errorOf,
  type Loaded,
  listen,
  type PortLike,
  type Request,
  type SessionStates,
  type Snapshot,
  type StartOptions,
  type StepOptions,
  type ToClient,
  type TrainingJob,
} from "./messages.ts";

export interface ClientOptions {
  /** Calls back when the page is ready for another snapshot. Default: its next frame; 16 ms where there are no frames. */
  readonly nextFrame?: (callback: () => void) => void;
}

/**
 * Training in a worker, seen from the page. Every call is answered by a promise that rejects with the NablaError of the
 * worker, its code and place kept. Snapshots come at most one a frame, and never before the last was seen, so training
 * waits for nobody. Dispose of it to end the worker, or to close the port.
 */
export interface TrainingClient extends Disposable {
  /** What to train, in the place of what there was. Rejects with BUSY where another `load` takes its place. */
  load(job: TrainingJob): Promise<Loaded>;
  /** Trains; resolves when it rests again, for whatever reason: `ended` says which. Rejects with DIVERGED. */
  start(options?: StartOptions): Promise<Snapshot>;
  pause(): Promise<Snapshot>;
  step(options: StepOptions): Promise<Snapshot>;
  /** To when so many steps were done, on or back. */
  goTo(step: number): Promise<Snapshot>;
  /** Changes the learning rate or a number of a layer ("dropout 1/rate") from the next step on. */
  set(changes: Readonly<Record<string, number>>): Promise<Snapshot>;
  setWeight(name: string, index: readonly number[], value: number): Promise<Snapshot>;
  /** All that a run at this step is, to go on elsewhere by `keep`. */
  states(): Promise<SessionStates>;
  /** The model as a file of nabla. */
  modelBytes(): Promise<Uint8Array>;
  /** Which views each snapshot brings, and with what arguments, in the place of those before. */
  watch(views: Readonly<Record<string, unknown>>): void;
  /** One view, once. */
  ask(view: string, args?: unknown): Promise<unknown>;
  /** Hears every snapshot, those that answer a call among them, until the function that comes back is called. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** Ends the run, and forgets model and data. */
  abort(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The page's end of a worker in which `serveTraining` runs. */
export function trainingClient(port: PortLike, { nextFrame = frame }: ClientOptions = {}): TrainingClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let asked = 0;
  let gone: NablaError | undefined;

  const ask = <T>(request: Request): Promise<T> => {
    if (gone) return Promise.reject(gone);
    return new Promise<T>((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      try {
        port.postMessage({ ...request, id });
      } catch (cause) {
        waiting.delete(id);
        reject(notCloneable(cause));
      }
    });
  };

  const end = (why: string): void => {
    gone ??= new NablaError("ENVIRONMENT", `the worker that trains is gone: ${why}`, {
      expected: "a worker in which serveTraining runs",
      received: why,
      hint: "Start another worker, and load the job again.",
    });
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };

  const want = (): void => {
    if (!gone) port.postMessage({ kind: "want" });
  };

  const tell = (snapshot: Snapshot): void => {
    for (const listener of listeners) listener(snapshot);
  };

  listen(
    port,
    (message) => {
      const answer = message as ToClient;
      if (answer.kind === "snapshot") {
        tell(answer.snapshot);
        nextFrame(want);
        return;
      }
      const one = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.kind === "failed") one?.reject(errorOf(answer.error));
      else one?.resolve(answer.value as never);
    },
    end,
  );
  want();

  return {
    load: (job) => ask({ kind: "load", job }),
    start: (options = {}) => ask({ kind: "start", options }),
    pause: () => ask({ kind: "pause" }),
    step: (options) => ask({ kind: "step", options }),
    goTo: (step) => ask({ kind: "goTo", step }),
    set: (changes) => ask({ kind: "set", changes }),
    setWeight: (name, index, value) => ask({ kind: "setWeight", name, index, value }),
    states: () => ask({ kind: "states" }),
    modelBytes: () => ask({ kind: "modelBytes" }),
    watch: (views) => void ask({ kind: "watch", views }).catch(() => undefined),
    ask: (view, args) => ask({ kind: "ask", view, args }),
    onSnapshot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    abort: () => ask({ kind: "abort" }),
    [Symbol.dispose]() {
      end("it was disposed of");
      listeners.clear();
      if (port.terminate) port.terminate();
      else port.close?.();
    },
  };
}

function frame(callback: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(callback);
  else setTimeout(callback, 16);
}

function notCloneable(cause: unknown): NablaError {
  return new NablaError("OPTION", "the worker cannot be told that: it holds something that a message cannot carry", {
    expected: "plain data and typed arrays",
    received: cause instanceof Error ? cause.message.slice(0, 200) : "something else",
    hint: "Leave functions and class instances out.",
    cause,
  });
}
